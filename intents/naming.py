"""How devices are named: by a name of their own, by kind and number, or by kind alone.

Names and nouns are tries and numbers are looked up, so that finding a device costs the same for ten and for ten
thousand.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from intents.automaton import Automaton
from intents.errors import TemplateError
from intents.language import DevicePhrase, Language
from intents.lattice import Lattice, NumberSource, Source, Sources
from intents.lexicon import DeviceEntry, KindEntry, Lexicon
from intents.matcher import NestedSource, Parse
from intents.numerals import NumberSpan
from intents.sketch import Rules, build_network
from intents.template import Place, parse_template


@dataclass(frozen=True, slots=True)
class Named:
    """Exactly one device."""

    device_id: str


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A device of some kind, without saying which."""

    kind: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A number that was spelled and may be a list: "two five" where 25, 2 and 5 all exist."""

    device_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """A number that no device of the kind has."""

    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class Several:
    """More than one device, which nothing is done to at once."""

    reason: str


@dataclass(frozen=True, slots=True)
class Pronoun:
    """The device that was spoken of before."""


DeviceMeaning = Named | LeftOpen | Unclear | Missing | Several | Pronoun


class Trie:
    """Words → values, for a list that is long or changes with the plant."""

    __slots__ = ("_root",)

    _END = object()

    def __init__(self, entries: Iterable[tuple[Sequence[str], Any]]) -> None:
        self._root: dict[Any, Any] = {}
        for tokens, value in entries:
            node = self._root
            for token in tokens:
                node = node.setdefault(token, {})
            node.setdefault(self._END, []).append(value)

    def may_open(self, token: str) -> bool:
        """Tell whether an entry begins with a token."""
        return token in self._root

    def ends(self, lattice: Lattice, start: int) -> Sequence[int]:
        """Return where entries that begin at a token end."""
        texts = lattice.tokens.texts
        node = self._root.get(texts[start])
        if node is None:
            return ()
        found = [start + 1] if self._END in node else []
        for place in range(start + 1, len(texts)):
            node = node.get(texts[place])
            if node is None:
                break
            if self._END in node:
                found.append(place + 1)
        return found

    def values(self, lattice: Lattice, start: int, end: int) -> Sequence[Any]:
        """Return the values of the entry between two tokens."""
        node = self._root
        for token in lattice.tokens.texts[start:end]:
            node = node.get(token, {})
        return list(dict.fromkeys(node.get(self._END, ())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """The devices of a plant, ready to be looked up."""

    lexicon: Lexicon
    by_number: Mapping[tuple[str, int], str]
    of_kind: Mapping[str, tuple[DeviceEntry, ...]]
    device_by_id: Mapping[str, DeviceEntry]
    sources: Mapping[str, Source] = field(default_factory=dict)
    """`device` and `kind` for templates, `n` and `ordinal` for follow-ups."""

    def numbers_of(self, kind: str) -> tuple[int, ...]:
        """Return the numbers that devices of a kind have, in order."""
        return tuple(sorted(device.number for device in self.of_kind.get(kind, ()) if device.number is not None))


def build_naming(language: Language, lexicon: Lexicon, rules: Rules) -> Naming:
    """Prepare the devices of a plant for one language; raises `TemplateError`."""
    spell = language.normalizer.spell
    of_kind: dict[str, list[DeviceEntry]] = {kind.name: [] for kind in lexicon.kinds}
    by_number: dict[tuple[str, int], str] = {}
    for device in lexicon.devices:
        of_kind.setdefault(device.kind, []).append(device)
        if device.number is not None:
            by_number[device.kind, device.number] = device.device_id
    nouns = [(spell(form), kind.name) for kind in lexicon.kinds for form in _forms(kind.nouns, language)]
    plurals = [
        (spell(form), kind.name) for kind in lexicon.kinds for form in _forms(kind.plurals or kind.nouns, language)
    ]
    own_names = [
        (spell(form), device.device_id) for device in lexicon.devices for form in _forms(device.names, language)
    ]
    numerals = language.normalizer.numerals
    leaves: dict[str, Source] = {
        "noun": Trie(nouns),
        "plural": Trie(plurals),
        "own_name": Trie(own_names),
        "n": NumberSource(numerals=numerals, is_spelled_allowed=True),
        "ordinal": NumberSource(numerals=numerals, is_ordinal=True),
    }
    naming = Naming(
        lexicon=lexicon,
        by_number=by_number,
        of_kind={kind: tuple(devices) for kind, devices in of_kind.items()},
        device_by_id={device.device_id: device for device in lexicon.devices},
    )
    one = list(language.device_phrases.get("one", ()))
    bare = [(phrase, kind.name) for kind in lexicon.kinds for phrase in bare_phrases(kind)]
    kinds_of_phrase: list[str | None] = [None] * len(one) + [kind for _, kind in bare]
    single = _source(
        [*one, *(phrase for phrase, _ in bare)], leaves, rules, language, _SingleMeaning(naming, kinds_of_phrase)
    )
    several = list(language.device_phrases.get("several", ()))
    joined = _source(several, {**leaves, "one": single}, rules, language, _SeveralMeaning(several))
    pronoun = _source(list(language.device_phrases.get("pronoun", ())), {}, rules, language, _pronoun_meaning)
    sources: dict[str, Source] = {
        "device": _Either((single, joined, pronoun)),
        "kind": Trie([*nouns, *plurals]),
        "n": leaves["n"],
        "ordinal": leaves["ordinal"],
    }
    return Naming(
        lexicon=lexicon,
        by_number=naming.by_number,
        of_kind=naming.of_kind,
        device_by_id=naming.device_by_id,
        sources=sources,
    )


def _forms(words: Iterable[str], language: Language) -> list[str]:
    """Return the words and their other spellings."""
    found = dict.fromkeys(words)
    for word in words:
        for written, readings in language.readings.items():
            if written in word:
                found.update(dict.fromkeys(word.replace(written, reading) for reading in readings))
    return list(found)


def bare_phrases(kind: KindEntry) -> list[DevicePhrase]:
    """Return the ways to name a device of a kind by number alone; raises `TemplateError`."""
    found = []
    for pattern in kind.bare_numbers:
        place = Place(file=f"bare_numbers of {kind.name}", line=1, column=1)
        found.append(DevicePhrase(expression=parse_template(pattern, place), text=pattern, place=place))
    return found


def _source(
    phrases: Sequence[DevicePhrase],
    sources: Mapping[str, Source],
    rules: Rules,
    language: Language,
    meaning: Callable[[Parse], Sequence[DeviceMeaning]],
) -> NestedSource:
    networks = []
    for phrase in phrases:
        try:
            network = build_network(phrase.expression, rules, language.normalizer.spell_with_punctuation)
        except TemplateError as exc:
            raise phrase.place.error(f"{exc} (in: {phrase.text})") from exc
        for arcs in network.arcs:
            for label in arcs:
                if not isinstance(label, str) and label.list_name not in sources:
                    known = ", ".join(f"{{{name}}}" for name in sources)
                    raise phrase.place.error(f"{{{label.list_name}}} cannot stand in a device phrase; {known} can")
        networks.append(network)
    return NestedSource(Automaton(networks), Sources(sources), meaning)


@dataclass(frozen=True, slots=True)
class _SingleMeaning:
    naming: Naming
    kinds: Sequence[str | None]

    def __call__(self, parse: Parse) -> Sequence[DeviceMeaning]:
        """Return what device a phrase names."""
        filled = {one.slot: one.value for one in parse.filled}
        if "own_name" in filled:
            return [Named(filled["own_name"])]
        kind = self.kinds[parse.meaning] or filled["noun"]
        number: NumberSpan | None = filled.get("n") or filled.get("ordinal")
        if number is None:
            return [LeftOpen(kind)]
        found = self._numbered(kind, number.value)
        if found is None:
            return [Missing(kind, number.value)]
        parts = [part for digit in number.parts if (part := self._numbered(kind, digit))]
        if parts and len(parts) == len(number.parts):
            return [Unclear(tuple(dict.fromkeys([found, *parts])))]
        return [Named(found)]

    def _numbered(self, kind: str, number: str) -> str | None:
        return self.naming.by_number.get((kind, int(number))) if number.isdecimal() else None


@dataclass(frozen=True, slots=True)
class _SeveralMeaning:
    phrases: Sequence[DevicePhrase]

    def __call__(self, parse: Parse) -> Sequence[DeviceMeaning]:
        """Return why a phrase that names several devices is not acted on."""
        return [Several(self.phrases[parse.meaning].slots.get("reason", "alternatives"))]


def _pronoun_meaning(parse: Parse) -> Sequence[DeviceMeaning]:  # noqa: ARG001
    return [Pronoun()]


@dataclass(frozen=True, slots=True)
class _Either:
    """Values of one source or another."""

    sources: tuple[NestedSource, ...]

    def may_open(self, token: str) -> bool:
        """Tell whether a value of any source may begin with a token."""
        return any(source.may_open(token) for source in self.sources)

    def ends(self, lattice: Lattice, start: int) -> Sequence[int]:
        """Return where values end."""
        key = (id(self), start)
        found: Sequence[int] | None = lattice.memory.get(key)
        if found is None:
            one, *others = (source.ends(lattice, start) for source in self.sources)
            more = {end for ends in others for end in ends if end not in one}
            found = lattice.memory[key] = [*one, *sorted(more)] if more else one
        return found

    def values(self, lattice: Lattice, start: int, end: int) -> Sequence[Any]:
        """Return the values of all sources."""
        return [value for source in self.sources for value in source.values(lattice, start, end)]
