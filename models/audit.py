"""The audit log: one append-only, hash-chained row for each step of a turn that matters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


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
