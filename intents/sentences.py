"""Load sentence files: templates, rules, lists, and how a language names devices and numbers.

A file is laid out as in Home Assistant (`language`, `intents`, `expansion_rules`, `lists`, `skip_words`); beside it,
`requires` in a block says what a device must have, and `names.yaml` and `numbers.yaml` hold what is true of a language
whatever it is used for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from intents.errors import TemplateError, UnknownLanguageError
from intents.expression import Expression
from intents.language import Language, read_language
from intents.source_file import Value, read_yaml
from intents.template import Place, parse_template

_FOLDER = Path(__file__).parent / "sentences"
_FILE_KEYS = frozenset({"language", "intents", "expansion_rules", "lists", "skip_words", "readings"})
_LANGUAGE_FILES = ("numbers.yaml", "names.yaml")
_LANGUAGE_KEYS = frozenset(
    {"writing", "symbols", "numbers", "device_phrases", "courtesy", "unheard_rules", "follow_ups"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One sentence template with what it means."""

    intent: str
    text: str
    """As written."""
    expression: Expression
    place: Place
    source: str
    """`file:line`"""
    slots: Mapping[str, str] = field(default_factory=dict)
    """Slots that this template always fills."""
    requires: Mapping[str, str] = field(default_factory=dict)
    """What the device must have: `quantity` or `action`."""
    is_spoken: bool = True
    """Whether recognisers listen for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListValue:
    """One value of a list."""

    expression: Expression
    text: str
    out: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueList:
    """A list whose values are written out."""

    values: tuple[ListValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeList:
    """A list of numbers."""

    minimum: Decimal
    maximum: Decimal
    step: Decimal | None
    """`None` allows any fraction."""
    multiplier: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WildcardList:
    """Any words at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceList:
    """Any whole sentence of some intents, so that a template can speak about commands: `if {text} {command}`."""

    intents: frozenset[str]


List = ValueList | RangeList | WildcardList | SentenceList


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """All that can be said in a language."""

    language: Language
    templates: tuple[Template, ...]
    rules: Mapping[str, Expression]
    lists: Mapping[str, List]


def languages() -> tuple[str, ...]:
    """Return the languages that sentences are shipped for."""
    return tuple(sorted(path.name for path in _FOLDER.iterdir() if (path / _LANGUAGE_FILES[0]).is_file()))


def load_sentences(language: str, extra: Sequence[Path] = ()) -> Sentences:
    """Return the product's sentences of a language, and those of a site's own files.

    Raises `UnknownLanguageError`, and `TemplateError` with file, line and column.
    """
    base = _language_folder(language)
    return read_sentences([*sorted(base.glob("*.yaml")), *extra], language=language)


def read_sentences(paths: Iterable[Path], *, language: str = "en") -> Sentences:
    """Return the sentences of these files alone; the language's numbers and names are known in any case."""
    base = _language_folder(language)
    own = [base / name for name in _LANGUAGE_FILES if (base / name).is_file()]
    reader = _Reader(language)
    for path in dict.fromkeys([*own, *paths]):
        content = read_yaml(path, _shown(path))
        if content is not None:
            reader.file(content, is_language=path in own)
    return reader.sentences()


def _language_folder(language: str) -> Path:
    folder = _FOLDER / language
    if not language.isalpha() or not (folder / _LANGUAGE_FILES[0]).is_file():
        raise UnknownLanguageError(
            f"there are no sentences for the language {language!r}; there are: {', '.join(languages())}"
        )
    return folder


def _shown(path: Path) -> str:
    return str(path.relative_to(_FOLDER)) if path.is_relative_to(_FOLDER) else str(path)


