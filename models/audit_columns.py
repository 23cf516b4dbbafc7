"""An audit entry as the columns that are stored and hashed, and back."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from models.audit import AuditEntry, RecordedEntry, Step
from models.moment import from_microseconds, to_microseconds

Columns = dict[str, str | int | None]
"""A row by column name, as stored."""

Row = RowMapping | Mapping[str, Any]
"""A row by column name, as read."""

_NUL = "\x00"
_NUL_SHOWN = "\N{SYMBOL FOR NULL}"

_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def columns_of(entry: AuditEntry) -> Columns:
    """Return the columns of `entry`; raises `ValueError` for a time without a zone.

    What no database can hold is replaced, so that no spoken or typed text can make the log fail: NUL becomes U+2400,
    a lone surrogate U+FFFD. Everything else, control characters too, is kept exactly.
    """
    return {
        "at_us": to_microseconds(entry.at),
        "turn_id": _storable(entry.turn_id),
        "step": entry.step.value,
        "station": _storable(entry.station),
        "speaker": _storable(entry.speaker),
        "role": _storable(entry.role),
        "language": _storable(entry.language),
        "transcript": _storable_or_none(entry.transcript),
        "nbest": _json_of(entry.nbest),
        "intent": _storable_or_none(entry.intent),
        "slots": _json_of(entry.slots),
        "device": _storable_or_none(entry.device),
        "action": _storable_or_none(entry.action),
        "command_id": _storable_or_none(entry.command_id),
        "old_state": _storable_or_none(entry.old_state),
        "new_state": _storable_or_none(entry.new_state),
        "outcome": _storable_or_none(entry.outcome),
        "reason": _storable_or_none(entry.reason),
        "detail": _json_of(entry.detail),
    }


def entry_of(row: Row) -> AuditEntry:
    """Return the entry that a row's columns hold."""
    return AuditEntry(
        at=from_microseconds(row["at_us"]),
        turn_id=row["turn_id"],
        step=Step(row["step"]),
        station=row["station"],
        speaker=row["speaker"],
        role=row["role"],
        language=row["language"],
        transcript=row["transcript"],
        nbest=tuple(json.loads(row["nbest"])),
        intent=row["intent"],
        slots=json.loads(row["slots"]),
        device=row["device"],
        action=row["action"],
        command_id=row["command_id"],
        old_state=row["old_state"],
        new_state=row["new_state"],
        outcome=row["outcome"],
        reason=row["reason"],
        detail=json.loads(row["detail"]),
    )


def recorded_of(row: Row) -> RecordedEntry:
    """Return a whole stored row as a value."""
    return RecordedEntry(seq=row["seq"], entry=entry_of(row), prev_hash=row["prev_hash"], hash=row["hash"])


def marked(columns: Columns, **marks: str) -> Columns:
    """Return the columns with `marks` added to their detail."""
    detail: dict[str, str] = json.loads(str(columns["detail"]))
    return {**columns, "detail": _to_json(detail | marks)}


def _json_of(value: tuple[str, ...] | Mapping[str, str]) -> str:
    if not value:
        return "[]" if isinstance(value, tuple) else "{}"
    return _storable(_to_json(value if isinstance(value, tuple) else dict(value)))


def _storable_or_none(text: str | None) -> str | None:
    return None if text is None else _storable(text)


def _storable(text: str) -> str:
    # exactly str: drivers do not bind an enumeration member
    text = str(text)
    if _NUL in text:
        text = text.replace(_NUL, _NUL_SHOWN)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            text = "".join("\N{REPLACEMENT CHARACTER}" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text
