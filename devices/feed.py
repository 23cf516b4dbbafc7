"""Handing what happens to whoever wants it, without ever waiting for a slow one."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Subscription(Generic[T]):
    """An endless iterator over what a `Feed` says from now on; use it in `with`."""

    def __init__(self, feed: "Feed[T]", limit: int) -> None:
        self._feed = feed
        self._waiting: deque[T] = deque(maxlen=limit)
        self._arrived = asyncio.Event()
        self.dropped = 0
        """How many of the oldest were lost because nobody fetched them in time."""

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._feed.subscriptions.add(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None) -> None:
        """Stop listening."""
        self._feed.subscriptions.discard(self)

    def __aiter__(self) -> AsyncIterator[T]:
        """Return itself."""
        return self

    async def __anext__(self) -> T:
        """Wait for the next thing said."""
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        return self._waiting.popleft()

    def take(self, item: T) -> None:
        """Keep `item` for whoever iterates; the oldest goes if there is no room."""
        if len(self._waiting) == self._waiting.maxlen:
            self.dropped += 1
        self._waiting.append(item)
        self._arrived.set()


class Feed(Generic[T]):
    """Says things to all that subscribed. Of one event loop."""

    def __init__(self) -> None:
        self.subscriptions: set[Subscription[T]] = set()

    def say(self, item: T) -> None:
        """Hand `item` to every subscription at once."""
        for subscription in self.subscriptions:
            subscription.take(item)

    def subscribe(self, limit: int = 1000) -> Subscription[T]:
        """Return a subscription that keeps at most `limit` things for a slow listener."""
        return Subscription(self, limit)
