"""`wanwan bench`: measure what the README claims."""

import asyncio
from typing import Annotated

import typer

from app.bench.figures import print_figures

group = typer.Typer(help="Measure the figures of the README on this machine.", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@group.command()
def turn(
    questions: Annotated[int, typer.Option(min=10, help="Questions a language.")] = 300,
    commands: Annotated[int, typer.Option(min=10, help="Commands, one after the other.")] = 400,
    seconds: Annotated[float, typer.Option(min=1, help="How long many commands are sent at once.")] = 20.0,
    as_json: JsonOption = False,
) -> None:
    """Measure typed questions and commands, with a real broker and a device process that acts at once."""
    from app.bench.turn import measure_turns  # noqa: PLC0415 - each benchmark loads only what it measures

    print_figures(asyncio.run(measure_turns(questions, commands, seconds)), as_json=as_json)


@group.command()
def audio(
    count: Annotated[int, typer.Option(min=5, help="Questions a language.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Measure start, memory, and spoken questions to the first sound of the answer, over HTTP."""
    from app.bench.audio import measure_audio  # noqa: PLC0415 - each benchmark loads only what it measures

    print_figures(asyncio.run(measure_audio(count)), as_json=as_json)


@group.command()
def understanding(
    sentences: Annotated[int, typer.Option(min=100, help="Sentences a language and plant.")] = 2000,
    texts: Annotated[int, typer.Option(min=10, help="Texts of 1,000 characters made to be slow.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """Measure sentences, compiling and texts made to be slow, on the demo plant and on one of 10,000 devices."""
    from app.bench.understanding import measure_understanding  # noqa: PLC0415 - each benchmark loads only what it measures

    print_figures(measure_understanding(sentences, texts), as_json=as_json)
