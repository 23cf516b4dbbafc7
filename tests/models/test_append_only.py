"""The database itself refuses to change the log."""

import sqlite3
from typing import Any

import pytest
from sqlalchemy import delete, insert, text, update

from models.audit import AUDIT
from models.audit_query import AuditLog
from models.audit_verify import verify
from models.audit_writer import AuditWriter
from models.database import Database
from models.errors import DatabaseError
from tests.models.entries import some_entries


@pytest.fixture
async def filled(database: Database, writer: AuditWriter) -> Database:
    """Give a log of five rows."""
    await writer.append(*some_entries(5))
    return database


async def stored(database: Database, seq: int) -> dict[str, Any]:
    """Return a row's columns."""
    async with database.connection() as connection:
        return dict((await connection.execute(AUDIT.select().where(AUDIT.c.seq == seq))).mappings().one())


async def refused(database: Database, statement: Any, *rows: dict[str, Any]) -> str:
    """Return why the database refuses a statement, after checking that the log is as it was."""
    with pytest.raises(DatabaseError) as caught:
        async with database.writing() as connection:
            await connection.execute(statement, list(rows) or None)
    found = await verify(database)
    assert (found.is_intact, found.rows) == (True, 5)
    return str(caught.value)


async def test_update_is_refused(filled: Database) -> None:
    assert "append-only" in await refused(filled, update(AUDIT).where(AUDIT.c.seq == 3).values(speaker="someone"))


async def test_delete_is_refused(filled: Database) -> None:
    assert "append-only" in await refused(filled, delete(AUDIT).where(AUDIT.c.seq == 5))


async def test_a_row_that_repeats_a_number_is_refused(filled: Database) -> None:
    assert "does not continue" in await refused(filled, insert(AUDIT), await stored(filled, 3))


async def test_a_row_that_leaves_a_gap_is_refused(filled: Database) -> None:
    last = await stored(filled, 5)
    assert "does not continue" in await refused(filled, insert(AUDIT), {**last, "seq": 7, "prev_hash": last["hash"]})


async def test_a_row_that_does_not_name_the_row_before_is_refused(filled: Database) -> None:
    assert "does not continue" in await refused(filled, insert(AUDIT), {**await stored(filled, 5), "seq": 6})


async def test_a_row_numbered_below_one_is_refused(filled: Database) -> None:
    await refused(filled, insert(AUDIT), {**await stored(filled, 1), "seq": 0})


async def test_replacing_a_row_is_refused_by_sqlite(sqlite: Database) -> None:
    async with AuditWriter(sqlite) as writer:
        await writer.append(*some_entries(5))
    row = await stored(sqlite, 3)
    assert "does not continue" in await refused(
        sqlite, insert(AUDIT).prefix_with("OR REPLACE"), {**row, "speaker": "someone"}
    )
    raw = sqlite3.connect(str(sqlite.path))
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute("REPLACE INTO audit SELECT * FROM audit WHERE seq = 5")
    raw.close()
    assert (await AuditLog(sqlite).head()).seq == 5


async def test_truncate_is_refused_by_postgresql(postgresql_url: str) -> None:
    async with await Database.open(postgresql_url) as database:
        async with AuditWriter(database) as writer:
            await writer.append(*some_entries(5))
        assert "TRUNCATE refused" in await refused(database, text("TRUNCATE audit"))
