"""All sentences as one graph of words, for the grammars of recognisers.

Wider than what is accepted: every number up to 99 and every kind of device stands wherever a device may, so that
"start compressor four" is heard as such and can be answered, instead of being bent into one that exists.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from intents.expression import NOTHING, Alternative, Expression, ListRef, Permutation, RuleRef, one_of
from intents.expression import Sequence as InOrder
from intents.intent import ACTING, NoActionReason
from intents.language import Language
from intents.lexicon import Lexicon
from intents.naming import bare_phrases
from intents.network import Label, Network, Slot, last_first, minimal
from intents.numerals import Numerals
from intents.sentences import RangeList, SentenceList, Sentences, ValueList, WildcardList
from intents.sketch import Networks, Rules
from intents.usual import usual_sentences

_HEARD = (
    NoActionReason.NEGATED,
    NoActionReason.QUESTION_ABOUT_ACT,
    NoActionReason.ALTERNATIVES,
    NoActionReason.BARE_YES,
    NoActionReason.SMALL_TALK,
)
"""What does nothing and is listened for all the same, lest it be taken for what does something. The rest of what does
nothing would double the graph, and begins with words that none of its sentences has."""
_DEVICE_NUMBERS = 100
_VALUES = 1000
_MANY = 200
"""Own names and numbers of a site beyond this many are left out of what recognisers listen for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordGraph:
    """States and arcs; a path from the start to a final state is a sentence."""

    start: int
    finals: frozenset[int]
    arcs: tuple[tuple[int, int, str | None], ...]
    """Source, target, and the word between them as in the templates; `None` for no word."""
    wildcards: tuple[tuple[int, int], ...] = ()
    """Where any words may stand (notes): source and target. They are no arcs: a closed grammar drops such sentences."""
    usual: tuple[tuple[str, ...], ...] = ()
    """Sentences as they are usually said, `*` for any words: what is likely, where the graph tells what is possible."""

    @property
    def words(self) -> frozenset[str]:
        """All words of all sentences."""
        return frozenset(word for _, _, word in self.arcs if word is not None)


def build_word_graph(sentences: Sentences, lexicon: Lexicon) -> WordGraph:
    """Return the graph of all sentences that recognisers listen for."""
    return _Builder(sentences, lexicon).graph()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """A template that is listened for."""

    intent: str
    expression: Expression
    """Without what only people's courtesy adds."""
    is_acting: bool
    may_open: bool
    """Whether a courtesy may stand before it."""
    may_close: bool
    """Whether one may stand after it."""


