"""What a session sends to its client, in order: events, and the sound of answers."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from app.listen.events import Event

_MOST = 512
"""Messages; a client that lets more wait does not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioBegins:
    """Sound follows: mono PCM16 in parts, until `AudioEnds`; none where the station's volume is 0."""

    kind: str
    """`answer` or `earcon`."""
    rate_hz: int
    utterance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioEnds:
    """The sound is complete."""

    kind: str
    utterance: int
    duration_s: float


Message = Event | AudioBegins | AudioEnds | bytes


class Outbox:
    """A queue that never grows without end. Belongs to one event loop."""

    def __init__(self) -> None:
        """Begin empty."""
        self._queue: asyncio.Queue[Message] = asyncio.Queue(_MOST)
        self.is_full = asyncio.Event()
        """Set for ever once an event found no room."""

    def tell(self, event: Event) -> None:
        """Send an event; what finds no room is lost, and the session ends."""
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self.is_full.set()

    async def put(self, message: Message) -> None:
        """Send sound, as fast as the client takes it."""
        await self._queue.put(message)

    async def messages(self) -> AsyncIterator[Message]:
        """Yield what is to be sent, for ever."""
        while True:
            yield await self._queue.get()
