import itertools
from dataclasses import replace

import pytest

from devices.plant import Action, Kind, Plant, Risk, Role, Target
from devices.simulator.compressor import AUTO_DELAY_S
from tests.devices.simulator.rig import Rig, demo_plant


def test_a_valve_takes_seconds_and_can_turn_back() -> None:
    rig = Rig()
    first = rig.command("valve-7", "open")
    rig.run(1.5)
    assert rig.state("valve-7").state == "OPENING"
    assert 0 < rig.state("valve-7").values["position_pct"] < 100
    rig.command("valve-7", "close")
    assert 0.5 < rig.run_until_state("valve-7", ["CLOSED"]) < 2.5
    rig.listen()
    failed = [reply for reply in rig.said["valve-7"].replies if reply.command_id == first][-1]
    assert (failed.result.value, failed.reason) == ("failed", "superseded")


@pytest.mark.parametrize("number", range(1, 13))
def test_every_valve_opens_and_closes_within_what_its_kind_promises(number: int) -> None:
    rig = Rig()
    valve = f"valve-{number}"
    for action, state in (("close", "CLOSED"), ("open", "OPEN"), ("close", "CLOSED")):
        rig.command(valve, action)
        assert rig.run_until_state(valve, [state]) < rig.plant.device(valve).action(action).within_s / 2


def test_a_compressor_starts_runs_and_stops() -> None:
    rig = Rig(speed=60)
    hours = rig.state("compressor-1").values["run_hours_h"]
    rig.command("compressor-1", "start")
    assert rig.state("compressor-1").state == "STARTING"
    assert 4 <= rig.run_until_state("compressor-1", ["RUNNING"]) <= 6
    assert rig.simulation.physics.running == {"compressor-1"}
    rig.run(30)
    running = rig.state("compressor-1").values
    assert running["run_hours_h"] == pytest.approx(hours + 0.5, abs=0.02)
    assert running["oil_pressure_mpa"] > 0.2
    rig.command("compressor-1", "stop")
    assert rig.state("compressor-1").state == "STOPPING"
    rig.command("compressor-1", "start")
    assert rig.reasons("compressor-1")[-1] == "busy"
    rig.run_until_state("compressor-1", ["READY", "NOT_READY"])
    assert rig.simulation.physics.running == set()
    rig.run(0.25)
    assert rig.results("compressor-1") == ["accepted", "done", "accepted", "rejected", "done"]


def test_a_stop_during_the_start_wins() -> None:
    rig = Rig()
    start = rig.command("compressor-1", "start")
    rig.run(2)
    rig.command("compressor-1", "stop")
    rig.run(10)
    assert "RUNNING" not in rig.said["compressor-1"].order
    assert rig.state("compressor-1").state == "READY"
    assert [(r.result.value, r.reason) for r in rig.said["compressor-1"].replies if r.command_id == start][-1] == (
        "failed",
        "superseded",
    )


def test_a_mode_change_starts_nothing_before_the_level_has_asked_for_it_for_a_while() -> None:
    rig = Rig(fills={"bag-1": 80})
    rig.command("compressor-1", "set_mode", "auto")
    assert rig.results("compressor-1") == ["accepted", "done"]
    assert rig.state("compressor-1").mode == "auto"
    rig.run(AUTO_DELAY_S - 0.5)
    assert rig.state("compressor-1").state == "READY"
    rig.run(1)
    assert rig.state("compressor-1").state == "STARTING"


def test_a_mode_change_stops_nothing() -> None:
    rig = Rig()
    rig.command("compressor-1", "start")
    rig.run(8)
    rig.command("compressor-1", "set_mode", "auto")
    rig.run(5)
    assert rig.state("compressor-1").state == "RUNNING"


def test_automatic_mode_starts_on_a_high_bag_and_stops_on_a_low_one() -> None:
    rig = Rig(speed=60, fills={"bag-2": 69, "bank-2": 5})
    rig.command("compressor-2", "stop")
    rig.command("compressor-2", "set_mode", "auto")
    rig.run(20)
    assert rig.state("compressor-2").state == "READY"
    rig.run_until_state("compressor-2", ["RUNNING"], within_s=600)
    assert rig.simulation.physics.level("bag-2") >= 0.68
    rig.run_until_state("compressor-2", ["STOPPING"], within_s=600)
    assert rig.simulation.physics.level("bag-2") == pytest.approx(0.2, abs=0.02)


def test_a_stop_in_automatic_mode_is_not_undone_by_the_automatic() -> None:
    rig = Rig(fills={"bag-2": 90})
    rig.run_until_state("compressor-2", ["RUNNING"])
    rig.command("compressor-2", "stop")
    rig.run(60)
    assert (rig.state("compressor-2").state, rig.state("compressor-2").mode) == ("READY", "manual")


