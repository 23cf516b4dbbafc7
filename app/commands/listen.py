"""`wanwan listen`: speak with the running service at a station, by microphone or by recordings."""

import asyncio
import os
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from app.channels.listen_client import Start, listening
from app.channels.listen_dialogue import Said, say_recordings, talk
from app.channels.microphone import loudspeaker, microphone
from app.commands.ask import SUCCESS
from app.commands.client import base_url
from app.commands.exits import fail
from app.commands.output import print_json, visible
from app.speech.frames import VOICE_RATE_HZ
from app.speech.resample import resample_pcm
from app.speech.transcribe import SAMPLE_RATE_HZ
from app.speech.wav import from_wav


def listen(
    station: Annotated[str | None, typer.Option(help="Where it is said: a station of the plant file.")] = None,
    language: Annotated[str | None, typer.Option(help="en or ja; by default the station's.")] = None,
    file: Annotated[
        list[Path] | None, typer.Option(help="A WAV (mono, 16-bit PCM) as if it were spoken; may be given again.")
    ] = None,
    real_time: Annotated[
        bool, typer.Option("--real-time/--fast", help="Send files as fast as they were spoken, or at once.")
    ] = True,
    sound: Annotated[bool, typer.Option("--sound/--no-sound", help="Play the answers.")] = True,
    microphone_name: Annotated[str | None, typer.Option("--microphone", help="Part of the device's name.")] = None,
    loudspeaker_name: Annotated[str | None, typer.Option("--loudspeaker", help="Part of the device's name.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print each event as a JSON object a line.")] = False,
) -> None:
    """Speak with the plant at a station, through the running service (WANWAN_URL, WANWAN_API_KEY).

    With files it ends when all have been answered, with exit code 1 where one of them was not, or was not meant for us.
    """
    recordings = [_recording(path) for path in file or ()]
    start = Start(station=station, language=language, audio=sound and not recordings)
    show = print_json if as_json else _show
    if not recordings:
        asyncio.run(_talk(start, show, microphone_name, loudspeaker_name))
        return
    said = asyncio.run(_say(start, recordings, show, is_fast=not real_time))
    _report(said, len(recordings))


def _report(said: Said, recordings: int) -> None:
    """Fail where something was not answered."""
    for reply in said.replies:
        if reply["status"] not in SUCCESS:
            fail(f"{reply['status']} ({reply['reason']})")
    answered = len(said.replies) + said.verdicts.count("address_alone")
    if answered < recordings:
        found = ", ".join(said.verdicts) or "no speech was found"
        fail(f"{answered} of {recordings} recordings were answered: {found}")


async def _say(start: Start, recordings: list[bytes], show: Any, *, is_fast: bool) -> Said:
    async with listening(base_url(), _key(), start) as client:
        return await say_recordings(client, recordings, show, is_fast=is_fast)


async def _talk(start: Start, show: Any, microphone_name: str | None, loudspeaker_name: str | None) -> None:
    async with AsyncExitStack() as stack:
        heard = await stack.enter_async_context(microphone(microphone_name))
        speaker = None
        if start.audio:
            speaker = await stack.enter_async_context(loudspeaker(VOICE_RATE_HZ, loudspeaker_name))
        client = await stack.enter_async_context(listening(base_url(), _key(), start))
        show(client.ready)
        await talk(client, heard, speaker, show)


def _recording(path: Path) -> bytes:
    try:
        pcm, rate_hz = from_wav(path.read_bytes())
    except OSError as exc:
        fail(f"{path} cannot be read: {exc.strerror}")
    except ValueError as exc:
        fail(f"{path} is {exc}; convert it with `ffmpeg -i IN -ac 1 -ar 16000 -c:a pcm_s16le OUT.wav`")
    if rate_hz < SAMPLE_RATE_HZ:
        fail(f"{path} has {rate_hz} Hz, as telephones have; wanted is {SAMPLE_RATE_HZ} Hz or more")
    return resample_pcm(pcm, rate_hz)


def _key() -> str:
    return os.environ.get("WANWAN_API_KEY", "").strip()


def _show(event: dict[str, Any]) -> None:
    """Print what a person at a terminal wants to know."""
    match event["type"]:
        case "ready" if event["address"]:
            typer.echo(f"listening at {event['station']}; begin with: {visible(event['address'][0])}")
        case "ready":
            typer.echo(f"listening at {event['station']}")
        case "final" if event["verdict"] == "taken":
            typer.echo(f"> {visible(event['text'])}")
        case "final" if event["verdict"] == "address_alone":
            typer.echo(f"> {visible(event['text'])} …")
        case "reply":
            typer.echo(visible(event["speech"]))
        case "error":
            typer.echo(f"wanwan: {visible(event['message'])}", err=True)
        case _:
            pass
