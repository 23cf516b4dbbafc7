"""All templates of one level as one automaton, made deterministic as sentences come by.

A state set is what may follow the words so far, over all templates at once. Each step out of a set is worked out once
and kept, so that a sentence costs a look-up per word, however many templates there are.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from intents.network import Network, Slot

_MOST_SETS = 40_000
"""About 40 MB; past it all sets are forgotten and worked out anew."""
UNKNOWN = ""
"""Stands for every word that no template knows."""


class StateSet:
    """The states that the words so far may have led to."""

    __slots__ = ("by_list", "finals", "nodes", "steps", "wild")

    def __init__(
        self,
        nodes: frozenset[int],
        wild: frozenset[int],
        by_list: Mapping[str, frozenset[int]],
        finals: tuple[int, ...],
    ) -> None:
        self.nodes = nodes
        self.wild = wild
        """States that any word leads to."""
        self.by_list = by_list
        """What a value of each list leads to."""
        self.finals = finals
        self.steps: dict[str, StateSet | None] = {}


class Arc:
    """An arc seen from its target."""

    __slots__ = ("label", "slot", "source")

    def __init__(self, source: int, label: str | None, slot: Slot | None) -> None:
        self.source = source
        self.label = label
        """The word; `None` for a list or a wildcard."""
        self.slot = slot


class Automaton:
    """The networks of many templates side by side."""

    def __init__(self, networks: Sequence[Network], wildcards: AbstractSet[str] = frozenset()) -> None:
        self._words: list[dict[str, int]] = []
        self._lists: list[tuple[tuple[str, int], ...]] = []
        self._wild: list[tuple[int, ...]] = []
        self._finals: set[int] = set()
        self.template_of: list[int] = []
        """The template that each state belongs to."""
        self.arcs_into: list[list[Arc]] = []
        """For each state, how it is reached; wildcards have arcs from themselves."""
        self.wild_states: set[int] = set()
        starts = []
        for template, network in enumerate(networks):
            starts.append(len(self._words))
            self._add(template, network, wildcards)
        self.starts = frozenset(starts)
        self.vocabulary = frozenset(word for words in self._words for word in words)
        self._sets: dict[frozenset[int], StateSet] = {}
        self._unions: dict[tuple[StateSet, StateSet], StateSet] = {}
        self.start = self._set(self.starts)

    def step(self, states: StateSet, word: str) -> StateSet | None:
        """Return where `word` leads, `None` for nowhere."""
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
        """Return where a value of a list leads; the list must be one of `states.by_list`."""
        return self._set(states.by_list[list_name])

    def union(self, one: StateSet, other: StateSet) -> StateSet:
        """Return both."""
        if one is other:
            return one
        found = self._unions.get((one, other))
        if found is None:
            found = self._unions[one, other] = self._set(one.nodes | other.nodes)
        return found

    def furthest_of(self, reached: Mapping[int, StateSet]) -> dict[int, int]:
        """Return for each template the last place at which it still fitted."""
        found: dict[int, int] = {}
        for place in sorted(reached):
            for node in reached[place].nodes:
                found[self.template_of[node]] = place
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
            by_list: dict[str, set[int]] = {}
            wild: set[int] = set()
            for node in nodes:
                for list_name, target in self._lists[node]:
                    by_list.setdefault(list_name, set()).add(target)
                wild.update(self._wild[node])
            frozen = {name: frozenset(targets) for name, targets in by_list.items()}
            finals = tuple(sorted(nodes & self._finals))
            found = self._sets[nodes] = StateSet(nodes, frozenset(wild), frozen, finals)
        return found

    def _add(self, template: int, network: Network, wildcards: AbstractSet[str]) -> None:
        base = len(self._words)
        for _ in network.arcs:
            self._state(template)
        self._finals.update(base + state for state in network.finals)
        loops: list[tuple[int, int]] = []
        for state, arcs in enumerate(network.arcs):
            for label, target in arcs.items():
                if isinstance(label, Slot) and label.list_name in wildcards:
                    loop = self._state(template)
                    self._connect_wild(base + state, loop, label)
                    self._connect_wild(loop, loop, label)
                    loops.append((loop, target))
                else:
                    self._connect(base + state, label, base + target)
        for loop, target in loops:
            if target in network.finals:
                self._finals.add(loop)
            for label, reached in network.arcs[target].items():
                if isinstance(label, Slot) and label.list_name in wildcards:
                    continue
                self._connect(loop, label, base + reached)

    def _state(self, template: int) -> int:
        self._words.append({})
        self._lists.append(())
        self._wild.append(())
        self.arcs_into.append([])
        self.template_of.append(template)
        return len(self._words) - 1

    def _connect(self, source: int, label: str | Slot, target: int) -> None:
        if isinstance(label, Slot):
            self._lists[source] += ((label.list_name, target),)
            self.arcs_into[target].append(Arc(source, None, label))
        else:
            self._words[source][label] = target
            self.arcs_into[target].append(Arc(source, label, None))

    def _connect_wild(self, source: int, loop: int, slot: Slot) -> None:
        self.wild_states.add(loop)
        self._wild[source] += (loop,)
        self.arcs_into[loop].append(Arc(source, None, slot))
