"""Audit entries to write in tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from models.audit import AuditEntry, Step

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)

STARTED = AuditEntry(
    at=NOON,
    turn_id="turn-1",
    step=Step.OUTCOME,
    station="room-mic",
    speaker="yamada",
    role="operator",
    language="ja",
    transcript="圧縮機1号機を起動して",
    nbest=("圧縮機1号機を起動して", "圧縮機1号機を機動して"),
    intent="StartCompressor",
    slots={"device": "compressor-1"},
    device="compressor-1",
    action="start",
    command_id="command-1",
    old_state="READY",
    new_state="RUNNING",
    outcome="done",
    reason=None,
    detail={"answer": "圧縮機1が起動しました。"},
)


def an_entry(**changes: Any) -> AuditEntry:
    """Return a full entry with some columns changed."""
    return replace(STARTED, **changes)


def some_entries(count: int, **changes: Any) -> tuple[AuditEntry, ...]:
    """Return entries a second apart, each of a turn of its own."""
    return tuple(
        an_entry(at=NOON + timedelta(seconds=number), turn_id=f"turn-{number}", **changes) for number in range(count)
    )
