"""A synthesizer's process may die, hang or lie: the next sentence is spoken all the same."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from app.speech.errors import SpeechUnavailableError, UnspeakableTextError
from app.speech.frames import SpeechRequest
from app.speech.worker import SpeechWorker
from tests.app.speech.engines.stumbling import REPEATS

STUMBLING = "tests.app.speech.engines.stumbling"
ROOT = Path(__file__).parents[3]


def request(text: str) -> SpeechRequest:
    return SpeechRequest(text=text, words_per_minute=165, volume=1, half_tones=0, voice=None)


async def spoken(worker: SpeechWorker, text: str) -> list[bytes]:
    parts: list[bytes] = []
    await worker.speak(request(text), parts.append)
    return [part[: len(part) // REPEATS] for part in parts]


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def gone(pid: int) -> None:
    """Wait until no process has this id, or only one that nobody has reaped."""
    async with asyncio.timeout(10):
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.fixture
async def worker() -> AsyncIterator[SpeechWorker]:
    async with SpeechWorker(STUMBLING, timeout_s=1.5) as worker:
        yield worker


async def test_parts_come_in_order(worker: SpeechWorker) -> None:
    assert await spoken(worker, "one two three") == [b"one", b"two", b"three"]


async def test_sentences_asked_together_are_not_mixed_up(worker: SpeechWorker) -> None:
    texts = [f"a{number} b{number}" for number in range(100)]
    answers = await asyncio.gather(*(spoken(worker, text) for text in texts))
    assert answers == [[word.encode() for word in text.split()] for text in texts]


async def test_killed_worker_is_replaced_and_the_next_sentence_spoken(worker: SpeechWorker) -> None:
    await worker.warm_up()
    first = worker.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert await spoken(worker, "again") == [b"again"]
    assert worker.pid != first
    assert not psutil.pid_exists(first)


async def test_stopped_worker_is_killed_after_the_time_out_and_the_sentence_spoken(worker: SpeechWorker) -> None:
    await worker.warm_up()
    first = worker.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    assert await spoken(worker, "again") == [b"again"]
    assert not psutil.pid_exists(first)


async def test_worker_killed_in_the_middle_hands_each_part_over_once(worker: SpeechWorker) -> None:
    parts: list[bytes] = []

    def kill_at_first(part: bytes) -> None:
        if not parts and worker.pid:
            os.kill(worker.pid, signal.SIGKILL)
        parts.append(part)

    await worker.speak(request(" ".join(f"w{number:02}" for number in range(50))), kill_at_first)
    assert [part[:3] for part in parts] == [f"w{number:02}".encode() for number in range(50)]


@pytest.mark.parametrize("fault", ["crash", "raise", "hang"])
async def test_text_that_always_fails_is_an_error_and_harms_no_other(fault: str) -> None:
    async with SpeechWorker(STUMBLING, timeout_s=0.8) as worker:
        with pytest.raises(SpeechUnavailableError, match="failed twice"):
            await spoken(worker, f"one {fault}")
        assert await spoken(worker, "two") == [b"two"]


async def test_refused_text_is_said_so_at_once_by_the_same_worker(worker: SpeechWorker) -> None:
    await worker.warm_up()
    first = worker.pid
    with pytest.raises(UnspeakableTextError, match="it will not"):
        await spoken(worker, "refuse")
    assert worker.pid == first


async def test_engine_that_cannot_be_loaded_is_an_error_with_its_reason() -> None:
    async with SpeechWorker("tests.app.speech.engines.broken") as worker:
        with pytest.raises(SpeechUnavailableError, match="no dictionary here"):
            await worker.warm_up()
        with pytest.raises(SpeechUnavailableError, match="no dictionary here"):
            await spoken(worker, "one")
        assert worker.pid is None


async def test_engine_that_never_gets_ready_is_an_error() -> None:
    async with SpeechWorker("tests.app.speech.engines.never_ready", start_timeout_s=0.3) as worker:
        with pytest.raises(SpeechUnavailableError, match="no answer within"):
            await worker.warm_up()


async def test_cancelled_sentence_leaves_nothing_behind_for_the_next(worker: SpeechWorker) -> None:
    await worker.warm_up()
    asked = asyncio.Event()
    task = asyncio.create_task(worker.speak(request("one hang"), lambda _: asked.set()))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await spoken(worker, "two") == [b"two"]


async def test_interrupt_from_the_terminal_does_not_end_the_worker(worker: SpeechWorker) -> None:
    await worker.warm_up()
    first = worker.pid
    assert first is not None
    os.kill(first, signal.SIGINT)
    assert await spoken(worker, "one") == [b"one"]
    assert worker.pid == first
    assert os.getpgid(first) != os.getpgid(0)


async def test_close_can_be_repeated_and_leaves_no_process() -> None:
    before = open_files()
    worker = SpeechWorker(STUMBLING)
    await worker.warm_up()
    pid = worker.pid
    assert pid is not None
    await worker.close()
    await worker.close()
    assert not psutil.pid_exists(pid)
    assert open_files() == before
    with pytest.raises(SpeechUnavailableError, match="closed"):
        await spoken(worker, "one")


_SERVICE = """
import asyncio, sys
from app.speech.worker import SpeechWorker
from app.speech.frames import SpeechRequest

async def main():
    worker = SpeechWorker("tests.app.speech.engines.stumbling", timeout_s=60)
    request = SpeechRequest(text="one hang", words_per_minute=165, volume=1, half_tones=0, voice=None)
    await worker.speak(request, lambda _: print(worker.pid, file=sys.stderr, flush=True))

asyncio.run(main())
"""


async def test_worker_dies_with_a_killed_service_even_in_the_middle_of_a_sentence() -> None:
    with subprocess.Popen(  # noqa: ASYNC220 - a service that is killed
        [sys.executable, "-c", _SERVICE], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as service:
        assert service.stdout is not None
        assert service.stderr is not None
        pid = int(await asyncio.to_thread(service.stderr.readline))
        assert psutil.pid_exists(pid)
        service.kill()
        await gone(pid)
        assert service.stdout.read() == b""
