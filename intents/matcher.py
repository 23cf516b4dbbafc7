"""Run an automaton over a text: forward to see what is possible, then backward to collect every reading.

Both directions visit each pair of state and place at most once, so no text takes more than time in proportion to its
length. Readings that fill the slots alike are one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from intents.automaton import Automaton, StateSet
from intents.lattice import ANY_TEXT, Filled, Lattice, Sources

MOST_READINGS = 48
"""Of one text by one network; more differ in ways that nobody could be asked about.

No network is left out, so that what does nothing is never lost beside what acts.
"""
_MOST_TRIES = 600
"""Values that are looked for in one text; more only occur in long texts with a wildcard, where none is a command."""
NOTHING_OWN: Mapping[str, frozenset[int]] = {}

_Key = tuple[int, int]
"""A place and a state."""
_Fillings = dict[tuple[Filled, ...], None]
_UNFILLED: _Fillings = {(): None}
_Step = tuple[int, int, str | None, str]
"""A way into a state at a place: from which place and state, by a value of which slot (`None`: by words) and list."""


class Parse(NamedTuple):
    """One way in which the whole of a text can be read."""

    meaning: int
    """Which of the automaton's networks reads it."""
    filled: tuple[Filled, ...]


@dataclass(frozen=True, slots=True)
class Embedded:
    """A whole sentence within another."""

    meaning: int
    """Index into the compiled meanings."""
    filled: tuple[Filled, ...]


