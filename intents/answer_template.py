"""The little language of answer sentences: `text {value:form} [left out when a value in it is missing]`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from intents.errors import AnswerFileError

_TOKEN = re.compile(r"\{(?P<name>[a-z_][a-z0-9_]*)(?::(?P<form>[^{}]*))?\}|(?P<mark>[\[\]])|(?P<text>[^{}\[\]]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A place where a value is written."""

    name: str
    """The value's name."""
    form: str
    """How it is written: `name`, `as MPa`, `word states`, …; empty for as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Parts that stand or fall together."""

    parts: "tuple[str | Field | Group, ...]"
    """Text, fields and optional groups, in order."""

    def fields(self, *, required_only: bool = False) -> Iterator[Field]:
        """Yield the fields in order; with `required_only`, without those of optional groups."""
        for part in self.parts:
            if isinstance(part, Field):
                yield part
            elif isinstance(part, Group) and not required_only:
                yield from part.fields()


def parse_answer(text: str) -> Group:
    """Parse one answer sentence.

    Raises:
        AnswerFileError: a bracket or brace has no partner, or a value's name is not lower-case letters.

    """
    stack: list[list[str | Field | Group]] = [[]]
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise AnswerFileError(f"column {position + 1} of {text!r}: expected text, [, ] or {{name:form}}")
        position = token.end()
        if name := token["name"]:
            stack[-1].append(Field(name=name, form=(token["form"] or "").strip()))
        elif token["mark"] == "[":
            stack.append([])
        elif token["mark"] == "]":
            if len(stack) == 1:
                raise AnswerFileError(f"column {position} of {text!r}: ] without [")
            optional = stack.pop()
            stack[-1].append(Group(parts=tuple(optional)))
        else:
            stack[-1].append(token["text"])
    if len(stack) > 1:
        raise AnswerFileError(f"{text!r}: [ without ]")
    return Group(parts=tuple(stack[0]))
