"""One sentence that is being synthesized, for everybody who waits for it."""

import asyncio
from collections.abc import AsyncGenerator

from app.speech.errors import SpeechError, SpeechUnavailableError


class Synthesis:
    """Parts of a sentence as they are made: a listener gets all of them, whenever it joins."""

    def __init__(self) -> None:
        """Nothing is made yet."""
        self._parts: list[bytes] = []
        self._is_complete = False
        self._error: SpeechError | None = None
        self._news = asyncio.Event()

    def add(self, part: bytes) -> None:
        """Hand over the next part."""
        self._parts.append(part)
        self._tell()

    def complete(self) -> tuple[bytes, ...]:
        """No part follows."""
        self._is_complete = True
        self._tell()
        return tuple(self._parts)

    def fail(self, error: SpeechError) -> None:
        """No part follows, and the sentence is not whole."""
        self._error = error
        self._tell()

    async def parts(self) -> AsyncGenerator[bytes, None]:
        """Yield each part as soon as it is there. Raises the `SpeechError` that ended the sentence early."""
        number = 0
        while True:
            news = self._news
            while number < len(self._parts):
                yield self._parts[number]
                number += 1
            if self._error is not None:
                # One object per listener: an exception collects the traceback of each place that raises it.
                raise type(self._error)(*self._error.args) from self._error
            if self._is_complete:
                return
            await news.wait()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def closed() -> SpeechUnavailableError:
    """Tell whoever waits for a voice that is being closed."""
    return SpeechUnavailableError("the voice is closed")
