"""One text with all that may stand in it: words, numbers, and values of lists, each with where it ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate
from typing import Any, NamedTuple, Protocol

from intents.numerals import Numbers, NumberSpan, Numerals, plain
from intents.tokens import Tokens

_MOST_TOKENS = 20_000
_NOWHERE: frozenset[int] = frozenset()


class Filled(NamedTuple):
    """A slot with its value, and the tokens that said it."""

    slot: str
    list_name: str
    value: Any
    start: int
    end: int


class AnyText(NamedTuple):
    """The value of a wildcard: its tokens say it all."""


ANY_TEXT = AnyText()


@dataclass(frozen=True, slots=True)
class Lattice:
    """One text while it is understood."""

    text: str
    tokens: Tokens
    numbers: Numbers
    skips: Mapping[int, int]
    """Fillers ("um"): where one begins → where it ends."""
    respellings: Mapping[int, Sequence[tuple[int, tuple[str, ...]]]]
    """Other spellings of words: where one begins → where it ends, and how the templates spell it."""
    detours: frozenset[int]
    """Where either begins."""
    bends: tuple[int, ...]
    """For each place, how many detours end at it or before it; empty where there are none."""
    memory: dict[tuple[int, int], Any] = field(default_factory=dict)
    """What sources have worked out for this text, by source and place."""
    found: dict[tuple[int, int, int], list[Any]] = field(default_factory=dict)
    """The values they have found, by source, start and end."""

    @property
    def is_straight(self) -> bool:
        """Whether each token is just the next one."""
        return not self.detours

    def is_straight_between(self, start: int, end: int) -> bool:
        """Whether no detour ends behind `start` and up to `end`."""
        return not self.bends or self.bends[start] == self.bends[end]


def lattice_of(
    text: str,
    tokens: Tokens,
    numbers: Numbers,
    skips: Mapping[int, int],
    respellings: Mapping[int, Sequence[tuple[int, tuple[str, ...]]]],
) -> Lattice:
    """Return the lattice of a text."""
    if not skips and not respellings:
        return Lattice(text, tokens, numbers, skips, respellings, _NOWHERE, ())
    bends = [0] * (len(tokens.texts) + 1)
    for end in skips.values():
        bends[end] += 1
    for found in respellings.values():
        for end, _ in found:
            bends[end] += 1
    detours = frozenset((*skips, *respellings))
    return Lattice(text, tokens, numbers, skips, respellings, detours, tuple(accumulate(bends)))


class Source(Protocol):
    """Where the values of a list come from."""

    def may_open(self, token: str) -> bool:
        """Tell whether a value may begin with a token; asked once for each token that ever occurs."""
        ...

    def ends(self, lattice: Lattice, start: int) -> Sequence[int]:
        """Return where values that begin at a token may end."""
        ...

    def values(self, lattice: Lattice, start: int, end: int) -> Sequence[Any]:
        """Return the values that stand between two tokens."""
        ...


class Sources:
    """The lists that templates may refer to."""

    __slots__ = ("_by_name", "_opening")

    def __init__(self, by_name: Mapping[str, Source]) -> None:
        self._by_name = dict(by_name)
        self._opening: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, name: str) -> Source:
        """Return a list by name."""
        return self._by_name[name]

    def __contains__(self, name: str) -> bool:
        """Tell whether there is such a list."""
        return name in self._by_name

    def names(self) -> list[str]:
        """Return the names of all lists."""
        return list(self._by_name)

    def add(self, name: str, source: Source) -> None:
        """Add a list."""
        self._by_name[name] = source

    def opening(self, token: str) -> tuple[str, ...]:
        """Return the lists of which a value may begin with a token."""
        found = self._opening.get(token)
        if found is None:
            found = tuple(name for name, source in self._by_name.items() if source.may_open(token))
            if len(self._opening) < _MOST_TOKENS:
                self._opening[token] = found
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSource:
    """A list of numbers: a range with steps, or any number."""

    numerals: Numerals
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    step: Decimal | None = None
    """Counted from the minimum; `None` allows any fraction."""
    multiplier: Decimal = Decimal(1)
    is_spelled_allowed: bool = False
    """Whether "two five" may stand for 25."""
    is_ordinal: bool = False

    def may_open(self, token: str) -> bool:
        """Tell whether a number may begin with a token."""
        return self.numerals.may_open(token)

    def ends(self, lattice: Lattice, start: int) -> Sequence[int]:
        """Return where numbers of the range that begin at a token end."""
        spans = lattice.numbers.ordinals_at(start) if self.is_ordinal else lattice.numbers.at(start)
        return [span.end for span in spans if self._allows(span)] if spans else ()

    def values(self, lattice: Lattice, start: int, end: int) -> Sequence[Any]:
        """Return the numbers between two tokens, as `NumberSpan`."""
        spans = lattice.numbers.ordinals_at(start) if self.is_ordinal else lattice.numbers.at(start)
        return [self._multiplied(span) for span in spans if span.end == end and self._allows(span)]

    def _multiplied(self, span: NumberSpan) -> NumberSpan:
        if self.multiplier == 1:
            return span
        return NumberSpan(span.end, plain(Decimal(span.value) * self.multiplier), span.parts)

    def _allows(self, span: NumberSpan) -> bool:
        if span.parts and not self.is_spelled_allowed:
            return False
        if self.minimum is self.maximum is self.step is None:
            return True
        value = Decimal(span.value)
        if self.minimum is not None and value < self.minimum:
            return False
        if self.maximum is not None and value > self.maximum:
            return False
        return self.step is None or (value - (self.minimum or 0)) % self.step == 0
