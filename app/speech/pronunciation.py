"""Reads `pronunciations/LANGUAGE.yaml` and a site's own additions to it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from app.speech.errors import PronunciationFileError, SpeechUnavailableError

_SHIPPED = Path(__file__).parent / "pronunciations"
_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitWords:
    """How a unit is said after a number."""

    one: str
    """After exactly 1."""
    many: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberWords:
    """How numbers, dates and times are put into words; each is a format string with the names shown."""

    minus: str
    range: str
    """`{first}`, `{last}`."""
    measure: str
    """`{number}`, `{unit}`."""
    device: str
    """`{name}`, `{number}`; for an id such as `valve-7`."""
    date: str
    """`{year}`, `{month}`, `{day}`."""
    months: tuple[str, ...]
    """January to December."""
    time: str
    """`{hour}`, `{minute}`."""
    full_hour: str
    """`{hour}`; for a time with no minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pronunciation:
    """What a language's file says; written text is the key, spoken text the value."""

    language: str
    words: Mapping[str, str]
    units: Mapping[str, UnitWords]
    symbols: Mapping[str, str]
    patterns: tuple[tuple[re.Pattern[str], str], ...]
    """Regular expressions and what they are replaced by, in this order, before the words."""
    numbers: NumberWords


def languages() -> tuple[str, ...]:
    """Languages with a pronunciation file."""
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.yaml")))


def load_pronunciation(language: str, extra: Sequence[Path] = ()) -> Pronunciation:
    """Read a language's file, then a site's own, whose entries win. Files of other languages are passed over.

    Raises `PronunciationFileError` with file, line and remedy; `SpeechUnavailableError` for a language without a file.
    """
    path = _SHIPPED / f"{language}.yaml"
    if language not in languages():
        raise SpeechUnavailableError(
            f"there is no voice for the language {language!r}, only for {', '.join(languages())}"
        )
    words: dict[str, str] = {}
    units: dict[str, UnitWords] = {}
    symbols: dict[str, str] = {}
    patterns: list[tuple[re.Pattern[str], str]] = []
    numbers: NumberWords | None = None
    for source in (path, *extra):
        document = _read(source)
        if document.get("language") != language:
            continue
        words |= dict(_texts(document, "words", source))
        symbols |= dict(_texts(document, "symbols", source))
        units |= dict(_units(document, source))
        patterns += _patterns(document, source)
        if "numbers" in document:
            numbers = _numbers(document, source)
    if numbers is None:
        raise PronunciationFileError(f"{path}:1: there is no `numbers`. Take it from the file as it was shipped.")
    return Pronunciation(
        language=language, words=words, units=units, symbols=symbols, patterns=tuple(patterns), numbers=numbers
    )


def _read(path: Path) -> CommentedMap:
    try:
        document = YAML().load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as exc:
        raise PronunciationFileError(f"{path}: cannot be read: {exc}. Give a UTF-8 file that exists.") from exc
    except MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 1
        raise PronunciationFileError(f"{path}:{line}: {exc.problem}. Put texts with symbols into quotes.") from exc
    except YAMLError as exc:
        raise PronunciationFileError(f"{path}: {exc}. Correct the YAML.") from exc
    if not isinstance(document, CommentedMap):
        raise PronunciationFileError(f"{path}:1: this is no table. Begin with `language: en` and `words:`.")
    allowed = {"language", "words", "units", "symbols", "patterns", "numbers"}
    for key in document:
        if key not in allowed:
            raise PronunciationFileError(
                f"{path}:{document.lc.key(key)[0] + 1}: `{key}` means nothing here. Use {', '.join(sorted(allowed))}."
            )
    return document


def _section(document: CommentedMap, name: str, path: Path) -> CommentedMap:
    section = document.get(name) or CommentedMap()
    if not isinstance(section, CommentedMap):
        raise PronunciationFileError(
            f"{path}:{document.lc.key(name)[0] + 1}: `{name}` is no table. Write `written: spoken`, a line each."
        )
    return section


def _texts(document: CommentedMap, name: str, path: Path) -> Iterable[tuple[str, str]]:
    section = _section(document, name, path)
    for key, value in section.items():
        if not isinstance(key, str) or not isinstance(value, str) or not key:
            raise _not_text(section, key, path)
        yield key, value


def _units(document: CommentedMap, path: Path) -> Iterable[tuple[str, UnitWords]]:
    section = _section(document, "units", path)
    for key, value in section.items():
        match value:
            case str():
                yield str(key), UnitWords(one=value, many=value)
            case [str(one), str(many)]:
                yield str(key), UnitWords(one=one, many=many)
            case _:
                raise _not_text(section, key, path)


def _patterns(document: CommentedMap, path: Path) -> Iterable[tuple[re.Pattern[str], str]]:
    for row in document.get("patterns") or ():
        match row:
            case [str(pattern), str(replacement)]:
                try:
                    compiled = re.compile(pattern, re.ASCII)
                    compiled.sub(replacement, "")
                except re.error as exc:
                    raise PronunciationFileError(
                        f"{path}:{row.lc.line + 1}: `{pattern}` is no regular expression: {exc}. Correct it."
                    ) from exc
                yield compiled, replacement
            case _:
                line = document.lc.key("patterns")[0] + 1
                raise PronunciationFileError(
                    f"{path}:{line}: `patterns` is no list of pairs. Write `- ['expression', 'replacement']`."
                )


def _numbers(document: CommentedMap, path: Path) -> NumberWords:
    section = _section(document, "numbers", path)
    months: Sequence[str] = section.get("months", ())
    names = ("minus", "range", "measure", "device", "date", "time", "full_hour")
    if len(months) != _MONTHS or any(not isinstance(section.get(name), str) for name in names):
        raise PronunciationFileError(
            f"{path}:{document.lc.key('numbers')[0] + 1}: `numbers` needs {', '.join(names)} and twelve `months`. "
            "Take them from the file as it was shipped."
        )
    return NumberWords(months=tuple(months), **{name: section[name] for name in names})


def _not_text(section: CommentedMap, key: object, path: Path) -> PronunciationFileError:
    line = section.lc.key(key)[0] + 1
    return PronunciationFileError(f"{path}:{line}: `{key}` needs a text on both sides. Put it into quotes.")
