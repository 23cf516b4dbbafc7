"""What comes into a turn: what somebody said, where, and with what right."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.speech.transcribe import Transcript
from devices.plant import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who is taken to be speaking."""

    name: str
    """The key's name, or the station's where nobody signs in."""
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class InputProblem:
    """What is wrong with what came in."""

    code: str
    """The answer's code: `audio_too_long`, …"""
    values: Mapping[str, object] = field(default_factory=dict)
    """What the answer names."""
    message: str = ""
    """The whole story for the person who integrates, with the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One thing said at one station."""

    texts: tuple[str, ...]
    """What was typed, or what was heard, best first; empty when nothing was heard."""
    station: str
    """An id of the plant file's stations; any other place lends no more right than a technician's."""
    speaker: Speaker
    is_without_station: bool = False
    """Whether `station` only names the way in (`http`), which has the speaker's own role."""
    language: str | None = None
    """The station's language when not given."""
    challenge_id: str | None = None
    """The challenge this is meant to answer, where the way in knows it."""
    transcript: Transcript | None = None
    """How it was heard, when it was spoken."""
    problem: InputProblem | None = None
    """Why nothing could be heard, when the way in found that out (a broken recording)."""
    detail: Mapping[str, str] = field(default_factory=dict)
    """What else the way in knows: the recording's name, the channel."""
