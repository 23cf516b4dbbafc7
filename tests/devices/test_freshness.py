from datetime import UTC, datetime, timedelta

import pytest

from devices.freshness import Freshness, freshness_of, reading_of
from devices.reading import DeviceState
from tests.devices.small_plant import PLANT, state_of

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
VALVE, DEWAR = PLANT.device("valve-7"), PLANT.device("dewar-3")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (None, Freshness.MISSING),
        (state_of("valve-7", "OPEN", NOW), Freshness.FRESH),
        (state_of("valve-7", "OPEN", NOW - timedelta(seconds=30)), Freshness.FRESH),
        (state_of("valve-7", "OPEN", NOW - timedelta(seconds=30.1)), Freshness.STALE),
        (state_of("valve-7", "OPEN", NOW + timedelta(seconds=2)), Freshness.FRESH),
        (state_of("valve-7", "OPEN", NOW + timedelta(seconds=2.1)), Freshness.CLOCK_AHEAD),
        (state_of("valve-7", "OPEN", NOW, is_online=False), Freshness.OFFLINE),
    ],
)
def test_a_state_is_judged_by_its_age_and_by_whether_the_device_is_there(
    state: DeviceState | None, expected: Freshness
) -> None:
    assert freshness_of(state, VALVE, NOW) is expected


def test_a_pulsed_level_is_older_than_the_pressure_beside_it() -> None:
    state = state_of(
        "dewar-3",
        "NORMAL",
        NOW - timedelta(seconds=4),
        measured_at=NOW - timedelta(hours=1),
        level_pct=72,
        pressure_kpa=8,
    )
    level, pressure = (reading_of(state, DEWAR, name, NOW) for name in ("level_pct", "pressure_kpa"))
    assert level is not None
    assert pressure is not None
    assert (level.age_s, level.is_stale) == (3600, False)
    assert (pressure.age_s, pressure.is_stale) == (4, False)


@pytest.mark.parametrize(("age_s", "is_stale"), [(5400, False), (5401, True)])
def test_a_level_is_stale_after_the_time_of_its_kind(age_s: float, is_stale: bool) -> None:
    state = state_of("dewar-3", "NORMAL", NOW, measured_at=NOW - timedelta(seconds=age_s), level_pct=72)
    reading = reading_of(state, DEWAR, "level_pct", NOW)
    assert reading is not None
    assert reading.is_stale is is_stale


def test_a_reading_of_a_device_that_is_gone_is_stale() -> None:
    reading = reading_of(state_of("dewar-3", "NORMAL", NOW, level_pct=72, is_online=False), DEWAR, "level_pct", NOW)
    assert reading is not None
    assert reading.is_stale


@pytest.mark.parametrize("level_pct", [-0.1, 105.1, 3e9])
def test_a_value_that_cannot_be_is_no_reading(level_pct: float) -> None:
    assert reading_of(state_of("dewar-3", "NORMAL", NOW, level_pct=level_pct), DEWAR, "level_pct", NOW) is None


def test_what_was_not_said_is_no_reading() -> None:
    assert reading_of(None, DEWAR, "level_pct", NOW) is None
    assert reading_of(state_of("dewar-3", "NORMAL", NOW), DEWAR, "level_pct", NOW) is None
    assert reading_of(state_of("dewar-3", "NORMAL", NOW, purity_pct=99), DEWAR, "purity_pct", NOW) is None
