"""One utterance that is decoded while it is spoken, away from the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from app.speech.errors import HearingFailedError
from app.speech.transcribe import SAMPLE_RATE_HZ, Decoding, Transcript

T = TypeVar("T")

_PART_BYTES = SAMPLE_RATE_HZ // 4
"""An eighth of a second: engines advance by quarters, and smaller parts cost more in hand-overs than they gain."""


class LiveUtterance:
    """Takes sound at once and has it decoded by worker threads, in order. Belongs to one event loop.

    End it by `finish` or `abandon`.
    """

    def __init__(self, begin: Callable[[], Decoding], workers: Executor, *, timeout_s: float) -> None:
        """`begin` is called by a worker with the first sound; `timeout_s` is how long the end of decoding may take."""
        self._begin = begin
        self._workers = workers
        self._timeout_s = timeout_s
        self._decoding: Decoding | None = None
        self._waiting = bytearray()
        self._fed_bytes = 0
        self._is_over = False
        self._pump: asyncio.Task[None] | None = None
        self.partial = ""
        """What was heard so far; stays empty where the engine does not tell before the end."""
        self.on_partial: Callable[[str], None] | None = None
        """Called, in the event loop, each time that more was heard."""

    def feed(self, pcm: bytes) -> None:
        """Take the next part: mono, 16-bit signed little-endian, 16 kHz. Nothing after the end."""
        if self._is_over:
            return
        self._waiting += pcm
        self._fed_bytes += len(pcm)
        if len(self._waiting) >= _PART_BYTES and self._pump is None:
            self._pump = asyncio.create_task(self._decode_parts(), name="decode-utterance")
            self._pump.add_done_callback(_see)

    async def prepare(self) -> None:
        """Take a recogniser now rather than with the first sound."""
        await self._in_worker(self._prepare)

    async def caught_up(self) -> None:
        """Wait until what came so far is decoded, but for the last part of an eighth of a second; never fails."""
        if self._pump is not None:
            await asyncio.wait([self._pump])

    async def finish(self) -> Transcript:
        """Return the transcript, without texts when nothing was heard.

        Raises `HearingFailedError` when the engine fails or takes too long.
        """
        self._is_over = True
        try:
            async with asyncio.timeout(self._timeout_s):
                if self._pump is not None:
                    await self._pump
                return await self._in_worker(self._end)
        except TimeoutError as exc:
            raise HearingFailedError(
                f"decoding took longer than {self._timeout_s:g} s after the end of "
                f"{self._fed_bytes / 2 / SAMPLE_RATE_HZ:.1f} s of sound; say it again in fewer words"
            ) from exc

    async def abandon(self) -> None:
        """Forget the utterance and free its recogniser."""
        self._is_over = True
        if self._pump is not None:
            await asyncio.wait([self._pump])
        await self._in_worker(self._forget)

    async def _in_worker(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    async def _decode_parts(self) -> None:
        try:
            while len(self._waiting) >= _PART_BYTES:
                heard = await self._in_worker(self._decode_part)
                if heard != self.partial:
                    self.partial = heard
                    if self.on_partial is not None:
                        self.on_partial(heard)
        finally:
            self._pump = None

    def _prepare(self) -> None:
        self._opened().feed(b"")

    def _decode_part(self) -> str:
        decoding = self._opened()
        decoding.feed(self._next())
        return decoding.partial()

    def _end(self) -> Transcript:
        decoding = self._opened()
        if self._waiting:
            decoding.feed(self._next())
        return decoding.finish()

    def _forget(self) -> None:
        if self._decoding is not None:
            self._decoding.abandon()

    def _opened(self) -> Decoding:
        if self._decoding is None:
            self._decoding = self._begin()
        return self._decoding

    def _next(self) -> bytes:
        # Only this thread takes from the front, only the event loop adds at the end; both hold Python's lock.
        part = bytes(self._waiting)
        del self._waiting[: len(part)]
        return part


def _see(task: asyncio.Task[None]) -> None:
    """Look at how decoding went, so that one that failed and that nobody finishes is no complaint of Python's."""
    if not task.cancelled():
        task.exception()
