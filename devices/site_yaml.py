"""YAML of a site, read so that every mistake is found at once and told with its line."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from devices.mistake import Mistake, nearest

_LARGEST_BYTES: Final = 4 * 1024 * 1024


class Entry:
    """A mapping in a file: reads its values, and notes each that is wrong. A wrong value reads as None or empty."""

    def __init__(self, data: CommentedMap, file: Path, mistakes: list[Mistake], what: str, line: int = 1) -> None:
        self._data = data
        self._line = line
        self._file = file
        self._mistakes = mistakes
        self.what = what
        """How this entry is called in a message: `device dewar-3`."""
        for key in data:
            if not isinstance(key, str):
                self.refuse(
                    key, f"the key {_shown(key)} is not a word", "write a word, in quotes if it looks like a number"
                )

    def __contains__(self, key: str) -> bool:
        """Tell whether `key` is there, even if its value is wrong."""
        return key in self._data

    def is_empty(self, key: str) -> bool:
        """Tell whether `key` is there with nothing behind it."""
        return key in self._data and self._data[key] is None

    def __iter__(self) -> Iterator[str]:
        """Yield the keys in the order of the file."""
        return (key for key in self._data if isinstance(key, str))

    def line(self, key: object = None) -> int:
        """Return the line of `key`, or of the entry, from 1."""
        position = self._data.lc
        if key is not None and key in (position.data or {}):
            return int(position.key(key)[0]) + 1
        return self._line

    def refuse(self, key: object, message: str, remedy: str) -> None:
        """Note a mistake at `key`."""
        text = f"{self.what}: {message}" if self.what else message
        self._mistakes.append(Mistake(file=self._file, line=self.line(key), message=text, remedy=remedy))

    def only(self, *known: str) -> None:
        """Refuse every key that is not `known`."""
        for key in self:
            if key not in known:
                self.refuse(key, f"the key {key!r} is not known here", nearest(key, known))

    def require(self, key: str, example: str) -> bool:
        """Refuse the entry if `key` is missing; tell whether it is there."""
        if key in self._data:
            return True
        self.refuse(None, f"{key} is missing", f"add {key}: {example}")
        return False

    def text(self, key: str) -> str | None:
        """Return the text at `key`."""
        value = self._data.get(key)
        if isinstance(value, str) and value.strip():
            return str(value)
        if key in self._data:
            self.refuse(
                key, f"{key} is {_shown(value)}, not a text", "write a word, in quotes if it looks like a number"
            )
        return None

    def choice(self, key: str, known: Collection[str]) -> str | None:
        """Return the text at `key` if it is one of `known`."""
        value = self.text(key)
        if value is None or value in known:
            return value
        self.refuse(key, f"{key} {value!r} is not known", nearest(value, known))
        return None

    def flag(self, key: str) -> bool | None:
        """Return true or false at `key`."""
        value = self._data.get(key)
        if isinstance(value, bool):
            return value
        if key in self._data:
            self.refuse(key, f"{key} is {_shown(value)}, neither true nor false", "write true or false")
        return None

    def number(self, key: str, *, minimum: float = -math.inf, maximum: float = math.inf) -> float | None:
        """Return the number at `key`, if it lies between `minimum` and `maximum`, both included."""
        value = self._data.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            if key in self._data:
                self.refuse(key, f"{key} is {_shown(value)}, not a number", "write a number, without quotes or unit")
            return None
        if minimum <= value <= maximum:
            return float(value)
        self.refuse(key, f"{key} {value:g} is outside {minimum:g} to {maximum:g}", "write a number in that range")
        return None

    def whole_number(self, key: str, *, minimum: int, maximum: int) -> int | None:
        """Return the whole number at `key`."""
        value = self.number(key, minimum=minimum, maximum=maximum)
        if value is None or value.is_integer():
            return None if value is None else int(value)
        self.refuse(key, f"{key} {value:g} is not a whole number", "write a whole number")
        return None

    def pair(self, key: str) -> tuple[float, float] | None:
        """Return the two numbers at `key`, the smaller first."""
        value = self._data.get(key)
        if (
            isinstance(value, CommentedSeq)
            and [isinstance(v, int | float) and math.isfinite(v) for v in value] == [True] * 2
        ):
            low, high = (float(v) for v in value)
            if low < high:
                return low, high
        if key in self._data:
            self.refuse(key, f"{key} is {_shown(value)}, not two rising numbers", "write [smallest, largest]")
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of texts at `key`; a single text counts as a list of one."""
        value = self._data.get(key)
        items = list(value) if isinstance(value, CommentedSeq) else [value]
        if all(isinstance(item, str) and item.strip() for item in items) and items:
            return tuple(str(item) for item in items)
        if key in self._data:
            self.refuse(key, f"{key} is {_shown(value)}, not a list of texts", "write [word, another]")
        return ()

    def entry(self, key: str, what: str) -> "Entry | None":
        """Return the mapping at `key`."""
        value = self._data.get(key)
        if isinstance(value, CommentedMap):
            return Entry(value, self._file, self._mistakes, what, self.line(key))
        if key in self._data:
            self.refuse(key, f"{key} is {_shown(value)}, not a group of keys", f"write {key}: {{key: value}}")
        return None

    def named_entries(self, key: str, what: str) -> Iterator[tuple[str, "Entry"]]:
        """Yield the mappings that stand by name in the mapping at `key`, each called `what` and its name."""
        group = self.entry(key, self.what)
        for name in group or ():
            entry = group.entry(name, f"{self.what}, {what} {name}".removeprefix(", ")) if group is not None else None
            if entry is not None:
                yield name, entry

    def entries(self, key: str) -> Iterator["Entry"]:
        """Yield the mappings of the list at `key`."""
        value = self._data.get(key)
        if not isinstance(value, CommentedSeq):
            if key in self._data:
                self.refuse(key, f"{key} is {_shown(value)}, not a list", f"begin each of the {key} with '- '")
            return
        for index, item in enumerate(value):
            what, line = f"{key} {index + 1}", int(value.lc.item(index)[0]) + 1
            if isinstance(item, CommentedMap):
                yield Entry(item, self._file, self._mistakes, what, line)
                continue
            message, remedy = f"{what} is {_shown(item)}, not a group of keys", "write {key: value, …} after the '- '"
            self._mistakes.append(Mistake(file=self._file, line=line, message=message, remedy=remedy))

    def words(self, key: str, languages: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """Return the texts by language at `key`; refuses a language that is not one of `languages`."""
        group = self.entry(key, f"{self.what}, {key}")
        if group is None:
            return {}
        group.only(*languages)
        return {language: group.texts(language) for language in group if language in languages}


def read_yaml(file: Path, mistakes: list[Mistake]) -> Entry | None:
    """Read a file of which the outermost thing is a mapping; notes what is wrong and returns None if it is not."""
    try:
        data = _parse(_read_text(file))
    except _UnreadableError as exc:
        mistakes.append(Mistake(file=file, line=exc.line, message=str(exc), remedy=exc.remedy))
        return None
    return Entry(data, file, mistakes, "")


class _UnreadableError(Exception):
    def __init__(self, message: str, remedy: str, line: int = 0) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.line = line


def _read_text(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError as exc:
        raise _UnreadableError(
            f"the file cannot be read: {exc.strerror}", "check the path and who may read it"
        ) from exc
    if len(content) > _LARGEST_BYTES:
        raise _UnreadableError(
            f"the file has {len(content)} bytes, more than {_LARGEST_BYTES}", "is this the right file?"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise _UnreadableError(f"byte {exc.start} is not UTF-8", "save the file as UTF-8", line) from exc


def _parse(text: str) -> CommentedMap:
    try:
        data = YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as exc:
        mark, problem = exc.problem_mark or exc.context_mark, str(exc.problem or exc.context)
        raise _UnreadableError(f"not YAML: {problem}", _yaml_remedy(problem), mark.line + 1 if mark else 0) from exc
    except (YAMLError, ValueError, RecursionError) as exc:
        first_line = str(exc).partition("\n")[0][:200]
        raise _UnreadableError(f"not YAML: {first_line}", "compare with the demo plant's file") from exc
    if not isinstance(data, CommentedMap):
        raise _UnreadableError(f"the file holds {_shown(data)}, not keys", "compare with the demo plant's file", 1)
    return data


def _yaml_remedy(problem: str) -> str:
    if "duplicate key" in problem:
        return "keep one of the two"
    if "\\t" in problem or "tab" in problem:
        return "indent with spaces"
    return "look at the brackets, quotes, colons and indentation of this line and the one before"


def _shown(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, CommentedMap):
        return "a group of keys"
    if isinstance(value, CommentedSeq):
        return "a list"
    return repr(str(value)[:60]) if isinstance(value, str) else str(value)[:60]
