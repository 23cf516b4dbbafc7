"""`wanwan export`: what other programs can use, made from the plant and the sentences."""

from enum import StrEnum
from typing import Annotated

import typer

from app.config import Settings
from app.speech.grammar import compile_grammar
from app.speech.jsgf import to_jsgf
from app.speech.phrases import covering_phrases
from app.vocabulary import recognizer_for
from devices.plant_file import load_plant

group = typer.Typer(help="Write files for other programs, made from the plant and the sentences.", no_args_is_help=True)


class GrammarForm(StrEnum):
    """How a grammar is written."""

    JSGF = "jsgf"
    PHRASES = "phrases"


@group.callback()
def _keep_names() -> None:
    """Write files for other programs, made from the plant and the sentences."""


@group.command()
def grammar(
    language: Annotated[str | None, typer.Option(help="en or ja; by default the first of WANWAN_LANGUAGES.")] = None,
    form: Annotated[
        GrammarForm, typer.Option("--format", help="The exact graph as JSGF, or the phrases that Vosk is given.")
    ] = GrammarForm.JSGF,
) -> None:
    """Print what the recognisers listen for."""
    settings = Settings()
    spoken = language or settings.languages[0]
    recognizer = recognizer_for(load_plant(settings.plant), spoken, settings.sentences_dir)
    compiled = compile_grammar(recognizer.word_graph())
    match form:
        case GrammarForm.JSGF:
            typer.echo(to_jsgf(compiled, name="wanwan", language=spoken), nl=False)
        case GrammarForm.PHRASES:
            typer.echo("\n".join(covering_phrases(compiled)))
