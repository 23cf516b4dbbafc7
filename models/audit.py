"""The audit log: one append-only, hash-chained row for each step of a turn that matters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, SmallInteger, Table, text
from sqlmodel import Field

from models.tables import SiteTable


class Step(StrEnum):
    """The steps of a turn that are recorded."""

    HEARD = "heard"
    UNDERSTOOD = "understood"
    DECIDED = "decided"
    CONFIRMED = "confirmed"
    COMMANDED = "commanded"
    OUTCOME = "outcome"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """What is to be recorded of one step; the log adds sequence number and hashes."""

    at: datetime
    """Aware UTC."""
    turn_id: str
    step: Step
    station: str
    speaker: str
    role: str
    language: str
    transcript: str | None = None
    nbest: tuple[str, ...] = ()
    intent: str | None = None
    slots: Mapping[str, str] = field(default_factory=dict)
    device: str | None = None
    action: str | None = None
    command_id: str | None = None
    old_state: str | None = None
    new_state: str | None = None
    outcome: str | None = None
    reason: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    """Anything else worth keeping: the answer's text, the template, the challenge id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEntry:
    """One row of the log, as it was committed."""

    seq: int
    """Position in the chain, from 1, without gaps."""
    entry: AuditEntry
    prev_hash: str
    """`hash` of the row before."""
    hash: str
    """SHA-256 of this row, see `models.chain`."""


def _index_where_known(name: str, *columns: str) -> Index:
    # most rows have none of these values: an index of those that do costs less to write
    condition = text(f"{columns[0]} IS NOT NULL")
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


class AuditRow(SiteTable, table=True):
    """The table `audit`. Triggers in its migration refuse UPDATE, DELETE and rows that do not continue the chain.

    Values that are not text are kept in one exact form, because the hash covers them as they are stored: times as
    microseconds since 1970 UTC, `nbest`, `slots` and `detail` as compact JSON with sorted keys.
    """

    __tablename__: ClassVar[str] = "audit"
    __table_args__: ClassVar[tuple[object, ...]] = (
        CheckConstraint("seq > 0", name="audit_seq_positive"),
        Index("ix_audit_at", "at_us"),
        Index("ix_audit_station", "station", "at_us"),
        Index("ix_audit_speaker", "speaker", "at_us"),
        Index("ix_audit_turn", "turn_id"),
        _index_where_known("ix_audit_device", "device", "at_us"),
        _index_where_known("ix_audit_intent", "intent", "at_us"),
        _index_where_known("ix_audit_outcome", "outcome", "at_us"),
        _index_where_known("ix_audit_command", "command_id"),
    )

    seq: int = Field(
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer, "sqlite"),
        sa_column_kwargs={"autoincrement": False},
    )
    format: int = Field(sa_type=SmallInteger)
    """`models.chain.FORMAT` when the row was written."""
    prev_hash: str
    hash: str
    at_us: int = Field(sa_type=BigInteger)
    turn_id: str
    step: str
    station: str
    speaker: str
    role: str
    language: str
    transcript: str | None = None
    nbest: str
    """JSON array of text."""
    intent: str | None = None
    slots: str
    """JSON object of text."""
    device: str | None = None
    action: str | None = None
    command_id: str | None = None
    old_state: str | None = None
    new_state: str | None = None
    outcome: str | None = None
    reason: str | None = None
    detail: str
    """JSON object of text."""


AUDIT: Final[Table] = SiteTable.metadata.tables["audit"]
"""The same table for statements: rows are read and written as columns, never as tracked objects."""
