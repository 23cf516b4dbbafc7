"""The demo's processes: service and simulated plant, as a site would run them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from app.errors import ServiceStartError

START_TIMEOUT_S = 60.0
END_TIMEOUT_S = 40.0
POLL_S = 0.05


def free_port(preferred: int) -> int:
    """Return `preferred` if nothing listens there on 127.0.0.1, else a port that is free."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServiceStartError("no port is free on 127.0.0.1")


@contextmanager
def running(arguments: list[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[str]]:
    """Run `wanwan ARGUMENTS` as a process of its own with its standard error in `log`; ends it at the end."""
    command = [sys.executable, "-m", "app", *arguments]
    with log.open("w") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def wait_for_line(process: subprocess.Popen[str], line: str, log: Path) -> None:
    """Wait until the process prints `line`; raises `ServiceStartError` with its own words if it ends before."""
    if process.stdout is None or process.stdout.readline().strip() != line:
        raise ServiceStartError(f"the process ended: {_last_words(log)}")


def wait_until_ready(process: subprocess.Popen[str], url: str, log: Path) -> None:
    """Wait until the service answers that it is ready; raises `ServiceStartError`."""
    deadline = time.monotonic() + START_TIMEOUT_S
    with httpx.Client(base_url=url, timeout=2.0) as client:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise ServiceStartError(f"the service ended: {_last_words(log)}")
            try:
                if client.get("/readyz").is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(POLL_S)
    raise ServiceStartError(f"the service was not ready after {START_TIMEOUT_S:g} s: {_last_words(log)}")


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else f"it said nothing (log: {log})"
