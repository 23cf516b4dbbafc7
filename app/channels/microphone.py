"""Microphone and loudspeaker of this machine. Only here is `miniaudio` imported."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from app.errors import SoundDeviceError
from app.speech.transcribe import SAMPLE_RATE_HZ

_PIECE_MS = 40
_MOST_WAITING = 250
"""Pieces (10 s) that are kept for a service that does not take them; older ones are dropped."""
_NULL = ("Discard all samples", "NULL ")
"""How ALSA and miniaudio call devices that are none."""
_REMEDY = "see with `arecord -l` whether the system knows one, or speak from a file: `wanwan listen --file WAV`"


@asynccontextmanager
async def microphone(name: str | None = None) -> AsyncIterator[AsyncIterator[bytes]]:
    """Record until the end of the block: gives pieces of mono PCM16 at 16 kHz.

    `name`: part of a device's name; the system's usual one without. Raises `SoundDeviceError`.
    """
    miniaudio = _library()
    loop, pieces = asyncio.get_running_loop(), asyncio.Queue[bytes](_MOST_WAITING)
    device_id = _chosen(_devices(miniaudio, "captures"), name, "microphone")

    def keep(piece: bytes) -> None:
        if pieces.full():
            pieces.get_nowait()
        pieces.put_nowait(piece)

    def receive() -> Generator[None, bytearray, None]:
        while True:
            loop.call_soon_threadsafe(keep, bytes((yield)))

    async def each() -> AsyncIterator[bytes]:
        while True:
            yield await pieces.get()

    with _opened(miniaudio, "CaptureDevice", "input_format", SAMPLE_RATE_HZ, device_id) as device:
        _start(miniaudio, device, receive())
        yield each()


class Loudspeaker:
    """Plays sound as it comes. Made by `loudspeaker`."""

    def __init__(self) -> None:
        """Begin silent."""
        self._waiting: deque[bytes] = deque()
        self._is_silent = asyncio.Event()
        self._is_silent.set()
        self._loop = asyncio.get_running_loop()

    def play(self, pcm: bytes) -> None:
        """Play mono PCM16 after what still sounds."""
        self._is_silent.clear()
        self._waiting.append(pcm)

    async def played(self) -> None:
        """Wait until all has sounded."""
        await self._is_silent.wait()

    def feed(self) -> Generator[bytes, int, None]:
        """Give the device what it asks for, in samples; silence where there is nothing."""
        rest = b""
        wanted = yield b""
        while True:
            while len(rest) < 2 * wanted and self._waiting:
                rest += self._waiting.popleft()
            piece, rest = rest[: 2 * wanted], rest[2 * wanted :]
            if not piece and not self._is_silent.is_set():
                self._loop.call_soon_threadsafe(self._ended)
            wanted = yield piece.ljust(2 * wanted, b"\0")

    def _ended(self) -> None:
        if not self._waiting:
            self._is_silent.set()


@asynccontextmanager
async def loudspeaker(rate_hz: int, name: str | None = None) -> AsyncIterator[Loudspeaker]:
    """Open a loudspeaker for mono PCM16 until the end of the block. Raises `SoundDeviceError`."""
    miniaudio = _library()
    device_id = _chosen(_devices(miniaudio, "playbacks"), name, "loudspeaker")
    speaker = Loudspeaker()
    with _opened(miniaudio, "PlaybackDevice", "output_format", rate_hz, device_id) as device:
        _start(miniaudio, device, speaker.feed())
        yield speaker


def _library() -> Any:
    """Import when it is needed: it is not on every machine, and a recording needs none."""
    try:
        import miniaudio  # noqa: PLC0415 see above
    except ImportError as exc:
        raise SoundDeviceError(
            "miniaudio is not installed, which reaches microphone and loudspeaker; `pip install miniaudio` (needs a C "
            "compiler where it has no ready-made package), or speak from a file: `wanwan listen --file WAV`"
        ) from exc
    return miniaudio


def _devices(miniaudio: Any, kind: str) -> list[tuple[str, Any]]:
    """Return names and ids; none where there is no sound system at all."""
    try:
        found = getattr(miniaudio.Devices(), f"get_{kind}")()
    except miniaudio.MiniaudioError:
        return []
    return [(str(device["name"]), device["id"]) for device in found]


def _chosen(devices: Sequence[tuple[str, Any]], name: str | None, what: str) -> Any:
    """Return the id of the device with that name; `None` for the system's usual one."""
    real = [(known, device_id) for known, device_id in devices if not known.startswith(_NULL)]
    if not real:
        raise SoundDeviceError(f"this machine has no {what}; {_REMEDY}")
    if name is None:
        return None
    for known, device_id in real:
        if name.lower() in known.lower():
            return device_id
    raise SoundDeviceError(f"no {what} is called {name!r}; there are: {'; '.join(known for known, _ in real)}")


@contextmanager
def _opened(miniaudio: Any, kind: str, format_name: str, rate_hz: int, device_id: Any) -> Iterator[Any]:
    settings = {format_name: miniaudio.SampleFormat.SIGNED16, "nchannels": 1, "sample_rate": rate_hz}
    try:
        device = getattr(miniaudio, kind)(**settings, buffersize_msec=_PIECE_MS, device_id=device_id)
    except miniaudio.MiniaudioError as exc:
        raise SoundDeviceError(f"the sound device cannot be opened ({exc}); {_REMEDY}") from exc
    try:
        yield device
    finally:
        device.close()


def _start(miniaudio: Any, device: Any, generator: Generator[Any, Any, None]) -> None:
    next(generator)
    try:
        device.start(generator)
    except miniaudio.MiniaudioError as exc:
        raise SoundDeviceError(f"the sound device does not start ({exc}); {_REMEDY}") from exc
