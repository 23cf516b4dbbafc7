"""`wanwan simulate`: the simulated plant alone, against any broker."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app.broker_settings import own_token, site_broker
from app.config import Settings
from devices.broker import USERNAME
from devices.mqtt import MqttSettings
from devices.simulator.faults import FAULT_TABLE
from devices.simulator.run import SimulatorSettings, broker_of, run

_FAULTS = "\n\n".join(f"{row.name} ({row.applies_to}): {row.effect}" for row in FAULT_TABLE)


def simulate(
    broker: Annotated[
        str | None,
        typer.Option(help="mqtt://[user:password@]host[:port]; by default the broker that `wanwan serve` uses."),
    ] = None,
    plant: Annotated[Path | None, typer.Option(help="The plant file; by default that of WANWAN_PLANT.")] = None,
    speed: Annotated[float, typer.Option(help="Simulated seconds in a real second, up to 3600.")] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same plant.")] = 0,
    fault: Annotated[list[str] | None, typer.Option(help="DEVICE=FAULT, for example compressor-1=no-start.")] = None,
    fill: Annotated[list[str] | None, typer.Option(help="DEVICE=NUMBER: level in percent or pressure in MPa.")] = None,
    instant: Annotated[bool, typer.Option("--instant", help="Show each action's target at once.")] = False,
) -> None:
    """Simulate the plant on a broker, on the same topics as hardware; prints "ready" when every device is there."""
    settings = Settings()
    asyncio.run(
        run(
            SimulatorSettings(
                broker=broker_of(broker) if broker else _broker_of_service(settings),
                plant_file=plant or settings.plant,
                seed=seed,
                speed=speed,
                faults=tuple(fault or ()),
                fills=tuple(fill or ()),
                is_instant=instant,
            ),
            lambda: typer.echo("ready"),
        )
    )


simulate.__doc__ = f"{simulate.__doc__}\n\nFaults:\n\n{_FAULTS}"


def _broker_of_service(settings: Settings) -> MqttSettings:
    """Return the broker that `wanwan serve` uses with the same settings."""
    if settings.broker_url:
        return site_broker(settings)
    return MqttSettings(port=settings.embedded_broker_port, username=USERNAME, password=own_token(settings))
