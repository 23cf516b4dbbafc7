"""What a sentence template says, as a tree. `template.py` makes it, `network.py` turns it into arcs."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Literal characters; blanks in it part words, and what touches it without a blank belongs to the same word."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRef:
    """`{list}` or `{list:slot}`: one value of a list."""

    list_name: str
    """A list of the files, one the plant provides (`device`, `kind`, `number`), or a range written out (`0..100,5`)."""
    slot: str
    """Where the value goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRef:
    """`<rule>`: an expansion rule by name."""

    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """One after the other; empty matches nothing at all."""

    items: tuple["Expression", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """`(a|b)`: one of them. `[a]` is an alternative with an empty sequence."""

    items: tuple["Expression", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permutation:
    """`(a;b)`: all of them, in any order."""

    items: tuple["Expression", ...]


Expression = Text | ListRef | RuleRef | Sequence | Alternative | Permutation

NOTHING = Sequence()
"""Matches no word."""


def one_of(expressions: Iterable[Expression]) -> Expression:
    """Return what says any of some expressions. What they begin with alike is said once."""
    rests: dict[Expression | None, list[Sequence]] = {}
    for expression in expressions:
        items = expression.items if isinstance(expression, Sequence) else (expression,)
        rests.setdefault(items[0] if items else None, []).append(Sequence(items=items[1:]))
    ways: list[Expression] = []
    for first, behind in rests.items():
        if first is None:
            ways.append(NOTHING)
        elif len(behind) == 1:
            ways.append(Sequence(items=(first, *behind[0].items)))
        else:
            ways.append(Sequence(items=(first, one_of(behind))))
    return ways[0] if len(ways) == 1 else Alternative(items=tuple(ways))
