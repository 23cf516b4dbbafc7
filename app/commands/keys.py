"""`wanwan keys`: make, list and revoke the keys that people and programs use over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, TypeVar

import typer

from app.commands.exits import fail
from app.commands.output import print_json, print_table, visible
from app.config import Settings
from devices.plant_file import load_plant
from models.database import Database
from models.operator import KeyRing, KeyRole, Operator

group = typer.Typer(help="Make, list and revoke keys for people and programs.", no_args_is_help=True)

T = TypeVar("T")


def with_keys(work: Callable[[KeyRing], Awaitable[T]]) -> T:
    """Open the database of the settings, do `work` with its keys, and close it."""

    async def run() -> T:
        async with await Database.open(Settings().effective_database_url) as database:
            return await work(KeyRing(database))

    return asyncio.run(run())


@group.command()
def create(
    name: Annotated[str, typer.Argument(help="Who will use it: the name in the audit log.")],
    role: Annotated[
        KeyRole, typer.Option(help="What its holder may do: ask and stop, command too, review too.")
    ] = KeyRole.TECHNICIAN,
    station: Annotated[
        str | None, typer.Option(help="The only station that it may speak from; by default any.")
    ] = None,
) -> None:
    """Make a key and print it, this once; only a hash of it is kept."""
    if station is not None:
        stations = load_plant(Settings().plant).stations
        if station not in stations:
            fail(f"the plant file has no station {station!r}; it has: {', '.join(stations)}")
    try:
        made = with_keys(lambda keys: keys.create(name, role, station))
    except ValueError as exc:
        fail(f"{exc}")
    typer.echo(made.key)
    typer.echo(f"key {made.operator.key_id} for {visible(name)} ({role}); it is shown only now", err=True)


@group.command("list")
def list_keys(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the keys, revoked ones too; never the keys themselves."""
    keys = with_keys(lambda ring: ring.list())
    if as_json:
        print_json({"keys": [_plain(key) for key in keys]})
        return
    print_table(
        ("key id", "name", "role", "station", "made", "last used", "revoked"),
        (
            (
                key.key_id,
                key.name,
                key.role.value,
                key.station or "any",
                *(
                    f"{time:%Y-%m-%d %H:%M}" if time else ""
                    for time in (key.created_at, key.last_used_at, key.revoked_at)
                ),
            )
            for key in keys
        ),
    )


def _plain(key: Operator) -> dict[str, object]:
    times = {"created_at", "last_used_at", "revoked_at"}
    return {name: value.isoformat() if name in times and value else value for name, value in asdict(key).items()}


@group.command()
def revoke(key_id: Annotated[str, typer.Argument(help="As shown by `wanwan keys list`.")]) -> None:
    """Make a key useless from now on; a running service notices within seconds."""
    key = with_keys(lambda keys: keys.revoke(key_id))
    typer.echo(f"key {key.key_id} of {visible(key.name)} is revoked")
