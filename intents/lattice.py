"""One text with all that may stand in it: words, numbers, and values of lists, each with where it ends."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from intents.numerals import Numbers
from intents.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Lattice:
    """One text while it is understood."""

    text: str
    tokens: Tokens
    numbers: Numbers
    skips: dict[int, int]
    """Fillers ("um", "please"): where one begins → where it ends."""
    memory: dict[tuple[int, int], Any] = field(default_factory=dict)
    """What sources have worked out for this text, by source and place."""


class Source(Protocol):
    """Where the values of a list come from."""

    def ends(self, lattice: Lattice, start: int) -> Sequence[int]:
        """Return where values that begin at a token may end."""
        ...

    def values(self, lattice: Lattice, start: int, end: int) -> Sequence[Any]:
        """Return the values that stand between two tokens."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSource:
    """A list of numbers: a range with steps, or any number."""

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    step: Decimal | None = None
    """Counted from the minimum; `None` allows any fraction."""
    multiplier: Decimal = Decimal(1)
    is_spelled_allowed: bool = False
    """Whether "two five" may stand for 25."""
    is_ordinal: bool = False

    def ends(self, lattice: Lattice, start: int) -> Sequence[int]:
        """Return where numbers of the range that begin at a token end."""
        return [span.end for span in self._spans(lattice, start)]

    def values(self, lattice: Lattice, start: int, end: int) -> Sequence[Any]:
        """Return the numbers between two tokens, as `NumberSpan`."""
        return [span for span in self._spans(lattice, start) if span.end == end]

    def _spans(self, lattice: Lattice, start: int) -> list[Any]:
        spans = lattice.numbers.ordinals_at(start) if self.is_ordinal else lattice.numbers.at(start)
        return [
            span for span in spans if (self.is_spelled_allowed or not span.parts) and self._allows(Decimal(span.value))
        ]

    def _allows(self, value: Decimal) -> bool:
        if self.minimum is not None and value < self.minimum:
            return False
        if self.maximum is not None and value > self.maximum:
            return False
        return self.step is None or (value - (self.minimum or 0)) % self.step == 0
