"""A dialogue with a listening station: by microphone and loudspeaker, or by recordings as if they were spoken."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from app.channels.listen_client import ListenClient
from app.channels.microphone import Loudspeaker
from app.speech.transcribe import SAMPLE_RATE_HZ

Show = Callable[[dict[str, Any]], None]
"""Takes each event as it comes."""

_PIECE_BYTES = SAMPLE_RATE_HZ // 25 * 2
_PIECE_S = 0.04
_SILENCE_S = 1.2
"""Said after each recording: longer than any silence that an utterance may hold."""
_AHEAD_S = 8.0
"""How far ahead of real time a recording may be sent; the service takes somewhat more."""


@dataclass(slots=True, kw_only=True)
class _Progress:
    """What of the sound that was sent is not yet answered."""

    open: set[int] = field(default_factory=set)
    replies: list[dict[str, Any]] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)
    is_heard: bool = False

    def note(self, event: dict[str, Any]) -> None:
        number = int(event.get("utterance", 0))
        match event["type"]:
            case "speech_started":
                self.open.add(number)
            case "final":
                self.verdicts.append(str(event["verdict"]))
                if event["verdict"] != "taken":  # what was taken has a reply to come
                    self.open.discard(number)
            case "reply":
                self.replies.append(event)
                self.open.discard(number)
            case "ended":
                self.is_heard = True
            case _:
                pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What became of recordings."""

    replies: tuple[dict[str, Any], ...]
    verdicts: tuple[str, ...]
    """Of each utterance that was found in them."""


async def say_recordings(client: ListenClient, recordings: list[bytes], show: Show, *, is_fast: bool) -> Said:
    """Send recordings, one after the other, each when the one before has been answered.

    `recordings`: mono PCM16 at 16 kHz. `is_fast`: as fast as the service takes them, rather than as they were spoken.
    Raises `ServiceAnswerError` when the service ends the session.
    """
    progress = _Progress()
    for pcm in recordings:
        progress.is_heard = False
        async with _one_error(), asyncio.TaskGroup() as tasks:
            tasks.create_task(_until_answered(client, progress, show))
            await _send(client, pcm + bytes(2 * round(_SILENCE_S * SAMPLE_RATE_HZ)), is_fast=is_fast)
            await client.end()
    return Said(replies=tuple(progress.replies), verdicts=tuple(progress.verdicts))


@asynccontextmanager
async def _one_error() -> AsyncIterator[None]:
    """Raise what ended a group of tasks, instead of a group: the first is the reason of the others."""
    try:
        yield
    except ExceptionGroup as group:
        error: Exception = group
        while isinstance(error, ExceptionGroup):
            error = error.exceptions[0]
        raise error from group


async def _until_answered(client: ListenClient, progress: _Progress, show: Show) -> None:
    while not progress.is_heard or progress.open:
        message = await client.receive()
        if isinstance(message, bytes):
            continue
        progress.note(message)
        show(message)
        if message["type"] == "audio_end":
            await client.played()  # nobody hears it: the next recording need not wait for its end


async def _send(client: ListenClient, pcm: bytes, *, is_fast: bool) -> None:
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    for number, at in enumerate(range(0, len(pcm), _PIECE_BYTES)):
        due_s = began_s + number * _PIECE_S - is_fast * _AHEAD_S
        if (early_s := due_s - loop.time()) > 0:
            await asyncio.sleep(early_s)
        await client.send(pcm[at : at + _PIECE_BYTES])


async def talk(client: ListenClient, sound: AsyncIterator[bytes], speaker: Loudspeaker | None, show: Show) -> None:
    """Send what the microphone hears and play what the station says, until the service ends the session.

    Raises `ServiceAnswerError` then.
    """
    async with _one_error(), asyncio.TaskGroup() as tasks:
        tasks.create_task(_send_all(client, sound), name="microphone")
        playing: asyncio.Task[None] | None = None
        while True:
            message = await client.receive()
            if isinstance(message, bytes):
                if speaker is not None:
                    speaker.play(message)
                continue
            show(message)
            if message["type"] == "audio_end" and (playing is None or playing.done()):
                playing = tasks.create_task(_report_played(client, speaker), name="loudspeaker")


async def _send_all(client: ListenClient, sound: AsyncIterator[bytes]) -> None:
    async for piece in sound:
        await client.send(piece)


async def _report_played(client: ListenClient, speaker: Loudspeaker | None) -> None:
    if speaker is not None:
        await speaker.played()
    await client.played()
