"""Speech in: audio becomes transcripts. The engines stand behind one Protocol."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.speech.grammar import Grammar

SAMPLE_RATE_HZ = 16_000
"""The one rate inside the service; mono, 16-bit signed little-endian."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One recognised word."""

    text: str
    start_s: float
    end_s: float
    confidence: float
    """0 to 1, the engine's own estimate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What was heard, best first."""

    texts: tuple[str, ...]
    """N-best; empty when nothing was heard."""
    words: tuple[Word, ...]
    """Of the best text; empty where the engine gives none."""
    engine: str
    """`vosk:MODEL` or `pocketsphinx:MODEL`."""
    audio_s: float
    decode_s: float


class Decoding(Protocol):
    """One utterance that is decoded while it is spoken. Its methods block; one thread at a time."""

    def feed(self, pcm: bytes) -> None:
        """Take the next part: mono, 16-bit signed little-endian, 16 kHz."""
        ...

    def partial(self) -> str:
        """Return what was heard so far; empty where the engine does not tell."""
        ...

    def finish(self) -> Transcript:
        """Return the transcript; the utterance is over. Raises `HearingFailedError`."""
        ...

    def abandon(self) -> None:
        """Forget the utterance, which nobody wants any more; idempotent, and nothing after `finish`."""
        ...


class Transcriber(Protocol):
    """A recogniser for one language. Its methods block: call them from a worker thread."""

    @property
    def engine(self) -> str:
        """`vosk:MODEL` or `pocketsphinx:MODEL`."""
        ...

    def set_grammar(self, name: str, grammar: Grammar) -> None:
        """Add or replace the grammar called `name`: what people may say in one state of a dialogue."""
        ...

    def begin(self, grammar: str = "free") -> Decoding:
        """Begin an utterance that is decoded while it is spoken.

        Raises `UnknownGrammarError`, `HearingFailedError`.
        """
        ...

    def transcribe(self, pcm: bytes, grammar: str = "free") -> Transcript:
        """Decode one whole utterance.

        `pcm`: mono, 16-bit signed little-endian, 16 kHz. `grammar`: name of a grammar set with `set_grammar`.
        Raises `UnknownGrammarError`, `HearingFailedError`.
        """
        ...

    def unknown_words(self) -> Sequence[str]:
        """Words of the grammar that the model does not know and that can therefore never be heard."""
        ...

    def close(self) -> None:
        """Free the model; idempotent."""
        ...
