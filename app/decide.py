"""Decide whether a wish may be carried out, by this person, here, now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.wish import Wish
from devices.freshness import Freshness, freshness_of
from devices.interlock import InterlockBlind, InterlockClear, InterlockTrip, check_interlocks
from devices.plant import Plant, Risk, Role, Station
from devices.reading import DeviceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a decision is made on."""

    plant: Plant
    states: Mapping[str, DeviceState]
    is_connected: bool
    """Whether the plant can be reached at all."""
    now: datetime
    role: Role
    """The speaker's."""
    station: Station
    is_confirmed: bool = False
    """Whether this wish has just been confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """It may be done now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsConfirmation:
    """It may be done once the person has repeated it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadySo:
    """The plant freshly shows the target: there is nothing to do."""

    state: DeviceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It may not be done."""

    code: str
    """The answer's code."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What the answer names; a device stands for its name, a mapping for its text in the answer's language."""


Decision = Allowed | NeedsConfirmation | AlreadySo | Refused


def decide(wish: Wish, situation: Situation) -> Decision:
    """Judge a wish: stops go ahead; everything else needs role, station, connection, fresh state and no interlock.

    A confirmed wish is judged again in full, on the state of that moment.
    """
    if wish.action.risk is Risk.IMMEDIATE:
        return Allowed()
    refusal = _refuse_person(wish, situation) or _refuse_state(wish, situation) or _refuse_interlock(wish, situation)
    if refusal is not None:
        return refusal
    state = situation.states[wish.device.device_id]
    if _shows_target(state, wish):
        return AlreadySo(state=state)
    if wish.action.risk is Risk.CONFIRM and not situation.is_confirmed:
        return NeedsConfirmation()
    return Allowed()


def _refuse_person(wish: Wish, situation: Situation) -> Refused | None:
    needed = wish.action.role
    if situation.role.rank < needed.rank:
        return Refused(code="refused_role", values={"role": needed.value})
    if situation.station.role.rank < needed.rank:
        return Refused(code="refused_station_role", values={"role": situation.station.role.value})
    return None


def _refuse_state(wish: Wish, situation: Situation) -> Refused | None:
    if not situation.is_connected:
        return Refused(code="refused_plant_unreachable")
    state = situation.states.get(wish.device.device_id)
    match freshness_of(state, wish.device, situation.now):
        case Freshness.MISSING:
            return Refused(code="refused_missing_state")
        case Freshness.OFFLINE:
            return Refused(code="refused_offline")
        case Freshness.CLOCK_AHEAD:
            return Refused(code="refused_clock_ahead")
        case Freshness.STALE:
            return Refused(code="refused_stale_state", values={"age_s": _age_s(state, situation)})
        case Freshness.FRESH:
            if state is not None and state.state == "FAULT":
                return Refused(code="refused_fault", values={"fault": state.fault})
            return None


def _refuse_interlock(wish: Wish, situation: Situation) -> Refused | None:
    verdict = check_interlocks(situation.plant, wish.device, wish.action.name, situation.states, situation.now)
    match verdict:
        case InterlockTrip(interlock=interlock):
            return Refused(code="refused_interlock", values={"because": interlock.because})
        case InterlockBlind(interlock=interlock):
            age_s = _age_s(situation.states.get(interlock.device), situation)
            other = situation.plant.device(interlock.device)
            if age_s is None:
                return Refused(code="refused_missing_interlock", values={"other": other})
            return Refused(code="refused_stale_interlock", values={"other": other, "age_s": age_s})
        case InterlockClear():
            return None


def _age_s(state: DeviceState | None, situation: Situation) -> float | None:
    return None if state is None else (situation.now - state.at).total_seconds()


def _shows_target(state: DeviceState, wish: Wish) -> bool:
    target = wish.action.target
    if target.field == "state":
        return state.state in target.values
    if target.field == "mode":
        return state.mode == wish.value
    return False