def test_an_empty_bag_ends_a_run_and_leaves_the_machine_not_ready() -> None:
    rig = Rig(speed=60, fills={"bag-1": 16, "bank-1": 5})
    rig.command("compressor-1", "start")
    rig.run_until_state("compressor-1", ["NOT_READY"], within_s=120)
    assert rig.simulation.physics.level("bag-1") < 0.05
    rig.command("compressor-1", "start")
    assert rig.results("compressor-1")[-1] == "rejected"


def test_a_full_bank_trips_a_run_and_somebody_resets_it_when_the_pressure_is_gone() -> None:
    rig = Rig(speed=60, fills={"bag-1": 90, "bank-1": 14.4})
    rig.command("compressor-1", "start")
    rig.run_until_state("compressor-1", ["FAULT"], within_s=300)
    assert rig.state("compressor-1").fault == "discharge_pressure_high"
    rig.command("valve-7", "open")
    rig.command("valve-8", "close")
    rig.run_until_state("compressor-1", ["READY"], within_s=600)
    assert rig.state("compressor-1").fault is None


def test_a_closed_suction_valve_makes_a_compressor_not_ready() -> None:
    rig = Rig()
    rig.command("valve-11", "close")
    rig.run(10)
    rig.command("compressor-1", "start")
    assert rig.reasons("compressor-1") == ["not_ready"]


def test_purifier_and_liquefier_follow_the_gas() -> None:
    rig = Rig(speed=300, fills={"bank-1": 8, "bank-2": 2})
    assert rig.state("liquefier-1").state == "RUNNING"
    rig.run_until_state("liquefier-1", ["NOT_RUNNING"], within_s=300)
    rig.run_until_state("purifier-1", ["OFF"], within_s=300)
    rig.command("valve-7", "open")
    for state in ("FLUSHING", "COOLDOWN", "CLEANING"):
        rig.run_until_state("purifier-1", [state])
    rig.run_until_state("liquefier-1", ["IN_COOLDOWN"])
    rig.run_until_state("liquefier-1", ["RUNNING"])
    rig.run(5)
    assert rig.state("liquefier-1").values["production_l_per_h"] > 1
    assert rig.state("liquefier-1").values["temperature_k"] < 5


def test_an_idle_purifier_does_not_start_for_a_few_litres() -> None:
    rig = Rig(speed=300, fills={"bank-1": 2, "bank-2": 1.2})
    rig.run_until_state("purifier-1", ["STANDBY"])
    rig.command("valve-7", "open")
    rig.run(10)
    assert rig.state("purifier-1").state == "STANDBY"


def test_the_purifier_regenerates_itself_while_the_liquefier_waits() -> None:
    rig = Rig(speed=3600, fills={"bank-1": 15, "bank-2": 15})
    rig.command("valve-7", "open")
    rig.run_until_state("purifier-1", ["REGENERATION"])
    rig.run(0.25)
    assert rig.state("liquefier-1").state == "NOT_RUNNING"


def test_a_dewar_without_pulse_only_ages() -> None:
    rig = Rig(seed=2)
    first = rig.state("dewar-3")
    rig.run(60, tick_s=1)
    later = rig.state("dewar-3")
    assert (later.measured_at, later.values["level_pct"]) == (first.measured_at, first.values["level_pct"])
    assert (later.at - later.measured_at).total_seconds() == pytest.approx(60, abs=0.1)


def test_a_resting_level_meter_pulses_once_or_twice_an_hour() -> None:
    rig = Rig()
    rig.run(4 * 3600, tick_s=10)
    times = sorted({state.measured_at for state in rig.said["dewar-3"].states})
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(times[1:])]
    assert 4 <= len(times) <= 10
    assert all(1800 <= gap <= 3630 for gap in gaps)


def test_a_filled_dewar_is_filling_and_its_meter_pulses_fast() -> None:
    rig = Rig(fills={"dewar-3": 40})
    rig.command("valve-3", "open")
    rig.run(300)
    state = rig.state("dewar-3")
    assert state.state == "FILLING"
    assert state.values["level_pct"] > 45
    times = sorted({state.measured_at for state in rig.said["dewar-3"].states})
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(times[1:])]
    assert len(gaps) >= 5
    assert all(10 <= gap <= 33 for gap in gaps)
    rig.command("valve-3", "close")
    rig.run_until_state("dewar-3", ["NORMAL"])


def test_speed_makes_pulses_more_frequent_but_ages_stay_real() -> None:
    rig = Rig(speed=60)
    rig.run(600)
    state = rig.state("dewar-3")
    times = sorted({state.measured_at for state in rig.said["dewar-3"].states})
    assert len(times) >= 9
    assert (state.at - state.measured_at).total_seconds() <= 63


