"""Numbers in a text: exact, and never split over a boundary ("twenty five" is 25, not 20 and then 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from intents.tokens import Tokens

LONGEST_NUMBER = 15
"""Digits; a longer run of numbers is none that anybody means."""


@dataclass(frozen=True, slots=True)
class NumberSpan:
    """A number that begins at some token."""

    end: int
    """Index of the token behind it."""
    value: str
    """A plain decimal: `3`, `14.7`, `-5`."""
    parts: tuple[str, ...] = ()
    """The numbers it was put together from where it was spelled ("two five" → 2, 5; empty for "twenty five"): such a
    number may have been meant as a list."""


class Numbers(Protocol):
    """The numbers of one text."""

    @property
    def inside(self) -> Sequence[bool]:
        """For each boundary (0: before the first token), whether it is within a number: nothing may end there."""
        ...

    def at(self, index: int) -> Sequence[NumberSpan]:
        """Return the numbers that begin at a token."""
        ...

    def ordinals_at(self, index: int) -> Sequence[NumberSpan]:
        """Return the ordinals ("second") that begin at a token."""
        ...


class Numerals(Protocol):
    """How a language says and writes numbers."""

    def is_numeric(self, token: str) -> bool:
        """Tell whether a token can be a number or part of one by itself; punctuation keeps two such tokens apart."""
        ...

    def may_open(self, token: str) -> bool:
        """Tell whether a number may begin with a token."""
        ...

    def read(self, tokens: Tokens) -> Numbers:
        """Find the numbers of a text."""
        ...

    def spoken(self, number: int) -> tuple[str, ...]:
        """Return the words for a number from 0 to 9999 as people say it, for recognisers and samples."""
        ...

    def zeros_spoken(self) -> Sequence[tuple[str, ...]]:
        """Return other words for zero beside digits ("oh")."""
        ...

    def point_spoken(self) -> Sequence[str]:
        """Return what is said between the digits of a decimal."""
        ...

    def ordinals_spoken(self) -> Sequence[tuple[str, ...]]:
        """Return the ordinals that are words of their own."""
        ...


def plain(value: Decimal) -> str:
    """Write a number as a plain decimal without trailing zeros."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
