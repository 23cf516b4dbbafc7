"""A real PostgreSQL server for the time of the tests, where one is installed."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READY_WITHIN_S = 60


class NoServerError(Exception):
    """PostgreSQL cannot be run here; the message says why."""


@contextmanager
def running_server() -> Iterator[str]:
    """Run a server on a Unix socket; give the URL of its database `postgres`; raises `NoServerError`."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not binaries:
        raise NoServerError("no PostgreSQL server is installed (/usr/lib/postgresql)")
    if importlib.util.find_spec("psycopg") is None:
        raise NoServerError("psycopg is not installed")
    bin_folder = binaries[-1].parent
    user = _ordinary_user()
    folder = Path(tempfile.mkdtemp(prefix="wanwan-pg-", dir="/tmp"))
    try:
        if user is not None:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        data = folder / "data"
        subprocess.run(
            [bin_folder / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8"],
            check=True,
            capture_output=True,
            user=user,
            cwd=folder,
        )
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [bin_folder / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"],
                stdout=log,
                stderr=log,
                user=user,
                cwd=folder,
            )
        try:
            _wait_until_ready(bin_folder, folder, server)
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGQUIT)  # at once, without writing anything down
            server.wait(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ordinary_user() -> str | None:
    """Return whom to run the server as: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError as exc:
        raise NoServerError("running as root, and there is no user 'postgres' to run the server as") from exc


def _wait_until_ready(bin_folder: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        if subprocess.run([bin_folder / "pg_isready", "-q", "-h", folder], check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise NoServerError(f"PostgreSQL did not start: {(folder / 'log').read_text(errors='replace')[-500:]}")
