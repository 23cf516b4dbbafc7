"""How something is said: rate, volume, pitch and voice."""

from dataclasses import dataclass

from app.speech.frames import SpeechRequest
from app.speech.spoken import Phrase

USUAL_WORDS_PER_MINUTE = 165
"""A calm announcer."""
_SLOWEST, _FASTEST = 80, 400
_OCTAVE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceSettings:
    """How something is said: what a station may have its own way. Raises `ValueError` for a value out of range."""

    words_per_minute: int = USUAL_WORDS_PER_MINUTE
    """English words, 80 to 400; Japanese is spoken faster or slower in proportion."""
    volume: float = 1.0
    """0 to 1."""
    half_tones: float = 0.0
    """Higher or lower than the voice's own pitch, -12 to 12; eSpeak moves about two thirds of it."""
    names: tuple[tuple[str, str], ...] = ()
    """Voices other than the usual ones, as (language, name): ("en", "gmw/en-gb-scotland"), ("en", "gmw/en-us+f3")."""

    def __post_init__(self) -> None:
        """Check the ranges."""
        if not _SLOWEST <= self.words_per_minute <= _FASTEST:
            raise ValueError(
                f"speaking rate {self.words_per_minute} is outside {_SLOWEST} to {_FASTEST} words per minute"
            )
        if not 0 <= self.volume <= 1:
            raise ValueError(f"volume {self.volume} is outside 0 to 1")
        if not -_OCTAVE <= self.half_tones <= _OCTAVE:
            raise ValueError(f"pitch {self.half_tones} is outside -{_OCTAVE} to {_OCTAVE} half tones")

    def request(self, phrase: Phrase) -> SpeechRequest:
        """Ask the phrase's engine so."""
        return SpeechRequest(
            text=phrase.text,
            words_per_minute=self.words_per_minute,
            volume=self.volume,
            half_tones=self.half_tones,
            voice=dict(self.names).get(phrase.language),
        )
