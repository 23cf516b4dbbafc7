"""All sentences as one graph of words, for the grammars of recognisers.

Wider than what is accepted: every number up to 99 and every kind of device stands wherever a device may, so that
"start compressor four" is heard as such and can be answered, instead of being bent into one that exists.
"""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from intents.expression import NOTHING, Alternative, Expression, Permutation, RuleRef
from intents.expression import Sequence as InOrder
from intents.intent import ACTING, NoActionReason
from intents.language import Language
from intents.lexicon import Lexicon
from intents.naming import bare_phrases
from intents.network import Label, Network, Rules, Slot, determined, last_first, minimal, word_arcs
from intents.numerals import Numerals
from intents.sentences import RangeList, SentenceList, Sentences, ValueList, WildcardList
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


class _Builder:
    """Puts networks into each other."""

    def __init__(self, sentences: Sentences, lexicon: Lexicon) -> None:
        self._language: Language = sentences.language
        self._lists = sentences.lists
        dropped = self._language.unheard_rules
        self._rules = Rules({name: without_rules(rule, dropped) for name, rule in sentences.rules.items()})
        self._sentences, self._lexicon = sentences, lexicon
        self._heard = [
            template
            for template in sentences.templates
            if template.is_spoken and template.slots.get("reason", _HEARD[0]) in _HEARD
        ]
        self._templates = [(template.intent, without_rules(template.expression, dropped)) for template in self._heard]
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
        """Return the whole graph: a courtesy, a sentence, a courtesy."""
        before = self._put(self._union(self._courtesy("before")), is_shared=True)
        after = self._put(self._union(self._courtesy("after")), is_shared=True)
        acting = [expression for intent, expression in self._templates if intent in ACTING]
        other = [expression for intent, expression in self._templates if intent not in ACTING]
        for expressions in (acting, other):
            entry, finals = self._put(self._union(expressions), is_shared=True)
            self._arcs.extend((final, entry, None) for final in before[1])
            self._arcs.extend((final, after[0], None) for final in sorted(finals))
        return WordGraph(
            start=before[0],
            finals=frozenset(after[1]),
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
        return union_network(expressions, self._rules, self._language.normalizer.spell)

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
            chosen = [expression for intent, expression in self._templates if intent in body.intents]
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
    for state in reversed(last_first(network.arcs)):
        for label, target in network.arcs[state].items():
            found[target] = max(found[target], found[state] + isinstance(label, Slot))
    return found


def without_rules(expression: Expression, dropped: AbstractSet[str]) -> Expression:
    """Leave out some rules wherever they stand."""
    match expression:
        case RuleRef(rule=rule) if rule in dropped:
            return NOTHING
        case Alternative(items=items):
            return Alternative(items=tuple(without_rules(item, dropped) for item in items))
        case InOrder(items=items):
            return InOrder(items=tuple(without_rules(item, dropped) for item in items))
        case Permutation(items=items):
            return Permutation(items=tuple(without_rules(item, dropped) for item in items))
        case _:
            return expression


def union_network(expressions: Sequence[Expression], rules: Rules, spell: Callable[[str], Sequence[str]]) -> Network:
    """Return the smallest network that reads any of some expressions, in words; punctuation is no word."""
    is_word = _remembering(spell)
    arcs: dict[int, list[tuple[Label | None, int]]] = {0: []}
    finals: set[int] = set()
    base = 1
    for expression in expressions:
        words, ends = word_arcs(expression, rules)
        arcs[0].append((None, base))
        for source, label, target in words:
            heard = Slot(label.list_name, "") if isinstance(label, Slot) else label if is_word(label) else None
            arcs.setdefault(base + source, []).append((heard, base + target))
        finals.update(base + end for end in ends)
        base += max((max(source, target) for source, _, target in words), default=0) + 1
    return minimal(*determined(arcs, 0, finals))


def _remembering(spell: Callable[[str], Sequence[str]]) -> Callable[[str], bool]:
    known: dict[str, bool] = {}

    def is_word(word: str) -> bool:
        found = known.get(word)
        if found is None:
            found = known[word] = bool(spell(word))
        return found

    return is_word


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
    return minimal(*determined(arcs, 0, {1}))


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
    return minimal(*determined(arcs, 0, [*whole.finals, tail + 1]))
