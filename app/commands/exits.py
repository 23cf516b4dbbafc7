"""How commands end: one sentence on stderr and an exit code, never a stack trace for what a person can mend."""

import logging
import sys
from collections.abc import Sequence
from typing import NoReturn

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.commands.output import visible
from app.errors import AppError
from app.speech.errors import SpeechError
from devices.errors import DevicesError
from intents.errors import IntentsError
from models.errors import ModelsError

FAILED = 1
INTERRUPTED = 130
"""As shells report Ctrl-C."""

OUR_ERRORS = (AppError, DevicesError, IntentsError, ModelsError, SpeechError)
"""The errors whose messages are written for the person at the keyboard."""


def say_failure(message: str) -> None:
    """Print why, on stderr; what a terminal would obey or hide is made visible in each line."""
    for line in message.splitlines():
        typer.echo(f"wanwan: {visible(line)}", err=True)


def fail(message: str) -> NoReturn:
    """End the command: refused or failed, with the reason on stderr."""
    say_failure(message)
    raise typer.Exit(FAILED)


def run_reporting_errors(cli: typer.Typer, arguments: Sequence[str]) -> int:
    """Run the command line with `arguments` and return its exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show 圧縮機 shows ??? instead of ending us
    try:
        cli(list(arguments), prog_name="wanwan", standalone_mode=True)
    except OUR_ERRORS as exc:
        say_failure(str(exc))
        return FAILED
    except ValidationError as exc:
        for mistake in exc.errors():
            say_failure(_setting(".".join(str(part) for part in mistake["loc"][:1]), mistake["msg"]))
        return FAILED
    except SettingsError as exc:
        say_failure(f'a setting cannot be read: {exc}; lists are written as JSON: WANWAN_LANGUAGES=\'["en", "ja"]\'')
        return FAILED
    except OSError as exc:
        say_failure(f"{exc.filename}: {exc.strerror}" if exc.filename and exc.strerror else str(exc))
        return FAILED
    except SystemExit as exc:
        return exc.code if isinstance(exc.code, int) else FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _setting(name: str, message: str) -> str:
    """Name a setting as it is set."""
    return f"WANWAN_{name.upper()}: {message}" if name else message
