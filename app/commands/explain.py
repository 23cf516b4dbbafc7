"""`wanwan explain`: how a sentence is understood; touches nothing."""

from typing import Annotated

import typer

from app.commands.output import print_json
from app.config import Settings
from app.vocabulary import recognizer_for
from devices.plant_file import load_plant
from intents.dialogue import DialogueContext, context_after


def explain(
    text: Annotated[str, typer.Argument(help="The sentence; - reads one a line from standard input.")],
    language: Annotated[str | None, typer.Option(help="en or ja; by default the first of WANWAN_LANGUAGES.")] = None,
    after: Annotated[
        list[str] | None, typer.Option(help="A sentence said before, that this one leans on; may be given again.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a sentence, as - does.")] = False,
) -> None:
    """Show how a sentence would be understood, without doing anything.

    Each reading with its template, file and line; what was not understood, with the templates that came farthest and
    the word that stopped each. With --after also what the dialogue remembers ("and dewar four?").
    """
    settings = Settings()
    recognizer = recognizer_for(load_plant(settings.plant), language or settings.languages[0], settings.sentences_dir)
    context: DialogueContext | None = None
    for said in after or ():
        context = context_after(recognizer.recognize(said, context), context)
    if text == "-":
        for line in typer.get_text_stream("stdin", encoding="utf-8", errors="replace"):
            print_json(recognizer.explain(line.rstrip("\r\n"), context).to_json())
    elif as_json:
        print_json(recognizer.explain(text, context).to_json())
    else:
        typer.echo(str(recognizer.explain(text, context)))
