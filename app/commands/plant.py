"""`wanwan plant`: check and show the plant file."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.exits import fail
from app.commands.output import print_json, print_table, visible
from app.config import Settings
from app.vocabulary import recognizer_for
from devices.plant import Plant
from devices.plant_file import check_plant, load_plant

group = typer.Typer(help="Check and show the plant file.", no_args_is_help=True)

FileArgument = Annotated[Path | None, typer.Argument(help="The plant file; by default that of WANWAN_PLANT.")]


@group.command()
def check(file: FileArgument = None) -> None:
    """Check a plant file and the site's own sentences; each mistake is printed with file, line and remedy."""
    settings = Settings()
    path = file or settings.plant
    mistakes = check_plant(path)
    for mistake in mistakes:
        typer.echo(visible(str(mistake)), err=True)
    if mistakes:
        fail(f"{path}: {len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}")
    plant = load_plant(path)
    for language in settings.languages:
        recognizer_for(plant, language, settings.sentences or path.parent / "sentences")
    typer.echo(f"{path}: right; {len(plant.devices)} devices, {len(plant.stations)} stations")


@group.command()
def show(
    file: FileArgument = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show the plant: each device with its spoken names, measurements and actions, and each station."""
    settings = Settings()
    plant = load_plant(file or settings.plant)
    if as_json:
        print_json(_plain(plant, settings.languages))
        return
    site = plant.site
    names = " ".join(site.name.values())
    typer.echo(f"site {site.site_id} ({names}), {site.timezone}, gas at {site.reference_temperature_c:g} °C")
    print_table(
        ("device", "kind", "said", "measures", "can be told to", "refused when"),
        (
            (
                device.device_id,
                device.kind.name,
                " · ".join(device.spoken_name(language) for language in settings.languages),
                ", ".join(device.measurements),
                ", ".join(f"{action.name} ({action.risk.value})" for action in device.actions.values()),
                "; ".join(f"{lock.refuse}: {lock.because.get('en', '')}" for lock in device.interlocks),
            )
            for device in plant.devices.values()
        ),
    )
    print_table(
        ("station", "language", "room", "role"),
        ((s.station_id, s.language, s.room or "", s.role.value) for s in plant.stations.values()),
    )


def _plain(plant: Plant, languages: list[str]) -> dict[str, object]:
    site = plant.site
    return {
        "site": {"id": site.site_id, "name": dict(site.name), "timezone": site.timezone},
        "devices": [
            {
                "id": device.device_id,
                "kind": device.kind.name,
                "number": device.number,
                "names": {language: device.spoken_name(language) for language in languages},
                "measurements": list(device.measurements),
                "actions": {action.name: action.risk.value for action in device.actions.values()},
                "interlocks": [{"refuse": lock.refuse, "because": dict(lock.because)} for lock in device.interlocks],
            }
            for device in plant.devices.values()
        ],
        "stations": [
            {"id": s.station_id, "language": s.language, "room": s.room, "role": s.role.value}
            for s in plant.stations.values()
        ],
    }
