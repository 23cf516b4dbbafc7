"""`wanwan`: every command. Exit codes: 0 done, 1 refused or failed (the reason on stderr), 2 wrong usage."""

import importlib
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from app.commands.exits import FAILED, run_reporting_errors, say_failure

cli = typer.Typer(
    name="wanwan",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_COMMANDS = ("serve", "demo", "ask", "transcribe", "explain", "simulate")
_GROUPS = ("plant", "models", "keys", "audit", "export", "bench")


def _add_commands(wanted: str | None) -> None:
    """Add the command that is wanted, or all for help and for what is none: importing them all takes seconds."""
    names = (wanted,) if wanted in {*_COMMANDS, *_GROUPS} else (*_COMMANDS, *_GROUPS)
    for name in names if wanted != "--version" else ():
        module = importlib.import_module(f"app.commands.{name}")
        if name in _GROUPS:
            cli.add_typer(module.group, name=name)
        else:
            cli.command(name)(getattr(module, name))


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"wanwan {version('wanwan')}")
        raise typer.Exit


@cli.callback()
def _keep_names(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Hands-free voice for helium recovery plants: ask, command, review; offline, in English and Japanese."""


def main() -> None:
    """Run the command line."""
    file = os.environ.get("WANWAN_ENV_FILE")
    if file and not Path(file).is_file():
        say_failure(f"WANWAN_ENV_FILE names {file}, which is no file")
        sys.exit(FAILED)
    _add_commands(sys.argv[1] if len(sys.argv) > 1 else None)
    sys.exit(run_reporting_errors(cli))
