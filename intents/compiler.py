"""Sentences and a plant's names become the automaton that understands them."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal

from intents.automaton import Automaton
from intents.errors import TemplateError
from intents.expression import one_of
from intents.follow_up import FollowUps, build_follow_ups
from intents.lattice import NumberSource, Source, Sources
from intents.lexicon import Lexicon
from intents.matcher import Embedded, NestedSource, Parse
from intents.meanings import Meaning, group
from intents.naming import Naming, build_naming
from intents.network import Network, Slot
from intents.numerals import Numerals
from intents.respell import Respeller, Skips
from intents.sentences import List, RangeList, SentenceList, Sentences, Template, ValueList, WildcardList
from intents.sketch import Networks, Rules, Spell, build_network

NUMBER_LIST = "number"
"""Any number; the plant needs no say in it."""


@dataclass(frozen=True, slots=True)
class OutValue:
    """A value of a list that was written out."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What a recognizer runs."""

    meanings: Sequence[Meaning]
    automaton: Automaton
    """Of the meanings, in their order."""
    networks: Networks
    """In which a template can be looked for by itself; filled when that is asked for."""
    sources: Sources
    own: Mapping[str, frozenset[int]]
    """Lists of whole sentences, and the meanings that read just these."""
    wildcards: frozenset[str]
    follow_ups: FollowUps
    naming: Naming
    skips: Skips
    respeller: Respeller


def compile_sentences(sentences: Sentences, lexicon: Lexicon) -> Compiled:
    """Build the automaton; raises `TemplateError` with the place of the template that is wrong."""
    spell = _remembering(sentences.language.normalizer.spell)
    rules = Rules(sentences.rules)
    naming = build_naming(sentences.language, lexicon, rules)
    united, single = Networks(rules, spell), Networks(rules, spell)
    numerals = sentences.language.normalizer.numerals
    named = {name: naming.sources[name] for name in ("device", "kind")}
    sources = Sources({NUMBER_LIST: NumberSource(numerals=numerals), **named})
    nested = {name for name, body in sentences.lists.items() if isinstance(body, SentenceList)}
    wildcards = frozenset(name for name, body in sentences.lists.items() if isinstance(body, WildcardList))
    for name, body in sentences.lists.items():
        source = _list_source(body, rules, spell, numerals)
        if source is not None:
            sources.add(name, source)
    for template in sentences.templates:
        _check(template, rules, sources, wildcards | nested, numerals)
    meanings = group(sentences.templates, single)
    own = _add_sentence_lists(sentences, meanings, united, rules, sources, wildcards)
    language = sentences.language
    spellings = [(spell(other), spell(word)) for word, others in language.readings.items() for other in others]
    return Compiled(
        meanings=meanings,
        automaton=Automaton([_united(meaning.templates, united) for meaning in meanings], wildcards),
        networks=single,
        sources=sources,
        own=own,
        wildcards=wildcards,
        follow_ups=build_follow_ups(language, naming, rules),
        naming=naming,
        skips=Skips([spell(word) for word in language.skip_words]),
        respeller=Respeller(spellings),
    )


def _remembering(spell: Callable[[str], tuple[str, ...]]) -> Callable[[str], tuple[str, ...]]:
    spelled: dict[str, tuple[str, ...]] = {}

    def remembered(word: str) -> tuple[str, ...]:
        tokens = spelled.get(word)
        if tokens is None:
            tokens = spelled[word] = spell(word)
        return tokens

    return remembered


def _united(templates: Sequence[Template], networks: Networks) -> Network:
    """Return the network that reads whatever any of some templates reads."""
    try:
        return networks.network(networks.start_of(one_of(template.expression for template in templates)))
    except TemplateError as exc:
        names = " | ".join(template.text for template in templates)
        raise templates[0].place.error(f"{exc} (in: {names})") from exc


def _add_sentence_lists(
    sentences: Sentences,
    meanings: Sequence[Meaning],
    networks: Networks,
    rules: Rules,
    sources: Sources,
    wildcards: frozenset[str],
) -> dict[str, frozenset[int]]:
    """Add the lists of whole sentences; return which meanings are just such sentences, where none is only in part."""
    nested = {name: body for name, body in sentences.lists.items() if isinstance(body, SentenceList)}
    made: dict[frozenset[str], Source] = {}
    own: dict[str, frozenset[int]] = {}
    for name, body in nested.items():
        chosen = [number for number, meaning in enumerate(meanings) if meaning.intent in body.intents]
        plain = {
            number: [one for one in meanings[number].templates if not rules.lists_in(one.expression) & nested.keys()]
            for number in chosen
        }
        if body.intents not in made:
            numbers = tuple(number for number in chosen if plain[number])
            automaton = Automaton([_united(plain[number], networks) for number in numbers], wildcards)
            made[body.intents] = NestedSource(automaton, sources, _EmbeddedMeaning(numbers))
        sources.add(name, made[body.intents])
        if all(len(plain[number]) in (0, len(meanings[number].templates)) for number in chosen):
            own[name] = frozenset(number for number in chosen if plain[number])
    return own


def _list_source(body: List, rules: Rules, spell: Spell, numerals: Numerals) -> Source | None:
    match body:
        case ValueList(values=values):
            networks = []
            for value in values:
                try:
                    networks.append(build_network(value.expression, rules, spell))
                except TemplateError as exc:
                    raise value.place.error(f"{exc} (in: {value.text})") from exc
                if any(isinstance(label, Slot) for arcs in networks[-1].arcs for label in arcs):
                    raise value.place.error(f"a list cannot hold another list (in: {value.text})")
            outs = tuple(OutValue(value.out) for value in values)
            return NestedSource(Automaton(networks), Sources({}), _OutMeaning(outs))
        case RangeList(minimum=minimum, maximum=maximum, step=step, multiplier=multiplier):
            return NumberSource(numerals=numerals, minimum=minimum, maximum=maximum, step=step, multiplier=multiplier)
        case _:
            return None


def _check(template: Template, rules: Rules, sources: Sources, others: AbstractSet[str], numerals: Numerals) -> None:
    """Raise `TemplateError` for a template that cannot be used; add the ranges that it writes out to the sources."""
    try:
        lists = rules.lists_in(template.expression)
        is_all_optional = rules.may_be_silent(template.expression)
    except TemplateError as exc:
        raise template.place.error(f"{exc} (in: {template.text})") from exc
    if is_all_optional:
        raise template.place.error(f"every word of the template is optional (in: {template.text})")
    for name in sorted(lists):
        if name in sources or name in others:
            continue
        if ".." not in name:
            raise template.place.error(
                f"there is no list {{{name}}}; add it to lists or correct the name (in: {template.text})"
            )
        first, _, rest = name.partition("..")
        last, _, step = rest.partition(",")
        sources.add(
            name,
            NumberSource(numerals=numerals, minimum=Decimal(first), maximum=Decimal(last), step=Decimal(step or 1)),
        )


@dataclass(frozen=True, slots=True)
class _OutMeaning:
    outs: Sequence[OutValue]

    def __call__(self, parse: Parse) -> Sequence[OutValue]:
        """Return the value that stands for what was said."""
        return [self.outs[parse.meaning]]


@dataclass(frozen=True, slots=True)
class _EmbeddedMeaning:
    meanings: Sequence[int]

    def __call__(self, parse: Parse) -> Sequence[Embedded]:
        """Return the sentence that was said within the sentence."""
        return [Embedded(self.meanings[parse.meaning], parse.filled)]
