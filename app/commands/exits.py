"""How commands end: one sentence on stderr and an exit code, never a stack trace for what a person can mend."""

import logging
from typing import NoReturn

import typer

from app.errors import AppError
from app.speech.errors import SpeechError
from devices.errors import DevicesError
from intents.errors import IntentsError
from models.errors import ModelsError

FAILED = 1

OUR_ERRORS = (AppError, DevicesError, IntentsError, ModelsError, SpeechError)
"""The errors whose messages are written for the person at the keyboard."""


def fail(message: str) -> NoReturn:
    """End the command: refused or failed, with the reason on stderr."""
    typer.echo(f"wanwan: {message}", err=True)
    raise typer.Exit(FAILED)


def run_reporting_errors(cli: typer.Typer) -> int:
    """Run the command line and return its exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        cli(standalone_mode=True)
    except OUR_ERRORS as exc:
        typer.echo(f"wanwan: {exc}", err=True)
        return FAILED
    except SystemExit as exc:
        return exc.code if isinstance(exc.code, int) else FAILED
    except KeyboardInterrupt:
        return 130
    return 0
