"""Who is connected to whom, derived from kinds and numbers, so that any plant file has a plausible plant.

```
dewar n ──boil-off──> bag n ──compressor n──> bank n ──> purifier ──> liquefier ──> mother dewar ──transfer──> dewar n
```
With fewer bags (compressors, banks) than dewars they take turns: dewars 1, 3, 5 boil off into bag 1, the others into
bag 2.
Valves get their places in the order of their numbers:

| valves of the demo plant | place | open means | at the start |
|---|---|---|---|
| 1 to 6: one for each numbered dewar | transfer line, mother dewar to dewar n | dewar n is filled | closed |
| 7, 8: one for each bank | outlet of bank n | bank n feeds the purifier | 7 closed, 8 (the last) open |
| 9, 10: one for each bag | inlet of bag n | bag n takes gas; else it goes to another bag, else it is vented | open |
| 11, 12: one for each compressor | suction of compressor n | the compressor gets gas | open |
| more | nowhere | moves, nothing flows | closed |

A place without a valve of its own is always open, but for a transfer line: without a valve nobody can open it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from devices.plant import Device, Plant


@dataclass(frozen=True, slots=True, kw_only=True)
class DewarLines:
    """Where a numbered dewar gets its liquid and loses its gas."""

    bag: str | None
    """Takes the boil-off; None vents it."""
    mother: str | None
    """Fills it."""
    transfer_valve: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressorLines:
    """What a compressor takes from and delivers to."""

    bag: str | None
    bank: str | None
    suction_valve: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """The lines of a plant, by device id."""

    dewars: Mapping[str, DewarLines]
    """Storage dewars too; they have no transfer line into them."""
    compressors: Mapping[str, CompressorLines]
    bag_inlets: Mapping[str, str | None]
    """Bag to its inlet valve."""
    bank_outlets: Mapping[str, str | None]
    """Bank to its outlet valve."""
    liquefiers: tuple[str, ...]
    purifiers: tuple[str, ...]
    rooms: tuple[str, ...]
    mothers: tuple[str, ...]
    open_at_start: frozenset[str]
    """Valves."""


def topology_of(plant: Plant) -> Topology:
    """Return the lines of a plant."""
    dewars, mothers = _ids(plant, "dewar"), _ids(plant, "storage_dewar")
    bags, banks, compressors = _ids(plant, "gas_bag"), _ids(plant, "cylinder_bank"), _ids(plant, "compressor")
    valves = iter(_ids(plant, "valve"))
    transfer, outlets = _assign(dewars, valves), _assign(banks, valves)
    inlets, suctions = _assign(bags, valves), _assign(compressors, valves)
    open_valves = {*inlets.values(), *suctions.values(), *list(outlets.values())[-1:]}
    mother = mothers[0] if mothers else None
    lines = {
        dewar: DewarLines(bag=_in_turn(bags, index), mother=mother, transfer_valve=transfer[dewar])
        for index, dewar in enumerate(dewars)
    }
    lines |= {
        dewar: DewarLines(bag=_in_turn(bags, index), mother=None, transfer_valve=None)
        for index, dewar in enumerate(mothers)
    }
    return Topology(
        dewars=lines,
        compressors={
            compressor: CompressorLines(
                bag=_in_turn(bags, index), bank=_in_turn(banks, index), suction_valve=suctions[compressor]
            )
            for index, compressor in enumerate(compressors)
        },
        bag_inlets=inlets,
        bank_outlets=outlets,
        liquefiers=_ids(plant, "liquefier"),
        purifiers=_ids(plant, "purifier"),
        rooms=_ids(plant, "room"),
        mothers=mothers,
        open_at_start=frozenset(valve for valve in open_valves if valve is not None),
    )


def _ids(plant: Plant, kind: str) -> tuple[str, ...]:
    def place(device: Device) -> int:
        return 0 if device.number is None else device.number

    return tuple(device.device_id for device in sorted(plant.of_kind(kind), key=place))


def _assign(users: Sequence[str], valves: Iterator[str]) -> dict[str, str | None]:
    return {user: next(valves, None) for user in users}


def _in_turn(ids: Sequence[str], index: int) -> str | None:
    return ids[index % len(ids)] if ids else None
