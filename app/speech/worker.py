"""A synthesizer in a process of its own, which can be killed and replaced.

Why a process: pyttsx3 hangs or crashes when its engine is used from several threads, no thread can be stopped from
outside, and both synthesizers are C code whose crash would take the service with it.
"""

import asyncio
import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from app.speech.errors import SpeechUnavailableError, UnspeakableTextError
from app.speech.frames import DONE, HEADER, MAX_PAYLOAD_BYTES, PART, READY, REFUSED, SAY, SpeechRequest, frame

_logger = logging.getLogger(__name__)

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_REAP_POLL_S = 0.002
_REFUSALS = {UnspeakableTextError.code: UnspeakableTextError}


class _WorkerFailedError(Exception):
    """This life of the worker is over: it died, hung, or reported a failure."""


class SpeechWorker:
    """One engine's worker process, started when first needed, replaced when it fails. Belongs to one event loop."""

    def __init__(self, engine_module: str, *, timeout_s: float = 3.0, start_timeout_s: float = 15.0) -> None:
        """Name the engine; nothing is started yet.

        `timeout_s`: longest silence of a worker that was asked something (a part of a sentence takes 0.02 to 0.2 s).
        `start_timeout_s`: longest time to load an engine (0.2 to 0.6 s measured, with a cold disk several).
        """
        self._engine_module = engine_module
        self._timeout_s = timeout_s
        self._start_timeout_s = start_timeout_s
        self._lock = asyncio.Lock()
        self._process: _WorkerProcess | None = None
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        """Process id of the running worker."""
        return self._process.pid if self._process else None

    async def warm_up(self) -> None:
        """Start the worker if it is not running. Raises `SpeechUnavailableError`."""
        async with self._lock:
            await self._running_process()

    async def speak(self, request: SpeechRequest, deliver: Callable[[bytes], None]) -> None:
        """Have one sentence spoken; `deliver` gets mono PCM16 in parts, in order, each once.

        A worker that dies or hangs is killed and replaced, and the sentence asked once more. Raises
        `SpeechUnavailableError` when that fails too, `UnspeakableTextError` when the text is the reason.
        """
        async with self._lock:
            delivered = 0

            def deliver_once(part: bytes, number: int) -> None:
                nonlocal delivered
                if number >= delivered:  # an engine says the same again in the same parts
                    delivered = number + 1
                    deliver(part)

            failures: list[str] = []
            for _ in range(2):
                try:
                    await (await self._running_process()).speak(request, deliver_once, self._timeout_s)
                except _WorkerFailedError as exc:
                    _logger.warning("%s: %s; its process is replaced", self._engine_module, exc)
                    await self._stop()
                    failures.append(str(exc))
                except asyncio.CancelledError:
                    await self._stop()  # its answer would be taken for the next sentence's
                    raise
                else:
                    return
            raise SpeechUnavailableError(f"{self._engine_module} failed twice: {'; then '.join(failures)}")

    async def close(self) -> None:
        """End the process; idempotent. A sentence being spoken fails."""
        self._is_closed = True
        await self._stop()

    async def __aenter__(self) -> Self:
        """Nothing is started yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    async def _running_process(self) -> "_WorkerProcess":
        if self._is_closed:
            raise SpeechUnavailableError(f"{self._engine_module} is closed")
        if self._process is None:
            self._process = _WorkerProcess(self._engine_module)
            try:
                await self._process.start(self._start_timeout_s)
            except _WorkerFailedError as exc:
                await self._stop()
                raise SpeechUnavailableError(f"{self._engine_module} does not start: {exc}") from exc
            except asyncio.CancelledError:
                await self._stop()  # half started is of no use to the next caller
                raise
        return self._process

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await process.kill()


class _WorkerProcess:
    """One life of a worker process."""

    def __init__(self, engine_module: str) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)  # noqa: FBT003 - the standard library takes it only so
        self._socket = ours
        self._writer: asyncio.StreamWriter | None = None
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-P", "-m", "app.speech.worker_main", engine_module, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # pyttsx3 prints the name of each file
                stderr=subprocess.DEVNULL,  # eSpeak and Open JTalk warn about things that are as they should be
                start_new_session=True,  # a Ctrl-C in the terminal is for the service alone
                env=_environment(),
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    async def start(self, timeout_s: float) -> None:
        """Wait until the engine is loaded."""
        try:
            self._reader, self._writer = await asyncio.open_unix_connection(sock=self._socket)
        except OSError as exc:
            raise _WorkerFailedError("it was stopped while it started") from exc
        kind, payload = await self._receive(timeout_s)
        if kind != READY:
            raise _WorkerFailedError(payload.decode(errors="replace"))

    async def speak(self, request: SpeechRequest, deliver: Callable[[bytes, int], None], timeout_s: float) -> None:
        """Ask one sentence, hand over its parts with their numbers."""
        if self._writer is None:
            raise _WorkerFailedError("it was not started")
        self._writer.write(frame(SAY, request.to_json()))
        number = 0
        while True:
            kind, payload = await self._receive(timeout_s)
            if kind == PART:
                deliver(payload, number)
                number += 1
            elif kind == DONE:
                return
            elif kind == REFUSED:
                refusal = json.loads(payload)
                raise _REFUSALS.get(refusal["code"], SpeechUnavailableError)(refusal["message"])
            else:
                raise _WorkerFailedError(payload.decode(errors="replace"))

    async def _receive(self, timeout_s: float) -> tuple[bytes, bytes]:
        try:
            async with asyncio.timeout(timeout_s):
                kind, length = HEADER.unpack(await self._reader.readexactly(HEADER.size))
                if length > MAX_PAYLOAD_BYTES:
                    raise _WorkerFailedError(f"it announced {length} bytes")
                return kind, await self._reader.readexactly(length)
        except TimeoutError as exc:
            raise _WorkerFailedError(f"no answer within {timeout_s:g} s") from exc
        except (asyncio.IncompleteReadError, OSError) as exc:
            raise _WorkerFailedError("its process ended") from exc

    async def kill(self) -> None:
        """End the process and wait until the system has let go of it; SIGKILL also ends a stopped process."""
        self._process.kill()
        if self._writer is None:
            self._socket.close()
        else:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()
        while self._process.poll() is None:  # noqa: ASYNC110 - no event without a thread for each process
            await asyncio.sleep(_REAP_POLL_S)


def _environment() -> dict[str, str]:
    """Give the service's own environment; the worker imports the same tree, and numpy starts no threads there."""
    search_path = [str(_PACKAGE_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(search_path),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
