"""`wanwan sentences`: test a site's own examples of what people say."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.commands.exits import fail
from app.config import Settings
from app.vocabulary import recognizer_for
from devices.plant_file import load_plant
from intents.example import acts, load_examples

group = typer.Typer(help="Test what people say against what is understood.", no_args_is_help=True)


@group.callback()
def _keep_names() -> None:
    """Test what people say against what is understood."""


@group.command("test")
def test_examples(
    files: Annotated[list[Path], typer.Argument(help="YAML lists of {say: …, intent: …, SLOT: …} or effect: none.")],
    language: Annotated[str | None, typer.Option(help="en or ja; by default the first of WANWAN_LANGUAGES.")] = None,
) -> None:
    """Understand each labelled sentence and print the pass rate by intent; exit 1 if any came out otherwise."""
    settings = Settings()
    recognizer = recognizer_for(load_plant(settings.plant), language or settings.languages[0], settings.sentences_dir)
    said: Counter[str] = Counter()
    right: Counter[str] = Counter()
    wrong_acts = 0
    for example in (example for file in files for example in load_examples(file)):
        found = recognizer.recognize(example.say)
        said[example.label] += 1
        if example.is_met_by(found):
            right[example.label] += 1
            continue
        wrong_acts += acts(found)
        explanation = recognizer.explain(example.say)
        came_out = {"result": explanation.result, **explanation.to_json()}
        typer.echo(
            f"{example.source}: {example.say!r} should be {example.label}, "
            f"came out as {came_out['result']} {came_out['intent'] or ''} {came_out['slots'] or ''}",
            err=True,
        )
    table = Table("intent", "right", "of", "")
    for label in sorted(said):
        table.add_row(label, str(right[label]), str(said[label]), f"{right[label] / said[label]:.0%}")
    table.add_row("all", str(right.total()), str(said.total()), f"{right.total() / max(said.total(), 1):.1%}")
    Console().print(table)
    if right != said:
        wrong = said.total() - right.total()
        fail(f"{wrong} of {said.total()} came out otherwise; {wrong_acts} would have acted wrongly")
