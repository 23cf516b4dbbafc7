"""Templates that mean the same are matched as one, and told apart only when a reading is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from intents.lattice import Filled, Lattice
from intents.network import Slot
from intents.sentences import Template
from intents.sketch import Networks

_Jumps = Mapping[int, tuple[Slot, int]]
"""Where a slot begins: the arc that stands for it, and where it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """An intent with its fixed slots and needs, and all templates that say it."""

    intent: str
    slots: Mapping[str, str]
    requires: Mapping[str, str]
    templates: tuple[Template, ...]
    networks: Networks
    """In which each template can be looked for."""

    def template_for(self, lattice: Lattice, filled: Sequence[Filled]) -> Template:
        """Return the first template that fills the slots in this way."""
        if len(self.templates) == 1:
            return self.templates[0]
        jumps = {one.start: (Slot(one.list_name, one.slot), one.end) for one in filled}
        reads = _reads if lattice.is_straight else _reads_with_detours
        for template in self.templates:
            if reads(self.networks, self.networks.start_of(template.expression), lattice, jumps):
                return template
        return self.templates[0]


def group(templates: Sequence[Template], networks: Networks) -> list[Meaning]:
    """Put templates of one meaning together, in the order of their first ones."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for index, template in enumerate(templates):
        key = (template.intent, frozenset(template.slots.items()), frozenset(template.requires.items()))
        groups.setdefault(key, []).append(index)
    return [
        Meaning(
            intent=templates[members[0]].intent,
            slots=templates[members[0]].slots,
            requires=templates[members[0]].requires,
            templates=tuple(templates[member] for member in members),
            networks=networks,
        )
        for members in groups.values()
    ]


def _reads(networks: Networks, start: int, lattice: Lattice, jumps: _Jumps) -> bool:
    """Tell whether a network reads the whole text with just these slots filled where they are."""
    texts, arcs = lattice.tokens.texts, networks.arcs
    place: int = 0
    state: int | None = start
    while place < len(texts):
        if place in jumps:
            label, place_behind = jumps[place]
            state = arcs[state].get(label) if state is not None else None
        else:
            place_behind = place + 1
            state = arcs[state].get(texts[place]) if state is not None else None
        if state is None:
            return False
        place = place_behind
    return state is not None and networks.is_final(state)


def _reads_with_detours(networks: Networks, start: int, lattice: Lattice, jumps: _Jumps) -> bool:
    """Tell the same where fillers and other spellings are in the way."""
    texts, arcs = lattice.tokens.texts, networks.arcs
    ways = [(0, start)]
    while ways:
        place, state = ways.pop()
        if place == len(texts):
            if networks.is_final(state):
                return True
            continue
        if place in jumps:
            label, end = jumps[place]
            if label in arcs[state]:
                ways.append((end, arcs[state][label]))
            continue
        if texts[place] in arcs[state]:
            ways.append((place + 1, arcs[state][texts[place]]))
        if place in lattice.skips:
            ways.append((lattice.skips[place], state))
        for end, tokens in lattice.respellings.get(place, ()):
            at: int | None = state
            for token in tokens:
                at = arcs[at].get(token) if at is not None else None
            if at is not None:
                ways.append((end, at))
    return False
