"""Speech out: a sentence becomes audio, by one synthesizer for each language, cached."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A spoken sentence."""

    wav: bytes
    """A complete RIFF WAV, mono, PCM16."""
    duration_s: float


class Synthesizer(Protocol):
    """A voice for one or more languages."""

    async def say(self, text: str, language: str) -> Speech:
        """Speak `text`; raises `SpeechUnavailableError` when no voice can."""
        ...

    async def close(self) -> None:
        """Stop workers; idempotent."""
        ...
