"""A whole site for a test: Mosquitto, the simulated plant, and the service in this process, without a voice."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from app.config import Settings
from app.reply import Reply
from app.service import Service, run_service
from app.utterance import Speaker, Utterance
from app.vocabulary import recognizer_for
from devices.clock import Clock
from devices.mqtt import MqttSettings
from devices.plant import Plant, Role
from devices.plant_file import load_plant
from devices.simulator.clock import MachineClock
from devices.simulator.faults import parse_faults
from devices.simulator.run import link_maker
from devices.simulator.serve import serve
from devices.simulator.simulation import Simulation
from intents.recognizer import Recognizer
from models.audit import RecordedEntry
from tests.devices.until import until
from tests.mosquitto import Mosquitto

OPERATOR = Speaker(name="hana", role=Role.OPERATOR)
TECHNICIAN = Speaker(name="taro", role=Role.TECHNICIAN)
QUICK_PLANT_FILE = Path(__file__).with_name("quick_plant.yaml")
"""One compressor that must show its target soon."""
FILLS = {"bag-1": 60.0, "bag-2": 60.0, "bank-1": 5.0, "bank-2": 5.0, "dewar-3": 72.0}
"""Levels that let the compressors start."""


def settings_for(folder: Path, port: int, **changes: object) -> Settings:
    """Return settings of a service that only takes text."""
    fields: dict[str, object] = {
        "data": folder,
        "broker_url": f"mqtt://127.0.0.1:{port}",
        "recognizer_en": "none",
        "recognizer_ja": "none",
        "speech_out": False,
    }
    return Settings(**{**fields, **changes})  # type: ignore[arg-type]


@cache
def recognizers_of(plant_file: Path) -> Mapping[str, Recognizer]:
    """Return what understands a plant, compiled once for all tests."""
    plant = load_plant(plant_file)
    return {language: recognizer_for(plant, language) for language in ("en", "ja")}


@asynccontextmanager
async def simulated_plant(
    plant: Plant, port: int, faults: Sequence[str] = (), *, is_instant: bool = True
) -> AsyncIterator[Simulation]:
    """Run the simulated plant until the end of the block."""
    clock = MachineClock()
    simulation = Simulation(
        plant,
        faults=parse_faults(faults, plant),
        fills={device: level for device, level in FILLS.items() if device in plant.devices},
        is_instant=is_instant,
        clock=clock,
    )
    stop = asyncio.Event()
    makers = link_maker(MqttSettings(port=port), clock)
    task = asyncio.create_task(serve(simulation, makers, stop=stop), name="test: simulated plant")
    try:
        yield simulation
    finally:
        stop.set()
        await task


@asynccontextmanager
async def running_site(
    folder: Path,
    broker: Mosquitto,
    *,
    faults: Sequence[str] = (),
    is_instant: bool = True,
    clock: Clock | None = None,
    recognizers: Mapping[str, Recognizer] | None = None,
    **changes: object,
) -> AsyncIterator[Service]:
    """Run everything, and wait until the service has heard from every device.

    `recognizers`: what understands the plant, where it is not all sentences of the product.
    """
    settings = settings_for(folder, broker.port, **changes)
    async with (
        run_service(settings, clock, recognizers=recognizers or recognizers_of(settings.plant)) as service,
        simulated_plant(service.plant, broker.port, faults, is_instant=is_instant),
    ):
        silent = {f.partition("=")[0] for f in faults if f.endswith("=silent")}
        expected = set(service.plant.devices) - silent
        await until(lambda: expected <= {s.device for s in service.bus.states().values() if s.is_online})
        yield service


async def say(
    service: Service,
    text: str,
    *,
    station: str = "control-desk",
    language: str | None = "en",
    speaker: Speaker = OPERATOR,
    challenge_id: str | None = None,
) -> Reply:
    """Say something at a station."""
    return await service.turn.take(
        Utterance(texts=(text,), station=station, language=language, speaker=speaker, challenge_id=challenge_id)
    )


async def rows_of(service: Service, reply: Reply) -> list[tuple[str, str | None, str | None]]:
    """Return the recorded steps of a turn: step, outcome, reason."""
    return [(r.entry.step.value, r.entry.outcome, r.entry.reason) for r in await service.log.turn(reply.turn_id)]


async def commanded(service: Service) -> list[RecordedEntry]:
    """Return every command that was ever recorded."""
    page = await service.log.page(limit=1000)
    return [row for row in page.entries if row.entry.step.value == "commanded"]
