"""Takes noise out of an utterance, for PocketSphinx, while it is spoken: RNNoise, where its library is installed.

The library comes with `pyrnnoise` (13 MB). That package's requirements (300 MB) serve only its own tool, so it is
installed without them (`pip install --no-deps pyrnnoise`) and its Python part is not used. Without it, hearing works as
it is: .84 instead of .95 right in the noise of a kitchen at 12 dB.
"""

import ctypes
import importlib.util
import sys
import weakref
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from app.speech.transcribe import SAMPLE_RATE_HZ

_RATE_HZ = 48_000
_FRAME = 480
_DELAY = 2 * _FRAME * SAMPLE_RATE_HZ // _RATE_HZ
"""Samples at 16 kHz by which what comes out is late: RNNoise looks two frames ahead."""
_KEPT = 0.2
"""Share of the untouched sound in the result. Alone, what RNNoise leaves is dead silence between the words, which no
acoustic model knows: .83 right at 6 dB, with a fifth of the noise .90, with a third .91 less often at 12 dB."""
_LIBRARIES = {"linux": "librnnoise.so", "darwin": "librnnoise.dylib", "win32": "rnnoise.dll"}

Samples = NDArray[np.float32]


class NoiseSuppressor(Protocol):
    """Cleans one utterance."""

    def feed(self, pcm: bytes) -> None:
        """Take the next part: mono, 16-bit signed little-endian, 16 kHz."""
        ...

    def finish(self) -> bytes:
        """Return all of it, cleaned, as long as what was fed. The utterance is over."""
        ...


def noise_suppressor() -> NoiseSuppressor:
    """Return what cleans one utterance: RNNoise, or where it is not installed, what leaves it as it is."""
    library = _library()
    return _RNNoise(library) if library is not None else _Untouched()


def suppresses_noise() -> bool:
    """Tell whether RNNoise is installed."""
    return _library() is not None


class _Untouched:
    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def feed(self, pcm: bytes) -> None:
        self._parts.append(pcm)

    def finish(self) -> bytes:
        return b"".join(self._parts)


class _RNNoise:
    """Works at 48 kHz in frames of 10 ms, 0.6 ms each, in C and without Python's lock."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._process = library.rnnoise_process_frame
        self._state: int = library.rnnoise_create(None)
        weakref.finalize(self, library.rnnoise_destroy, self._state)
        self._up = soxr.ResampleStream(SAMPLE_RATE_HZ, _RATE_HZ, 1, dtype="float32")
        self._down = soxr.ResampleStream(_RATE_HZ, SAMPLE_RATE_HZ, 1, dtype="float32")
        self._waiting: Samples = np.zeros(0, np.float32)
        self._sound: list[Samples] = []
        self._clean: list[Samples] = []

    def feed(self, pcm: bytes) -> None:
        sound = np.frombuffer(pcm, "<i2").astype(np.float32)
        self._sound.append(sound)
        self._take(self._up.resample_chunk(sound))

    def finish(self) -> bytes:
        if not self._sound:
            return b""
        self._take(self._up.resample_chunk(np.zeros(0, np.float32), last=True))
        rest = 2 * _FRAME + -len(self._waiting) % _FRAME  # what is still inside comes out behind silence
        self._take(np.zeros(rest, np.float32))
        self._clean.append(self._down.resample_chunk(np.zeros(0, np.float32), last=True))
        sound, clean = np.concatenate(self._sound), np.concatenate(self._clean)
        clean = clean[_DELAY : _DELAY + len(sound)]
        both = _KEPT * sound
        both[: len(clean)] += (1 - _KEPT) * clean
        cleaned: bytes = np.clip(np.rint(both), -32_768, 32_767).astype("<i2").tobytes()
        return cleaned

    def _take(self, sound: Samples) -> None:
        """Clean as many whole frames as there are."""
        waiting = np.concatenate([self._waiting, sound])
        whole = len(waiting) - len(waiting) % _FRAME
        frames = waiting[:whole]
        self._waiting = waiting[whole:].copy()
        address = frames.ctypes.data
        for at in range(0, whole, _FRAME):
            place = address + at * frames.itemsize
            self._process(self._state, place, place)
        if whole:
            self._clean.append(self._down.resample_chunk(frames))


@cache
def _library() -> ctypes.CDLL | None:
    found = importlib.util.find_spec("pyrnnoise")
    name = _LIBRARIES.get(sys.platform)
    if found is None or found.origin is None or name is None:
        return None
    try:
        library = ctypes.CDLL(str(Path(found.origin).with_name(name)))
    except OSError:  # none for this processor
        return None
    library.rnnoise_create.argtypes = [ctypes.c_void_p]
    library.rnnoise_create.restype = ctypes.c_void_p
    library.rnnoise_destroy.argtypes = [ctypes.c_void_p]
    library.rnnoise_process_frame.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    library.rnnoise_process_frame.restype = ctypes.c_float
    return library
