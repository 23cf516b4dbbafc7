"""Templates, read into networks.

Rules are written out, permutations are spread, and pieces that touch (`litre[s]`) are put together into whole words.
Lists stay single arcs, so that a network's size does not depend on the plant.

Templates are read from their ends. What two of them end with alike is one state from the beginning, and is worked out
once: most of a sentence's courtesies stand there, in hundreds of templates.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from collections.abc import Sequence as Many
from contextlib import contextmanager
from itertools import permutations

from intents.errors import TemplateError
from intents.expression import Alternative, Expression, ListRef, Permutation, RuleRef, Sequence, Text
from intents.network import Determined, Label, Network, Slot

_MOST_STATES = 2_000_000
"""Templates that need more are a mistake (rules that multiply)."""
_END = 0
"""The state in which every template ends."""

Spell = Callable[[str], Many[str]]
"""Turns a word of a template into the tokens that are matched; none for a word that is not to be matched."""


class Rules:
    """Expansion rules. Each becomes a network of whole words once, however many templates refer to it."""

    def __init__(self, expressions: Mapping[str, Expression]) -> None:
        self._expressions = expressions
        self._networks: dict[str, Network] = {}
        self._lists: dict[str, frozenset[str]] = {}
        self._silent: dict[str, bool] = {}
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
        """Return the smallest network of a rule; raises `TemplateError`."""
        found = self._networks.get(rule)
        if found is None:
            with self.opened(rule) as expression:
                found = self._networks[rule] = build_network(expression, self, _as_it_is)
        return found

    def lists_in(self, expression: Expression) -> frozenset[str]:
        """Return the names of the lists that an expression refers to, by rules or itself; raises `TemplateError`."""
        match expression:
            case Text():
                return frozenset()
            case ListRef(list_name=list_name):
                return frozenset((list_name,))
            case RuleRef(rule=rule):
                if rule not in self._lists:
                    with self.opened(rule) as meant:
                        self._lists[rule] = self.lists_in(meant)
                return self._lists[rule]
            case _:
                return frozenset[str]().union(*map(self.lists_in, expression.items))

    def may_be_silent(self, expression: Expression) -> bool:
        """Tell whether nothing at all is a way to say an expression; raises `TemplateError`."""
        match expression:
            case Text(text=text):
                return not text.strip()
            case ListRef():
                return False
            case RuleRef(rule=rule):
                if rule not in self._silent:
                    with self.opened(rule) as meant:
                        self._silent[rule] = self.may_be_silent(meant)
                return self._silent[rule]
            case Alternative(items=items):
                return any(map(self.may_be_silent, items))
            case _:
                return all(map(self.may_be_silent, expression.items))


def build_network(expression: Expression, rules: Rules, spell: Spell) -> Network:
    """Return the smallest network of one template; raises `TemplateError`."""
    networks = Networks(rules, spell)
    return networks.network(networks.start_of(expression))


class Networks:
    """The networks of many templates, which share all that they end with alike."""

    def __init__(self, rules: Rules, spell: Spell) -> None:
        self._sketch = _Sketch(rules)
        self._spell = spell
        self._spelled: dict[str, tuple[str, ...]] = {}
        self._arcs: dict[Hashable, list[tuple[Label | None, Hashable]]] = {}
        self._determined = Determined(self._arcs_of, self._is_end)

    def start_of(self, expression: Expression) -> int:
        """Return the state in which a template begins, or several as one expression; raises `TemplateError`."""
        return self._determined.start([self._sketch.before(expression, _END, is_free_before=True, is_free_behind=True)])

    @property
    def arcs(self) -> Many[Mapping[Label, int]]:
        """The arcs out of every state there is."""
        return self._determined.arcs

    def is_final(self, start: int) -> bool:
        """Tell whether nothing more need be said from a state on."""
        return self._determined.is_final[start]

    def network(self, start: int) -> Network:
        """Return the network that begins in a state."""
        return self._determined.network(start)

    def _is_end(self, state: Hashable) -> bool:
        return isinstance(state, int) and self._sketch.is_end(state)

    def _arcs_of(self, state: Hashable) -> list[tuple[Label | None, Hashable]]:
        """Return the arcs out of a state, in tokens.

        Between two tokens of a word the state is what is left of it, and where that leads.
        """
        if isinstance(state, tuple):
            (token, *rest), target = state
            return [(token, (tuple(rest), target) if rest else target)]
        found = self._arcs.get(state)
        if found is None:
            found = self._arcs[state] = []
            for label, target in self._sketch.word_arcs(state) if isinstance(state, int) else ():
                if isinstance(label, Slot):
                    found.append((label, target))
                    continue
                tokens = self._spelled.get(label)
                if tokens is None:
                    tokens = self._spelled[label] = tuple(self._spell(label))
                if len(tokens) > 1:
                    found.append((tokens[0], (tokens[1:], target)))
                else:
                    found.append((tokens[0] if tokens else None, target))
        return found


class _Sketch:
    """Templates as they are written: states with empty arcs, pieces of words, whole words and lists."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._empty: list[Many[int]] = [()]
        self._pieces: list[tuple[str, int] | None] = [None]
        self._whole: list[Many[tuple[Label, int]]] = [()]
        """Arcs of lists, and of words that begin and end here."""
        self._known: dict[Hashable, int] = {}
        self._ways: dict[int, tuple[list[tuple[Label, int]], bool]] = {}

    def before(self, expression: Expression, after: int, *, is_free_before: bool, is_free_behind: bool) -> int:
        """Return the state from which `expression` leads to the state `after`.

        `is_free_before`, `is_free_behind`: a blank, or nothing, stands there, so that no word goes on across that end.
        """
        key = (expression, after, is_free_before, is_free_behind)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._before(expression, after, is_free_before, is_free_behind)
        return found

    def is_end(self, state: int) -> bool:
        """Tell whether a template may end here."""
        return self._ways_from(state)[1]

    def word_arcs(self, state: int) -> list[tuple[Label, int]]:
        """Return the whole words and lists that may follow, and where each leads."""
        return self._ways_from(state)[0]

    def _before(self, expression: Expression, after: int, is_free_before: bool, is_free_behind: bool) -> int:
        match expression:
            case Text(text=text):
                return self._text(text, after)
            case ListRef(list_name=list_name, slot=slot):
                # A state of its own: only where a list is the way on does a word end without a blank.
                return self._state(whole=[(Slot(list_name, slot), after)])
            case RuleRef(rule=rule) if is_free_before and is_free_behind:
                return self._network(self._rules.network(rule), after)
            case RuleRef(rule=rule):
                with self._rules.opened(rule) as meant:
                    return self.before(meant, after, is_free_before=is_free_before, is_free_behind=is_free_behind)
            case Sequence(items=items):
                return self._row(items, after, is_free_before, is_free_behind)
            case Alternative(items=items):
                ways = [
                    self.before(item, after, is_free_before=is_free_before, is_free_behind=is_free_behind)
                    for item in items
                ]
                return self._state(empty=ways)
            case Permutation(items=items):
                blank = Text(text=" ")
                orders = ([x for part in order for x in (blank, part, blank)] for order in permutations(items))
                return self._state(empty=[self._row(order, after, is_free_before, is_free_behind) for order in orders])

    def _row(self, items: Many[Expression], after: int, is_free_before: bool, is_free_behind: bool) -> int:
        last = len(items) - 1
        for index in range(last, -1, -1):
            after = self.before(
                items[index],
                after,
                is_free_before=is_free_before if index == 0 else _ends_blank(items[index - 1]),
                is_free_behind=is_free_behind if index == last else _begins_blank(items[index + 1]),
            )
        return after

    def _text(self, text: str, after: int) -> int:
        words = text.split()
        pieces = [" "] if not words or text[0].isspace() else []
        for index, word in enumerate(words):
            pieces += [" ", word] if index else [word]
        if words and text[-1].isspace():
            pieces.append(" ")
        for piece in reversed(pieces):
            key = (piece, after)
            if key not in self._known:
                self._known[key] = self._state(piece=key)
            after = self._known[key]
        return after

    def _network(self, network: Network, after: int) -> int:
        base = len(self._empty)
        for state, arcs in enumerate(network.arcs):
            self._state(
                empty=[after] if state in network.finals else (),
                whole=[(label, base + target) for label, target in arcs.items()],
            )
        return base

    def _state(
        self, *, empty: Many[int] = (), piece: tuple[str, int] | None = None, whole: Many[tuple[Label, int]] = ()
    ) -> int:
        self._empty.append(empty)
        self._pieces.append(piece)
        self._whole.append(whole)
        if len(self._empty) > _MOST_STATES:
            raise TemplateError(f"the template spreads to more than {_MOST_STATES} states; use fewer nested choices")
        return len(self._empty) - 1

    def _ways_from(self, start: int) -> tuple[list[tuple[Label, int]], bool]:
        found = self._ways.get(start)
        if found is not None:
            return found
        arcs: list[tuple[Label, int]] = []
        is_end = False
        seen = {(start, "")}
        ways = [(start, "")]
        while ways:
            at, word = ways.pop()
            steps = [(target, word) for target in self._empty[at]]
            piece = self._pieces[at]
            if piece is not None:
                if piece[0] != " ":
                    steps.append((piece[1], word + piece[0]))
                elif word:
                    arcs.append((word, piece[1]))
                else:
                    steps.append((piece[1], ""))
            if word and (self._whole[at] or at == _END):
                arcs.append((word, at))
            elif not word:
                arcs += self._whole[at]
                is_end = is_end or at == _END
            for step in steps:
                if step not in seen:
                    seen.add(step)
                    ways.append(step)
        self._ways[start] = arcs, is_end
        return arcs, is_end


def _as_it_is(word: str) -> tuple[str]:
    return (word,)


def _ends_blank(expression: Expression) -> bool:
    return isinstance(expression, Text) and expression.text[-1:].isspace()


def _begins_blank(expression: Expression) -> bool:
    match expression:
        case Text(text=text):
            return text[:1].isspace()
        case Sequence(items=(first, *_)):
            return _begins_blank(first)
        case Alternative(items=items):
            return all(map(_begins_blank, items))
        case _:
            return False
