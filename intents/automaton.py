"""All sentences of one level as one automaton, made deterministic as sentences come by.

A state set is what may follow the words so far, over all meanings at once. Each step out of a set is worked out once
and kept, so that a sentence costs a look-up per word, however many templates there are.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from intents.network import Network, Slot

_MOST_SETS = 40_000
"""About 40 MB; past it all sets are forgotten and worked out anew."""
UNKNOWN = ""
"""Stands for every word that no template knows."""

ListArc = tuple[int, str, str]
"""An arc for a value of a list, seen from its target: source, list, slot."""


class StateSet:
    """The states that the words so far may have led to."""

    __slots__ = ("by_list", "finals", "lists", "nodes", "steps", "wild")

    def __init__(
        self, nodes: frozenset[int], wild: frozenset[int], lists: Mapping[str, frozenset[int]], finals: tuple[int, ...]
    ) -> None:
        self.nodes = nodes
        self.wild = wild
        """States that any word leads to."""
        self.lists = lists
        """What a value of each list leads to."""
        self.finals = finals
        self.steps: dict[str, StateSet | None] = {}
        self.by_list: dict[str, StateSet] = {}


class Automaton:
    """Networks side by side."""

    def __init__(self, networks: Sequence[Network], wildcards: AbstractSet[str] = frozenset()) -> None:
        self._words: list[dict[str, int]] = []
        self._lists: list[tuple[tuple[str, int], ...]] = []
        self._wild: list[tuple[int, ...]] = []
        self._finals: set[int] = set()
        self.network_of: list[int] = []
        """The network that each state belongs to."""
        self.by_word: list[dict[str, list[int]]] = []
        """For each state, the states from which each word leads to it."""
        self.by_list: list[list[ListArc]] = []
        """For each state, the lists that lead to it."""
        self.wild_states: set[int] = set()
        starts = []
        for number, network in enumerate(networks):
            starts.append(len(self._words))
            self._add(number, network, wildcards)
        self.starts = frozenset(starts)
        self.jumps = self._jumps()
        """For states that only one row of words leads to: how many words, and from where."""
        self.vocabulary = frozenset(word for words in self._words for word in words)
        self._sets: dict[frozenset[int], StateSet] = {}
        self._unions: dict[tuple[StateSet, StateSet], StateSet] = {}
        self.start = self._set(self.starts)

    def first_words(self) -> frozenset[str]:
        """Return the words that something may begin with."""
        return frozenset(word for node in self.starts for word in self._words[node])

    def only_words_after(self, list_name: str) -> frozenset[str] | None:
        """Return the words that must follow a list at the very beginning, `None` where something else may."""
        states = self.step_list(self.start, list_name)
        if states.finals or states.lists or states.wild:
            return None
        return frozenset(word for node in states.nodes for word in self._words[node])

    def step(self, states: StateSet, word: str) -> StateSet | None:
        """Return where `word` leads, `None` for nowhere."""
        if word in states.steps:
            return states.steps[word]
        if word not in self.vocabulary:
            word = UNKNOWN
            if word in states.steps:
                return states.steps[word]
        words = self._words
        reached = {words[node][word] for node in states.nodes if word in words[node]}
        reached |= states.wild
        found = self._set(frozenset(reached)) if reached else None
        states.steps[word] = found
        return found

    def step_list(self, states: StateSet, list_name: str) -> StateSet:
        """Return where a value of a list leads; the list must be one of `states.lists`."""
        found = states.by_list.get(list_name)
        if found is None:
            found = states.by_list[list_name] = self._set(states.lists[list_name])
        return found

    def union(self, one: StateSet, other: StateSet) -> StateSet:
        """Return both."""
        if one is other:
            return one
        found = self._unions.get((one, other))
        if found is None:
            found = self._unions[one, other] = self._set(one.nodes | other.nodes)
        return found

    def furthest_of(self, reached: Mapping[int, StateSet]) -> dict[int, int]:
        """Return for each network the last place at which it still fitted."""
        found: dict[int, int] = {}
        for place in sorted(reached):
            for node in reached[place].nodes:
                found[self.network_of[node]] = place
        return found

    def forget_if_full(self) -> None:
        """Drop what was worked out, when it has become too much; call it between sentences."""
        if len(self._sets) + len(self._unions) > _MOST_SETS:
            self._sets = {}
            self._unions = {}
            self.start = self._set(self.starts)

    def _set(self, nodes: frozenset[int]) -> StateSet:
        found = self._sets.get(nodes)
        if found is None:
            lists: dict[str, set[int]] = {}
            wild: set[int] = set()
            for node in nodes:
                for list_name, target in self._lists[node]:
                    lists.setdefault(list_name, set()).add(target)
                wild.update(self._wild[node])
            frozen = {name: frozenset(targets) for name, targets in lists.items()}
            finals = tuple(sorted(nodes & self._finals))
            found = self._sets[nodes] = StateSet(nodes, frozenset(wild), frozen, finals)
        return found

    def _add(self, number: int, network: Network, wildcards: AbstractSet[str]) -> None:
        base = len(self._words)
        for _ in network.arcs:
            self._state(number)
        self._finals.update(base + state for state in network.finals)
        loops: list[tuple[int, int]] = []
        for state, arcs in enumerate(network.arcs):
            for label, target in arcs.items():
                if isinstance(label, Slot) and label.list_name in wildcards:
                    loop = self._state(number)
                    self._connect_wild(base + state, loop, label)
                    self._connect_wild(loop, loop, label)
                    loops.append((loop, target))
                else:
                    self._connect(base + state, label, base + target)
        for loop, target in loops:
            if target in network.finals:
                self._finals.add(loop)
            for label, reached in network.arcs[target].items():
                if not (isinstance(label, Slot) and label.list_name in wildcards):
                    self._connect(loop, label, base + reached)

    def _state(self, number: int) -> int:
        self._words.append({})
        self._lists.append(())
        self._wild.append(())
        self.by_word.append({})
        self.by_list.append([])
        self.network_of.append(number)
        return len(self._words) - 1

    def _connect(self, source: int, label: str | Slot, target: int) -> None:
        if isinstance(label, Slot):
            self._lists[source] += ((label.list_name, target),)
            self.by_list[target].append((source, label.list_name, label.slot))
        else:
            self._words[source][label] = target
            self.by_word[target].setdefault(label, []).append(source)

    def _connect_wild(self, source: int, loop: int, slot: Slot) -> None:
        self.wild_states.add(loop)
        self._wild[source] += (loop,)
        if source != loop:
            self.by_list[loop].append((source, slot.list_name, slot.slot))

    def _jumps(self) -> dict[int, tuple[int, int]]:
        found: dict[int, tuple[int, int]] = {}
        for node in range(len(self.by_word)):
            at, length = node, 0
            while len(self.by_word[at]) == 1 and not self.by_list[at]:
                (sources,) = self.by_word[at].values()
                if len(sources) > 1:
                    break
                at, length = sources[0], length + 1
                if at in found:
                    at, length = found[at][1], length + found[at][0]
                    break
            if length:
                found[node] = (length, at)
        return found