class Run:
    """One automaton over one text from one place on."""

    __slots__ = (
        "_automaton",
        "_ending",
        "_lattice",
        "_own",
        "_respelled",
        "_skipped",
        "_sources",
        "furthest",
        "reached",
        "start",
    )

    def __init__(
        self,
        automaton: Automaton,
        sources: Sources,
        lattice: Lattice,
        start: int,
        own: Mapping[str, frozenset[int]] = NOTHING_OWN,
    ) -> None:
        """Find what is possible; `parses` then collects it.

        `own`: lists whose values are just what some networks of this automaton read. Such a value at the start needs no
        run of its own: it ends where one of those networks does.
        """
        self._own = own
        self._automaton = automaton
        self._sources = sources
        self._lattice = lattice
        self.start = start
        self.furthest = start
        """The last place that some template reaches."""
        self.reached: dict[int, StateSet] = {start: automaton.start}
        self._ending: dict[int, list[tuple[str, int]]] = {}
        self._skipped: dict[int, list[int]] = {}
        self._respelled: dict[int, list[tuple[int, tuple[str, ...]]]] = {}
        self._forward()

    def _forward(self) -> None:
        automaton, lattice, reached, own = self._automaton, self._lattice, self.reached, self._own
        words, inside, detours = lattice.tokens.texts, lattice.numbers.inside, lattice.detours
        respellings, opening_by = lattice.respellings, self._sources.opening
        count = len(words)
        place = furthest = self.start
        while place <= furthest and place < count:
            states = reached.get(place)
            if states is None:
                place += 1
                continue
            if own and states.finals and place > self.start:
                states = self._end_own(place, states)
            word = words[place]
            steps = states.steps
            following = steps[word] if word in steps else automaton.step(states, word)
            if following is not None:
                present = reached.get(place + 1)
                reached[place + 1] = following if present is None else automaton.union(present, following)
                if place == furthest:
                    furthest += 1
            if states.lists and not inside[place]:
                opening = states.lists if place in respellings else opening_by(word)
                if opening:
                    furthest = self._take_lists(place, states, opening, furthest)
            if place in detours:
                furthest = self._detour(place, states, furthest)
            place += 1
        self.furthest = furthest

    def _take_lists(self, place: int, states: StateSet, opening: Iterable[str], furthest: int) -> int:
        """Go along the values of lists that begin at a place, `opening`; return the last place reached."""
        lattice, inside = self._lattice, self._lattice.numbers.inside
        for list_name in opening:
            if list_name not in states.lists or (place == self.start and list_name in self._own):
                continue
            for end in self._sources[list_name].ends(lattice, place):
                if not inside[end]:
                    self._arrive(end, self._automaton.step_list(states, list_name))
                    self._ending.setdefault(end, []).append((list_name, place))
                    furthest = max(furthest, end)
        return furthest

    def _end_own(self, place: int, states: StateSet) -> StateSet:
        """End the values that began at the start and end here; return all states of the place."""
        complete = {self._automaton.network_of[node] for node in states.finals}
        first = self.reached[self.start]
        for list_name, networks in self._own.items():
            if list_name in first.lists and not complete.isdisjoint(networks):
                self._arrive(place, self._automaton.step_list(first, list_name))
                self._ending.setdefault(place, []).append((list_name, self.start))
        return self.reached[place]

    def _arrive(self, place: int, states: StateSet) -> None:
        present = self.reached.get(place)
        self.reached[place] = states if present is None else self._automaton.union(present, states)

    def _detour(self, place: int, states: StateSet, furthest: int) -> int:
        """Pass over a filler, or take a word in another spelling; return the last place reached.

        A value of a list does not begin with a filler: it would be tried again behind each of many.
        """
        if place in self._lattice.skips and not states.wild and (place > self.start or not place):
            end = self._lattice.skips[place]
            self._arrive(end, states)
            self._skipped.setdefault(end, []).append(place)
            furthest = max(furthest, end)
        for end, tokens in self._lattice.respellings.get(place, ()):
            reached = self._along(states, tokens)
            if reached is not None:
                self._arrive(end, reached[-1])
                self._respelled.setdefault(end, []).append((place, tokens))
                furthest = max(furthest, end)
        return furthest

    def _along(self, states: StateSet, tokens: Sequence[str]) -> list[StateSet] | None:
        chain = [states]
        for token in tokens:
            following = self._automaton.step(chain[-1], token)
            if following is None:
                return None
            chain.append(following)
        return chain

    def ends(self) -> list[int]:
        """Return the places where some template is complete."""
        return [place for place, states in self.reached.items() if states.finals]

    def parses(self, end: int, among: AbstractSet[int] | None = None) -> list[Parse]:
        """Return all readings from the start to `end`; `among`: by these networks only."""
        states = self.reached.get(end)
        network_of = self._automaton.network_of
        finals = () if states is None else states.finals
        if among is not None:
            finals = tuple(node for node in finals if network_of[node] in among)
        found: dict[Parse, None] = {}
        branching: list[int] = []
        for node in finals:
            filled = self._only_filling(end, node)
            if filled is None:
                branching.append(node)
            else:
                found[Parse(network_of[node], filled)] = None
        if branching:
            steps, short_cuts = self._backward(end, branching)
            fillings: dict[tuple[int, int], _Fillings] = {}
            for key in sorted(steps):
                fillings[key] = self._fill(key, steps[key], short_cuts, fillings)
            for node in branching:
                for filling in islice(fillings[short_cuts.get((end, node), (end, node))], MOST_READINGS):
                    found[Parse(network_of[node], filling)] = None
        return list(found)

    def _only_filling(self, end: int, node: int) -> tuple[Filled, ...] | None:
        """Return how the slots are filled on the only way to a state at the end; `None` where the ways part.

        Nearly every sentence has one way; going along it takes half as long as looking for all.
        """
        jumps, is_straight, begin = self._automaton.jumps, self._lattice.is_straight_between, self.start
        found: list[Filled] = []
        place = end
        while place != begin:
            jump = jumps.get(node)
            if jump is not None and is_straight(place - jump[0], place):
                place, node = place - jump[0], jump[1]
                continue
            into = self._ways_into(place, node)
            if len(into) != 1:
                return None
            start, source, slot, list_name = into[0]
            if slot is not None:
                is_wild = node in self._automaton.wild_states
                values = (ANY_TEXT,) if is_wild else self._values(list_name, start, place)
                if len(values) != 1:
                    return None
                found.append(Filled(slot, list_name, values[0], start, place))
            place, node = start, source
        found.reverse()
        return tuple(found)

    def _backward(self, end: int, finals: Sequence[int]) -> tuple[dict[_Key, Sequence[_Step]], dict[_Key, _Key]]:
        """Return the pairs of place and state on a way to the end that matter, with the ways into each.

        Words alone fill no slot, so a row of them is passed over: the short cuts say where it comes from.
        """
        jumps, is_straight, begin = self._automaton.jumps, self._lattice.is_straight_between, self.start
        steps: dict[_Key, Sequence[_Step]] = {}
        short_cuts: dict[_Key, _Key] = {}
        waiting = [(end, node) for node in finals]
        while waiting:
            key = waiting.pop()
            if key in steps or key in short_cuts:
                continue
            place, node = key
            into: Sequence[_Step] = ()
            while place != begin:
                jump = jumps.get(node)
                if jump is not None and is_straight(place - jump[0], place):
                    place, node = place - jump[0], jump[1]
                    continue
                into = self._ways_into(place, node)
                if len(into) != 1 or into[0][2] is not None:
                    break
                place, node = into[0][0], into[0][1]
            here = (place, node)
            if here != key:
                short_cuts[key] = here
            if here not in steps:
                steps[here] = into if place != begin else ()
                waiting.extend([step[:2] for step in steps[here]])
        return steps, short_cuts

    def _ways_into(self, place: int, node: int) -> list[_Step]:
        automaton, reached = self._automaton, self.reached
        into: list[_Step] = []
        sources = automaton.by_word[node].get(self._lattice.tokens.texts[place - 1])
        if sources is not None and place - 1 in reached:
            nodes = reached[place - 1].nodes
            into = [(place - 1, source, None, "") for source in sources if source in nodes]
        if node in automaton.wild_states:
            return [
                (begin, source, slot, name)
                for source, name, slot in automaton.by_list[node]
                for begin, states in reached.items()
                if begin < place and source in states.nodes
            ]
        if automaton.by_list[node] and place in self._ending:
            for list_name, begin in self._ending[place]:
                nodes = reached[begin].nodes
                for source, name, slot in automaton.by_list[node]:
                    if name == list_name and source in nodes:
                        into.append((begin, source, slot, list_name))
        if not self._lattice.is_straight:
            into.extend(self._detours_into(place, node))
        return into

    def _detours_into(self, place: int, node: int) -> list[_Step]:
        begins = self._skipped.get(place, ())
        found: list[_Step] = [(begin, node, None, "") for begin in begins if node in self.reached[begin].nodes]
        for begin, tokens in self._respelled.get(place, ()):
            chain = self._along(self.reached[begin], tokens) or []
            nodes = {node}
            for token, states in zip(reversed(tokens), reversed(chain[:-1]), strict=True):
                into = (source for one in nodes for source in self._automaton.by_word[one].get(token, ()))
                nodes = {source for source in into if source in states.nodes}
            found.extend((begin, source, None, "") for source in sorted(nodes))
        return found

    def _fill(
        self,
        key: _Key,
        into: Sequence[_Step],
        short_cuts: Mapping[_Key, _Key],
        fillings: Mapping[_Key, _Fillings],
    ) -> _Fillings:
        place, node = key
        if place == self.start:
            return _UNFILLED
        found: _Fillings = {}
        for begin, source, slot, list_name in into:
            before = fillings[short_cuts.get((begin, source), (begin, source))]
            if slot is None:
                found.update(before)
                continue
            values: Sequence[Any] = (ANY_TEXT,)
            if node not in self._automaton.wild_states:
                values = self._values(list_name, begin, place)
            for value in values:
                filled = Filled(slot, list_name, value, begin, place)
                for filling in before:
                    found[*filling, filled] = None
            if len(found) >= MOST_READINGS:
                break
        return found

    def _values(self, list_name: str, begin: int, end: int) -> Sequence[Any]:
        own = self._own.get(list_name) if begin == self.start else None
        if own is not None:
            return [Embedded(*parse) for parse in self.parses(end, own)]
        return self._sources[list_name].values(self._lattice, begin, end)


