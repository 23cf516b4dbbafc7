"""Reading the audit log: pages, turns, history, statistics."""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, RowMapping, Select, exists, func, select, tuple_

from models.audit import AUDIT, RecordedEntry, Step
from models.audit_columns import recorded_of
from models.chain import EMPTY, Head
from models.database import Database
from models.errors import BadCursorError
from models.moment import from_microseconds, to_microseconds

MAX_PAGE = 1000
"""The most rows of one page."""

NOT_UNDERSTOOD = "not_understood"
"""`outcome` of the *understood* row of a sentence that nothing matched."""

_CURSOR = re.compile(r"(-?[0-9]{1,18})\.([0-9]{1,18})")
_CHUNK = 1000
_c = AUDIT.c


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which rows are wanted; every part that is given must fit."""

    since: datetime | None = None
    """Rows at or after it (aware)."""
    until: datetime | None = None
    """Rows before it (aware)."""
    device: str | None = None
    speaker: str | None = None
    station: str | None = None
    intent: str | None = None
    outcome: str | None = None
    step: Step | None = None
    turn_id: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the parts as SQL."""
        found: list[ColumnElement[bool]] = []
        if self.since is not None:
            found.append(_c.at_us >= to_microseconds(self.since))
        if self.until is not None:
            found.append(_c.at_us < to_microseconds(self.until))
        for column, value in (
            (_c.device, self.device),
            (_c.speaker, self.speaker),
            (_c.station, self.station),
            (_c.intent, self.intent),
            (_c.outcome, self.outcome),
            (_c.step, self.step),
            (_c.turn_id, self.turn_id),
        ):
            if value is not None:
                found.append(column == str(value))
        return found


EVERYTHING = AuditFilter()
"""No filter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows, newest first."""

    entries: tuple[RecordedEntry, ...]
    next_cursor: str | None
    """Ask with it for the rows before these; None at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedSentence:
    """A sentence that was not understood."""

    text: str
    language: str
    count: int
    last_at: datetime


class AuditLog:
    """Questions to the log. Rows are in the order of their times (then `seq`), which spilled rows keep too."""

    def __init__(self, database: Database) -> None:
        """Read from `database`. Every method may raise `DatabaseError`."""
        self._database = database

    async def page(self, wanted: AuditFilter = EVERYTHING, *, limit: int = 50, cursor: str | None = None) -> Page:
        """Return up to `limit` (1–1000) rows, newest first, those before `cursor` if one is given.

        Rows that arrive meanwhile shift nothing. Raises `BadCursorError`, `ValueError` for a limit outside its range.
        """
        if not 1 <= limit <= MAX_PAGE:
            raise ValueError(f"a page has 1 to {MAX_PAGE} rows, not {limit}")
        conditions = wanted.conditions()
        if cursor is not None:
            conditions.append(tuple_(_c.at_us, _c.seq) < _position(cursor))
        query = select(AUDIT).where(*conditions).order_by(_c.at_us.desc(), _c.seq.desc()).limit(limit + 1)
        rows = await self._rows(query)
        entries = tuple(recorded_of(row) for row in rows[:limit])
        has_more = len(rows) > limit
        return Page(entries=entries, next_cursor=_cursor_after(rows[limit - 1]) if has_more else None)

    async def turn(self, turn_id: str) -> tuple[RecordedEntry, ...]:
        """Return a turn's rows in the order of the chain."""
        query = select(AUDIT).where(_c.turn_id == turn_id).order_by(_c.seq)
        return tuple(recorded_of(row) for row in await self._rows(query))

    async def last(
        self, *, device: str, action: str | None = None, outcome: str | None = None, step: Step = Step.OUTCOME
    ) -> RecordedEntry | None:
        """Return the newest row of `step` about a device, for "who started compressor one"; None if there is none."""
        conditions = AuditFilter(device=device, outcome=outcome, step=step).conditions()
        if action is not None:
            conditions.append(_c.action == action)
        query = select(AUDIT).where(*conditions).order_by(_c.at_us.desc(), _c.seq.desc()).limit(1)
        rows = await self._rows(query)
        return recorded_of(rows[0]) if rows else None

    async def command(self, command_id: str) -> RecordedEntry | None:
        """Return the row in which a command was recorded before it was sent; None if there is none."""
        query = select(AUDIT).where(_c.command_id == command_id, _c.step == Step.COMMANDED.value).limit(1)
        rows = await self._rows(query)
        return recorded_of(rows[0]) if rows else None

    async def open_commands(self, *, since: datetime | None = None) -> tuple[RecordedEntry, ...]:
        """Return commanded rows whose command has no outcome row, oldest first: what a restart must call *unknown*."""
        later = AUDIT.alias("later")
        has_outcome = exists().where(later.c.command_id == _c.command_id, later.c.step == Step.OUTCOME.value)
        conditions = AuditFilter(since=since, step=Step.COMMANDED).conditions()
        query = select(AUDIT).where(*conditions, _c.command_id.is_not(None), ~has_outcome).order_by(_c.seq)
        return tuple(recorded_of(row) for row in await self._rows(query))

    async def not_understood(self, *, since: datetime | None = None, limit: int = 50) -> tuple[MissedSentence, ...]:
        """Return the sentences that were not understood, the most frequent first."""
        count = func.count().label("count")
        last_at_us = func.max(_c.at_us).label("last_at_us")
        query = (
            select(_c.transcript, _c.language, count, last_at_us)
            .where(*AuditFilter(since=since, step=Step.UNDERSTOOD, outcome=NOT_UNDERSTOOD).conditions())
            .where(_c.transcript.is_not(None))
            .group_by(_c.transcript, _c.language)
            .order_by(count.desc(), last_at_us.desc())
            .limit(limit)
        )
        async with self._database.connection() as connection:
            return tuple(
                MissedSentence(
                    text=row.transcript, language=row.language, count=row[2], last_at=from_microseconds(row.last_at_us)
                )
                for row in await connection.execute(query)
            )

    async def head(self) -> Head:
        """Return the last row of the chain, to be kept elsewhere and given to `verify` later."""
        rows = await self._rows(select(_c.seq, _c.hash).order_by(_c.seq.desc()).limit(1))
        return Head(seq=rows[0]["seq"], hash=rows[0]["hash"]) if rows else EMPTY

    async def chunks(self, wanted: AuditFilter = EVERYTHING) -> AsyncIterator[Sequence[RowMapping]]:
        """Yield all wanted rows as stored, oldest first, in chunks that each are a short query of their own.

        So memory stays the same for any number of rows, and a slow reader holds no snapshot that would keep SQLite from
        trimming its write-ahead log.
        """
        conditions = wanted.conditions()
        query = select(AUDIT).order_by(_c.at_us, _c.seq).limit(_CHUNK)
        after: list[ColumnElement[bool]] = []
        while True:
            rows = await self._rows(query.where(*conditions, *after))
            if rows:
                yield rows
            if len(rows) < _CHUNK:
                return
            after = [tuple_(_c.at_us, _c.seq) > (rows[-1]["at_us"], rows[-1]["seq"])]

    async def _rows(self, query: Select[Any]) -> Sequence[RowMapping]:
        async with self._database.connection() as connection:
            result: CursorResult[Any] = await connection.execute(query)
            return result.mappings().all()


def _cursor_after(row: RowMapping) -> str:
    return f"{row['at_us']}.{row['seq']}"


def _position(cursor: str) -> tuple[int, int]:
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise BadCursorError("the cursor is not one of ours: ask again without one")
    return int(match[1]), int(match[2])