class _Builder:
    """Puts networks into each other."""

    def __init__(self, sentences: Sentences, lexicon: Lexicon) -> None:
        self._language: Language = sentences.language
        self._lists = sentences.lists
        dropped = self._language.unheard_rules
        spell = self._language.normalizer.spell
        self._words = Networks(
            Rules({name: without_rules(rule, dropped) for name, rule in sentences.rules.items()}),
            lambda word: (word,) if spell(word) else (),
        )
        self._sentences, self._lexicon = sentences, lexicon
        self._heard = [
            template
            for template in sentences.templates
            if template.is_spoken and template.slots.get("reason", _HEARD[0]) in _HEARD
        ]
        self._templates = [
            _Heard(
                is_acting=template.intent in ACTING,
                intent=template.intent,
                expression=without_rules(template.expression, dropped),
                may_open=stands_at(template.expression, dropped, sentences.rules, 0),
                may_close=stands_at(template.expression, dropped, sentences.rules, -1),
            )
            for template in self._heard
        ]
        self._arcs: list[tuple[int, int, str | None]] = []
        self._wildcards: list[tuple[int, int]] = []
        self._states = 0
        self._sentence_places: dict[frozenset[str], tuple[int, int]] = {}
        phrases = [p.expression for p in self._language.device_phrases.get("one", ()) if p.is_spoken]
        bare = [phrase.expression for kind in lexicon.kinds for phrase in bare_phrases(kind)]
        nouns = [noun for kind in lexicon.kinds for noun in kind.nouns]
        plurals = [noun for kind in lexicon.kinds for noun in kind.plurals or kind.nouns]
        own = [name for device in lexicon.devices for name in device.names][:_MANY]
        beyond = sorted({d.number for d in lexicon.devices if d.number is not None and d.number >= _DEVICE_NUMBERS})
        numerals = self._language.normalizer.numerals
        numbers = [
            numerals.spoken(n) for n in (*range(_DEVICE_NUMBERS), *(b for b in beyond[:_MANY] if b < 10 * _VALUES))
        ]
        self._networks: dict[str, Network] = {
            "own_name": _phrases(name.split() for name in own),
            "noun": _phrases(noun.split() for noun in nouns),
            "plural": _phrases(noun.split() for noun in plurals),
            "n": _phrases([*numbers, *_spelled(numerals)]),
            "ordinal": _phrases(numerals.ordinals_spoken()),
            "kind": _phrases(noun.split() for noun in [*plurals, *nouns]),
            "number": _numbers(numerals),
            "device": self._union([*phrases, *bare]),
        }
        for name, body in sentences.lists.items():
            match body:
                case ValueList(values=values):
                    self._networks[name] = self._union([value.expression for value in values])
                case RangeList():
                    self._networks[name] = self._networks["number"]
                case _:
                    pass

    def graph(self) -> WordGraph:
        """Return the whole graph: a courtesy, a sentence, a courtesy, where the templates allow for them."""
        start, end = self._state(), self._state()
        before = self._put(self._union(self._courtesy("before")), is_shared=True)
        after = self._put(self._union(self._courtesy("after")), is_shared=True)
        self._arcs.append((start, before[0], None))
        self._arcs.extend((final, end, None) for final in after[1])
        groups: dict[tuple[bool, bool, bool], list[Expression]] = {}
        for one in self._templates:
            groups.setdefault((one.is_acting, one.may_open, one.may_close), []).append(one.expression)
        for (_, may_open, may_close), expressions in sorted(groups.items()):
            entry, finals = self._put(self._union(expressions), is_shared=True)
            self._arcs.extend((final, entry, None) for final in (before[1] if may_open else (start,)))
            self._arcs.extend((final, after[0] if may_close else end, None) for final in sorted(finals))
        return WordGraph(
            start=start,
            finals=frozenset({end}),
            arcs=tuple(self._arcs),
            wildcards=tuple(self._wildcards),
            usual=usual_sentences(self._sentences, self._lexicon, self._heard),
        )

    def _courtesy(self, where: str) -> list[Expression]:
        return [NOTHING, *(phrase.expression for phrase in self._language.courtesy.get(where, ()))]

    def _state(self) -> int:
        self._states += 1
        return self._states - 1

    def _union(self, expressions: Sequence[Expression]) -> Network:
        """Return the network of the words that are heard: punctuation is none."""
        networks = self._words
        return networks.network(networks.start_of(one_of(expressions)))

    def _put(self, network: Network, *, is_shared: bool = False) -> tuple[int, list[int]]:
        """Add a network; return its first state and its last ones.

        `is_shared`: arcs of one list share one copy of its values, so that what may follow one may follow all. That is
        wider than the sentences and far smaller. Copies are told apart by how many lists come before, so that no path
        leads back.
        """
        base = self._states
        self._states += len(network.arcs)
        before = _lists_before(network)
        places: dict[tuple[str, int], tuple[int, int]] = {}
        for state, arcs in enumerate(network.arcs):
            for label, target in arcs.items():
                if isinstance(label, str):
                    self._arcs.append((base + state, base + target, label))
                    continue
                body = self._lists.get(label.list_name)
                if isinstance(body, WildcardList):
                    self._wildcards.append((base + state, base + target))
                    continue
                if isinstance(body, SentenceList):
                    entry, leave = self._embedded(body)
                else:
                    key = (label.list_name, before[state] if is_shared else ~target)
                    if key not in places:
                        places[key] = self._values(label.list_name)
                    entry, leave = places[key]
                self._arcs.append((base + state, entry, None))
                self._arcs.append((leave, base + target, None))
        return base, [base + state for state in sorted(network.finals)]

    def _values(self, list_name: str) -> tuple[int, int]:
        entry, finals = self._put(self._networks["number" if ".." in list_name else list_name])
        return entry, self._joined(finals)

    def _embedded(self, body: SentenceList) -> tuple[int, int]:
        """Return where a sentence within another begins and ends: put in once for all."""
        if body.intents not in self._sentence_places:
            chosen = [one.expression for one in self._templates if one.intent in body.intents]
            entry, finals = self._put(self._union(chosen), is_shared=True)
            self._sentence_places[body.intents] = (entry, self._joined(finals))
        return self._sentence_places[body.intents]

    def _joined(self, finals: Sequence[int]) -> int:
        leave = self._state()
        self._arcs.extend((final, leave, None) for final in finals)
        return leave


