"""`wanwan keys`: make, list and revoke the keys that people and programs use over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from app.commands.exits import fail
from app.config import Settings
from models.database import Database
from models.operator import KeyRing

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
    role: Annotated[str, typer.Option(help="technician, operator or admin.")] = "technician",
) -> None:
    """Make a key and print it, this once; only a hash of it is kept."""
    try:
        made = with_keys(lambda keys: keys.create(name, role))
    except ValueError as exc:
        fail(f"{exc}")
    typer.echo(made.key)
    typer.echo(f"key {made.operator.key_id} for {name} ({role}); it is shown only now", err=True)


@group.command("list")
def list_keys() -> None:
    """List the keys, revoked ones too; never the keys themselves."""
    table = Table("key id", "name", "role", "made", "last used", "revoked")
    for key in with_keys(lambda keys: keys.list()):
        times = (key.created_at, key.last_used_at, key.revoked_at)
        shown = [f"{time:%Y-%m-%d %H:%M}" if time else "" for time in times]
        table.add_row(key.key_id, key.name, key.role.value, *shown)
    Console().print(table)


@group.command()
def revoke(key_id: Annotated[str, typer.Argument(help="As shown by `wanwan keys list`.")]) -> None:
    """Make a key useless from now on."""
    key = with_keys(lambda keys: keys.revoke(key_id))
    typer.echo(f"key {key.key_id} of {key.name} is revoked")