class NestedSource:
    """A list whose values are sentences of their own: device phrases, units, whole commands."""

    __slots__ = ("_automaton", "_first_lists", "_first_words", "_meaning", "_next_words", "_sources")

    def __init__(self, automaton: Automaton, sources: Sources, meaning: Callable[[Parse], Sequence[Any]]) -> None:
        self._automaton = automaton
        self._sources = sources
        self._meaning = meaning
        """What a parse of a value means; several where it is open."""
        self._first_words = automaton.first_words()
        self._first_lists = automaton.start.lists
        self._next_words = {name: automaton.only_words_after(name) for name in self._first_lists}

    def may_open(self, token: str) -> bool:
        """Tell whether a value may begin with a token."""
        return token in self._first_words or any(self._sources[name].may_open(token) for name in self._first_lists)

    def ends(self, lattice: Lattice, start: int) -> Sequence[int]:
        """Return where values that begin at a token may end."""
        key = (id(self), start)
        found = lattice.memory.get(key)
        if found is None:
            run = self._begin(lattice, start)
            found = lattice.memory[key] = (run, [end for end in run.ends() if end > start] if run else ())
        ends: Sequence[int] = found[1]
        return ends

    def _begin(self, lattice: Lattice, start: int) -> Run | None:
        """Return the run from a place, unless nothing can begin there and go on behind its first list."""
        texts = lattice.tokens.texts
        if len(lattice.memory) > _MOST_TRIES:
            return None
        if texts[start] in self._first_words or start in lattice.respellings:
            return Run(self._automaton, self._sources, lattice, start)
        for name in self._first_lists:
            next_words = self._next_words[name]
            for end in self._sources[name].ends(lattice, start):
                if next_words is None or end in lattice.detours or (end < len(texts) and texts[end] in next_words):
                    return Run(self._automaton, self._sources, lattice, start)
        return None

    def values(self, lattice: Lattice, start: int, end: int) -> Sequence[Any]:
        """Return the values between two tokens."""
        key = (id(self), start, end)
        found = lattice.found.get(key)
        if found is None:
            self.ends(lattice, start)
            run: Run | None = lattice.memory[id(self), start][0]
            parses = run.parses(end) if run is not None else ()
            found = lattice.found[key] = list(dict.fromkeys(v for parse in parses for v in self._meaning(parse)))
        return found
