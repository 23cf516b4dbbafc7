"""What the recognisers may expect: the sentences' word graph, kept as it is and as pairs of neighbouring words.

The graph goes to PocketSphinx exactly (exact.py). Vosk makes a bigram of the phrases it is given, so there the pairs
are what counts (phrases.py). Either way a transcript is trusted only when it parses in full afterwards.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

Arc = tuple[int, int, str | None]
"""Source, target, and the word between them; `None` for no word."""

BEGIN, END = "<s>", "</s>"
"""Stand before the first and after the last word of a sentence, as if they were words."""


ANY_WORDS = "*"
"""Stands in a usual sentence where any words may."""


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
    def arcs(self) -> Iterable[Arc]:
        """What may be said from where to where."""
        ...

    @property
    def wildcards(self) -> Iterable[tuple[int, int]]:
        """Source and target where any words may stand (the text of a note)."""
        ...

    @property
    def usual(self) -> Iterable[Sequence[str]]:
        """Sentences as they are usually said, `*` for any words; none where nothing is known of it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Grammar:
    """A word graph without dead ends. Made by `compile_grammar`."""

    start: int
    finals: frozenset[int]
    arcs: tuple[Arc, ...]
    wildcards: tuple[tuple[int, int], ...] = ()
    """Where any words may stand: source and target. They are no arcs: what cannot hear any words leaves them out."""
    usual: tuple[tuple[str, ...], ...] = ()
    """Sentences as they are usually said, `*` for any words; not all need be in the graph."""
    sounds_like: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """How words sound in other words (`dewar`: `do are`), one spelling or several; a site's, from its plant file."""

    @property
    def is_empty(self) -> bool:
        """True when there is not one sentence."""
        return not self.finals or not self.arcs

    @cached_property
    def words(self) -> frozenset[str]:
        """All words of all sentences."""
        return frozenset(word for _, _, word in self.arcs if word is not None)

    @cached_property
    def followers(self) -> Mapping[str, tuple[str, ...]]:
        """For each word, and for `BEGIN`, the words that may stand next, and `END`; in a fixed order."""
        return _followers(self.closed())

    def without(self, words: Collection[str]) -> "Grammar":
        """Return the sentences that contain none of `words`."""
        kept = tuple(arc for arc in self.arcs if arc[2] not in words)
        if len(kept) == len(self.arcs):
            return self
        return compile_grammar(replace(self, arcs=kept), self.sounds_like)

    def respelled(self, spellings: Mapping[str, Iterable[Sequence[str]]]) -> "Grammar":
        """Return the same sentences with some words spelled in others: each in every way that is given for it."""
        arcs: list[Arc] = []
        fresh = self._fresh()
        for source, target, word in self.arcs:
            for pieces in spellings.get(word, ((word,),)) if word is not None else ((None,),):
                here = source
                for piece in pieces[:-1]:
                    arcs.append((here, fresh, piece))
                    here, fresh = fresh, fresh + 1
                arcs.append((here, target, pieces[-1]))
        first = {word: tuple(next(iter(ways), (word,))) for word, ways in spellings.items()}
        usual = tuple(tuple(piece for word in said for piece in first.get(word, (word,))) for said in self.usual)
        return replace(self, arcs=tuple(arcs), usual=usual)

    def closed(self) -> "Grammar":
        """Return the sentences without free text."""
        return compile_grammar(replace(self, wildcards=()), self.sounds_like) if self.wildcards else self

    def with_wildcards_as(self, word: str) -> "Grammar":
        """Return the grammar with `word`, once or more often, wherever any words may stand."""
        fresh = self._fresh()
        arcs = [
            arc
            for loop, (source, target) in enumerate(self.wildcards, fresh)
            for arc in ((source, loop, word), (loop, loop, word), (loop, target, None))
        ]
        usual = tuple(tuple(word if said == ANY_WORDS else said for said in sentence) for sentence in self.usual)
        return replace(self, arcs=(*self.arcs, *arcs), wildcards=(), usual=usual)

    def opens_wildcard(self, words: Iterable[str]) -> bool:
        """Whether a sentence may begin with `words` and end with any words."""
        states = reachable([self.start], self._silent)
        for word in words:
            states = reachable((to for at in states for to in self._spoken.get((at, word), ())), self._silent)
        return any(
            source in states and not self.finals.isdisjoint(reachable([target], self._silent))
            for source, target in self.wildcards
        )

    @cached_property
    def _silent(self) -> Mapping[int, list[int]]:
        steps: defaultdict[int, list[int]] = defaultdict(list)
        for source, target, word in self.arcs:
            if word is None:
                steps[source].append(target)
        return steps

    @cached_property
    def _spoken(self) -> Mapping[tuple[int, str], list[int]]:
        steps: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
        for source, target, word in self.arcs:
            if word is not None:
                steps[source, word].append(target)
        return steps

    def _fresh(self) -> int:
        """Return a number that no state has, nor any above it."""
        places = [*self.wildcards, *((source, target) for source, target, _ in self.arcs), (self.start, self.start)]
        return 1 + max(max(place) for place in places)


