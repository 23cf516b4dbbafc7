"""What commands print: tables for people that no transcript can garble, and JSON for programs."""

import json
import sys
import unicodedata
from collections.abc import Iterable

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

_PIPE_COLUMNS = 100_000
"""A program that reads a table gets each row as one line."""
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str) -> str:
    r"""Write what a terminal would obey or hide as `\x1b`, `\u202e`, …: what was said may hold anything."""
    return "".join(_shown(c) if unicodedata.category(c) in _HIDDEN else c for c in text)


def _shown(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def print_table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table as wide as the terminal, or as wide as it is where a program reads it."""
    table = Table(*headings)
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    Console(width=None if sys.stdout.isatty() else _PIPE_COLUMNS).print(table)


def print_json(value: object) -> None:
    """Print one JSON object on one line."""
    typer.echo(json.dumps(value, ensure_ascii=False))
