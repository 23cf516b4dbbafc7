"""Each fault does what its line in the table says, and the machine behind it moves only when the table says so."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from devices.errors import PayloadError
from devices.payload import parse_reply, parse_state
from devices.simulator.faults import FaultKind, parse_fault
from tests.devices.simulator.rig import Rig


def test_no_start_goes_back_without_having_run() -> None:
    rig = Rig("compressor-1=no-start")
    rig.command("compressor-1", "start")
    rig.run(20)
    assert rig.said["compressor-1"].replies[-1].reason == "did_not_start"
    assert rig.results("compressor-1") == ["accepted", "failed"]
    assert "STARTING" in rig.said["compressor-1"].order
    assert "RUNNING" not in rig.said["compressor-1"].order
    assert rig.state("compressor-1").state == "READY"


def test_trips_runs_and_then_is_in_fault() -> None:
    rig = Rig("compressor-1=trips")
    rig.command("compressor-1", "start")
    rig.run_until_state("compressor-1", ["RUNNING"])
    rig.run(6)
    state = rig.state("compressor-1")
    assert (state.state, state.fault) == ("FAULT", "motor_overload")
    assert rig.results("compressor-1") == ["accepted", "done"]
    assert rig.simulation.physics.running == set()
    rig.simulation.repair("compressor-1")
    rig.run(11)
    assert rig.state("compressor-1").state == "READY"


def test_stuck_never_moves_and_the_drive_gives_up() -> None:
    rig = Rig("valve-7=stuck")
    rig.command("valve-7", "open")
    rig.run(5)
    assert rig.state("valve-7").state == "OPENING"
    rig.run(10)
    state = rig.state("valve-7")
    assert (state.state, state.fault, state.values["position_pct"]) == ("FAULT", "travel_timeout", 0)
    assert rig.results("valve-7") == ["accepted", "failed"]
    rig.simulation.repair("valve-7")
    rig.run(10)
    assert rig.state("valve-7").state == "CLOSED"


@pytest.mark.parametrize(
    ("device", "action", "target"), [("valve-7", "open", "OPEN"), ("compressor-1", "start", "RUNNING")]
)
@pytest.mark.parametrize("is_instant", [True, False])
def test_slow_takes_longer_than_promised(device: str, action: str, target: str, is_instant: bool) -> None:
    rig = Rig(f"{device}=slow", is_instant=is_instant)
    rig.command(device, action)
    took_s = rig.run_until_state(device, [target], within_s=120)
    assert took_s > (20 if is_instant else rig.plant.device(device).action(action).within_s)
    rig.run(0.25)
    assert rig.results(device) == ["accepted", "done"]


def test_sensor_dead_reports_a_state_without_measurements_and_a_forced_one_fails() -> None:
    rig = Rig("dewar-3=sensor-dead", "bag-1=sensor-dead")
    before = rig.state("dewar-3").measured_at
    rig.command("dewar-3", "measure_level")
    rig.run(30)
    assert rig.state("dewar-3").values == {}
    assert rig.state("dewar-3").measured_at == before
    assert [(r.result.value, r.reason) for r in rig.said["dewar-3"].replies][-1] == ("failed", "no_measurement")
    bag = rig.state("bag-1")
    assert bag.values == {}
    assert bag.at - bag.measured_at > timedelta(seconds=29)


def test_sensor_wild_reports_values_that_no_sensor_can_have() -> None:
    rig = Rig("bag-1=sensor-wild", "dewar-3=sensor-wild")
    rig.run(30)
    for device_id in ("bag-1", "dewar-3"):
        for name, measurement in rig.plant.device(device_id).measurements.items():
            values = [state.values[name] for state in rig.said[device_id].states]
            assert values
            assert not any(measurement.minimum <= value <= measurement.maximum for value in values)


@pytest.mark.parametrize("device", ["dewar-3", "mother-dewar", "bag-1", "bank-1"])
def test_leak_takes_helium_into_the_room_and_oxygen_falls(device: str) -> None:
    rig = Rig(f"{device}=leak", speed=60)
    held_kg = rig.simulation.physics.ledger.kg(device)
    rig.run(10)
    assert rig.simulation.physics.ledger.kg(device) < held_kg
    assert rig.state("liquefier-room").values["oxygen_pct"] < 20.6
    rig.simulation.repair(device)
    rig.run(600, tick_s=1)
    assert rig.state("liquefier-room").values["oxygen_pct"] > 20.7


def test_no_ack_acts_and_shows_it_and_says_nothing() -> None:
    rig = Rig("valve-7=no-ack")
    rig.command("valve-7", "open")
    rig.run(10)
    assert rig.said["valve-7"].replies == []
    assert rig.said["valve-7"].states[-1].state == "OPEN"


def test_ack_no_act_says_done_and_does_nothing() -> None:
    rig = Rig("valve-7=ack-no-act", "compressor-1=ack-no-act")
    rig.command("valve-7", "open")
    rig.command("compressor-1", "set_mode", "auto")
    rig.run(20)
    assert rig.results("valve-7") == rig.results("compressor-1") == ["accepted", "done"]
    assert {state.state for state in rig.said["valve-7"].states} == {"CLOSED"}
    assert {state.mode for state in rig.said["compressor-1"].states} == {"manual"}


def test_late_act_acts_after_the_deadline() -> None:
    rig = Rig("valve-7=late-act", is_instant=True)
    rig.command("valve-7", "open", expires_in_s=10)
    assert rig.results("valve-7") == ["accepted"]
    rig.run(10.5)
    assert rig.state("valve-7").state == "CLOSED"
    rig.run(1)
    assert rig.state("valve-7").state == "OPEN"
    assert rig.results("valve-7") == ["accepted", "done"]


def test_frozen_was_seen_once_and_says_nothing_more() -> None:
    rig = Rig("valve-7=frozen")
    rig.command("valve-7", "open")
    rig.run(60)
    assert rig.said["valve-7"].order == ["CLOSED"]
    rig.simulation.repair("valve-7")
    rig.run(6)
    assert len(rig.said["valve-7"].order) > 1


def test_duplicate_replies_sends_each_reply_twice() -> None:
    rig = Rig("valve-7=duplicate-replies", is_instant=True)
    rig.command("valve-7", "open")
    assert rig.results("valve-7") == ["accepted", "accepted", "done", "done"]


def test_garbage_sends_nothing_that_can_be_parsed_and_never_deletes_the_retained_state() -> None:
    rig = Rig("valve-7=garbage", is_instant=True)
    rig.is_parsing = False
    for _ in range(10):
        rig.command("valve-7", "open")
        rig.run(5)
    raw = rig.said["valve-7"].raw
    assert len(raw) > 30
    parsers: tuple[Callable[[bytes], object], ...] = (
        lambda payload: parse_reply(payload, "valve-7"),
        lambda payload: parse_state(payload, "valve-7", rig.clock.now()),
    )
    for payload in raw:
        for parse in parsers:
            with pytest.raises(PayloadError):
                parse(payload)
    rig.simulation.repair("valve-7")
    rig.is_parsing = True
    rig.run(6)
    assert rig.said["valve-7"].states[-1].state == "OPEN"


def test_wrong_id_replies_with_another_commands_id() -> None:
    rig = Rig("valve-7=wrong-id", is_instant=True)
    command_id = rig.command("valve-7", "open")
    assert rig.results("valve-7") == ["accepted", "done"]
    assert command_id not in {reply.command_id for reply in rig.said["valve-7"].replies}


def test_local_mode_rejects_all_but_a_stop() -> None:
    rig = Rig("compressor-1=local-mode", is_instant=True)
    rig.command("compressor-1", "start")
    rig.command("compressor-1", "set_mode", "auto")
    rig.command("compressor-1", "stop")
    assert rig.reasons("compressor-1") == ["local_mode", "local_mode", None, None]
    assert rig.results("compressor-1") == ["rejected", "rejected", "accepted", "done"]


@pytest.mark.parametrize(
    ("skew_s", "result"), [(-30, "rejected"), (-1.5, "accepted"), (1.5, "accepted"), (30, "expired")]
)
def test_clock_skew_makes_states_wrong_and_never_lets_a_late_command_through(skew_s: float, result: str) -> None:
    rig = Rig(f"valve-7=clock-skew={skew_s}")
    ahead_s = (rig.state("valve-7").at - rig.clock.now()).total_seconds()
    assert ahead_s == pytest.approx(skew_s, abs=0.01)
    rig.command("valve-7", "open", expires_in_s=10)
    assert rig.results("valve-7") == [result]


def test_clock_skew_of_a_running_device_is_repaired_at_once() -> None:
    rig = Rig()
    rig.simulation.inject(parse_fault("valve-7=clock-skew=300", rig.plant))
    rig.run(5)
    rig.simulation.repair("valve-7")
    assert rig.state("valve-7").at <= rig.clock.now() + timedelta(milliseconds=1)


def test_silent_is_left_to_the_connection() -> None:
    rig = Rig("valve-7=silent")
    assert rig.simulation.devices["valve-7"].is_silent
    rig.simulation.repair("valve-7")
    assert not rig.simulation.devices["valve-7"].is_silent


def test_every_fault_has_a_test_here() -> None:
    names = " ".join(name for name in globals() if name.startswith("test_"))
    assert all(kind.value.replace("-", "_") in names for kind in FaultKind)
