"""The simulator as a process: what `python -m devices.simulator` and `wanwan simulate` run."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from devices.clock import Clock
from devices.link import Link, Will
from devices.mqtt import MqttLink, MqttSettings, Tls
from devices.plant_file import DEMO_PLANT_FILE, load_plant
from devices.simulator.clock import MachineClock
from devices.simulator.errors import BrokerUrlError
from devices.simulator.faults import parse_faults
from devices.simulator.serve import serve
from devices.simulator.simulation import Simulation, parse_fills

_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """What to simulate, and where."""

    broker: MqttSettings
    plant_file: Path = DEMO_PLANT_FILE
    seed: int = 0
    """The same seed gives the same plant."""
    speed: float = 1.0
    """Simulated seconds in a real one."""
    faults: tuple[str, ...] = ()
    """`DEVICE=FAULT`, see `faults`."""
    fills: tuple[str, ...] = ()
    """`DEVICE=NUMBER`: level in percent or pressure in MPa to start with."""
    is_instant: bool = False
    """Each action's target is shown at once."""


def broker_of(url: str) -> MqttSettings:
    """Return the settings meant by `mqtt[s]://[user:password@]host[:port]`; raises `BrokerUrlError`."""
    example = "as in mqtt://127.0.0.1:1883 or mqtts://user:password@broker:8883"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise BrokerUrlError(f"broker {url!r} is not a URL ({exc}), {example}") from exc
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in {"", "/"}:
        raise BrokerUrlError(f"broker {url!r} is not mqtt://HOST or mqtts://HOST, {example}")
    return MqttSettings(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        tls=Tls() if parts.scheme == "mqtts" else None,
    )


async def run(settings: SimulatorSettings, on_ready: Callable[[], None] | None = None) -> None:
    """Simulate until SIGINT or SIGTERM, then say that every device is offline.

    Raises `PlantFileError`, `FaultError`, `FillError` before anything is connected. A missing broker is waited for.
    """
    clock = MachineClock()
    plant = load_plant(settings.plant_file)
    simulation = Simulation(
        plant,
        seed=settings.seed,
        speed=settings.speed,
        faults=parse_faults(settings.faults, plant),
        fills=parse_fills(settings.fills),
        is_instant=settings.is_instant,
        clock=clock,
    )
    # A line for each lost connection and each attempt would be thirty lines at a time; `serve` says it once.
    logging.getLogger("devices.mqtt").setLevel(logging.ERROR)
    stop = asyncio.Event()
    with _stopped_by_signals(stop):
        await serve(simulation, link_maker(settings.broker, clock), stop=stop, on_ready=on_ready)


def link_maker(broker: MqttSettings, clock: Clock) -> Callable[[Will], Link]:
    """Return what makes a connection for each device: a random client id each, as one id twice throws the other out."""
    without_id = replace(broker, client_id=None)
    return lambda will: MqttLink(without_id, clock, will)


@contextlib.contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
