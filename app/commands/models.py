"""`wanwan models`: find, install and verify recogniser models."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

from app.commands.exits import fail
from app.commands.output import print_json, print_table
from app.config import Settings
from app.speech.hearing import FREE, open_hearing
from app.speech.install import install_model
from app.speech.models import known_model, list_models
from app.speech.unpack import install_zip
from app.vocabulary import recognizer_for
from devices.plant_file import load_plant

group = typer.Typer(help="Find, install and verify recogniser models.", no_args_is_help=True)


@group.command("list")
def list_all(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List known and installed models."""
    models = list_models(Settings().models_dir)
    if as_json:
        plain = [
            {"name": m.name, "language": m.language, "directory": str(m.directory) if m.directory else None}
            for m in models
        ]
        print_json({"models": plain})
        return
    print_table(
        ("model", "language", "installed in"),
        ((m.name, m.language or "?", str(m.directory or "not installed")) for m in models),
    )


@group.command()
def install(
    model: Annotated[str, typer.Argument(help="A known model's name, or a zip of any Vosk model.")],
    language: Annotated[str | None, typer.Option(help="Language of a zip whose name does not tell it.")] = None,
) -> None:
    """Download and check a model, or install one from a local zip (plant networks have no internet)."""
    folder = Settings().models_dir
    if model.endswith(".zip") or Path(model).exists():
        typer.echo(f"installed in {install_zip(Path(model), folder, language=language)}")
        return
    known_model(model)
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(model, total=None)
        where = install_model(model, folder, progress=lambda have, of: bar.update(task, completed=have, total=of))
    typer.echo(f"installed in {where}")


@group.command()
def verify() -> None:
    """Load what hears each language and name the plant's words that it does not know; exit 1 if there are any."""
    settings = Settings()
    plant = load_plant(settings.plant)
    wanted = {language: settings.recognizer_for(language) for language in settings.languages}

    async def states() -> int:
        sounds_like = plant.site.sounds_like
        hearing = await open_hearing(wanted, {}, models=settings.models_dir, sounds_like=sounds_like)
        unknown = 0
        try:
            for language in (state.language for state in hearing.states if state.engine):
                graph = recognizer_for(plant, language, settings.sentences_dir).word_graph()
                await hearing.learn(language, {FREE: graph})
            for state in hearing.states:
                typer.echo(f"{state.language}: {state.engine or 'typed text only'} ({state.reason})")
                words = {word.removesuffix("'s") for word in state.unknown_words}  # one remedy does for both
                for word in sorted(words):
                    typer.echo(f"  {_told(word, state.language, sounds_like)}")
                unknown += len(words)
        finally:
            await hearing.close()
        return unknown

    unknown = asyncio.run(states())
    if unknown:
        fail(f"{unknown} words are unknown to the models")


def _told(word: str, language: str, sounds_like: Mapping[str, Mapping[str, tuple[str, ...]]]) -> str:
    """Tell of a word that cannot be heard, and what to do about it."""
    tried = sounds_like.get(language, {}).get(word, ())
    if tried:
        spelled = " or ".join(repr(text) for text in tried)
        return f"{word}: not known to the model, nor are all words of {spelled}; spell it in other words"
    return (
        f"{word}: not known to the model; sentences with it can only be typed. Say in the plant file what it "
        f"sounds like in words that the model knows: site: {{sounds_like: {{{language}: {{{word}: …}}}}}}"
    )
