"""`wanwan models`: find, install and verify recogniser models."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from app.commands.exits import fail
from app.config import Settings
from app.speech.hearing import open_hearing
from app.speech.install import install_model
from app.speech.models import list_models
from app.speech.unpack import install_zip
from app.vocabulary import recognizer_for
from devices.plant_file import load_plant

group = typer.Typer(help="Find, install and verify recogniser models.", no_args_is_help=True)


@group.command("list")
def list_all() -> None:
    """List known and installed models."""
    settings = Settings()
    table = Table("model", "language", "installed in")
    for model in list_models(settings.models_dir):
        table.add_row(model.name, model.language or "?", str(model.directory or "not installed"))
    Console().print(table)


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
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(model, total=None)
        where = install_model(model, folder, progress=lambda have, of: bar.update(task, completed=have, total=of))
    typer.echo(f"installed in {where}")


@group.command()
def verify() -> None:
    """Load what hears each language and name the plant's words that it does not know; exit 1 if there are any."""
    settings = Settings()
    plant = load_plant(settings.plant)
    graphs = {
        language: {"free": recognizer_for(plant, language, settings.sentences_dir).word_graph()}
        for language in settings.languages
    }
    wanted = {language: settings.recognizer_for(language) for language in settings.languages}

    async def states() -> int:
        hearing = await open_hearing(wanted, graphs, models=settings.models_dir)
        unknown = 0
        try:
            for state in hearing.states:
                typer.echo(f"{state.language}: {state.engine or 'typed text only'} ({state.reason})")
                for word in state.unknown_words:
                    typer.echo(f"  {word}: not known to the model; sentences with it can only be typed")
                unknown += len(state.unknown_words)
        finally:
            await hearing.close()
        return unknown

    unknown = asyncio.run(states())
    if unknown:
        fail(f"{unknown} words are unknown to the models")
