"""Commands run as a person at a terminal runs them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from app.cli import run

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        (line,) = self.out.splitlines()
        value: dict[str, Any] = json.loads(line)
        assert isinstance(value, dict)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """Runs commands in this process, which saves a second each, with the settings of one test."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    data: Path
    """The folder of WANWAN_DATA."""

    def set(self, **settings: str) -> None:
        """Set environment variables: `plant=…` is WANWAN_PLANT."""
        for name, value in settings.items():
            self.monkeypatch.setenv(f"WANWAN_{name.upper()}", value)

    def __call__(self, *arguments: str) -> Ended:
        """Run `wanwan ARGUMENTS`."""
        self.capsys.readouterr()
        code = run(arguments)
        captured = self.capsys.readouterr()
        return Ended(code=code, out=captured.out, err=captured.err)

    def failing(self, *arguments: str) -> str:
        """Run a command that must fail; return its one sentence on stderr."""
        ended = self(*arguments)
        assert ended.code == 1, ended
        return sentence_of(ended.err)


def sentence_of(err: str) -> str:
    """Return the one sentence on stderr: no trace, nothing else."""
    assert "Traceback" not in err
    (line,) = err.splitlines()
    assert line.startswith("wanwan: "), line
    return line.removeprefix("wanwan: ")


def environment(settings: Mapping[str, object]) -> dict[str, str]:
    """Return the environment of a process with only these settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WANWAN_")}
    return inherited | {f"WANWAN_{name.upper()}": str(value) for name, value in settings.items()}


def run_process(*arguments: str, stdin: bytes = b"", settings: Mapping[str, object] = MappingProxyType({})) -> Ended:
    """Run `wanwan ARGUMENTS` as a process of its own, to its end."""
    ended = subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        input=stdin,
        capture_output=True,
        env=environment(settings),
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    return Ended(code=ended.returncode, out=ended.stdout.decode(), err=ended.stderr.decode())


class Running:
    """A process that keeps running."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def said(self) -> str:
        """What it printed so far, on both streams."""
        return self._log.read_text(encoding="utf-8")

    def wait_for(self, text: str, timeout_s: float = 30) -> str:
        """Return the line that holds `text`, once it has been printed."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            for line in self.said.splitlines():
                if text in line:
                    return line
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        pytest.fail(f"{text!r} was not printed: {self.said}")

    def end(self, number: int) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(45)


@contextmanager
def running_process(
    *arguments: str, log: Path, settings: Mapping[str, object] = MappingProxyType({})
) -> Iterator[Running]:
    """Run `wanwan ARGUMENTS` until the end of the block."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=environment(settings),
            cwd=ROOT,
        )
    try:
        yield Running(process, log)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def settings_of(folder: Path, **changes: object) -> Mapping[str, object]:
    """Return settings of a quiet service in `folder`."""
    return {
        "data": folder,
        "languages": '["en"]',
        "recognizer_en": "none",
        "recognizer_ja": "none",
        "speech_out": "false",
        **changes,
    }
