"""A client of `GET /v1/listen`, for the command line and the benchmarks. Only here is `websockets` imported."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from app.errors import ServiceAnswerError, ServiceMissingError

_PATH = "/v1/listen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How a session begins."""

    station: str | None = None
    language: str | None = None
    rate_hz: int = 16_000
    audio: bool = True
    """Whether answers are wanted as sound."""


class ListenClient:
    """One session. Made by `listening`."""

    def __init__(self, connection: ClientConnection, ready: dict[str, Any]) -> None:
        """Use a connection that has begun; `ready` is what the service said."""
        self._connection = connection
        self.ready = ready

    async def send(self, pcm: bytes) -> None:
        """Send sound. Raises `ServiceAnswerError` once the service has closed the session."""
        await self._sending(pcm)

    async def end(self) -> None:
        """End the utterance: the button was let go."""
        await self._sending(json.dumps({"type": "end"}))

    async def played(self) -> None:
        """Tell that all sound that came has been played."""
        await self._sending(json.dumps({"type": "played"}))

    async def receive(self) -> dict[str, Any] | bytes:
        """Return the next event, or a part of a sound. Raises `ServiceAnswerError` when the session was closed."""
        try:
            return _read(await self._connection.recv())
        except ConnectionClosed as exc:
            raise _closed(exc) from exc

    async def _sending(self, message: str | bytes) -> None:
        try:
            await self._connection.send(message)
        except ConnectionClosed as exc:
            raise _closed(exc) from exc


@asynccontextmanager
async def listening(url: str, key: str, start: Start) -> AsyncIterator[ListenClient]:
    """Begin a session at a service (`http://…`), and end it at the end of the block.

    Raises `ServiceMissingError` when nothing answers, `ServiceAnswerError` with the service's own sentence when it
    refuses.
    """
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    address = f"ws{url.removeprefix('http')}{_PATH}"
    try:
        connection = await connect(address, additional_headers=headers, compression=None, max_size=None)
    except (OSError, InvalidHandshake, InvalidURI, TimeoutError) as exc:
        raise ServiceMissingError(
            f"no service listens at {url} ({exc}); start one with 'wanwan serve', or set WANWAN_URL"
        ) from exc
    async with connection:
        message = {name: getattr(start, name) for name in ("station", "language", "rate_hz", "audio")}
        client = ListenClient(connection, {})
        await client._sending(json.dumps({"type": "start", **message}))  # noqa: SLF001 its own module
        first = await client.receive()
        if isinstance(first, bytes) or first.get("type") != "ready":
            words = first.get("message") if isinstance(first, dict) else None
            raise ServiceAnswerError(str(words or f"what answers at {url} is not our service"))
        client.ready = first
        yield client


def _read(message: str | bytes) -> dict[str, Any] | bytes:
    if isinstance(message, bytes):
        return message
    value = json.loads(message)
    return value if isinstance(value, dict) else {"type": "unknown"}


def _closed(exc: ConnectionClosed) -> ServiceAnswerError:
    received = exc.rcvd
    why = f"{received.reason or 'no reason'} ({received.code})" if received else "the connection broke"
    return ServiceAnswerError(f"the service ended the session: {why}")
