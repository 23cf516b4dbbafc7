"""What the recognisers may expect: the sentences' word graph, made small and put into each recogniser's own form.

The exact graph goes to PocketSphinx. Vosk makes a bigram of the phrases it is given, so it gets few phrases that
together contain every pair of neighbouring words. A transcript is trusted only when it parses in full afterwards.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol


class WordGraph(Protocol):
    """All sentences as a graph, as the understanding engine gives it (`Recognizer.word_graph`)."""

    @property
    def start(self) -> int:
        """Where each sentence begins."""
        ...

    @property
    def finals(self) -> Collection[int]:
        """Where a sentence may end."""
        ...

    @property
    def arcs(self) -> Iterable[tuple[int, int, str | None]]:
        """Source, target, and the word between them; `None` for no word."""
        ...


@dataclass(frozen=True, kw_only=True)
class Grammar:
    """A word graph without empty arcs, in which each word leads one way, and as small as it can be."""

    arcs: tuple[Mapping[str, int], ...]
    """For each state, where each word leads. State 0 is the start."""
    finals: frozenset[int]
    """States in which a sentence may end."""

    @cached_property
    def words(self) -> frozenset[str]:
        """All words of all sentences."""
        return frozenset(word for ways in self.arcs for word in ways)

    @property
    def is_empty(self) -> bool:
        """True when not one sentence is left."""
        return not self.finals

    def accepts(self, words: Iterable[str]) -> bool:
        """Whether these words are one of the sentences."""
        state: int | None = 0
        for word in words:
            state = self.arcs[state].get(word) if state is not None else None
        return state is not None and state in self.finals

    def without(self, words: Collection[str]) -> "Grammar":
        """Return the sentences that contain none of `words`."""
        kept = [(source, target, word) for source, target, word in self.transitions() if word not in words]
        return compile_grammar(_Arcs(arcs=kept, finals=self.finals))

    def respelled(self, spelling: Mapping[str, Iterable[str]]) -> "Grammar":
        """Return the same sentences with some words replaced by others, one or several."""
        arcs: list[tuple[int, int, str | None]] = []
        fresh = len(self.arcs)
        for source, target, word in self.transitions():
            pieces = tuple(spelling.get(word, (word,)))
            here = source
            for piece in pieces[:-1]:
                arcs.append((here, fresh, piece))
                here, fresh = fresh, fresh + 1
            arcs.append((here, target, pieces[-1]))
        return compile_grammar(_Arcs(arcs=arcs, finals=self.finals))

    def transitions(self) -> Iterator[tuple[int, int, str]]:
        """Yield each arc as source, target, word; in a fixed order."""
        for source, ways in enumerate(self.arcs):
            for word, target in ways.items():
                yield source, target, word


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arcs:
    """A `WordGraph` that is a plain list."""

    arcs: Collection[tuple[int, int, str | None]]
    finals: Collection[int]
    start: int = 0


def compile_grammar(graph: WordGraph) -> Grammar:
    """Make a word graph deterministic and minimal, and drop what leads to no sentence.

    The result does not depend on how states are numbered or in which order arcs come.
    """
    ways, finals = _determinized(graph)
    live = _living(ways, finals)
    if 0 not in live:
        return Grammar(arcs=({},), finals=frozenset())
    return _merged(ways, finals, live)


def _determinized(graph: WordGraph) -> tuple[list[dict[str, int]], set[int]]:
    """Follow all arcs that a word may take at once (subset construction)."""
    empty: defaultdict[int, list[int]] = defaultdict(list)
    spoken: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for source, target, word in graph.arcs:
        if word is None:
            empty[source].append(target)
        else:
            spoken[source].append((word, target))
    finals = frozenset(graph.finals)
    first = frozenset(_reachable([graph.start], empty))
    numbers = {first: 0}
    ways: list[dict[str, int]] = []
    order = [first]
    for states in order:
        targets: defaultdict[str, set[int]] = defaultdict(set)
        for word, target in (arc for state in states for arc in spoken.get(state, ())):
            targets[word].add(target)
        row: dict[str, int] = {}
        for word in sorted(targets):
            subset = frozenset(_reachable(targets[word], empty))
            if subset not in numbers:
                numbers[subset] = len(order)
                order.append(subset)
            row[word] = numbers[subset]
        ways.append(row)
    return ways, {number for states, number in numbers.items() if states & finals}


def _reachable(states: Iterable[int], steps: Mapping[int, Iterable[int]]) -> set[int]:
    """Return `states` and all that any number of steps leads to."""
    found = set(states)
    waiting = list(found)
    while waiting:
        for target in steps.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def _living(ways: list[dict[str, int]], finals: set[int]) -> set[int]:
    """Find the states from which a sentence can still end."""
    sources: defaultdict[int, list[int]] = defaultdict(list)
    for source, row in enumerate(ways):
        for target in row.values():
            sources[target].append(source)
    return _reachable(finals, sources)


def _merged(ways: list[dict[str, int]], finals: set[int], live: set[int]) -> Grammar:
    """Merge states with the same future, and number what is left breadth first."""
    kept = [{word: to for word, to in row.items() if to in live} if at in live else {} for at, row in enumerate(ways)]
    classes = [int(state in finals) for state in range(len(kept))]
    count = len(set(classes))
    while True:
        # Moore's refinement. Acyclic graphs settle after as many rounds as their longest sentence has words.
        seen: dict[tuple[int, frozenset[tuple[str, int]]], int] = {}
        classes = [
            seen.setdefault((classes[at], frozenset((word, classes[to]) for word, to in row.items())), len(seen))
            for at, row in enumerate(kept)
        ]
        if len(seen) == count:
            break
        count = len(seen)
    members = dict(zip(reversed(classes), reversed(range(len(kept))), strict=True))
    numbers = {classes[0]: 0}
    order = [classes[0]]
    arcs: list[dict[str, int]] = []
    for group in order:
        row = {}
        for word, to in kept[members[group]].items():
            if classes[to] not in numbers:
                numbers[classes[to]] = len(order)
                order.append(classes[to])
            row[word] = numbers[classes[to]]
        arcs.append(row)
    return Grammar(arcs=tuple(arcs), finals=frozenset(numbers[classes[at]] for at in finals if classes[at] in numbers))
