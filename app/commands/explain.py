"""`wanwan explain`: how a sentence is understood; touches nothing."""

import json
import sys
from typing import Annotated

import typer

from app.config import Settings
from app.vocabulary import recognizer_for
from devices.plant_file import load_plant


def explain(
    text: Annotated[str, typer.Argument(help="The sentence; - reads one a line from standard input.")],
    language: Annotated[str | None, typer.Option(help="en or ja; by default the first of WANWAN_LANGUAGES.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a sentence.")] = False,
) -> None:
    """Show how a sentence would be understood, without doing anything."""
    settings = Settings()
    recognizer = recognizer_for(load_plant(settings.plant), language or settings.languages[0], settings.sentences_dir)
    lines = (line.rstrip("\n") for line in sys.stdin) if text == "-" else [text]
    for line in lines:
        explanation = recognizer.explain(line)
        if as_json or text == "-":
            typer.echo(json.dumps(explanation.to_json(), ensure_ascii=False))
        else:
            typer.echo(str(explanation))
