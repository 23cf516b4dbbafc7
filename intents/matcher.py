"""Run an automaton over a text: forward to see what is possible, then backward to collect every reading.

Both directions visit each pair of state and place at most once, so no text takes more than time in proportion to its
length. Readings that fill the slots alike are one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from intents.automaton import Automaton, StateSet
from intents.lattice import Lattice, Source

MOST_READINGS = 48
"""Of one text from one place; more differ in ways that nobody could be asked about."""


class Filled(NamedTuple):
    """A slot with its value."""

    slot: str
    value: Any


class TextSpan(NamedTuple):
    """What a wildcard stands for, as tokens; `end` is -1 while it is open."""

    start: int
    end: int


class Parse(NamedTuple):
    """One way in which a template reads the text."""

    template: int
    filled: tuple[Filled, ...]


class _Step(NamedTuple):
    """A way into a state at a place."""

    place: int
    node: int
    slot: str | None
    list_name: str | None


class Run:
    """One automaton over one text from one place on."""

    __slots__ = ("_automaton", "_ending", "_lattice", "_sources", "furthest", "reached", "start")

    def __init__(self, automaton: Automaton, sources: Mapping[str, Source], lattice: Lattice, start: int) -> None:
        self._automaton = automaton
        self._sources = sources
        self._lattice = lattice
        self.start = start
        self.furthest = start
        """The last place that some template reaches."""
        self.reached: dict[int, StateSet] = {start: automaton.start}
        self._ending: dict[int, list[tuple[str, int]]] = {}
        self._forward()

    def _forward(self) -> None:
        automaton, lattice, reached = self._automaton, self._lattice, self.reached
        words = lattice.tokens.texts
        count = len(words)
        inside = lattice.numbers.inside
        skips = lattice.skips
        place = self.start
        furthest = place
        while place <= furthest and place < count:
            states = reached.get(place)
            if states is None:
                place += 1
                continue
            word = words[place]
            steps = states.steps
            following = steps[word] if word in steps else automaton.step(states, word)
            if following is not None:
                self._arrive(place + 1, following)
                furthest = max(furthest, place + 1)
            if states.by_list and not inside[place]:
                for list_name in states.by_list:
                    for end in self._sources[list_name].ends(lattice, place):
                        if not inside[end]:
                            self._arrive(end, automaton.step_list(states, list_name))
                            self._ending.setdefault(end, []).append((list_name, place))
                            furthest = max(furthest, end)
            if place in skips and not states.wild:
                self._arrive(skips[place], states)
                furthest = max(furthest, skips[place])
            place += 1
        self.furthest = furthest

    def _arrive(self, place: int, states: StateSet) -> None:
        present = self.reached.get(place)
        self.reached[place] = states if present is None else self._automaton.union(present, states)

    def ends(self) -> list[int]:
        """Return the places where some template is complete."""
        return [place for place, states in self.reached.items() if states.finals]

    def is_complete(self, template: int) -> bool:
        """Tell whether a template reads the whole text."""
        states = self.reached.get(len(self._lattice.tokens.texts))
        return states is not None and any(self._automaton.template_of[node] == template for node in states.finals)

    def parses(self, end: int) -> list[Parse]:
        """Return all readings from the start to `end`."""
        states = self.reached.get(end)
        if states is None or not states.finals:
            return []
        steps = self._backward(end, states.finals)
        fillings: dict[tuple[int, int], list[tuple[Filled, ...]]] = {}
        for place, node in sorted(steps):
            fillings[place, node] = self._fill(place, node, steps[place, node], fillings)
        found: dict[Parse, None] = {}
        for node in states.finals:
            template = self._automaton.template_of[node]
            for filling in fillings[end, node]:
                closed = _closed(filling, end) if node in self._automaton.wild_states else filling
                found[Parse(template, closed)] = None
        return list(found)[:MOST_READINGS]

    def _backward(self, end: int, finals: Sequence[int]) -> dict[tuple[int, int], list[_Step]]:
        """Return every pair of place and state that lies on a way to the end, with the ways into it."""
        automaton = self._automaton
        words, skips = self._lattice.tokens.texts, self._lattice.skips
        skipped_to: dict[int, list[int]] = {}
        for begin, stop in skips.items():
            skipped_to.setdefault(stop, []).append(begin)
        steps: dict[tuple[int, int], list[_Step]] = {}
        waiting = [(end, node) for node in finals]
        while waiting:
            key = waiting.pop()
            if key in steps:
                continue
            place, node = key
            into = steps[key] = []
            if place == self.start:
                continue
            before = self.reached.get(place - 1)
            word = words[place - 1]
            for arc in automaton.arcs_into[node]:
                if arc.label is not None:
                    if arc.label == word and before is not None and arc.source in before.nodes:
                        into.append(_Step(place - 1, arc.source, None, None))
                elif node in automaton.wild_states:
                    if before is not None and arc.source in before.nodes:
                        slot = None if arc.source == node else arc.slot.slot if arc.slot else None
                        into.append(_Step(place - 1, arc.source, slot, None))
                elif arc.slot is not None:
                    for list_name, begin in self._ending.get(place, ()):
                        if list_name == arc.slot.list_name and arc.source in self.reached[begin].nodes:
                            into.append(_Step(begin, arc.source, arc.slot.slot, list_name))
            for begin in skipped_to.get(place, ()):
                present = self.reached.get(begin)
                if present is not None and not present.wild and node in present.nodes:
                    into.append(_Step(begin, node, None, None))
            waiting.extend((step.place, step.node) for step in into)
        return steps

    def _fill(
        self,
        place: int,
        node: int,
        into: list[_Step],
        fillings: dict[tuple[int, int], list[tuple[Filled, ...]]],
    ) -> list[tuple[Filled, ...]]:
        if place == self.start:
            return [()]
        wild = self._automaton.wild_states
        found: dict[tuple[Filled, ...], None] = {}
        for step in into:
            for filling in fillings[step.place, step.node]:
                base = _closed(filling, step.place) if step.node in wild and step.node != node else filling
                if step.slot is None:
                    found[base] = None
                elif step.list_name is None:
                    found[(*base, Filled(step.slot, TextSpan(step.place, -1)))] = None
                else:
                    for value in self._sources[step.list_name].values(self._lattice, step.place, place):
                        found[(*base, Filled(step.slot, value))] = None
            if len(found) > MOST_READINGS:
                break
        return list(found)[:MOST_READINGS]


def _closed(filling: tuple[Filled, ...], end: int) -> tuple[Filled, ...]:
    """Set the end of the wildcard that was open."""
    last = filling[-1]
    return (*filling[:-1], Filled(last.slot, TextSpan(last.value.start, end)))


@dataclass(frozen=True, slots=True, kw_only=True)
class NestedSource:
    """A list whose values are sentences of their own: device phrases, units, whole commands."""

    automaton: Automaton
    sources: Mapping[str, Source]
    meaning: Callable[[Lattice, Parse], Sequence[Any]]
    """What a parse of a value means; several where it is open."""

    def run(self, lattice: Lattice, start: int) -> Run:
        """Return the run from a place, made once for each text."""
        key = (id(self), start)
        found = lattice.memory.get(key)
        if found is None:
            found = lattice.memory[key] = Run(self.automaton, self.sources, lattice, start)
        return found

    def ends(self, lattice: Lattice, start: int) -> Sequence[int]:
        """Return where values that begin at a token may end."""
        return [end for end in self.run(lattice, start).ends() if end > start]

    def values(self, lattice: Lattice, start: int, end: int) -> Sequence[Any]:
        """Return the values between two tokens."""
        found: dict[Any, None] = {}
        for parse in self.run(lattice, start).parses(end):
            for value in self.meaning(lattice, parse):
                found[value] = None
        return list(found)
