"""`wanwan sentences`: test a site's own examples of what people say."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from app.commands.exits import fail
from app.commands.output import print_table, visible
from app.config import Settings
from app.vocabulary import recognizer_for
from devices.plant_file import load_plant
from intents.example import Example, acts, load_examples
from intents.recognizer import Recognizer

group = typer.Typer(help="Test what people say against what is understood.", no_args_is_help=True)


@group.callback()
def _keep_names() -> None:
    """Test what people say against what is understood."""


@group.command("test")
def check_examples(
    files: Annotated[list[Path], typer.Argument(help="YAML lists of {say: …, intent: …, SLOT: …} or effect: none.")],
    language: Annotated[
        str | None,
        typer.Option(
            help="en or ja; by default what a file's name ends with (en.yaml), or the first of WANWAN_LANGUAGES."
        ),
    ] = None,
) -> None:
    """Understand each labelled sentence and print the pass rate by language and intent; exit 1 if any failed."""
    settings = Settings()
    examples: dict[str, list[Example]] = {}
    for file in files:
        ending = next((one for one in settings.languages if file.stem.endswith(one)), settings.languages[0])
        examples.setdefault(language or ending, []).extend(load_examples(file))
    plant = load_plant(settings.plant)
    tallies = [
        _tally(recognizer_for(plant, spoken, settings.sentences_dir), examples[spoken]) for spoken in sorted(examples)
    ]
    wrong = sum(tally.said.total() - tally.right.total() for tally in tallies)
    if wrong:
        said = sum(tally.said.total() for tally in tallies)
        fail(f"{wrong} of {said} came out otherwise; {sum(t.wrong_acts for t in tallies)} would have acted wrongly")


@dataclass(slots=True)
class _Tally:
    said: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong_acts: int = 0


def _tally(recognizer: Recognizer, examples: list[Example]) -> _Tally:
    """Count what comes out as labelled, tell what does not, and print the table of a language."""
    tally = _Tally()
    for example in examples:
        found = recognizer.recognize(example.say)
        tally.said[example.label] += 1
        if example.is_met_by(found):
            tally.right[example.label] += 1
            continue
        tally.wrong_acts += acts(found)
        came_out = recognizer.explain(example.say).to_json()
        what = " ".join(str(came_out[part]) for part in ("result", "intent", "slots") if came_out[part])
        told = f"{example.source}: {example.say!r} should be {example.label}, came out as {what}"
        typer.echo(visible(told), err=True)
    rows = [(label, tally.right[label], tally.said[label]) for label in sorted(tally.said)]
    rows.append(("all", tally.right.total(), tally.said.total()))
    print_table(
        (f"intent ({recognizer.language})", "right", "of", ""),
        ((label, str(good), str(of), f"{good / max(of, 1):.1%}") for label, good, of in rows),
    )
    return tally
