"""What is true of a language whatever it is used for: its writing, numbers, fillers, and how devices are named."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from intents.errors import TemplateError
from intents.expression import Expression
from intents.normalize import Normalizer, Writing, fold_characters
from intents.numerals import Numerals
from intents.numerals_characters import CharacterNumerals
from intents.numerals_words import WordNumerals
from intents.source_file import Value
from intents.template import Place, parse_template


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePhrase:
    """A template of how a device, or several, may be named."""

    expression: Expression
    text: str
    place: Place
    slots: Mapping[str, str] = field(default_factory=dict)
    """`reason`: why a phrase that names several is not acted on."""
    is_spoken: bool = True
    """Whether recognisers listen for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language."""

    code: str
    normalizer: Normalizer
    device_phrases: Mapping[str, tuple[DevicePhrase, ...]]
    """`one` device; `several` at once; a `pronoun` for the one spoken of before."""
    follow_ups: Mapping[str, tuple[DevicePhrase, ...]]
    """Sentences that lean on the one before: the `answer` to a question, a `correction`, the same `again`."""
    courtesy: Mapping[str, tuple[DevicePhrase, ...]]
    """What recognisers expect `before` and `after` any sentence: please, can you."""
    unheard_rules: frozenset[str]
    """Rules that recognisers do without inside sentences."""
    skip_words: tuple[str, ...]
    """Fillers that mean nothing and may stand anywhere."""
    readings: Mapping[str, tuple[str, ...]]
    """Other spellings of a word of the templates: 圧縮機 → あっしゅくき."""


def read_language(
    code: str, parts: Mapping[str, Value], skip_words: tuple[str, ...], readings: Mapping[str, tuple[str, ...]]
) -> Language:
    """Return a language from the parts of its files; raises `TemplateError`."""
    for part in ("writing", "numbers"):
        if part not in parts:
            raise TemplateError(f"the files for {code!r} lack {part!r}; it belongs into {code}/numbers.yaml")
    try:
        writing = Writing(parts["writing"].text())
    except ValueError:
        raise parts["writing"].error(f"writing is one of: {', '.join(Writing)}") from None
    symbols = {sign: word.text() for sign, word in parts["symbols"].items()} if "symbols" in parts else {}
    numerals = _word_numerals(parts["numbers"]) if writing is Writing.WORDS else _character_numerals(parts["numbers"])
    phrases = _phrase_groups(parts.get("device_phrases"), frozenset({"one", "several", "pronoun"}))
    follow_ups = _phrase_groups(parts.get("follow_ups"), frozenset({"answer", "correction", "again"}))
    courtesy = _phrase_groups(parts.get("courtesy"), frozenset({"before", "after"}))
    unheard = parts["unheard_rules"].texts() if "unheard_rules" in parts else ()
    return Language(
        code=code,
        normalizer=Normalizer(writing=writing, numerals=numerals, symbols=symbols),
        device_phrases=phrases,
        follow_ups=follow_ups,
        courtesy=courtesy,
        unheard_rules=frozenset(unheard),
        skip_words=skip_words,
        readings=readings,
    )


def _phrase_groups(groups: Value | None, known: frozenset[str]) -> dict[str, tuple[DevicePhrase, ...]]:
    if groups is None:
        return {}
    return {
        name: tuple(phrase for block in blocks.each() for phrase in _phrases(block))
        for name, blocks in groups.items(known)
    }


def _phrases(block: Value) -> list[DevicePhrase]:
    parts = dict(block.items({"sentences", "slots", "spoken"}))
    if "sentences" not in parts:
        raise block.error("this block has no sentences; add `sentences: [...]`")
    slots = {slot: value.text() for slot, value in parts["slots"].items()} if "slots" in parts else {}
    is_spoken = "spoken" not in parts or parts["spoken"].flag()
    return [
        DevicePhrase(
            expression=parse_template(value.text(), value.place),
            text=value.text(),
            place=value.place,
            slots=slots,
            is_spoken=is_spoken,
        )
        for value in parts["sentences"].each()
    ]


def _word_numerals(numbers: Value) -> Numerals:
    parts = dict(numbers.items({"units", "tens", "scales", "digits", "joiners", "points", "minus", "one", "ordinals"}))

    def values(name: str) -> dict[str, int]:
        return {word: value.integer() for word, value in parts[name].items()} if name in parts else {}

    def words(name: str) -> frozenset[str]:
        return frozenset(parts[name].texts()) if name in parts else frozenset()

    return WordNumerals(
        units=values("units"),
        tens=values("tens"),
        scales=values("scales"),
        digits=values("digits"),
        joiners=words("joiners"),
        points=parts["points"].texts() if "points" in parts else (),
        minus=words("minus"),
        one=words("one"),
        ordinals=values("ordinals"),
    )


def _character_numerals(numbers: Value) -> Numerals:
    parts = dict(
        numbers.items({"digits", "scales", "points", "minus", "particles", "spoken_digits", "spoken_point", "readings"})
    )
    for name in ("digits", "scales", "spoken_digits", "spoken_point", "readings"):
        if name not in parts:
            raise numbers.error(f"the numbers lack {name!r}")

    def folded(name: str) -> frozenset[str]:
        return frozenset(fold_characters(text) for text in parts[name].texts()) if name in parts else frozenset()

    return CharacterNumerals(
        digits={digit: value.integer() for digit, value in parts["digits"].items()},
        scales={scale: value.integer() for scale, value in parts["scales"].items()},
        points=folded("points"),
        minus=folded("minus"),
        readings={
            fold_characters(text): int(key) for key, value in parts["readings"].items() for text in value.texts()
        },
        particles=folded("particles"),
        spoken_digits=dict(enumerate(parts["spoken_digits"].texts())),
        spoken_point=parts["spoken_point"].text(),
    )
