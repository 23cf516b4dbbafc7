"""`wanwan transcribe`: what the recogniser hears in a WAV; touches nothing."""

import asyncio
import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from app.commands.exits import fail
from app.commands.output import print_json
from app.config import Settings
from app.speech.hear import hear
from app.speech.hearing import FREE, open_hearing
from app.speech.transcribe import Transcript
from app.vocabulary import recognizer_for
from devices.plant_file import load_plant


def transcribe(
    wav: Annotated[Path, typer.Argument(help="A WAV: mono, 16 kHz, 16-bit PCM.")],
    language: Annotated[str | None, typer.Option(help="en or ja; by default the first of WANWAN_LANGUAGES.")] = None,
    engine: Annotated[
        str | None, typer.Option(help="auto, practice, pocketsphinx, or a model; by default WANWAN_RECOGNIZER_….")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Hear a recording with the plant's grammar and print the text, best first."""
    settings = Settings()
    spoken = language or settings.languages[0]
    transcript = asyncio.run(_transcribe(settings, wav, spoken, engine or settings.recognizer_for(spoken)))
    if as_json:
        print_json(dataclasses.asdict(transcript))
    if not transcript.texts:
        fail("nothing was heard")
    if not as_json:
        typer.echo("\n".join(transcript.texts))


async def _transcribe(settings: Settings, wav: Path, language: str, engine: str) -> Transcript:
    try:
        recording = hear(wav, longest_s=settings.max_recording_s)
    except OSError as exc:
        fail(f"{wav} cannot be read: {exc.strerror}")
    plant = load_plant(settings.plant)
    hearing = await open_hearing({language: engine}, {}, models=settings.models_dir, sounds_like=plant.site.sounds_like)
    try:
        if any(state.engine for state in hearing.states):
            graph = recognizer_for(plant, language, settings.sentences_dir).word_graph()
            await hearing.learn(language, {FREE: graph})
        return await hearing.transcribe(recording, language)
    finally:
        await hearing.close()
