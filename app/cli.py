"""`wanwan`: every command. Exit codes: 0 done, 1 refused or failed (the reason on stderr), 2 wrong usage."""

import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from app.commands.exits import FAILED, run_reporting_errors, say_failure

COMMANDS = ("serve", "demo", "ask", "listen", "transcribe", "explain", "simulate")
"""Modules of `app.commands` with one command each, of the same name."""
GROUPS = ("plant", "sentences", "models", "keys", "audit", "export", "bench")
"""Modules of `app.commands` with several commands."""


def command_line(wanted: str | None = None) -> typer.Typer:
    """Return the command line with the command that is wanted, or with all: importing them all takes seconds."""
    cli = typer.Typer(
        name="wanwan",
        no_args_is_help=True,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    cli.callback()(_describe)
    names = (wanted,) if wanted in {*COMMANDS, *GROUPS} else (*COMMANDS, *GROUPS)
    for name in names if wanted != "--version" else ():
        module = importlib.import_module(f"app.commands.{name}")
        if name in GROUPS:
            cli.add_typer(module.group, name=name)
        else:
            cli.command(name)(getattr(module, name))
    return cli


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"wanwan {version('wanwan')}")
        raise typer.Exit


def _describe(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Hands-free voice for helium recovery plants: ask, command, review; offline, in English and Japanese."""


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    file = os.environ.get("WANWAN_ENV_FILE")
    if file and not Path(file).is_file():
        say_failure(f"WANWAN_ENV_FILE names {file}, which is no file")
        return FAILED
    return run_reporting_errors(command_line(arguments[0] if arguments else None), arguments)


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run(sys.argv[1:]))
