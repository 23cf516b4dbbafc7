"""Sentences and a plant's names become the automaton that understands them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from intents.automaton import Automaton
from intents.errors import TemplateError
from intents.expression import Alternative, Expression, ListRef, Permutation, RuleRef, Text
from intents.expression import Sequence as InOrder
from intents.lattice import Lattice, NumberSource, Source
from intents.lexicon import Lexicon
from intents.matcher import Filled, NestedSource, Parse
from intents.naming import Naming, build_naming
from intents.network import Network, Slot, build_network
from intents.sentences import List, RangeList, SentenceList, Sentences, Template, ValueList, WildcardList

NUMBER_LIST = "number"


@dataclass(frozen=True, slots=True)
class Embedded:
    """A whole sentence within another."""

    template: int
    """Index into the sentences' templates."""
    filled: tuple[Filled, ...]


@dataclass(frozen=True, slots=True)
class OutValue:
    """A value of a list that was written out."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What a recognizer runs."""

    automaton: Automaton
    sources: Mapping[str, Source]
    naming: Naming
    skips: "Skips"
    networks: Sequence[Network]


def compile_sentences(sentences: Sentences, lexicon: Lexicon) -> Compiled:
    """Build the automaton; raises `TemplateError` with the place of the template that is wrong."""
    spell = sentences.language.normalizer.spell
    spelled: dict[str, tuple[str, ...]] = {}

    def remembered(word: str) -> tuple[str, ...]:
        tokens = spelled.get(word)
        if tokens is None:
            tokens = spelled[word] = spell(word)
        return tokens

    readings = sentences.language.readings
    rules = {name: respelled(rule, readings) for name, rule in sentences.rules.items()}
    naming = build_naming(sentences.language, lexicon, rules)
    networks: list[Network] = []
    for template in sentences.templates:
        try:
            networks.append(build_network(respelled(template.expression, readings), rules, remembered))
        except TemplateError as exc:
            raise template.place.error(f"{exc} (in: {template.text})") from exc
        if 0 in networks[-1].finals:
            raise template.place.error(f"every word of the template is optional (in: {template.text})")
    sources: dict[str, Source] = {NUMBER_LIST: NumberSource(), **naming.sources}
    wildcards = frozenset(name for name, body in sentences.lists.items() if isinstance(body, WildcardList))
    for name, body in sentences.lists.items():
        source = _list_source(body, rules, remembered)
        if source is not None:
            sources[name] = source
    nested = {name: body for name, body in sentences.lists.items() if isinstance(body, SentenceList)}
    plain = [k for k, network in enumerate(networks) if not _lists_of(network) & nested.keys()]
    for name, body in nested.items():
        chosen = [k for k in plain if sentences.templates[k].intent in body.intents]
        automaton = Automaton([networks[k] for k in chosen], wildcards)
        sources[name] = NestedSource(automaton=automaton, sources=sources, meaning=_EmbeddedMeaning(tuple(chosen)))
    for template, network in zip(sentences.templates, networks, strict=True):
        _check_lists(template, network, sources, wildcards)
    skips = Skips([tokens for word in sentences.language.skip_words if (tokens := spell(word))])
    return Compiled(
        automaton=Automaton(networks, wildcards), sources=sources, naming=naming, skips=skips, networks=networks
    )


def respelled(expression: Expression, readings: Mapping[str, tuple[str, ...]]) -> Expression:
    """Allow the other spellings of each word: 圧縮機 also as あっしゅくき."""
    if not readings:
        return expression
    match expression:
        case Text(text=text) if any(word in text for word in readings):
            return InOrder(items=tuple(_respelled_text(text, readings)))
        case InOrder(items=items):
            return InOrder(items=tuple(respelled(item, readings) for item in items))
        case Alternative(items=items):
            return Alternative(items=tuple(respelled(item, readings) for item in items))
        case Permutation(items=items):
            return Permutation(items=tuple(respelled(item, readings) for item in items))
        case _:
            return expression


def _respelled_text(text: str, readings: Mapping[str, tuple[str, ...]]) -> list[Expression]:
    found: list[Expression] = []
    at = kept = 0
    while at < len(text):
        word = max((word for word in readings if text.startswith(word, at)), key=len, default=None)
        if word is None:
            at += 1
            continue
        if kept < at:
            found.append(Text(text=text[kept:at]))
        found.append(Alternative(items=tuple(Text(text=spelling) for spelling in (word, *readings[word]))))
        at += len(word)
        kept = at
    if kept < at:
        found.append(Text(text=text[kept:]))
    return found


def _list_source(body: List, rules: Mapping[str, Expression], spell: Any) -> Source | None:
    match body:
        case ValueList(values=values):
            networks = []
            for value in values:
                try:
                    networks.append(build_network(value.expression, rules, spell))
                except TemplateError as exc:
                    raise value.place.error(f"{exc} (in: {value.text})") from exc
                if any(_lists_of(network) for network in networks[-1:]):
                    raise value.place.error(f"a list cannot hold another list (in: {value.text})")
            outs = tuple(OutValue(value.out) for value in values)
            return NestedSource(automaton=Automaton(networks), sources={}, meaning=_OutMeaning(outs))
        case RangeList(minimum=minimum, maximum=maximum, step=step, multiplier=multiplier):
            return NumberSource(minimum=minimum, maximum=maximum, step=step, multiplier=multiplier)
        case _:
            return None


def _lists_of(network: Network) -> set[str]:
    return {label.list_name for arcs in network.arcs for label in arcs if isinstance(label, Slot)}


def _check_lists(template: Template, network: Network, sources: dict[str, Source], wildcards: frozenset[str]) -> None:
    for name in _lists_of(network):
        if name in sources or name in wildcards:
            continue
        if ".." not in name:
            raise template.place.error(
                f"there is no list {{{name}}}; add it to lists or correct the name (in: {template.text})"
            )
        first, _, rest = name.partition("..")
        last, _, step = rest.partition(",")
        sources[name] = NumberSource(minimum=Decimal(first), maximum=Decimal(last), step=Decimal(step or 1))


@dataclass(frozen=True, slots=True)
class _OutMeaning:
    outs: Sequence[OutValue]

    def __call__(self, lattice: Lattice, parse: Parse) -> Sequence[OutValue]:
        """Return the value that stands for what was said."""
        return [self.outs[parse.template]]


@dataclass(frozen=True, slots=True)
class _EmbeddedMeaning:
    templates: Sequence[int]

    def __call__(self, lattice: Lattice, parse: Parse) -> Sequence[Embedded]:
        """Return the sentence that was said within the sentence."""
        return [Embedded(self.templates[parse.template], parse.filled)]


class Skips:
    """Fillers, found in a text."""

    def __init__(self, words: Sequence[tuple[str, ...]]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for tokens in words:
            self._by_first.setdefault(tokens[0], []).append(tokens)

    def find(self, texts: tuple[str, ...]) -> dict[int, int]:
        """Return where each filler begins and ends; of several at one place the longest."""
        found: dict[int, int] = {}
        for place, token in enumerate(texts):
            for tokens in self._by_first.get(token, ()):
                if texts[place : place + len(tokens)] == tokens:
                    found[place] = max(found.get(place, 0), place + len(tokens))
        return found


__all__ = ["Compiled", "Embedded", "ListRef", "OutValue", "RuleRef", "compile_sentences", "respelled"]
