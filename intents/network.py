"""A template as a network of words: states and arcs, deterministic and as small as it can be.

Rules are written out, permutations are spread, and pieces that touch (`litre[s]`) are put together into whole words.
Lists stay single arcs, so that a network's size does not depend on the plant.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from collections.abc import Sequence as Many
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import permutations
from typing import NamedTuple

from intents.errors import TemplateError
from intents.expression import Alternative, Expression, ListRef, Permutation, RuleRef, Sequence, Text

_MOST_STATES = 200_000
"""A template that needs more is a mistake (rules that multiply)."""


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


WordArcs = list[tuple[int, Label, int]]


class Rules:
    """Expansion rules. Each becomes a network once, however many templates refer to it."""

    def __init__(self, expressions: Mapping[str, Expression]) -> None:
        self._expressions = expressions
        self._networks: dict[str, Network] = {}
        self._open: list[str] = []

    @contextmanager
    def opened(self, rule: str) -> Iterator[Expression]:
        """Give what a rule stands for; raises `TemplateError` where there is none, or it is being opened already."""
        if rule not in self._expressions:
            raise TemplateError(f"there is no rule <{rule}>; add it to expansion_rules or correct the name")
        if rule in self._open:
            raise TemplateError(f"the rule <{rule}> contains itself ({' → '.join([*self._open, rule])})")
        self._open.append(rule)
        try:
            yield self._expressions[rule]
        finally:
            self._open.pop()

    def network(self, rule: str) -> Network:
        """Return the smallest network of a rule, in whole words; raises `TemplateError`."""
        found = self._networks.get(rule)
        if found is None:
            with self.opened(rule) as expression:
                words, finals = word_arcs(expression, self)
            arcs: dict[int, list[tuple[Label | None, int]]] = {}
            for source, label, target in words:
                arcs.setdefault(source, []).append((label, target))
            found = self._networks[rule] = minimal(*determined(arcs, 0, finals))
        return found


class _Sketch:
    """The network with empty arcs and pieces of words, as it is read off the tree."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.empty: list[list[int]] = [[]]
        self.pieces: list[list[tuple[str, int]]] = [[]]
        self.whole: list[list[tuple[Label, int]]] = [[]]
        """Arcs of lists, and of whole words: those are only gone along where no piece of a word stands before."""

    def state(self) -> int:
        self.empty.append([])
        self.pieces.append([])
        self.whole.append([])
        if len(self.empty) > _MOST_STATES:
            raise TemplateError(f"the template spreads to more than {_MOST_STATES} states; use fewer nested choices")
        return len(self.empty) - 1

    def add(self, expression: Expression, source: int, end: int | None = None, *, is_apart: bool) -> int:
        """Add `expression` between `source` and `end`, or a new state; return the state it ends in.

        `is_apart`: blanks, or nothing, stand on both sides, so that no word goes on across its ends.
        """
        match expression:
            case Text(text=text):
                return self._text(text, source, end)
            case ListRef(list_name=list_name, slot=slot):
                # A state of its own: only where a list is the way on does a word end without a blank.
                at, end = self.state(), self.state() if end is None else end
                self.empty[source].append(at)
                self.whole[at].append((Slot(list_name, slot), end))
                return end
            case RuleRef(rule=rule) if is_apart:
                return self._network(self.rules.network(rule), source, end)
            case RuleRef(rule=rule):
                with self.rules.opened(rule) as expression:
                    return self.add(expression, source, end, is_apart=False)
            case Sequence(items=items):
                return self._row(items, source, end, is_apart=is_apart)
            case Alternative(items=items):
                return self._join(source, end, ([item] for item in items), is_apart=is_apart)
            case Permutation(items=items):
                blank = Text(text=" ")
                orders = ([x for part in order for x in (blank, part, blank)] for order in permutations(items))
                return self._join(source, end, orders, is_apart=is_apart)

    def _row(self, items: Many[Expression], source: int, end: int | None, *, is_apart: bool) -> int:
        if not items:
            if end is None:
                return source
            self.empty[source].append(end)
            return end
        last = len(items) - 1
        for index, item in enumerate(items):
            item_is_apart = (is_apart if index == 0 else _ends_blank(items[index - 1])) and (
                is_apart if index == last else _begins_blank(items[index + 1])
            )
            source = self.add(item, source, end if index == last else None, is_apart=item_is_apart)
        return source

    def _join(self, source: int, end: int | None, ways: Iterable[Many[Expression]], *, is_apart: bool) -> int:
        end = self.state() if end is None else end
        for way in ways:
            self._row(way, source, end, is_apart=is_apart)
        return end

    def _network(self, network: Network, source: int, end: int | None) -> int:
        end = self.state() if end is None else end
        states = [self.state() for _ in network.arcs]
        self.empty[source].append(states[0])
        for state, arcs in zip(states, network.arcs, strict=True):
            self.whole[state] = [(label, states[target]) for label, target in arcs.items()]
        for final in network.finals:
            self.empty[states[final]].append(end)
        return end

    def _text(self, text: str, source: int, end: int | None) -> int:
        words = text.split()
        pieces = [" "] if not words or text[0].isspace() else []
        for index, word in enumerate(words):
            pieces += [" ", word] if index else [word]
        if words and text[-1].isspace():
            pieces.append(" ")
        for piece in pieces[:-1]:
            source = self._piece(piece, source, None)
        return self._piece(pieces[-1], source, end)

    def _piece(self, piece: str, source: int, end: int | None) -> int:
        end = self.state() if end is None else end
        self.pieces[source].append((piece, end))
        return end