class _Reader:
    """Gathers files into one `Sentences`."""

    def __init__(self, language: str) -> None:
        self._name = language
        self._language: dict[str, Value] = {}
        self._skip_words: list[str] = []
        self._readings: dict[str, tuple[str, ...]] = {}
        self._templates: list[Template] = []
        self._rules: dict[str, Expression] = {}
        self._lists: dict[str, List] = {}

    def file(self, content: Value, *, is_language: bool) -> None:
        """Take one file in."""
        for key, value in content.items(_FILE_KEYS | _LANGUAGE_KEYS if is_language else _FILE_KEYS):
            match key:
                case "language" if value.text() != self._name:
                    raise value.error(f"this file is in {value.text()!r}, but {self._name!r} is being loaded")
                case "intents":
                    for intent, body in value.items():
                        self._intent(intent, body)
                case "expansion_rules":
                    for rule, body in value.items():
                        self._rule(rule, body)
                case "lists":
                    for name, body in value.items():
                        self._add_list(name, body)
                case "skip_words":
                    self._skip_words.extend(value.texts())
                case "readings":
                    for word, body in value.items():
                        self._readings[word] = (*self._readings.get(word, ()), *body.texts())
                case _:
                    self._language[key] = value

    def _rule(self, rule: str, body: Value) -> None:
        if rule in self._rules:
            raise body.error(f"the rule <{rule}> is defined twice; keep one of them")
        self._rules[rule] = parse_template(body.text(), body.place)

    def _add_list(self, name: str, body: Value) -> None:
        if name in self._lists:
            raise body.error(f"the list {{{name}}} is defined twice; keep one of them")
        self._lists[name] = _list(body)

    def sentences(self) -> Sentences:
        """Return what was gathered."""
        if not self._templates:
            raise TemplateError(f"the files for {self._name!r} hold no sentence")
        language = read_language(self._name, self._language, tuple(self._skip_words), self._readings)
        return Sentences(language=language, templates=tuple(self._templates), rules=self._rules, lists=self._lists)

    def _intent(self, intent: str, body: Value) -> None:
        for key, blocks in body.items({"data", "metadata", "description"}):
            if key != "data":
                continue
            for block in blocks.each():
                slots: dict[str, str] = {}
                requires: dict[str, str] = {}
                is_spoken = True
                sentences: list[Value] = []
                for name, value in block.items({"sentences", "slots", "requires", "spoken", "metadata"}):
                    match name:
                        case "sentences":
                            sentences = list(value.each())
                        case "slots":
                            slots = {slot: filled.text() for slot, filled in value.items()}
                        case "requires":
                            requires = {what: needed.text() for what, needed in value.items({"quantity", "action"})}
                        case "spoken":
                            is_spoken = value.flag()
                        case _:
                            pass
                if not sentences:
                    raise block.error(f"this block of {intent} has no sentences; add `sentences: [...]`")
                for sentence in sentences:
                    self._templates.append(
                        Template(
                            intent=intent,
                            text=sentence.text(),
                            expression=parse_template(sentence.text(), sentence.place),
                            place=sentence.place,
                            source=str(sentence.place),
                            slots=slots,
                            requires=requires,
                            is_spoken=is_spoken,
                        )
                    )


def _list(body: Value) -> List:
    kinds = {key for key, _ in body.items({"values", "range", "wildcard", "sentences_of"})}
    if len(kinds) != 1:
        raise body.error("a list has exactly one of: values, range, wildcard, sentences_of")
    kind = kinds.pop()
    content = body.get(kind) or body
    match kind:
        case "values":
            return ValueList(values=tuple(_list_value(value) for value in content.each()))
        case "range":
            return _range(content)
        case "sentences_of":
            return SentenceList(intents=frozenset(content.texts()))
        case _:
            return WildcardList()


def _list_value(value: Value) -> ListValue:
    if not value.is_mapping:
        text, out = value, value.text()
    else:
        parts = dict(value.items({"in", "out", "context", "metadata"}))
        if "in" not in parts:
            raise value.error("a value of a list needs `in`; write {in: words, out: value}")
        text, out = parts["in"], parts.get("out", parts["in"]).text()
    return ListValue(expression=parse_template(text.text(), text.place), text=text.text(), out=out, place=text.place)


def _range(content: Value) -> RangeList:
    parts = dict(content.items({"from", "to", "step", "fractions", "type", "multiplier", "digits", "words"}))
    if "from" not in parts or "to" not in parts:
        raise content.error("a range needs `from` and `to`")
    fractions = parts["fractions"].text() if "fractions" in parts else "false"
    steps = {"false": None, "halves": Decimal("0.5"), "tenths": Decimal("0.1"), "true": Decimal(0)}
    if fractions not in steps:
        raise parts["fractions"].error(f"{fractions!r} are no fractions; use true, tenths or halves")
    step = parts["step"].integer() if "step" in parts else 1
    first, last = parts["from"].integer(), parts["to"].integer()
    if last < first or step < 1:
        raise content.error(f"the range {first} to {last} by {step} is empty")
    found = Decimal(step) if fractions == "false" else steps[fractions]
    multiplier = Decimal(parts["multiplier"].text()) if "multiplier" in parts else Decimal(1)
    return RangeList(minimum=Decimal(first), maximum=Decimal(last), step=found or None, multiplier=multiplier)
