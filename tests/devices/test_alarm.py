from datetime import UTC, datetime, timedelta

import pytest

from devices.alarm import Alarm, AlarmKind, Alarms
from devices.plant import Priority
from devices.plant_file import DEMO_PLANT_FILE, load_plant
from devices.reading import DeviceState
from tests.devices.small_plant import PLANT, state_of

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=10)


def well(at: datetime = NOW, **changed: DeviceState) -> dict[str, DeviceState]:
    states = [
        state_of("dewar-3", "NORMAL", at, level_pct=72, pressure_kpa=8),
        state_of("bag-1", "NORMAL", at, level_pct=50, pressure_kpa=1),
        state_of("compressor-1", "READY", at, discharge_pressure_mpa=0.1),
        state_of("valve-7", "CLOSED", at, position_pct=0),
    ]
    return {state.device: state for state in states} | {s.device: s for s in changed.values()}


def kinds(alarms: list[Alarm]) -> list[tuple[str | None, AlarmKind]]:
    return [(alarm.device, alarm.kind) for alarm in alarms]


def test_a_plant_that_is_well_has_no_alarm() -> None:
    alarms = Alarms(PLANT)
    assert alarms.judge(well(), NOW) == []
    assert alarms.active() == []


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (state_of("dewar-3", "NORMAL", NOW, level_pct=9.9), AlarmKind.LOW),
        (state_of("bag-1", "NORMAL", NOW, level_pct=95.1), AlarmKind.HIGH),
        (state_of("valve-7", "FAULT", NOW), AlarmKind.FAULT),
        (state_of("compressor-1", "READY", NOW, fault="oil level"), AlarmKind.FAULT),
        (state_of("bag-1", "NORMAL", NOW, level_pct=130), AlarmKind.SENSOR),
        (state_of("valve-7", "CLOSED", NOW, is_online=False), AlarmKind.OFFLINE),
        (state_of("valve-7", "CLOSED", NOW - timedelta(seconds=31)), AlarmKind.OFFLINE),
    ],
)
def test_each_thing_that_can_be_wrong_is_an_alarm(state: DeviceState, kind: AlarmKind) -> None:
    assert kinds(Alarms(PLANT).judge(well(changed=state), NOW)) == [(state.device, kind)]


def test_a_device_that_never_spoke_is_an_alarm() -> None:
    states = well()
    del states["valve-7"]
    (alarm,) = Alarms(PLANT).judge(states, NOW)
    assert (alarm.device, alarm.kind, alarm.detail) == ("valve-7", AlarmKind.OFFLINE, "missing")


def test_an_alarm_is_new_once_and_keeps_its_beginning() -> None:
    alarms = Alarms(PLANT)
    low = state_of("dewar-3", "NORMAL", LATER, level_pct=8)
    alarms.judge(well(changed=state_of("dewar-3", "NORMAL", NOW, level_pct=9)), NOW)
    assert alarms.judge(well(LATER, changed=low), LATER) == []
    (alarm,) = alarms.active()
    assert (alarm.since, alarm.value, alarm.limit, alarm.unit) == (NOW, 8, 10, "%")


def test_a_value_that_trembles_about_its_limit_rings_once() -> None:
    alarms, rung = Alarms(PLANT), 0
    for level_pct in (9.95, 10.05, 9.9, 10.1, 9.99):
        rung += len(alarms.judge(well(changed=state_of("dewar-3", "NORMAL", NOW, level_pct=level_pct)), NOW))
    assert rung == 1
    alarms.judge(well(changed=state_of("dewar-3", "NORMAL", NOW, level_pct=11)), NOW)
    assert alarms.active() == []


def test_an_acknowledged_alarm_stays_until_the_plant_is_well_and_rings_anew_after() -> None:
    alarms = Alarms(PLANT)
    faulty = well(changed=state_of("valve-7", "FAULT", NOW))
    alarms.judge(faulty, NOW)
    assert kinds(alarms.acknowledge("valve-7")) == [("valve-7", AlarmKind.FAULT)]
    assert alarms.acknowledge("valve-7") == []
    assert alarms.judge(faulty, NOW) == []
    assert [alarm.is_acknowledged for alarm in alarms.active()] == [True]
    alarms.judge(well(), NOW)
    assert kinds(alarms.judge(faulty, NOW)) == [("valve-7", AlarmKind.FAULT)]
    assert [alarm.is_acknowledged for alarm in alarms.active()] == [False]


def test_acknowledging_one_device_leaves_the_others() -> None:
    alarms = Alarms(PLANT)
    alarms.judge({}, NOW)
    alarms.acknowledge("valve-7")
    assert sum(alarm.is_acknowledged for alarm in alarms.active()) == 1
    alarms.acknowledge(None)
    assert all(alarm.is_acknowledged for alarm in alarms.active())


def test_people_in_danger_come_first() -> None:
    plant = load_plant(DEMO_PLANT_FILE)
    alarms = Alarms(plant)
    states = {
        device.device_id: state_of(device.device_id, device.kind.states[0], NOW) for device in plant.devices.values()
    }
    states["dewar-1"] = state_of("dewar-1", "NORMAL", NOW, level_pct=1)
    states["liquefier-room"] = state_of("liquefier-room", "NORMAL", NOW, oxygen_pct=17.9)
    first, second = alarms.judge(states, NOW)
    assert (first.device, first.priority) == ("liquefier-room", Priority.HIGH)
    assert second.device == "dewar-1"


def test_without_a_connection_one_alarm_is_told_and_not_one_for_each_device() -> None:
    alarms = Alarms(PLANT)
    alarms.judge(well(changed=state_of("valve-7", "FAULT", NOW)), NOW)
    lost = {device: state_of(device, "NORMAL", NOW, is_online=False) for device in PLANT.devices}
    assert kinds(alarms.judge(lost, LATER, is_connected=False)) == [(None, AlarmKind.UNREACHABLE)]
    assert set(kinds(alarms.active())) == {(None, AlarmKind.UNREACHABLE), ("valve-7", AlarmKind.FAULT)}
    assert alarms.judge(well(LATER), LATER) == []
    assert alarms.active() == []