def _ends_blank(expression: Expression) -> bool:
    return isinstance(expression, Text) and expression.text[-1:].isspace()


def _begins_blank(expression: Expression) -> bool:
    return isinstance(expression, Text) and expression.text[:1].isspace()


def word_arcs(expression: Expression, rules: Rules) -> tuple[WordArcs, frozenset[int]]:
    """Return the arcs of whole words and lists, start state 0, and the final states; raises `TemplateError`."""
    sketch = _Sketch(rules)
    end = sketch.add(expression, 0, is_apart=True)
    found: WordArcs = []
    finals: set[int] = set()
    done = {0}
    waiting = [0]

    def arc(source: int, label: Label, target: int) -> None:
        found.append((source, label, target))
        if target not in done:
            done.add(target)
            waiting.append(target)

    while waiting:
        source = waiting.pop()
        seen = {(source, "")}
        ways = [(source, "")]
        while ways:
            at, word = ways.pop()
            steps = [(target, word) for target in sketch.empty[at]]
            for piece, target in sketch.pieces[at]:
                if piece != " ":
                    steps.append((target, word + piece))
                elif word:
                    arc(source, word, target)
                else:
                    steps.append((target, ""))
            if word and (sketch.whole[at] or at == end):
                arc(source, word, at)
            elif not word:
                for label, target in sketch.whole[at]:
                    arc(source, label, target)
                if at == end:
                    finals.add(source)
            for step in steps:
                if step not in seen:
                    seen.add(step)
                    ways.append(step)
    return found, frozenset(finals)


def build_network(expression: Expression, rules: Rules, spell: Callable[[str], Many[str]]) -> Network:
    """Return the smallest network of a template; `spell` turns a word into the tokens that matching sees."""
    words, finals = word_arcs(expression, rules)
    next_state = max((max(s, t) for s, _, t in words), default=0) + 1
    arcs: dict[int, list[tuple[Label | None, int]]] = {}
    for source, label, target in words:
        if isinstance(label, Slot):
            arcs.setdefault(source, []).append((label, target))
            continue
        tokens = spell(label)
        at = source
        for index, token in enumerate(tokens):
            reached = target if index == len(tokens) - 1 else next_state
            next_state += reached != target
            arcs.setdefault(at, []).append((token, reached))
            at = reached
        if not tokens:
            arcs.setdefault(source, []).append((None, target))
    return minimal(*determined(arcs, 0, finals))


Arcs = list[dict[Label, int]]


def determined(
    arcs: Mapping[int, Many[tuple[Label | None, int]]], start: int, finals: Iterable[int]
) -> tuple[Arcs, set[int]]:
    """Return the same network with at most one arc for each label out of a state, start state 0 (`None`: empty arc)."""
    final_set = set(finals)
    closures: dict[int, frozenset[int]] = {}

    def closure(state: int) -> frozenset[int]:
        found = closures.get(state)
        if found is None:
            reached = {state}
            waiting = [state]
            while waiting:
                for label, target in arcs.get(waiting.pop(), ()):
                    if label is None and target not in reached:
                        reached.add(target)
                        waiting.append(target)
            found = closures[state] = frozenset(reached)
        return found

    first = closure(start)
    numbers = {first: 0}
    order = [first]
    result: Arcs = []
    result_finals: set[int] = set()
    for states in order:
        if not final_set.isdisjoint(states):
            result_finals.add(numbers[states])
        targets: dict[Label, frozenset[int]] = {}
        for state in states:
            for label, target in arcs.get(state, ()):
                if label is not None:
                    present = targets.get(label)
                    targets[label] = closure(target) if present is None else present | closure(target)
        out: dict[Label, int] = {}
        for label, key in targets.items():
            number = numbers.get(key)
            if number is None:
                number = numbers[key] = len(order)
                order.append(key)
            out[label] = number
        result.append(out)
        if len(order) > _MOST_STATES:
            raise TemplateError(f"the template spreads to more than {_MOST_STATES} states; use fewer choices")
    return result, result_finals


def minimal(arcs: Arcs, finals: set[int]) -> Network:
    """Merge states from which the same is left to be said (the network has no cycles)."""
    merged: dict[Hashable, int] = {}
    of_state: dict[int, int] = {}
    kept: list[dict[Label, int]] = []
    kept_finals: set[int] = set()
    for state in last_first(arcs):
        out = {label: of_state[target] for label, target in arcs[state].items()}
        key = (state in finals, frozenset(out.items()))
        if key not in merged:
            merged[key] = len(kept)
            kept.append(out)
            if state in finals:
                kept_finals.add(merged[key])
        of_state[state] = merged[key]
    top = len(kept) - 1
    if not kept or of_state[0] != top:
        raise TemplateError("the template leads back into itself")
    return Network(
        arcs=tuple({label: top - target for label, target in kept[top - index].items()} for index in range(len(kept))),
        finals=frozenset(top - state for state in kept_finals),
    )


def last_first(arcs: Many[Mapping[Label, int]]) -> list[int]:
    """Return the states so that each comes after all it leads to."""
    order: list[int] = []
    seen = {0}
    stack = [(0, iter(arcs[0].values()))]
    while stack:
        state, targets = stack[-1]
        for target in targets:
            if target not in seen:
                seen.add(target)
                stack.append((target, iter(arcs[target].values())))
                break
        else:
            order.append(state)
            stack.pop()
    return order
