"""`wanwan`: every command. Exit codes: 0 done, 1 refused or failed (the reason on stderr), 2 wrong usage."""

import importlib
import sys

import typer

from app.commands.exits import run_reporting_errors

cli = typer.Typer(
    name="wanwan",
    help="Hands-free voice for helium recovery plants: ask, command, review; offline, in English and Japanese.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_COMMANDS = ("serve", "demo", "ask", "transcribe", "explain", "simulate")
_GROUPS = ("plant", "sentences", "models", "keys", "audit", "export", "bench")


def _add_commands() -> None:
    for name in _COMMANDS:
        module = importlib.import_module(f"app.commands.{name}")
        cli.command(name)(getattr(module, name))
    for name in _GROUPS:
        module = importlib.import_module(f"app.commands.{name}")
        cli.add_typer(module.group, name=name)


def main() -> None:
    """Run the command line."""
    _add_commands()
    sys.exit(run_reporting_errors(cli))
