"""`wanwan export`: what other programs can use, made from the plant and the sentences."""

from typing import Annotated

import typer

from app.config import Settings
from app.speech.grammar import compile_grammar
from app.speech.jsgf import to_jsgf
from app.speech.phrases import covering_phrases
from app.vocabulary import recognizer_for
from devices.plant_file import load_plant

group = typer.Typer(help="Write files for other programs, made from the plant and the sentences.", no_args_is_help=True)


@group.command()
def grammar(
    language: Annotated[str | None, typer.Option(help="en or ja; by default the first of WANWAN_LANGUAGES.")] = None,
    form: Annotated[str, typer.Option("--format", help="jsgf or phrases.")] = "jsgf",
) -> None:
    """Print what the recognisers listen for: the exact graph as JSGF, or the phrases that Vosk is given."""
    settings = Settings()
    recognizer = recognizer_for(load_plant(settings.plant), language or settings.languages[0], settings.sentences_dir)
    compiled = compile_grammar(recognizer.word_graph())
    match form:
        case "jsgf":
            typer.echo(to_jsgf(compiled, name="wanwan", language=language or settings.languages[0]))
        case "phrases":
            typer.echo("\n".join(covering_phrases(compiled)))
        case _:
            raise typer.BadParameter(f"{form!r} is neither jsgf nor phrases", param_hint="--format")
