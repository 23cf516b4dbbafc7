"""What was measured, for some weeks.

On SQLite the readings have a file of their own beside the audit log's, as a file takes one writer at a time: storing
them never makes an audit row wait.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Self

from sqlalchemy import BigInteger, Double, Index, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field

from models.database import Database, parse_url
from models.migrate import Schema
from models.moment import from_microseconds, to_microseconds
from models.tables import ReadingsTable

_FORGET_AT_ONCE = 5000


class ReadingRow(ReadingsTable, table=True):
    """The table `reading`."""

    __tablename__: ClassVar[str] = "reading"
    __table_args__: ClassVar[tuple[object, ...]] = (
        Index("ix_reading_at", "measured_at_us"),
        {"sqlite_with_rowid": False},
    )

    device: str = Field(primary_key=True)
    measurement: str = Field(primary_key=True)
    measured_at_us: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    value: float = Field(sa_type=Double)


_READINGS: Final[Table] = ReadingsTable.metadata.tables["reading"]
_c = _READINGS.c


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReading:
    """One measured value."""

    device: str
    measurement: str
    """The name in the plant file, unit last: `level_pct`."""
    measured_at: datetime
    """Aware; when the meter measured, not when it was heard of."""
    value: float


class ReadingStore:
    """Measured values over time. Every method may raise `DatabaseError`; a lost reading must never stop anything."""

    def __init__(self, database: Database) -> None:
        """Keep readings in `database`. Use `open`."""
        self._database = database

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open the readings that belong to the audit log at `url`; raises `DatabaseError`.

        They are in `NAME-readings.sqlite` beside `NAME.sqlite`, on PostgreSQL in the same database.
        """
        return cls(await Database.open(readings_url(url), Schema.READINGS))

    async def close(self) -> None:
        """Close the database."""
        await self._database.close()

    async def __aenter__(self) -> Self:
        """Return this open store."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()

    async def add(self, readings: Iterable[StoredReading]) -> None:
        """Store a batch in one commit. What is stored already, and what is no number (NaN, infinity), is left out."""
        rows = [
            {
                "device": reading.device,
                "measurement": reading.measurement,
                "measured_at_us": to_microseconds(reading.measured_at),
                "value": float(reading.value),
            }
            for reading in readings
            if math.isfinite(reading.value)
        ]
        if not rows:
            return
        dialect = sqlite if self._database.is_sqlite else postgresql
        async with self._database.writing() as connection:
            await connection.execute(dialect.insert(_READINGS).on_conflict_do_nothing(), rows)

    async def series(
        self,
        device: str,
        measurement: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 1000,
    ) -> tuple[StoredReading, ...]:
        """Return the newest `limit` values in [since, until), oldest first."""
        query = select(_READINGS).where(_c.device == device, _c.measurement == measurement)
        if since is not None:
            query = query.where(_c.measured_at_us >= to_microseconds(since))
        if until is not None:
            query = query.where(_c.measured_at_us < to_microseconds(until))
        async with self._database.connection() as connection:
            rows = (await connection.execute(query.order_by(_c.measured_at_us.desc()).limit(limit))).all()
        return tuple(
            StoredReading(
                device=row.device,
                measurement=row.measurement,
                measured_at=from_microseconds(row.measured_at_us),
                value=row.value,
            )
            for row in reversed(rows)
        )

    async def forget_before(self, moment: datetime) -> int:
        """Delete what was measured before `moment`, some thousand rows per commit; return how many went."""
        forgotten = 0
        while True:
            async with self._database.writing() as connection:
                # the newest of a slice of old rows: portable, where DELETE … LIMIT is not
                slice_ = (
                    select(_c.measured_at_us)
                    .where(_c.measured_at_us < to_microseconds(moment))
                    .order_by(_c.measured_at_us)
                    .limit(_FORGET_AT_ONCE)
                )
                oldest = (await connection.execute(slice_)).scalars().all()
                if not oldest:
                    return forgotten
                forgotten += (
                    await connection.execute(delete(_READINGS).where(_c.measured_at_us <= oldest[-1]))
                ).rowcount


def readings_url(url: str) -> str:
    """Return the URL of the readings that belong to the audit log at `url`; raises `DatabaseUrlError`."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        path = Path(parsed.database)
        parsed = parsed.set(database=str(path.with_name(f"{path.stem}-readings{path.suffix}")))
    return parsed.render_as_string(hide_password=False)
