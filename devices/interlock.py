"""Interlocks, repeated here to refuse early and say why; the real ones are in the PLC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from devices.freshness import Freshness, freshness_of, reading_of
from devices.plant import Device, Interlock, Plant
from devices.reading import DeviceState


@dataclass(frozen=True, slots=True, kw_only=True)
class InterlockClear:
    """No interlock of the action stands in the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterlockTrip:
    """The plant is in a condition in which the action is refused."""

    interlock: Interlock
    state: DeviceState
    """The state that tripped it."""
    value: float | None = None
    """The measurement, where the interlock is about one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterlockBlind:
    """What the interlock looks at is missing, stale or out of range: the action is refused all the same."""

    interlock: Interlock
    freshness: Freshness
    """Of the device looked at; `FRESH` if only the measurement is missing, old or out of its range."""


InterlockVerdict = InterlockClear | InterlockTrip | InterlockBlind


def check_interlocks(
    plant: Plant, device: Device, action: str, states: Mapping[str, DeviceState], now: datetime
) -> InterlockVerdict:
    """Judge `action` on `device` by the last states; a trip is told before a blind spot."""
    verdicts = [
        _judge(interlock, plant.device(interlock.device), states.get(interlock.device), now)
        for interlock in device.interlocks
        if interlock.refuse == action
    ]
    for wanted in (InterlockTrip, InterlockBlind):
        for verdict in verdicts:
            if isinstance(verdict, wanted):
                return verdict
    return InterlockClear()


def _judge(interlock: Interlock, looked_at: Device, state: DeviceState | None, now: datetime) -> InterlockVerdict:
    freshness = freshness_of(state, looked_at, now)
    if state is None or freshness is not Freshness.FRESH:
        return InterlockBlind(interlock=interlock, freshness=freshness)
    if interlock.measurement is None:
        is_tripped = state.state in interlock.state_is
        return InterlockTrip(interlock=interlock, state=state) if is_tripped else InterlockClear()
    reading = reading_of(state, looked_at, interlock.measurement, now)
    if reading is None or reading.is_stale:
        return InterlockBlind(interlock=interlock, freshness=freshness)
    is_low = interlock.below is not None and reading.value < interlock.below
    is_high = interlock.above is not None and reading.value > interlock.above
    if is_low or is_high:
        return InterlockTrip(interlock=interlock, state=state, value=reading.value)
    return InterlockClear()