def compile_grammar(graph: WordGraph, sounds_like: Mapping[str, tuple[str, ...]] | None = None) -> Grammar:
    """Take over a word graph in words that are heard, without ways that lead to no sentence. A plant's takes 0.3 s.

    Punctuation makes no sound, and contractions are one word: a graph that has "do", "n't" gives "don't". Otherwise a
    recogniser that knows no "n't" would hear "do start" where "don't start" was said.
    """
    arcs = _contracted([(source, target, _sound(word)) for source, target, word in graph.arcs])
    onward: defaultdict[int, list[int]] = defaultdict(list)
    back: defaultdict[int, list[int]] = defaultdict(list)
    for source, target, _ in arcs:
        onward[source].append(target)
        back[target].append(source)
    for source, target in graph.wildcards:
        onward[source].append(target)
        back[target].append(source)
    live = reachable([graph.start], onward) & reachable(graph.finals, back)
    return Grammar(
        start=graph.start,
        finals=frozenset(graph.finals) & live,
        arcs=tuple(arc for arc in arcs if arc[0] in live and arc[1] in live),
        wildcards=tuple(place for place in graph.wildcards if live.issuperset(place)),
        usual=tuple(map(_as_heard, graph.usual)),
        sounds_like=sounds_like or {},
    )


def _as_heard(sentence: Iterable[str]) -> tuple[str, ...]:
    words: list[str] = []
    for word in sentence:
        if words and is_ending(word):
            words[-1] += word
        elif word == ANY_WORDS or _sound(word) is not None:
            words.append(word)
    return tuple(words)


def _sound(word: str | None) -> str | None:
    return word if word is not None and any(character.isalnum() for character in word) else None


def _contracted(arcs: list[Arc]) -> tuple[Arc, ...]:
    """Put the ends of contractions to the words before them; at the beginning of a sentence there are none."""
    ends = [(source, target, word) for source, target, word in arcs if word is not None and is_ending(word)]
    if not ends:
        return tuple(arcs)
    words = [arc for arc in arcs if arc[2] is None or not is_ending(arc[2])]
    before: defaultdict[int, list[int]] = defaultdict(list)
    into: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for source, target, word in words:
        if word is None:
            before[target].append(source)
        else:
            into[target].append((source, word))
    whole = {
        (first, target, word + end)
        for source, target, end in ends
        for state in reachable([source], before)
        for first, word in into[state]
    }
    return (*words, *sorted(whole))


def is_ending(word: str) -> bool:
    """Whether this is the end of a contraction: 's, 'll, n't."""
    return word.startswith("'") or word == "n't"


def reachable(states: Iterable[int], steps: Mapping[int, Iterable[int]]) -> set[int]:
    """Return `states` and all that any number of steps leads to."""
    found = set(states)
    waiting = list(found)
    while waiting:
        for target in steps.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def _followers(grammar: Grammar) -> dict[str, tuple[str, ...]]:
    """Find which words stand side by side. Sets of words are bits of a number: a plant's graph takes 0.2 s."""
    names = [BEGIN, *sorted(grammar.words), END]
    bit = {name: 1 << number for number, name in enumerate(names)}
    empty: defaultdict[int, list[int]] = defaultdict(list)
    said_before: defaultdict[int, int] = defaultdict(int)
    said_next: defaultdict[int, int] = defaultdict(int)
    for source, target, word in grammar.arcs:
        if word is None:
            empty[source].append(target)
        else:
            said_before[target] |= bit[word]
            said_next[source] |= bit[word]
    said_before[grammar.start] |= bit[BEGIN]
    for final in grammar.finals:
        said_next[final] |= bit[END]
    _carry(said_before, empty)
    neighbours: defaultdict[int, int] = defaultdict(int)
    for state, following in said_next.items():
        neighbours[said_before[state]] |= following
    follow: defaultdict[str, int] = defaultdict(int)
    for before, following in neighbours.items():
        for name in _names(before, names):
            follow[name] |= following
    return {name: tuple(_names(following, names)) for name, following in sorted(follow.items())}


def _carry(said: defaultdict[int, int], empty: Mapping[int, list[int]]) -> None:
    """Carry what was said before a state to all states that nothing is said on the way to."""
    waiting = [state for state in said if state in empty]
    while waiting:
        state = waiting.pop()
        for target in empty[state]:
            if said[state] | said[target] != said[target]:
                said[target] |= said[state]
                if target in empty:
                    waiting.append(target)


def _names(bits: int, names: list[str]) -> Iterable[str]:
    while bits:
        lowest = bits & -bits
        yield names[lowest.bit_length() - 1]
        bits ^= lowest
