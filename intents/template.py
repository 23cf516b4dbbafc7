"""Parse hassil's template syntax: `literal [optional] (one|other) (any;order) {list} {list:slot} <rule>`."""

import re
from dataclasses import dataclass

from intents.errors import TemplateError
from intents.expression import NOTHING, Alternative, Expression, ListRef, Permutation, RuleRef, Sequence, Text

_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_SPECIAL = frozenset("()[]{}<>|;\\")
_NAME = re.compile(r"[^\W\d]\w*")
_RANGE = re.compile(r"-?\d+\.\.-?\d+(?:,\d+)?")
_MOST_PERMUTED = 6
"""6 parts have 720 orders; more is a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a template begins."""

    file: str
    line: int
    """1 for the first."""
    column: int
    """1 for the first."""

    def __str__(self) -> str:
        """Return `file:line`, as editors read it."""
        return f"{self.file}:{self.line}"

    def error(self, message: str, offset: int = 0) -> TemplateError:
        """Return an error that names file, line and column; `offset` is counted within the template."""
        return TemplateError(f"{self.file}:{self.line}:{self.column + offset}: {message}")


def parse_template(text: str, place: Place) -> Expression:
    """Parse one template; raises `TemplateError` with the column of the mistake and a remedy."""
    parser = _Parser(text, place)
    expression = parser.group(None, 0)
    if not text.strip():
        raise place.error("the template is empty; write a sentence or remove it")
    return expression


class _Parser:
    """Recursive descent over one template."""

    def __init__(self, text: str, place: Place) -> None:
        self._text = text
        self._place = place
        self._at = 0

    def group(self, closing: str | None, opened_at: int) -> Expression:
        """Read up to `closing` (or the end): sequences parted by `|` or by `;`, never by both."""
        parts: list[Expression] = []
        items: list[Expression] = []
        separator: str | None = None
        while self._at < len(self._text):
            character = self._text[self._at]
            if character == closing:
                break
            if character in "|;":
                if separator not in (None, character):
                    raise self._error("| and ; are mixed in one group; put one of them into parentheses of its own")
                separator = character
                parts.append(_sequence(items))
                items = []
                self._at += 1
            else:
                items.append(self._item(character))
        else:
            if closing is not None:
                raise self._error(f"{self._text[opened_at]!r} is never closed; add {closing!r}", opened_at)
        parts.append(_sequence(items))
        self._at += 1
        if separator == ";":
            if len(parts) > _MOST_PERMUTED:
                raise self._error(f"{len(parts)} parts in any order are too many; the limit is {_MOST_PERMUTED}")
            return Permutation(items=tuple(parts))
        return parts[0] if len(parts) == 1 else Alternative(items=tuple(parts))

    def _item(self, character: str) -> Expression:
        opened_at = self._at
        if character in "([":
            self._at += 1
            inner = self.group(_CLOSING[character], opened_at)
            return inner if character == "(" else Alternative(items=(inner, NOTHING))
        if character in "{<":
            end = self._text.find(_CLOSING[character], opened_at)
            if end < 0:
                raise self._error(f"{character!r} is never closed; add {_CLOSING[character]!r}")
            self._at = end + 1
            name = self._text[opened_at + 1 : end].strip()
            return self._list(name, opened_at) if character == "{" else self._rule(name, opened_at)
        if character in ")]}>":
            raise self._error(f"{character!r} closes nothing; remove it or write \\{character}")
        return self._literal()

    def _literal(self) -> Text:
        found: list[str] = []
        while self._at < len(self._text):
            character = self._text[self._at]
            if character == "\\":
                if self._at + 1 == len(self._text):
                    raise self._error("a backslash ends the template; write \\\\ for the character itself")
                found.append(self._text[self._at + 1])
                self._at += 2
            elif character in _SPECIAL:
                break
            else:
                found.append(character)
                self._at += 1
        return Text(text="".join(found))

    def _list(self, name: str, at: int) -> ListRef:
        list_name, _, slot = name.partition(":")
        list_name, slot = list_name.strip(), slot.strip()
        if _RANGE.fullmatch(list_name):
            if not slot:
                raise self._error(f"the range {{{name}}} names no slot; write {{{name}:slot}}", at)
        elif not _NAME.fullmatch(list_name):
            raise self._error(
                f"{{{name}}} is no list name; write {{list}}, {{list:slot}} or {{from..to,step:slot}}", at
            )
        if slot and not _NAME.fullmatch(slot):
            raise self._error(f"{slot!r} is no slot name; use letters, digits and _", at)
        return ListRef(list_name=list_name, slot=slot or list_name)

    def _rule(self, name: str, at: int) -> RuleRef:
        if not _NAME.fullmatch(name):
            raise self._error(f"<{name}> is no rule name; use letters, digits and _", at)
        return RuleRef(rule=name)

    def _error(self, message: str, at: int | None = None) -> TemplateError:
        return self._place.error(f"{message} (in: {self._text})", self._at if at is None else at)


def _sequence(items: list[Expression]) -> Expression:
    return items[0] if len(items) == 1 else Sequence(items=tuple(items))
