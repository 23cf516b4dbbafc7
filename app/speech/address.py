"""Whether an utterance is, or begins with, the address of an always-listening station, judged by its sound.

A recogniser that expects sentences makes the most likely of them of whatever it hears. What is asked here is the other
question: does this sound like the address, rather than like anything else?
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressHeard:
    """The address was heard."""

    score: float
    """How well it fits, against anything else; higher is better. Comparable within one engine only."""
    end_s: float
    """Where it ends in the sound that was given."""
    is_alone: bool
    """Whether nothing else was said."""


class AddressSpotter(Protocol):
    """Listens for the address of one language. Its method blocks: call it from a worker thread; several may."""

    def listen(self, pcm: bytes) -> AddressHeard | None:
        """Judge one utterance: 16 kHz, mono, PCM16, from before its first word. `None`: it is something else.

        Raises `HearingFailedError`.
        """
        ...
