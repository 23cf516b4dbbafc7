"""A real Mosquitto on a free port of 127.0.0.1, which tests may stop, kill, freeze and start again."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import NoReturn

import pytest

PROGRAM = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def missing(what: str) -> NoReturn:
    """Skip a test for want of a program; where `CI` is set, that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """One broker process; the port stays the same over restarts."""

    def __init__(self, directory: Path, extra: str = "") -> None:
        if PROGRAM is None:
            missing("mosquitto is not installed; these tests need a real broker (Debian: apt install mosquitto)")
        self.port = free_port()
        self._program = PROGRAM
        self._config = directory / "mosquitto.conf"
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\nset_tcp_nodelay true\npersistence false\nallow_anonymous true\n{extra}"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen([self._program, "-c", self._config], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.005)
            else:
                return
        self.kill()
        pytest.fail("mosquitto did not start")

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self, *, thaw: bool = True) -> None:
        self._end(signal.SIGKILL, thaw=thaw)

    def freeze(self) -> None:
        """Make it keep every connection and answer nothing."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def _end(self, number: signal.Signals, *, thaw: bool = True) -> None:
        if thaw:
            self._send(signal.SIGCONT)
        self._send(number)
        if self._process is not None:
            self._process.wait(10)
            self._process = None
