"""The line to the broker, as the bus and the simulator see it: one Protocol; `mqtt.py` is the real one."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkUp:
    """Connected, and subscribed to everything asked for; retained messages follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDown:
    """The connection is gone, or could not be made; another attempt follows by itself."""

    reason: str
    retry_in_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something arrived."""

    topic: str
    payload: bytes
    is_retained: bool
    """Kept by the broker from before we subscribed (the embedded broker also marks what it had queued for us)."""


LinkEvent = LinkUp | LinkDown | Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """What the broker says for us, retained, once we are gone without a word."""

    topic: str
    payload: bytes


class Link(Protocol):
    """A connection that comes back by itself and never delivers late."""

    @property
    def is_connected(self) -> bool:
        """Whether a message published now would leave this machine."""
        ...

    async def publish(self, topic: str, payload: bytes, *, is_retained: bool = False) -> None:
        """Publish with QoS 1 and wait until the broker has it.

        Raises `PlantUnreachableError` at once when not connected (nothing was sent and nothing is sent later), and
        `PublishUnconfirmedError` when it went out and the broker did not confirm.
        """
        ...

    def events(self, filters: Sequence[str]) -> AsyncGenerator[LinkEvent, None]:
        """Stay connected and subscribed to `filters`, and yield what happens, in order, until closed.

        One at a time for a link. Use it in `contextlib.aclosing`.
        """
        ...