def _lists_before(network: Network) -> dict[int, int]:
    """Return for each state the most lists on a way to it."""
    found = dict.fromkeys(range(len(network.arcs)), 0)
    for state in reversed(last_first(network)):
        for label, target in network.arcs[state].items():
            found[target] = max(found[target], found[state] + isinstance(label, Slot))
    return found


def without_rules(expression: Expression, dropped: AbstractSet[str]) -> Expression:
    """Leave out some rules wherever they stand, and where the values of lists go: neither can be heard."""
    match expression:
        case RuleRef(rule=rule) if rule in dropped:
            return NOTHING
        case ListRef(list_name=list_name):
            return ListRef(list_name=list_name, slot="")
        case Alternative(items=items):
            return Alternative(items=tuple(without_rules(item, dropped) for item in items))
        case InOrder(items=items):
            return InOrder(items=tuple(without_rules(item, dropped) for item in items))
        case Permutation(items=items):
            return Permutation(items=tuple(without_rules(item, dropped) for item in items))
        case _:
            return expression


def stands_at(
    expression: Expression, wanted: AbstractSet[str], rules: Mapping[str, Expression], place: Literal[0, -1]
) -> bool:
    """Tell whether one of some rules stands at the beginning (0) or at the end (-1) of a template."""
    match expression:
        case RuleRef(rule=rule):
            return rule in wanted or stands_at(rules[rule], wanted, rules, place)
        case Alternative(items=items) | Permutation(items=items):
            return any(stands_at(item, wanted, rules, place) for item in items)
        case InOrder(items=items) if items:
            return stands_at(items[place], wanted, rules, place)
        case _:
            return False


def _phrases(phrases: Iterable[Sequence[str]]) -> Network:
    arcs: dict[int, list[tuple[Label | None, int]]] = {0: []}
    count = 2
    for phrase in phrases:
        at = 0
        for index, word in enumerate(phrase):
            following = 1 if index == len(phrase) - 1 else count
            count += following != 1
            arcs.setdefault(at, []).append((word, following))
            at = following
    return minimal(arcs, {1})


def _spelled(numerals: Numerals) -> list[tuple[str, ...]]:
    """Return numbers of two digits said digit by digit."""
    digits = [numerals.spoken(digit) for digit in range(10)]
    return [one + other for one in [*digits, *numerals.zeros_spoken()] for other in digits]


def _numbers(numerals: Numerals) -> Network:
    """Return the numbers that values are said with: 0 to 999, with or without one digit behind the point."""
    arcs: dict[int, list[tuple[Label | None, int]]] = {}
    whole = _phrases(numerals.spoken(number) for number in range(_VALUES))
    tail = len(whole.arcs)
    for state, out in enumerate(whole.arcs):
        arcs[state] = list(out.items())
    for point in numerals.point_spoken():
        for final in whole.finals:
            arcs[final].append((point, tail))
    arcs[tail] = [(word, tail + 1) for digit in range(10) for word in numerals.spoken(digit)]
    return minimal(arcs, [*whole.finals, tail + 1])
