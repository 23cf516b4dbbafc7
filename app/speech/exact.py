"""A grammar with exactly its sentences, made deterministic and minimal: what PocketSphinx searches when it is small."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from app.speech.grammar import Arc, Grammar, reachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """A graph in which each word leads one way."""

    arcs: tuple[Mapping[str, int], ...]
    """For each state, where each word leads. State 0 is the start."""
    finals: frozenset[int]
    """States in which a sentence may end."""

    def accepts(self, words: Iterable[str]) -> bool:
        """Whether these words are one of the sentences."""
        state: int | None = 0
        for word in words:
            state = self.arcs[state].get(word) if state is not None else None
        return state is not None and state in self.finals

    def transitions(self) -> Iterator[tuple[int, int, str]]:
        """Yield each arc as source, target, word; in a fixed order."""
        for source, ways in enumerate(self.arcs):
            for word, target in ways.items():
                yield source, target, word


_FEWEST_WORDS = 4


def folded(graph: Exact) -> list[Arc]:
    """Return the arcs with words that lead from several states to one, four or more at once, told only once.

    Each such group gets a state of its own, and an empty arc from where it may be said. Of a plant's graph 47,000 arcs
    of 83,000 are left, and a decoder needs half the memory, with the same result in the same time. With groups of two
    and three words too, a decoder is slower, as it follows each empty arc after each word.
    """
    places: defaultdict[tuple[tuple[str, ...], int], list[int]] = defaultdict(list)
    for source, ways in enumerate(graph.arcs):
        groups: defaultdict[int, list[str]] = defaultdict(list)
        for word, target in ways.items():
            groups[target].append(word)
        for target, group in groups.items():
            places[tuple(group), target].append(source)
    arcs: list[Arc] = []
    fresh = len(graph.arcs)
    for (words, target), sources in places.items():
        if len(words) >= _FEWEST_WORDS and len(sources) > 1:
            arcs += [(source, fresh, None) for source in sources]
            arcs += [(fresh, target, word) for word in words]
            fresh += 1
        else:
            arcs += [(source, target, word) for source in sources for word in words]
    return arcs


def exact(grammar: Grammar, *, most_states: int) -> Exact | None:
    """Make the smallest graph of a grammar's sentences; `None` when it needs more than `most_states` on the way.

    Sentences with free text are left out. The result does not depend on how the grammar's states are numbered or in
    which order its arcs come.
    """
    determined = _determined(grammar.closed(), most_states)
    return _merged(*determined) if determined is not None else None


def _determined(grammar: Grammar, most_states: int) -> tuple[list[dict[str, int]], set[int]] | None:
    """Follow all arcs that a word may take at once (subset construction)."""
    empty: defaultdict[int, list[int]] = defaultdict(list)
    spoken: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for source, target, word in grammar.arcs:
        if word is None:
            empty[source].append(target)
        else:
            spoken[source].append((word, target))
    # Only states that a word leaves from, or that a sentence ends in, tell sets of states apart.
    telling = spoken.keys() | grammar.finals

    @cache
    def behind(state: int) -> frozenset[int]:
        return frozenset(reachable([state], empty) & telling)

    @cache
    def behind_all(states: frozenset[int]) -> frozenset[int]:
        return frozenset().union(*map(behind, states))

    first = behind(grammar.start)
    numbers = {first: 0}
    ways: list[dict[str, int]] = []
    order = [first]
    for states in order:
        targets: defaultdict[str, set[int]] = defaultdict(set)
        for word, target in (arc for state in states for arc in spoken.get(state, ())):
            targets[word].add(target)
        row: dict[str, int] = {}
        for word in sorted(targets):
            subset = behind_all(frozenset(targets[word]))
            if subset not in numbers:
                numbers[subset] = len(order)
                order.append(subset)
            row[word] = numbers[subset]
        if len(order) > most_states:
            return None
        ways.append(row)
    return ways, {number for states, number in numbers.items() if states & grammar.finals}


def _merged(ways: list[dict[str, int]], finals: set[int]) -> Exact:
    """Merge states with the same future (Moore's refinement), and number what is left breadth first."""
    classes = [int(state in finals) for state in range(len(ways))]
    count = len(set(classes))
    while True:
        seen: dict[tuple[int, frozenset[tuple[str, int]]], int] = {}
        classes = [
            seen.setdefault((classes[at], frozenset((word, classes[to]) for word, to in row.items())), len(seen))
            for at, row in enumerate(ways)
        ]
        if len(seen) == count:
            break
        count = len(seen)
    member = dict(zip(reversed(classes), reversed(range(len(ways))), strict=True))
    numbers = {classes[0]: 0}
    order = [classes[0]]
    arcs: list[dict[str, int]] = []
    for group in order:
        row = {}
        for word, to in ways[member[group]].items():
            if classes[to] not in numbers:
                numbers[classes[to]] = len(order)
                order.append(classes[to])
            row[word] = numbers[classes[to]]
        arcs.append(row)
    return Exact(arcs=tuple(arcs), finals=frozenset(numbers[classes[at]] for at in finals))
