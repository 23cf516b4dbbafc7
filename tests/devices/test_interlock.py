from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from devices.freshness import Freshness
from devices.interlock import InterlockBlind, InterlockClear, InterlockTrip, check_interlocks
from devices.plant import Interlock
from devices.plant_file import DEMO_PLANT_FILE, load_plant
from devices.reading import DeviceState
from tests.devices.small_plant import state_of

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PLANT = load_plant(DEMO_PLANT_FILE)
COMPRESSOR = PLANT.device("compressor-1")


def bag(level_pct: float, **changes: object) -> DeviceState:
    return state_of("bag-1", "NORMAL", NOW, level_pct=level_pct, **changes)  # type: ignore[arg-type]


def bank(pressure_mpa: float) -> DeviceState:
    return state_of("bank-1", "NORMAL", NOW, pressure_mpa=pressure_mpa)


def verdict(*states: DeviceState, action: str = "start") -> object:
    return check_interlocks(PLANT, COMPRESSOR, action, {state.device: state for state in states}, NOW)


def test_a_plant_that_is_well_is_clear() -> None:
    assert verdict(bag(60), bank(10)) == InterlockClear()


@pytest.mark.parametrize("level_pct", [15, 15.1])
def test_the_limit_itself_does_not_trip(level_pct: float) -> None:
    assert verdict(bag(level_pct), bank(14.7)) == InterlockClear()


def test_below_the_limit_the_action_is_refused_with_the_value_and_the_reason() -> None:
    found = verdict(bag(14.9), bank(10))
    assert isinstance(found, InterlockTrip)
    assert (found.value, found.interlock.because["en"]) == (14.9, "the bag is almost empty")


def test_above_the_limit_too() -> None:
    found = verdict(bag(60), bank(14.8))
    assert isinstance(found, InterlockTrip)
    assert found.interlock.device == "bank-1"


@pytest.mark.parametrize(
    ("state", "freshness"),
    [
        (bag(60, is_online=False), Freshness.OFFLINE),
        (state_of("bag-1", "NORMAL", NOW - timedelta(seconds=31), level_pct=60), Freshness.STALE),
        (state_of("bag-1", "NORMAL", NOW + timedelta(seconds=3), level_pct=60), Freshness.CLOCK_AHEAD),
        (state_of("bag-1", "NORMAL", NOW, measured_at=NOW - timedelta(seconds=61), level_pct=60), Freshness.FRESH),
        (state_of("bag-1", "NORMAL", NOW), Freshness.FRESH),
        (bag(121), Freshness.FRESH),
    ],
)
def test_what_it_cannot_see_refuses_too(state: DeviceState, freshness: Freshness) -> None:
    found = verdict(state, bank(10))
    assert isinstance(found, InterlockBlind)
    assert (found.interlock.device, found.freshness) == ("bag-1", freshness)


def test_a_device_that_never_spoke_refuses() -> None:
    found = verdict(bank(10))
    assert isinstance(found, InterlockBlind)
    assert found.freshness is Freshness.MISSING


def test_what_is_wrong_is_told_before_what_is_not_seen() -> None:
    assert isinstance(verdict(bank(20)), InterlockTrip)


def test_an_interlock_of_one_action_leaves_the_others_alone() -> None:
    assert verdict(action="stop") == InterlockClear()


def test_a_state_can_refuse() -> None:
    interlock = Interlock(refuse="start", device="valve-7", state_is=("CLOSED", "FAULT"))
    device = replace(COMPRESSOR, interlocks=(interlock,))
    for state, kind in (("CLOSED", InterlockTrip), ("OPEN", InterlockClear)):
        states = {"valve-7": state_of("valve-7", state, NOW)}
        assert isinstance(check_interlocks(PLANT, device, "start", states, NOW), kind)
