"""Networks of words: states and arcs, deterministic and as small as they can be."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from intents.errors import TemplateError

_State = TypeVar("_State", bound=Hashable)


class Slot(NamedTuple):
    """The label of an arc that stands for a value of a list."""

    list_name: str
    slot: str


Label = str | Slot
"""A word, or a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A deterministic acyclic network; state 0 is the start."""

    arcs: tuple[Mapping[Label, int], ...]
    finals: frozenset[int]


def minimal(arcs: Mapping[int, Many[tuple[Label | None, int]]], finals: Iterable[int]) -> Network:
    """Return the smallest network of the sentences that some arcs spell from state 0 on (`None`: an empty arc)."""
    by_state: dict[Hashable, Many[tuple[Label | None, int]]] = dict(arcs.items())
    determined = Determined(lambda state: by_state.get(state, ()), frozenset(finals).__contains__)
    return determined.network(determined.start([0]))


class Determined:
    """The deterministic states of a network, each once however many sets of states lead on in the same way."""

    def __init__(
        self, arcs_of: Callable[[Hashable], Many[tuple[Label | None, Hashable]]], is_end: Callable[[Hashable], bool]
    ) -> None:
        self._arcs_of = arcs_of
        self._is_end = is_end
        self._closures: dict[Hashable, frozenset[Hashable]] = {}
        self._of_set: dict[frozenset[Hashable], int] = {}
        self._of_way_on: dict[Hashable, int] = {}
        self.arcs: list[Mapping[Label, int]] = []
        self.is_final: list[bool] = []

    def start(self, states: Iterable[Hashable]) -> int:
        """Return the deterministic state of some states of the network; raises `TemplateError` at a way back."""
        start = frozenset[Hashable]().union(*map(self._closure, states))
        known = self._of_set
        found: dict[frozenset[Hashable], Mapping[Label, frozenset[Hashable]]] = {}

        def onward(reached: frozenset[Hashable]) -> Iterable[frozenset[Hashable]]:
            if reached in known:
                return ()
            found[reached] = self._targets_of(reached)
            return found[reached].values()

        for reached in _last_first(start, onward):
            if reached not in known:
                out = {label: known[target] for label, target in found.pop(reached).items()}
                known[reached] = self._state(out, is_final=any(map(self._is_end, reached)))
        return known[start]

    def network(self, start: int) -> Network:
        """Return the network that begins in a state."""
        places = {start: 0}
        order = [start]
        for state in order:
            for target in self.arcs[state].values():
                if target not in places:
                    places[target] = len(order)
                    order.append(target)
        return Network(
            arcs=tuple({label: places[target] for label, target in self.arcs[state].items()} for state in order),
            finals=frozenset(places[state] for state in order if self.is_final[state]),
        )

    def _state(self, out: Mapping[Label, int], *, is_final: bool) -> int:
        key = (is_final, frozenset(out.items()))
        found = self._of_way_on.get(key)
        if found is None:
            found = self._of_way_on[key] = len(self.arcs)
            self.arcs.append(out)
            self.is_final.append(is_final)
        return found

    def _closure(self, state: Hashable) -> frozenset[Hashable]:
        found = self._closures.get(state)
        if found is None:
            reached = {state}
            waiting = [state]
            while waiting:
                for label, target in self._arcs_of(waiting.pop()):
                    if label is None and target not in reached:
                        reached.add(target)
                        waiting.append(target)
            found = self._closures[state] = frozenset(reached)
        return found

    def _targets_of(self, states: frozenset[Hashable]) -> dict[Label, frozenset[Hashable]]:
        targets: dict[Label, frozenset[Hashable]] = {}
        for state in states:
            for label, target in self._arcs_of(state):
                if label is not None:
                    present = targets.get(label)
                    targets[label] = self._closure(target) if present is None else present | self._closure(target)
        return targets


def _last_first(start: _State, onward: Callable[[_State], Iterable[_State]]) -> Iterator[_State]:
    """Give the states that can be reached so that each comes after all it leads to; raises `TemplateError`."""
    is_done: dict[_State, bool] = {start: False}
    stack = [(start, iter(onward(start)))]
    while stack:
        state, targets = stack[-1]
        for target in targets:
            if target not in is_done:
                is_done[target] = False
                stack.append((target, iter(onward(target))))
                break
            if not is_done[target]:
                raise TemplateError("the template leads back into itself")
        else:
            is_done[state] = True
            stack.pop()
            yield state


def last_first(network: Network) -> list[int]:
    """Return the states of a network so that each comes after all it leads to."""
    return list(_last_first(0, lambda state: network.arcs[state].values()))
