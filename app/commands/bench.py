"""`wanwan bench`: measure what the README claims."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.bench.figures import print_figures
from app.commands.output import print_json, visible
from app.config import Settings

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
    """Measure start, memory, and how soon spoken questions are answered, over HTTP and at a listening station."""
    from app.bench.audio import measure_audio  # noqa: PLC0415 - each benchmark loads only what it measures

    print_figures(asyncio.run(measure_audio(count)), as_json=as_json)


@group.command()
def understanding(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Labelled sentences to measure instead of made-up ones, as tests/sentences/en.yaml."),
    ] = None,
    sentences: Annotated[int, typer.Option(min=100, help="Sentences a language and plant.")] = 2000,
    texts: Annotated[int, typer.Option(min=10, help="Texts of 1,000 characters made to be slow.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """Measure sentences, compiling and texts made to be slow, on the demo plant and on one of 10,000 devices."""
    from app.bench.understanding import measure_understanding  # noqa: PLC0415 - each benchmark loads only what it measures

    print_figures(measure_understanding(sentences, texts, files or ()), as_json=as_json)


@group.command()
def speech(
    further_snr: Annotated[list[float] | None, typer.Argument(help="More values for --snr.", metavar="[DB]...")] = None,
    recordings: Annotated[Path | None, typer.Option(help="Folder of WAVs.")] = None,
    sentences: Annotated[Path | None, typer.Option(help="What they may say, as a YAML file of sentences.")] = None,
    labels: Annotated[Path | None, typer.Option(help='What they say, as JSON: {"NAME.wav": {intent, slots}}.')] = None,
    noise: Annotated[Path | None, typer.Option(help="A WAV of noise to mix in.")] = None,
    snr: Annotated[list[float] | None, typer.Option(help="Speech to noise in dB; may be given several times.")] = None,
    false_accepts: Annotated[
        Path | None, typer.Option(help="Folder of WAVs that say nothing to a plant; with --plant.")
    ] = None,
    plant: Annotated[Path | None, typer.Option(help="The plant that must not be commanded by them.")] = None,
    language: Annotated[str, typer.Option(help="en or ja.")] = "en",
    engine: Annotated[
        str | None, typer.Option(help="auto, practice, pocketsphinx, or a model; by default WANWAN_RECOGNIZER_….")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure how well recorded people are understood, and what is taken for a sentence that is none."""
    given = (recordings, sentences, labels)
    if None in given and (given != (None, None, None) or false_accepts is None):
        raise typer.BadParameter("--recordings, --sentences and --labels belong together")
    if (noise is None) != (not snr):
        raise typer.BadParameter("--noise and --snr belong together")
    if (false_accepts is None) != (plant is None):
        raise typer.BadParameter("--false-accepts and --plant belong together")
    from app.bench.false_accepts import measure_false_accepts, print_false_accepts  # noqa: PLC0415 - as above
    from app.bench.listening import Listener  # noqa: PLC0415 - as above
    from app.bench.speech import measure_speech, print_speech  # noqa: PLC0415 - as above

    settings = Settings()
    listener = Listener(
        engine=engine or settings.recognizer_for(language),
        language=language,
        models=settings.models_dir,
        progress=lambda told: typer.echo(visible(told), err=True),
    )
    measured: dict[str, object] = {}
    if recordings is not None and sentences is not None and labels is not None:
        levels = (*(snr or ()), *(further_snr or ()))
        figures = measure_speech(listener, recordings, sentences, labels, noise=noise, snr_db=levels)
        measured["results"] = [asdict(figure) for figure in figures]
        if not as_json:
            print_speech(figures)
    if false_accepts is not None and plant is not None:
        accepted = measure_false_accepts(listener, false_accepts, plant)
        measured["false_accepts"] = [asdict(one) for one in accepted]
        if not as_json:
            print_false_accepts(accepted)
    if as_json:
        print_json(measured)


@group.command()
def address(
    address: Annotated[str, typer.Option("--address", help="The address, for example `hey helium`.")],
    positives: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="Folder of WAVs of the address, one each.")
    ],
    negatives: Annotated[
        list[Path], typer.Option(exists=True, file_okay=False, help="Folder of WAVs of anything else; may be repeated.")
    ],
    stream_hours: Annotated[
        float | None, typer.Option(min=0.001, help="Play the others in random order for so long, as in a room.")
    ] = None,
    noise: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="WAV beneath the stream, 6 to 24 dB softer.")
    ] = None,
    language: Annotated[str, typer.Option(help="en or ja.")] = "en",
    engine: Annotated[
        str,
        typer.Option(help="pocketsphinx: by the address's sound (English); practice, or a Vosk model: by its grammar."),
    ] = "pocketsphinx",
    as_json: JsonOption = False,
) -> None:
    """Measure how well an address is heard, and how often something else is taken for it."""
    if noise is not None and stream_hours is None:
        raise typer.BadParameter("--noise belongs to --stream-hours")
    from app.bench.address import measure_address, print_address  # noqa: PLC0415 - as above
    from app.bench.listening import Listener  # noqa: PLC0415 - as above

    listener = Listener(
        engine=engine,
        language=language,
        models=Settings().models_dir,
        progress=lambda told: typer.echo(visible(told), err=True),
    )
    figures = measure_address(listener, address, positives, negatives, stream_hours=stream_hours, noise=noise)
    if as_json:
        print_json(asdict(figures))
    else:
        print_address(figures)


@group.command()
def overhear(
    other: Annotated[
        list[Path], typer.Option(exists=True, file_okay=False, help="Folder of WAVs of other talk; may be repeated.")
    ],
    noise: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="WAV beneath it, 6 to 24 dB softer.")
    ] = None,
    hours: Annotated[float, typer.Option(min=0.001, help="How much of it is heard.")] = 1.0,
    plant: Annotated[Path | None, typer.Option(help="The plant file; by default that of WANWAN_PLANT.")] = None,
    language: Annotated[str, typer.Option(help="en or ja.")] = "en",
    engine: Annotated[
        str | None, typer.Option(help="auto, practice, pocketsphinx, or a model; by default WANWAN_RECOGNIZER_….")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same order.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Let an always-listening station hear other talk, on a simulated plant: count what it takes for its own."""
    from app.bench.overhear import Room, print_overheard  # noqa: PLC0415 - each benchmark loads only what it measures
    from app.bench.overhear import overhear as measure  # noqa: PLC0415 - as above

    settings = Settings()
    room = Room(
        others=other,
        noise=noise,
        hours=hours,
        language=language,
        engine=engine or settings.recognizer_for(language),
        plant_file=plant or settings.plant,
        models=settings.models_dir,
        seed=seed,
    )
    found = asyncio.run(measure(room, lambda told: typer.echo(visible(told), err=True)))
    print_overheard(found, as_json=as_json)


@group.command()
def listen(
    stations: Annotated[int, typer.Option(min=2, help="How many speak at once.")] = 12,
    seconds: Annotated[float, typer.Option(min=5, help="How long they speak.")] = 60.0,
    sessions: Annotated[int, typer.Option(min=10, help="How many come and go, for leaks.")] = 1000,
    engine: Annotated[str, typer.Option(help="practice, pocketsphinx (English alone), or a Vosk model.")] = "practice",
    as_json: JsonOption = False,
) -> None:
    """Measure stations that listen at once: how soon each sentence is known, keeping up, memory, changes of grammar."""
    from app.bench.listen import measure_listening  # noqa: PLC0415 - each benchmark loads only what it measures

    print_figures(asyncio.run(measure_listening(stations, seconds, sessions, engine)), as_json=as_json)
