"""`wanwan sentences`: test a site's own examples of what people say."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from app.commands.exits import fail
from app.commands.output import print_table, visible
from app.config import Settings
from app.vocabulary import recognizer_for
from devices.plant_file import load_plant
from intents.example import acts, load_examples

group = typer.Typer(help="Test what people say against what is understood.", no_args_is_help=True)


@group.callback()
def _keep_names() -> None:
    """Test what people say against what is understood."""


@group.command("test")
def check_examples(
    files: Annotated[list[Path], typer.Argument(help="YAML lists of {say: …, intent: …, SLOT: …} or effect: none.")],
    language: Annotated[str | None, typer.Option(help="en or ja; by default the first of WANWAN_LANGUAGES.")] = None,
) -> None:
    """Understand each labelled sentence and print the pass rate by intent; exit 1 if any came out otherwise."""
    examples = [example for file in files for example in load_examples(file)]
    settings = Settings()
    recognizer = recognizer_for(load_plant(settings.plant), language or settings.languages[0], settings.sentences_dir)
    said: Counter[str] = Counter()
    right: Counter[str] = Counter()
    wrong_acts = 0
    for example in examples:
        found = recognizer.recognize(example.say)
        said[example.label] += 1
        if example.is_met_by(found):
            right[example.label] += 1
            continue
        wrong_acts += acts(found)
        came_out = recognizer.explain(example.say).to_json()
        what = " ".join(str(came_out[part]) for part in ("result", "intent", "slots") if came_out[part])
        told = f"{example.source}: {example.say!r} should be {example.label}, came out as {what}"
        typer.echo(visible(told), err=True)
    rows = [(label, right[label], said[label]) for label in sorted(said)] + [("all", right.total(), said.total())]
    print_table(
        ("intent", "right", "of", ""),
        ((label, str(good), str(of), f"{good / max(of, 1):.1%}") for label, good, of in rows),
    )
    if right != said:
        wrong = said.total() - right.total()
        fail(f"{wrong} of {said.total()} came out otherwise; {wrong_acts} would have acted wrongly")
