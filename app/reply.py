"""What comes out of a turn: one spoken answer and what it stands for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.speech.transcribe import Transcript
from app.speech.voice_settings import VoiceSettings
from devices.reading import Reading


class Status(StrEnum):
    """How a turn ended."""

    ANSWERED = "answered"
    DONE = "done"
    NEEDS_CONFIRMATION = "needs_confirmation"
    AMBIGUOUS = "ambiguous"
    NO_ACTION = "no_action"
    REFUSED = "refused"
    REJECTED = "rejected"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    NOT_UNDERSTOOD = "not_understood"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What has to be said, at the same station, before something is done."""

    challenge_id: str
    say: str
    """The sentence that confirms, in the station's language."""
    expires_at: datetime
    """Aware UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandReport:
    """A command that was given in this turn, and what became of it."""

    command_id: str
    device: str
    action: str
    outcome: str
    """`done`, `rejected`, `failed`, `expired` or `unknown`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to one utterance."""

    turn_id: str
    status: Status
    speech: str
    """The answer as it is spoken."""
    language: str
    intent: str | None = None
    slots: Mapping[str, str] = field(default_factory=dict)
    transcript: Transcript | None = None
    commands: tuple[CommandReport, ...] = ()
    """The commands of the turn; more than one only for a stop of everything."""
    challenge: Challenge | None = None
    readings: tuple[Reading, ...] = ()
    reason: str | None = None
    """The code of the answer: stable, for programs."""
    voice: VoiceSettings = field(default_factory=VoiceSettings)
    """How the answer is spoken where it was asked for."""
