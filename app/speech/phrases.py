"""A short list of sentences that shows Vosk's run-time grammar every pair of neighbouring words.

Vosk makes a bigram of the phrases it is given: it learns which word may follow which, and no more. All sentences of a
plant are billions; the list here is made of real sentences, and every pair that stands side by side in any sentence,
every first and every last word stands in at least one of them.
"""

from collections import deque
from collections.abc import Iterator

from app.speech.grammar import Grammar

_START, _END = "<s>", "</s>"


def covering_phrases(grammar: Grammar) -> tuple[str, ...]:
    """Return sentences, words separated by spaces, that together contain every neighbouring pair of the grammar.

    Near the fewest, not the fewest. The same grammar always gives the same list.
    """
    if grammar.is_empty:
        return ()
    cover = _Cover(grammar)
    return tuple(" ".join(words) for words in cover.sentences())


class _Cover:
    """Walks through the grammar, each from the start to an end, until no pair is left."""

    def __init__(self, grammar: Grammar) -> None:
        self._arcs = grammar.arcs
        self._finals = grammar.finals
        self._arrivals = self._shortest_ways_in()
        self._exits = self._shortest_ways_out()
        self._missing = self._pairs()

    def sentences(self) -> Iterator[list[str]]:
        while self._missing:
            (before, after), state = next(iter(self._missing.items()))
            yield self._walk(self._way_in(before, state), state, after)

    def _pairs(self) -> dict[tuple[str, str], int]:
        """Find each pair, with a state that stands between its two words; those near the start come first."""
        into: list[set[str]] = [set() for _ in self._arcs]
        into[0].add(_START)
        for ways in self._arcs:
            for word, target in ways.items():
                into[target].add(word)
        pairs: dict[tuple[str, str], int] = {}
        for state, ways in enumerate(self._arcs):
            follow = [*ways, _END] if state in self._finals else list(ways)
            for before in sorted(into[state]):
                for after in follow:
                    pairs.setdefault((before, after), state)
        return pairs

    def _walk(self, words: list[str], state: int, after: str) -> list[str]:
        """Go on from `state` with `after`, taking pairs that are still missing wherever there are some."""
        for left, right in zip([_START, *words], words, strict=False):
            self._missing.pop((left, right), None)
        while True:
            self._missing.pop((words[-1] if words else _START, after), None)
            if after == _END:
                return words
            words.append(after)
            state = self._arcs[state][after]
            after = self._next(after, state)

    def _next(self, before: str, state: int) -> str:
        follow = self._arcs[state]
        fresh = [after for after in follow if (before, after) in self._missing]
        if fresh:
            return fresh[0]
        if state in self._finals:
            return _END
        return self._exits[state]

    def _way_in(self, before: str, state: int) -> list[str]:
        """Return the shortest beginning of a sentence that reaches `state` by the word `before`."""
        if before == _START:
            return []
        words = [before]
        here = self._arrivals[state, before]
        while here:
            here, word = self._parents[here]
            words.append(word)
        return words[::-1]

    def _shortest_ways_in(self) -> dict[tuple[int, str], int]:
        """Find for each state and each word that leads to it the source nearest to the start."""
        self._parents: dict[int, tuple[int, str]] = {}
        arrivals: dict[tuple[int, str], int] = {}
        seen = {0}
        waiting = deque([0])
        while waiting:
            source = waiting.popleft()
            for word, target in self._arcs[source].items():
                arrivals.setdefault((target, word), source)
                if target not in seen:
                    seen.add(target)
                    self._parents[target] = (source, word)
                    waiting.append(target)
        return arrivals

    def _shortest_ways_out(self) -> dict[int, str]:
        """Find for each state that is no end the next word of the shortest way to one."""
        sources: list[list[tuple[int, str]]] = [[] for _ in self._arcs]
        for source, ways in enumerate(self._arcs):
            for word, target in ways.items():
                sources[target].append((source, word))
        exits: dict[int, str] = {}
        seen = set(self._finals)
        waiting = deque(sorted(self._finals))
        while waiting:
            for source, word in sources[waiting.popleft()]:
                if source not in seen:
                    seen.add(source)
                    exits[source] = word
                    waiting.append(source)
        return exits
