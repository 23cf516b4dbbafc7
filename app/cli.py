"""`wanwan`: every command. Exit codes: 0 done, 1 refused or failed (the reason on stderr), 2 wrong usage."""

import importlib
import sys

import typer

from app.commands.exits import run_reporting_errors

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
    for name in names:
        module = importlib.import_module(f"app.commands.{name}")
        if name in _GROUPS:
            cli.add_typer(module.group, name=name)
        else:
            cli.command(name)(getattr(module, name))


@cli.callback()
def _keep_names() -> None:
    """Hands-free voice for helium recovery plants: ask, command, review; offline, in English and Japanese."""


def main() -> None:
    """Run the command line."""
    _add_commands(sys.argv[1] if len(sys.argv) > 1 else None)
    sys.exit(run_reporting_errors(cli))
