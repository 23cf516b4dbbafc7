"""Another sampling rate for the same sound (soxr)."""

import numpy as np
import soxr
from numpy.typing import NDArray

from app.speech.transcribe import SAMPLE_RATE_HZ
from app.speech.wav import from_wav, to_wav

SILENCE_S = 0.3
"""What stands before and after a sentence on a recording, at least."""


def resample(samples: NDArray[np.int16], from_hz: int, to_hz: int) -> NDArray[np.int16]:
    """Resample mono PCM16; 0.15 ms of work per second of sound."""
    if from_hz == to_hz:
        return samples
    resampled: NDArray[np.int16] = soxr.resample(samples, from_hz, to_hz)
    return resampled


def resample_pcm(pcm: bytes, from_hz: int, to_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """Resample bytes, little-endian."""
    return resample(np.frombuffer(pcm, "<i2"), from_hz, to_hz).astype("<i2").tobytes()


def resample_wav(wav: bytes, to_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """Resample a mono PCM16 WAV."""
    pcm, rate_hz = from_wav(wav)
    return to_wav(resample_pcm(pcm, rate_hz, to_hz), to_hz)


def as_heard(wav: bytes, silence_s: float = SILENCE_S) -> bytes:
    """Make of a spoken WAV what a microphone would record of it: 16 kHz, with silence before and after.

    Our voices begin within 0.02 s; a recogniser loses the first word then ("do not start" → "not start" measured).
    """
    pcm, rate_hz = from_wav(wav)
    silence = bytes(2 * round(silence_s * SAMPLE_RATE_HZ))
    return to_wav(silence + resample_pcm(pcm, rate_hz) + silence, SAMPLE_RATE_HZ)


class StreamResampler:
    """Brings a stream of sound to another rate, part by part, without a seam."""

    def __init__(self, from_hz: int, to_hz: int = SAMPLE_RATE_HZ) -> None:
        """Begin a stream; 0.4 ms of work per second of sound."""
        self._stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="int16") if from_hz != to_hz else None

    def take(self, pcm: bytes) -> bytes:
        """Take the next part, whole samples, little-endian; return what is ready, some ms less than was taken."""
        if self._stream is None:
            return pcm
        ready: NDArray[np.int16] = self._stream.resample_chunk(np.frombuffer(pcm, "<i2"))
        return ready.astype("<i2").tobytes()
