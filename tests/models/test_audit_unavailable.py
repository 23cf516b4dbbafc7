"""When the log cannot be written: said at once, nothing half done, and over by itself."""

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from models.audit_query import AuditLog
from models.audit_verify import verify
from models.audit_writer import AuditWriter
from models.database import Database
from models.errors import (
    AuditUnavailableError,
    DatabaseBusyError,
    DatabaseReadOnlyError,
    DatabaseUnreachableError,
    DiskFullError,
)
from tests.models.entries import an_entry, some_entries
from tests.models.unprivileged import unprivileged

assert unprivileged  # a fixture


async def refusal_of(writer: AuditWriter, *, rows: int = 1) -> BaseException | None:
    """Return why `writer` refuses an entry."""
    with pytest.raises(AuditUnavailableError) as caught:
        await writer.append(*some_entries(rows))
    assert caught.value.can_retry
    return caught.value.__cause__


async def test_a_file_that_cannot_be_written_refuses_until_it_can(unprivileged: Path) -> None:
    path = unprivileged / "wanwan.sqlite"
    async with await Database.open(f"sqlite:///{path}") as database, AuditWriter(database) as writer:
        path.chmod(0o444)
        assert isinstance(await refusal_of(writer), DatabaseReadOnlyError)
        assert isinstance(writer.failure, DatabaseReadOnlyError)
        assert (await AuditLog(database).page()).entries == ()  # questions are still answered
        path.chmod(0o644)
        assert await writer.append(an_entry()) == (1,)
        assert writer.failure is None


async def test_a_full_database_takes_nothing_until_there_is_room(sqlite: Database) -> None:
    pages = 60

    @event.listens_for(sqlite.sync_engine, "connect")
    def _limit(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    async with AuditWriter(sqlite) as writer:
        written = 0
        cause = None
        while cause is None:
            try:
                written += len(await writer.append(*some_entries(10)))
            except AuditUnavailableError as exc:
                cause = exc.__cause__
        assert isinstance(cause, DiskFullError)
        assert written > 0
        assert isinstance(await refusal_of(writer, rows=10), DiskFullError)
        pages = 10_000
        assert (await writer.append(*some_entries(10)))[0] == written + 1
    assert (await verify(sqlite)).rows == written + 10


def test_a_full_disk_takes_nothing_until_there_is_room(tmp_path: Path) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("needs unshare, to mount a small disk without being root")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    script = 'mount -t tmpfs -o size=1m tmpfs "$1" || exit 77; shift; exec "$@"'
    command = [*mount, script, "sh", str(disk), sys.executable, "-m", "tests.models.filling_up", str(disk)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    if done.returncode == 77 or done.stderr.startswith("unshare:"):
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["cause"] == "disk_full"
    assert found["written"] > 0
    assert found["recovered_at"] == found["written"] + 1
    assert (found["is_intact"], found["rows"]) == (True, found["written"] + 1)


async def test_a_deleted_database_is_noticed_at_the_next_row(sqlite: Database) -> None:
    assert sqlite.path is not None
    async with AuditWriter(sqlite) as writer:
        await writer.append(an_entry())
        sqlite.path.rename(sqlite.path.with_suffix(".moved"))
        assert isinstance(await refusal_of(writer), DatabaseUnreachableError)
        sqlite.path.with_suffix(".moved").rename(sqlite.path)
        assert await writer.append(an_entry()) == (2,)


async def test_rows_go_into_the_file_that_is_there_not_into_a_replaced_one(sqlite: Database) -> None:
    assert sqlite.path is not None
    backup = sqlite.path.with_suffix(".backup")
    async with AuditWriter(sqlite) as writer:
        await writer.append(an_entry())
        with sqlite3.connect(sqlite.path) as source, sqlite3.connect(backup) as target:
            source.backup(target)
        source.close()
        target.close()
        backup.replace(sqlite.path)
        assert await writer.append(an_entry()) == (2,)
    found = sqlite3.connect(sqlite.path)
    assert found.execute("SELECT count(*) FROM audit").fetchone() == (2,)
    found.close()


async def test_a_write_lock_held_for_long_by_another_process_is_reported(sqlite: Database) -> None:
    blocker = sqlite3.connect(str(sqlite.path), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    async with AuditWriter(sqlite) as writer:
        assert isinstance(await refusal_of(writer), DatabaseBusyError)
        blocker.execute("ROLLBACK")
        blocker.close()
        assert await writer.append(an_entry()) == (1,)


async def test_a_server_that_cuts_the_connection_costs_one_refusal_at_most(postgresql_url: str) -> None:
    async with await Database.open(postgresql_url) as database, AuditWriter(database) as writer:
        await writer.append(an_entry())
        async with database.writing() as connection:
            await connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )
        assert isinstance(await refusal_of(writer), DatabaseUnreachableError)
        assert await writer.append(an_entry()) == (2,)


async def test_a_read_only_server_refuses(postgresql_url: str) -> None:
    async with await Database.open(postgresql_url) as database:
        async with database.writing() as connection:
            name = (await connection.exec_driver_sql("SELECT current_database()")).scalar_one()
            await connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        async with AuditWriter(database) as writer:
            assert isinstance(await refusal_of(writer), DatabaseReadOnlyError)
