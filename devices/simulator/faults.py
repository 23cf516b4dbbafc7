"""Faults on request: `DEVICE=FAULT`, for tests, drills and the demo.

| fault | on | what the device does |
|---|---|---|
| `no-start` | compressor | STARTING, then back without having run; the command ends `failed: did_not_start` |
| `trips` | compressor | starts, runs for 5 s, then FAULT |
| `stuck` | valve | accepts, OPENING or CLOSING without moving, after 12 s FAULT and `failed: travel_timeout` |
| `slow` | what takes commands | takes 12 times as long, so later than promised |
| `sensor-dead` | what measures | reports its state without any measurement; a forced measurement fails |
| `sensor-wild` | what measures | reports values outside the range that the sensor can have |
| `leak` | dewar, bag, bank | helium goes into the room, oxygen falls; accounted as lost |
| `no-ack` | what takes commands | acts, and shows it in its state, but never replies |
| `ack-no-act` | what takes commands | replies accepted and done, and does nothing |
| `late-act` | what takes commands | replies accepted, and acts 1 s after the deadline of the command |
| `silent` | any | has lost its connection: its last state stays, its status is offline |
| `frozen` | any | is connected but says nothing more and answers nothing |
| `duplicate-replies` | what takes commands | sends each reply twice |
| `garbage` | any | sends states and replies that are no valid payloads |
| `wrong-id` | what takes commands | replies with another command's id |
| `local-mode` | what takes commands | is switched to local: rejects all but a stop with `local_mode` |
| `clock-skew=±SECONDS` | any | has a clock that is wrong by so much |

`stuck`, `slow` and the others can be combined on a device by giving several faults.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from devices.errors import NoSuchDeviceError
from devices.plant import Device, Plant
from devices.simulator.errors import FaultError


class FaultKind(StrEnum):
    """What can be wrong with a device."""

    NO_START = "no-start"
    TRIPS = "trips"
    STUCK = "stuck"
    SLOW = "slow"
    SENSOR_DEAD = "sensor-dead"
    SENSOR_WILD = "sensor-wild"
    LEAK = "leak"
    NO_ACK = "no-ack"
    ACK_NO_ACT = "ack-no-act"
    LATE_ACT = "late-act"
    SILENT = "silent"
    FROZEN = "frozen"
    DUPLICATE_REPLIES = "duplicate-replies"
    GARBAGE = "garbage"
    WRONG_ID = "wrong-id"
    LOCAL_MODE = "local-mode"
    CLOCK_SKEW = "clock-skew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with one device."""

    device: str
    kind: FaultKind
    skew_s: float = 0.0
    """Of a `clock-skew`: how far the device's clock is ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRow:
    """A line of the table above, for the help of the command line."""

    name: str
    applies_to: str
    effect: str


FAULT_TABLE: Final = tuple(
    FaultRow(name=name, applies_to=applies_to, effect=effect)
    for name, applies_to, effect in re.findall(r"^\| `([^`]+)` \| ([^|]+) \| (.+) \|$", __doc__, re.MULTILINE)
)
"""Every fault, in the order of the documentation."""

_LARGEST_SKEW_S: Final = 86_400.0


def _takes_commands(device: Device) -> bool:
    return bool(device.actions)


def _measures(device: Device) -> bool:
    return bool(device.measurements)


def _of_kind(*kinds: str) -> Callable[[Device], bool]:
    return lambda device: device.kind.name in kinds


_APPLIES: Final[Mapping[FaultKind, Callable[[Device], bool]]] = {
    FaultKind.NO_START: _of_kind("compressor"),
    FaultKind.TRIPS: _of_kind("compressor"),
    FaultKind.STUCK: _of_kind("valve"),
    FaultKind.SLOW: _takes_commands,
    FaultKind.SENSOR_DEAD: _measures,
    FaultKind.SENSOR_WILD: _measures,
    FaultKind.LEAK: _of_kind("dewar", "storage_dewar", "gas_bag", "cylinder_bank"),
    FaultKind.NO_ACK: _takes_commands,
    FaultKind.ACK_NO_ACT: _takes_commands,
    FaultKind.LATE_ACT: _takes_commands,
    FaultKind.DUPLICATE_REPLIES: _takes_commands,
    FaultKind.WRONG_ID: _takes_commands,
    FaultKind.LOCAL_MODE: _takes_commands,
}
"""Kinds of fault that do not make sense everywhere."""


def faults_for(device: Device) -> tuple[FaultKind, ...]:
    """Return the faults that a device can have."""
    return tuple(kind for kind in FaultKind if kind not in _APPLIES or _APPLIES[kind](device))


def parse_faults(texts: Iterable[str], plant: Plant) -> tuple[Fault, ...]:
    """Return the faults meant by `DEVICE=FAULT` texts; raises `FaultError` naming what was asked and what there is."""
    return tuple(parse_fault(text, plant) for text in texts)


def parse_fault(text: str, plant: Plant) -> Fault:
    """Return the fault meant by `DEVICE=FAULT` or `DEVICE=clock-skew=±SECONDS`; raises `FaultError`."""
    device_id, _, rest = (part.strip() for part in text.partition("="))
    name, has_value, value = (part.strip() for part in rest.partition("="))
    if not device_id or not name:
        raise FaultError(f"fault {text!r} is not DEVICE=FAULT, as in compressor-1=no-start")
    try:
        device = plant.device(device_id)
    except NoSuchDeviceError as exc:
        raise FaultError(f"fault {text!r}: {exc}; it has: {', '.join(plant.devices)}") from exc
    possible = faults_for(device)
    try:
        kind = FaultKind(name)
    except ValueError as exc:
        raise FaultError(
            f"fault {text!r}: there is no fault {name!r}; {device_id} can have: {', '.join(possible)}"
        ) from exc
    if kind not in possible:
        raise FaultError(
            f"fault {text!r}: a {device.kind.name} cannot have {name!r}; {device_id} can have: {', '.join(possible)}"
        )
    if kind is FaultKind.CLOCK_SKEW:
        return Fault(device=device_id, kind=kind, skew_s=_skew(text, value))
    if has_value:
        raise FaultError(f"fault {text!r}: {name!r} takes no value; only clock-skew=±SECONDS does")
    return Fault(device=device_id, kind=kind)


def _skew(text: str, value: str) -> float:
    try:
        skew_s = float(value)
    except ValueError as exc:
        raise FaultError(f"fault {text!r}: clock-skew needs seconds, as in clock-skew=-30, not {value!r}") from exc
    if not -_LARGEST_SKEW_S <= skew_s <= _LARGEST_SKEW_S:
        raise FaultError(f"fault {text!r}: clock-skew {value} s is outside ±{_LARGEST_SKEW_S:g} s")
    return skew_s
