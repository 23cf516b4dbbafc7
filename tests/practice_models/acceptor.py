"""Whether a sentence is one of a grammar's."""

from collections import defaultdict
from collections.abc import Iterable

from app.speech.grammar import Grammar


class Acceptor:
    """Follows all ways through a grammar at once."""

    def __init__(self, graph: Grammar) -> None:
        self._finals = graph.finals
        self._silent: defaultdict[int, list[int]] = defaultdict(list)
        self._spoken: defaultdict[int, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for source, target, word in graph.arcs:
            if word is None:
                self._silent[source].append(target)
            else:
                self._spoken[source][word].append(target)
        self._start = self._closed([graph.start])

    def accepts(self, words: Iterable[str]) -> bool:
        """Whether these words lead from the start to a final state."""
        states = self._start
        for word in words:
            states = self._closed(target for state in states for target in self._spoken[state].get(word, ()))
        return not self._finals.isdisjoint(states)

    def _closed(self, states: Iterable[int]) -> frozenset[int]:
        found = set(states)
        waiting = list(found)
        while waiting:
            for target in self._silent[waiting.pop()]:
                if target not in found:
                    found.add(target)
                    waiting.append(target)
        return frozenset(found)
