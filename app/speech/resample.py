"""Another sampling rate for the same sound (soxr)."""

import numpy as np
import soxr
from numpy.typing import NDArray

from app.speech.transcribe import SAMPLE_RATE_HZ
from app.speech.wav import from_wav, to_wav


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
    """Resample a mono PCM16 WAV: how a recogniser hears what our own voice says."""
    pcm, rate_hz = from_wav(wav)
    return to_wav(resample_pcm(pcm, rate_hz, to_hz), to_hz)
