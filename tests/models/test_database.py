"""Opening a database: what works, and what is said when it does not."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from models.audit_query import AuditLog
from models.audit_verify import verify
from models.audit_writer import AuditWriter
from models.database import Database
from models.errors import (
    DatabaseError,
    DatabaseReadOnlyError,
    DatabaseUnreachableError,
    DatabaseUrlError,
    ForeignDatabaseError,
    NewerSchemaError,
    NotADatabaseError,
    OlderSchemaError,
)
from tests.models.entries import an_entry
from tests.models.unprivileged import unprivileged

assert unprivileged  # a fixture


async def test_a_new_file_and_its_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b c%d" / "wan wan.sqlite"
    async with await Database.open(f"sqlite:///{path}") as database:
        assert (await AuditLog(database).head()).seq == 0
    assert path.is_file()


async def test_what_was_written_is_there_after_opening_again(url: str) -> None:
    async with await Database.open(url) as database, AuditWriter(database) as writer:
        await writer.append(an_entry())
    async with await Database.open(url) as database:
        assert (await verify(database)).rows == 1


async def test_sqlite_waits_for_the_disk_at_each_commit(sqlite: Database) -> None:
    with sqlite.sync_connection() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    async with sqlite.connection() as asynchronous:
        assert (await asynchronous.exec_driver_sql("PRAGMA synchronous")).scalar_one() == 2


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "no database URL"),
        ("mysql://user:secret@host/name", "mysql is not supported"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
    ],
)
async def test_a_url_we_cannot_use_is_refused_without_its_password(url: str, said: str) -> None:
    with pytest.raises(DatabaseUrlError, match=said) as caught:
        await Database.open(url)
    assert "secret" not in str(caught.value)


async def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    with pytest.raises(DatabaseUnreachableError) as caught:
        await Database.open("postgresql://wanwan:secret@127.0.0.1:1/wanwan")
    assert "secret" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


async def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dewar 3 was filled on Monday.\n" * 100)
    with pytest.raises(NotADatabaseError, match=r"notes\.txt"):
        await Database.open(f"sqlite:///{path}")
    assert path.read_text().startswith("Dewar 3")


async def test_the_database_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE invoices (id INTEGER)")
    other.commit()
    other.close()
    with pytest.raises(ForeignDatabaseError, match="invoices"):
        await Database.open(f"sqlite:///{path}")


async def test_a_database_of_a_newer_version_is_refused(sqlite_url: str) -> None:
    async with await Database.open(sqlite_url) as database, database.writing() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version_site SET version_num = 'site_9999'")
    with pytest.raises(NewerSchemaError, match="newer version"):
        await Database.open(sqlite_url)


async def test_a_folder_in_place_of_the_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "wanwan.sqlite").mkdir()
    with pytest.raises(DatabaseError, match=r"wanwan\.sqlite"):
        await Database.open(f"sqlite:///{tmp_path / 'wanwan.sqlite'}")


@contextmanager
def permissions(path: Path, mode: int) -> Iterator[None]:
    """Change the permissions of `path` for a while."""
    old = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(old)


async def test_a_file_that_cannot_be_written_is_reported(unprivileged: Path) -> None:
    path = unprivileged / "wanwan.sqlite"
    await (await Database.open(f"sqlite:///{path}")).close()
    with permissions(path, 0o444), pytest.raises(DatabaseReadOnlyError, match="cannot be written"):
        await Database.open(f"sqlite:///{path}")


async def test_a_folder_that_cannot_be_written_is_reported(unprivileged: Path) -> None:
    path = unprivileged / "wanwan.sqlite"
    with permissions(unprivileged, 0o555), pytest.raises(DatabaseReadOnlyError, match="cannot be written"):
        await Database.open(f"sqlite:///{path}")
    await (await Database.open(f"sqlite:///{path}")).close()
    with permissions(unprivileged, 0o555), pytest.raises(DatabaseReadOnlyError, match="cannot be written"):
        await Database.open(f"sqlite:///{path}")


async def test_an_archived_log_on_a_read_only_medium_can_be_verified(unprivileged: Path) -> None:
    path = unprivileged / "wanwan.sqlite"
    async with await Database.open(f"sqlite:///{path}") as database, AuditWriter(database) as writer:
        await writer.append(an_entry())
    with permissions(path, 0o444), permissions(unprivileged, 0o555):
        async with await Database.open_read_only(f"sqlite:///{path}") as database:
            assert (await verify(database)).rows == 1


async def test_a_log_that_is_being_written_can_be_read_by_another_process(sqlite: Database, sqlite_url: str) -> None:
    async with AuditWriter(sqlite) as writer, await Database.open_read_only(sqlite_url) as reader:
        await writer.append(an_entry())
        assert (await verify(reader)).rows == 1
        await writer.append(an_entry())
        assert (await verify(reader)).rows == 2


async def test_opening_read_only_makes_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "wanwan.sqlite"
    with pytest.raises(DatabaseUnreachableError, match="there is no database"):
        await Database.open_read_only(f"sqlite:///{path}")
    sqlite3.connect(path).close()
    path.touch()
    with pytest.raises(OlderSchemaError):
        await Database.open_read_only(f"sqlite:///{path}")
    assert os.listdir(tmp_path) == ["wanwan.sqlite"]  # noqa: PTH208


async def test_a_database_opened_read_only_cannot_be_written(sqlite_url: str) -> None:
    await (await Database.open(sqlite_url)).close()
    async with await Database.open_read_only(sqlite_url) as database:
        with pytest.raises(DatabaseReadOnlyError):
            async with database.writing() as connection:
                await connection.exec_driver_sql("DELETE FROM api_key")