def test_a_forced_measurement_is_a_pulse_that_boils_a_little() -> None:
    rig = Rig(fills={"dewar-3": 50})
    before = rig.simulation.physics.ledger.kg("dewar-3")
    issued_at = rig.clock.now()
    rig.command("dewar-3", "measure_level")
    rig.run(3)
    assert rig.results("dewar-3") == ["accepted", "done"]
    proof = rig.said["dewar-3"].states[-1]
    assert proof.measured_at > issued_at
    assert proof.values["level_pct"] == pytest.approx(50, abs=1)
    assert before - rig.simulation.physics.ledger.kg("dewar-3") > 0.0009


def test_measurements_carry_noise_but_stay_within_the_sensors_range() -> None:
    rig = Rig(fills={"bag-1": 0, "bag-2": 100, "bank-1": 0})
    rig.run(60)
    seen = {state.values["level_pct"] for state in rig.said["bag-2"].states}
    assert len(seen) > 3
    for device_id, said in rig.said.items():
        for name, measurement in rig.plant.device(device_id).measurements.items():
            assert all(measurement.minimum <= state.values[name] <= measurement.maximum for state in said.states)


def test_every_state_is_one_of_the_kinds_and_every_measurement_is_reported() -> None:
    rig = Rig(speed=600)
    for action in ("open", "close"):
        for number in range(1, 13):
            rig.command(f"valve-{number}", action)
        rig.command("compressor-1", "start")
        rig.run(30)
    for device_id, said in rig.said.items():
        device = rig.plant.device(device_id)
        assert {state.state for state in said.states} <= set(device.kind.states)
        assert {state.mode for state in said.states} <= {*device.kind.modes, None}
        assert all(set(state.values) == set(device.measurements) for state in said.states)


def test_a_state_comes_well_before_the_kind_calls_it_stale_and_each_is_newer() -> None:
    rig = Rig()
    rig.run(60)
    for device_id, said in rig.said.items():
        times = [state.at for state in said.states]
        assert times == sorted(set(times))
        stale_after_s = rig.plant.device(device_id).kind.state_stale_after_s
        gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(times)]
        assert max(gaps) <= min(10, stale_after_s / 2)


def _plant_with_a_light() -> Plant:
    kind = Kind(
        name="beacon",
        nouns={},
        plurals={},
        bare_numbers={},
        states=("DARK", "LIT"),
        modes=("steady", "blinking"),
        measurements={},
        actions={
            "light": Action(
                name="light",
                risk=Risk.LOGGED,
                role=Role.OPERATOR,
                target=Target(field="state", values=("LIT",)),
                within_s=5,
            ),
            "set_mode": Action(
                name="set_mode",
                risk=Risk.LOGGED,
                role=Role.OPERATOR,
                target=Target(field="mode"),
                within_s=5,
                values=("steady", "blinking"),
            ),
        },
        state_stale_after_s=30,
    )
    demo = demo_plant()
    beacon = replace(
        demo.device("valve-1"),
        device_id="beacon-1",
        kind=kind,
        actions=kind.actions,
        measurements=demo.device("bag-1").measurements,
    )
    return replace(demo, devices={**demo.devices, "beacon-1": beacon})


def test_a_kind_that_the_simulator_does_not_know_shows_what_it_is_told() -> None:
    rig = Rig(plant=_plant_with_a_light())
    rig.command("beacon-1", "light")
    rig.run(2)
    rig.command("beacon-1", "set_mode", "blinking")
    rig.run(2)
    state = rig.state("beacon-1")
    assert (state.state, state.mode) == ("LIT", "blinking")
    assert set(state.values) == {"level_pct", "pressure_kpa"}
    assert rig.results("beacon-1") == ["accepted", "done"] * 2


@pytest.mark.parametrize(
    ("device", "action", "value", "field", "shown"),
    [
        ("valve-7", "open", None, "state", "OPEN"),
        ("valve-8", "close", None, "state", "CLOSED"),
        ("compressor-1", "start", None, "state", "RUNNING"),
        ("compressor-1", "stop", None, "state", "READY"),
        ("compressor-1", "set_mode", "auto", "mode", "auto"),
    ],
)
def test_an_instant_plant_shows_each_target_at_once(
    device: str, action: str, value: str | None, field: str, shown: str
) -> None:
    rig = Rig(is_instant=True)
    rig.command(device, action, value)
    assert rig.results(device) == ["accepted", "done"]
    assert getattr(rig.said[device].states[-1], field) == shown


def test_an_instant_measurement_is_newer_than_its_command() -> None:
    rig = Rig(is_instant=True)
    issued_at = rig.clock.now()
    rig.command("dewar-3", "measure_level")
    assert rig.results("dewar-3") == ["accepted", "done"]
    assert rig.said["dewar-3"].states[-1].measured_at > issued_at
