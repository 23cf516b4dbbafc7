"""Synthesizers that die, or hang, as often as they are started."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.speech.speak import Voice


@asynccontextmanager
async def failing(voice: Voice, how: signal.Signals) -> AsyncIterator[None]:
    """Kill (`SIGKILL`) or stop (`SIGSTOP`) every worker of a voice until the end of the block, also new ones."""
    task = asyncio.create_task(_signal_for_ever(voice, how), name="test: fail voices")
    try:
        await asyncio.sleep(0)
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        for language in voice.pids:  # whoever waits for one that hangs need not wait until its time is over
            signal_worker(voice, language, signal.SIGKILL)


async def _signal_for_ever(voice: Voice, how: signal.Signals) -> None:
    while True:
        for language in voice.pids:
            signal_worker(voice, language, how)
        await asyncio.sleep(0.002)


def signal_worker(voice: Voice, language: str, number: signal.Signals) -> None:
    """Send a signal to the worker of a language, if there is one."""
    if (pid := voice.pids.get(language)) is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
