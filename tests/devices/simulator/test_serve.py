"""The plant on a real broker: presenting itself, acting, forgetting nothing, and leaving in order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from devices.mqtt import MqttSettings
from devices.plant import Plant
from devices.simulator.clock import MachineClock
from devices.simulator.faults import parse_fault, parse_faults
from devices.simulator.run import link_maker
from devices.simulator.serve import serve
from devices.simulator.simulation import Simulation
from devices.topics import Channel
from tests.devices.simulator.listener import Listener, listening
from tests.devices.small_plant import PLANT
from tests.devices.until import until
from tests.mosquitto import Mosquitto


@contextlib.asynccontextmanager
async def running(
    port: int, *faults: str, plant: Plant = PLANT, is_instant: bool = True, waits: bool = True
) -> AsyncIterator[Simulation]:
    """Serve a simulation, and end it in order."""
    simulation = Simulation(plant, seed=1, faults=parse_faults(faults, plant), is_instant=is_instant)
    stop, ready = asyncio.Event(), asyncio.Event()
    settings = MqttSettings(port=port)
    task = asyncio.create_task(
        serve(simulation, link_maker(settings, MachineClock()), stop=stop, on_ready=ready.set), name="test simulator"
    )
    try:
        if waits:
            async with asyncio.timeout(10):
                await ready.wait()
        yield simulation
    finally:
        stop.set()
        await task


@contextlib.asynccontextmanager
async def plant_and_listener(
    broker: Mosquitto, *faults: str, is_instant: bool = True
) -> AsyncIterator[tuple[Simulation, Listener]]:
    async with (
        running(broker.port, *faults, is_instant=is_instant) as simulation,
        listening(MqttSettings(port=broker.port), PLANT) as service,
    ):
        await until(lambda: len(service.statuses()) == len(PLANT.devices))
        yield simulation, service


async def test_when_ready_every_state_and_status_is_retained(mosquitto: Mosquitto) -> None:
    async with plant_and_listener(mosquitto) as (_, service):
        assert set(service.statuses().values()) == {b"online"}
        for device in PLANT.devices:
            assert service.of(device, Channel.STATE)[0].is_retained
            assert service.of(device, Channel.STATUS)[0].is_retained
            assert service.states(device)[0].state in PLANT.device(device).kind.states


async def test_a_command_is_accepted_shown_and_done(mosquitto: Mosquitto) -> None:
    async with plant_and_listener(mosquitto) as (_, service):
        seen = len(service.messages)
        await service.command("valve-7", "open")
        await until(lambda: "done" in service.results("valve-7"))
        said = [m for m in service.messages[seen:] if "/valve-7/" in m.topic and not m.topic.endswith("command")]
        assert [m.topic.rpartition("/")[2] for m in said] == ["reply", "state", "reply"]
        assert service.states("valve-7")[-1].state == "OPEN"
        assert not any(m.is_retained for m in said)


async def test_the_same_id_sent_again_acts_once_over_the_broker(mosquitto: Mosquitto) -> None:
    async with plant_and_listener(mosquitto) as (simulation, service):
        command_id = await service.command("valve-7", "open")
        await until(lambda: "done" in service.results("valve-7"))
        await service.command("valve-7", "close")
        for _ in range(20):
            await service.command("valve-7", "open", command_id=command_id)
        await until(lambda: service.results("valve-7").count("duplicate") == 20)
        assert simulation.devices["valve-7"].state().state == "CLOSED"
        assert {reply.reason for reply in service.replies("valve-7") if reply.result == "duplicate"} == {"done"}


async def test_a_late_command_is_refused_over_the_broker(mosquitto: Mosquitto) -> None:
    async with plant_and_listener(mosquitto) as (simulation, service):
        await service.command("valve-7", "open", lasts_s=-0.001)
        await until(lambda: service.replies("valve-7"))
        assert service.results("valve-7") == ["expired"]
        assert simulation.devices["valve-7"].state().state == "CLOSED"


async def test_a_command_retained_on_the_broker_moves_nothing_when_the_plant_starts(mosquitto: Mosquitto) -> None:
    async with listening(MqttSettings(port=mosquitto.port), PLANT) as service:
        await service.command("valve-7", "open", lasts_s=60, is_retained=True)
        async with running(mosquitto.port) as simulation:
            await until(lambda: service.replies("valve-7"))
            assert service.replies("valve-7")[0].reason == "retained"
            assert simulation.devices["valve-7"].state().state == "CLOSED"


async def test_an_orderly_end_says_offline_for_every_device(mosquitto: Mosquitto) -> None:
    async with listening(MqttSettings(port=mosquitto.port), PLANT) as service:
        async with running(mosquitto.port):
            await until(lambda: set(service.statuses().values()) == {b"online"})
        await until(lambda: set(service.statuses().values()) == {b"offline"})
        assert set(service.statuses()) == set(PLANT.devices)


async def test_a_silent_device_leaves_its_last_state_and_is_offline_until_repaired(mosquitto: Mosquitto) -> None:
    async with plant_and_listener(mosquitto, "valve-7=silent") as (simulation, service):
        assert service.status("valve-7") == b"offline"
        assert service.states("valve-7")[0].state == "CLOSED"
        await service.command("valve-7", "open")
        await service.command("compressor-1", "set_mode", "auto")
        await until(lambda: service.results("compressor-1") == ["accepted", "done"])
        assert service.replies("valve-7") == []
        simulation.repair("valve-7")
        await until(lambda: service.status("valve-7") == b"online")
        await until(lambda: service.states("valve-7")[-1].state == "CLOSED")
        simulation.inject(parse_fault("valve-7=silent", PLANT))
        await until(lambda: service.status("valve-7") == b"offline")


async def test_a_frozen_device_is_online_with_a_state_that_only_ages(mosquitto: Mosquitto) -> None:
    async with plant_and_listener(mosquitto, "valve-7=frozen") as (_, service):
        await service.command("valve-7", "open")
        await service.command("compressor-1", "set_mode", "auto")
        await until(lambda: service.results("compressor-1") == ["accepted", "done"])
        assert service.status("valve-7") == b"online"
        assert [state.state for state in service.states("valve-7")] == ["CLOSED"]
        assert service.replies("valve-7") == []


async def test_the_plant_comes_back_after_the_broker_was_gone_and_has_forgotten_no_id(mosquitto: Mosquitto) -> None:
    async with running(mosquitto.port) as simulation:
        async with listening(MqttSettings(port=mosquitto.port), PLANT) as service:
            command_id = await service.command("valve-7", "open")
            await until(lambda: "done" in service.results("valve-7"))
        mosquitto.kill()
        mosquitto.start()
        async with listening(MqttSettings(port=mosquitto.port), PLANT) as service:
            await until(lambda: list(service.statuses().values()).count(b"online") == len(PLANT.devices))
            assert service.states("valve-7")[-1].state == "OPEN"
            await service.command("valve-7", "open", command_id=command_id)
            await until(lambda: service.replies("valve-7"))
            assert service.results("valve-7") == ["duplicate"]
            assert simulation.devices["valve-7"].state().state == "OPEN"


async def test_a_plant_that_starts_before_its_broker_waits_for_it(mosquitto: Mosquitto) -> None:
    mosquitto.stop()
    async with running(mosquitto.port, waits=False):
        mosquitto.start()
        async with listening(MqttSettings(port=mosquitto.port), PLANT) as service:
            await until(lambda: list(service.statuses().values()).count(b"online") == len(PLANT.devices))


async def test_a_valve_that_travels_shows_it_over_the_broker(mosquitto: Mosquitto) -> None:
    async with plant_and_listener(mosquitto, is_instant=False) as (_, service):
        await service.command("valve-7", "open")
        await until(lambda: service.states("valve-7")[-1].state == "OPENING")
        await service.command("valve-7", "close")
        await until(lambda: "done" in service.results("valve-7"))
        assert [state.state for state in service.states("valve-7")][-3:] != ["CLOSED"] * 3
        assert service.results("valve-7") == ["accepted", "accepted", "failed", "done"]
