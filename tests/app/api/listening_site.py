"""Clients that speak with a listening service over a real WebSocket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.channels.listen_client import ListenClient, Start, listening
from app.service import Service
from tests.devices.until import until

PIECE = 3200
"""Bytes: a tenth of a second."""
PAUSE = bytes(32_000)
"""A second of silence, which ends an utterance."""


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody at a station: speaks recordings, and keeps all that comes back."""

    client: ListenClient
    events: list[dict[str, Any]] = field(default_factory=list)
    sound: bytearray = field(default_factory=bytearray)
    """Of the last answer or earcon."""

    async def receive(self) -> None:
        """Keep what comes, until the session ends; report sounds as played."""
        while True:
            message = await self.client.receive()
            if isinstance(message, bytes):
                self.sound += message
                continue
            if message["type"] == "audio":
                self.sound.clear()
            self.events.append(message)

    def of(self, type_: str, /, **fields: object) -> list[dict[str, Any]]:
        """Return the events of a type, with these fields."""
        return [e for e in self.events if e["type"] == type_ and all(e.get(k) == v for k, v in fields.items())]

    async def send(self, pcm: bytes) -> None:
        """Let sound be heard, as fast as it is taken."""
        for at in range(0, len(pcm), PIECE):
            await self.client.send(pcm[at : at + PIECE])

    async def say(self, pcm: bytes) -> str:
        """Say something; return what became of it."""
        before = len(self.of("final"))
        await self.send(PAUSE[:16_000] + pcm + PAUSE)
        await until(lambda: len(self.of("final")) > before)
        await self.heard_all()
        return ",".join(event["verdict"] for event in self.of("final")[before:])

    async def ask(self, pcm: bytes) -> dict[str, Any]:
        """Say something that must be answered; return the reply, having played the answer."""
        replies, sounds = len(self.of("reply")), len(self.of("audio_end", kind="answer"))
        await self.say(pcm)
        await until(lambda: len(self.of("reply")) > replies and len(self.of("audio_end", kind="answer")) > sounds)
        await self.client.played()
        return self.of("reply")[-1]

    async def heard_all(self) -> None:
        """Wait until the service has heard all that was sent."""
        before = len(self.of("ended"))
        await self.client.end()
        await until(lambda: len(self.of("ended")) > before)


@asynccontextmanager
async def person_at(url: str, key: str, **start: Any) -> AsyncIterator[Person]:
    """Have somebody listen and speak until the end of the block."""
    async with listening(url, key, Start(**start)) as client:
        person = Person(client=client)
        receiving = asyncio.create_task(person.receive(), name="test: receive")
        try:
            yield person
        finally:
            receiving.cancel()
            await asyncio.gather(receiving, return_exceptions=True)


async def undeafened(service: Service, station: str) -> None:
    """Wait until a station's microphone is listened to again."""
    await until(lambda: not service.listeners.half_duplex_of(station).is_deaf)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAway:
    """How a session was ended by the service."""

    code: int
    reason: str
    error: dict[str, Any]
    """The last event."""


async def sent_away(url: str, key: str | None, *messages: str | bytes, start: object = None) -> SentAway:
    """Send messages as they are, after a start message (None: none), and return how that ends."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with connect(f"ws{url.removeprefix('http')}/v1/listen", additional_headers=headers) as connection:
        if start is not None:
            await connection.send(json.dumps(start))
            await connection.recv()
        sending = asyncio.create_task(_send(connection, messages), name="test: send")
        last: dict[str, Any] = {}
        try:
            async with asyncio.timeout(20):
                while True:
                    message = await connection.recv()
                    if isinstance(message, str):
                        last = json.loads(message)
        except ConnectionClosed as exc:
            frame = exc.rcvd
        await asyncio.gather(sending, return_exceptions=True)
    return SentAway(code=frame.code if frame else 1006, reason=frame.reason if frame else "", error=last)


async def _send(connection: ClientConnection, messages: tuple[str | bytes, ...]) -> None:
    for message in messages:
        await connection.send(message)
