"""Following the chain through the whole table."""

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from models.audit import AUDIT
from models.chain import EMPTY, HASHED, Flaw, Head, Verification, follow
from models.database import Database

_CHUNK = 5000
_COLUMNS = [AUDIT.c[name] for name in (*HASHED, "hash")]


async def verify(database: Database, start: Head = EMPTY, known_head: Head | None = None) -> Verification:
    """Check every row after `start` up to the newest one; raises `DatabaseError`.

    `start`: the last row of an earlier verification or of an archived log; by default the chain's beginning.
    `known_head`: a row that the log had, kept elsewhere; without it a cut-off end cannot be noticed.
    Runs in a thread, in chunks, and holds up neither the writer nor a cancellation.
    """
    last_seq = await asyncio.to_thread(_last_seq, database)
    found = Verification(rows=0, head=start)
    is_first = True
    while is_first or found.head.seq < last_seq:
        chunk = await asyncio.to_thread(_follow_chunk, database, found.head, known_head, is_first=is_first)
        is_first = False
        found = replace(chunk, rows=found.rows + chunk.rows)
        if not found.is_intact:
            return found
        if chunk.rows == 0:
            break
    if known_head is not None and found.head.seq < known_head.seq:
        return replace(found, first_bad_seq=found.head.seq + 1, reason=Flaw.TRUNCATED)
    return found


def _last_seq(database: Database) -> int:
    with database.sync_connection() as connection:
        return connection.scalar(select(AUDIT.c.seq).order_by(AUDIT.c.seq.desc()).limit(1)) or 0


def _follow_chunk(database: Database, start: Head, known_head: Head | None, *, is_first: bool) -> Verification:
    query = select(*_COLUMNS).order_by(AUDIT.c.seq).limit(_CHUNK)
    if not is_first or start != EMPTY:  # rows numbered 0 and below must be seen once
        query = query.where(AUDIT.c.seq > start.seq)
    with database.sync_connection() as connection:
        return follow(_fetch(connection, query), start, known_head)


def _fetch(connection: Connection, query: Any) -> Sequence[Sequence[Any]]:
    driver: Any = connection.connection.dbapi_connection
    if isinstance(driver, sqlite3.Connection):
        # text that is not UTF-8 must count as edited, not end the verification
        driver.text_factory = _text_or_bytes
    return connection.execute(query).all()


def _text_or_bytes(raw: bytes) -> str | bytes:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw
