"""`wanwan plant`: check and show the plant file."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.commands.exits import fail
from app.config import Settings
from devices.plant_file import check_plant, load_plant

group = typer.Typer(help="Check and show the plant file.", no_args_is_help=True)

FileArgument = Annotated[Path | None, typer.Argument(help="The plant file; by default that of WANWAN_PLANT.")]


@group.command()
def check(file: FileArgument = None) -> None:
    """Check a plant file; each mistake is printed with file, line and remedy."""
    path = file or Settings().plant
    mistakes = check_plant(path)
    for mistake in mistakes:
        typer.echo(str(mistake), err=True)
    if mistakes:
        fail(f"{path}: {len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}")
    plant = load_plant(path)
    typer.echo(f"{path}: right; {len(plant.devices)} devices, {len(plant.stations)} stations")


@group.command()
def show(file: FileArgument = None) -> None:
    """Show the plant: each device with its spoken names, measurements and actions."""
    plant = load_plant(file or Settings().plant)
    site = plant.site
    names = " ".join(site.name.values())
    typer.echo(f"site {site.site_id} ({names}), {site.timezone}, gas at {site.reference_temperature_c:g} °C")
    table = Table("device", "kind", "said", "measures", "can be told to", "refused when")
    for device in plant.devices.values():
        table.add_row(
            device.device_id,
            device.kind.name,
            " · ".join(device.spoken_name(language) for language in ("en", "ja")),
            ", ".join(device.measurements),
            ", ".join(f"{action.name} ({action.risk.value})" for action in device.actions.values()),
            "; ".join(f"{lock.refuse}: {lock.because.get('en', '')}" for lock in device.interlocks),
        )
    for station in plant.stations.values():
        table.add_row(station.station_id, "station", station.language, station.room or "", station.role.value, "")
    Console().print(table)
