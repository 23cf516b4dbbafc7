from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.decide import Allowed, AlreadySo, Decision, NeedsConfirmation, Refused, Situation, decide
from app.wish import Wish
from devices.plant import Plant, Role
from devices.reading import DeviceState

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def state(device: str, shown: str, *, age_s: float = 1.0, mode: str | None = None, **values: float) -> DeviceState:
    at = NOW - timedelta(seconds=age_s)
    return DeviceState(
        device=device, at=at, received_at=at, state=shown, mode=mode, values=values, measured_at=at, is_online=True
    )


@pytest.fixture
def states() -> dict[str, DeviceState]:
    fine = [
        state("compressor-1", "READY", mode="manual"),
        state("valve-7", "CLOSED"),
        state("valve-8", "OPEN"),
        state("bag-1", "NORMAL", level_pct=60.0),
        state("bag-2", "NORMAL", level_pct=60.0),
        state("bank-1", "NORMAL", pressure_mpa=8.0),
        state("bank-2", "NORMAL", pressure_mpa=8.0),
    ]
    return {s.device: s for s in fine}


def judge(
    plant: Plant,
    states: Mapping[str, DeviceState],
    device_id: str,
    action: str,
    *,
    role: Role = Role.OPERATOR,
    station: str = "room-mic",
    is_connected: bool = True,
    is_confirmed: bool = False,
    value: str | None = None,
) -> Decision:
    device = plant.device(device_id)
    return decide(
        Wish(device=device, action=device.action(action), value=value),
        Situation(
            plant=plant,
            states=states,
            is_connected=is_connected,
            now=NOW,
            role=role,
            station=plant.stations[station],
            is_confirmed=is_confirmed,
        ),
    )


def code(decision: Decision) -> str:
    return decision.code if isinstance(decision, Refused) else type(decision).__name__


def test_risky_wish_needs_confirmation_and_is_allowed_once_confirmed(
    demo_plant: Plant, states: dict[str, DeviceState]
) -> None:
    assert isinstance(judge(demo_plant, states, "compressor-1", "start"), NeedsConfirmation)
    assert isinstance(judge(demo_plant, states, "compressor-1", "start", is_confirmed=True), Allowed)


def test_technician_may_not_start(demo_plant: Plant, states: dict[str, DeviceState]) -> None:
    found = judge(demo_plant, states, "compressor-1", "start", role=Role.TECHNICIAN, is_confirmed=True)
    assert code(found) == "refused_role"


def test_station_limits_even_an_admin(demo_plant: Plant, states: dict[str, DeviceState]) -> None:
    found = judge(demo_plant, states, "compressor-1", "start", role=Role.ADMIN, station="tablet", is_confirmed=True)
    assert code(found) == "refused_station_role"


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_nothing_starts_on_a_missing_stale_offline_faulty_or_skewed_state(
    demo_plant: Plant, states: dict[str, DeviceState], *, is_confirmed: bool
) -> None:
    ready = states["compressor-1"]
    bad = {
        "refused_missing_state": None,
        "refused_stale_state": replace(ready, at=NOW - timedelta(seconds=31)),
        "refused_offline": replace(ready, is_online=False),
        "refused_fault": replace(ready, state="FAULT", fault="oil pressure"),
        "refused_clock_ahead": replace(ready, at=NOW + timedelta(seconds=3)),
    }
    for expected, shown in bad.items():
        those = {k: v for k, v in states.items() if k != "compressor-1"} | ({"compressor-1": shown} if shown else {})
        assert code(judge(demo_plant, those, "compressor-1", "start", is_confirmed=is_confirmed)) == expected


def test_nothing_starts_when_the_plant_cannot_be_reached(demo_plant: Plant, states: dict[str, DeviceState]) -> None:
    found = judge(demo_plant, states, "compressor-1", "start", is_connected=False)
    assert code(found) == "refused_plant_unreachable"


def test_interlock_refuses_early_and_says_why_even_when_confirmed(
    demo_plant: Plant, states: dict[str, DeviceState]
) -> None:
    states["bag-1"] = state("bag-1", "NORMAL", level_pct=5.0)
    found = judge(demo_plant, states, "compressor-1", "start", is_confirmed=True)
    assert isinstance(found, Refused)
    assert found.code == "refused_interlock"
    assert set(found.values["because"]) >= {"en", "ja"}  # type: ignore[call-overload]


def test_interlock_on_what_nobody_knows_refuses(demo_plant: Plant, states: dict[str, DeviceState]) -> None:
    del states["bag-1"]
    assert code(judge(demo_plant, states, "compressor-1", "start")) == "refused_missing_interlock"


def test_interlock_on_an_old_reading_refuses(demo_plant: Plant, states: dict[str, DeviceState]) -> None:
    states["bag-1"] = state("bag-1", "NORMAL", age_s=600.0, level_pct=60.0)
    assert code(judge(demo_plant, states, "compressor-1", "start")) == "refused_stale_interlock"


def test_stop_is_allowed_for_anyone_on_any_state(demo_plant: Plant) -> None:
    for role in Role:
        found = judge(demo_plant, {}, "compressor-1", "stop", role=role, station="tablet", is_connected=False)
        assert isinstance(found, Allowed)


def test_valve_that_is_open_already_needs_no_command(demo_plant: Plant, states: dict[str, DeviceState]) -> None:
    assert isinstance(judge(demo_plant, states, "valve-8", "open"), AlreadySo)
    found = judge(demo_plant, states, "compressor-1", "set_mode", value="manual")
    assert isinstance(found, AlreadySo)
    found = judge(demo_plant, states, "compressor-1", "set_mode", value="auto")
    assert isinstance(found, NeedsConfirmation)
