"""What a room does to speech: echo on the samples; level, colour and noise on log mel energies.

Noise is added as energy in each mel band, so every pass over the training speech can have other noise at no cost.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.speech.transcribe import SAMPLE_RATE_HZ
from tests.practice_models.features import FRAMES_PER_SECOND, MEL_BINS, SILENT_LOG_ENERGY, log_mel

Samples = npt.NDArray[np.float64]
Frames = npt.NDArray[np.float32]

SPEECH_LEVEL = 2000.0
"""Root mean square to which speech and noise are brought before they are mixed, in 16-bit units."""
_QUIET = 40.0
"""Below this a synthesizer is silent, in 16-bit units."""


def trimmed(samples: Samples) -> Samples:
    """Without the silence around."""
    loud = np.nonzero(np.abs(samples) > _QUIET)[0]
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples


def at_speech_level(samples: Samples) -> Samples:
    """Brought to `SPEECH_LEVEL`."""
    return samples * (SPEECH_LEVEL / max(float(np.sqrt(np.mean(samples**2))), 1e-9))


def surrounded(random: np.random.Generator, samples: Samples) -> Samples:
    """With a random stretch of digital silence before and after."""
    before, after = random.uniform(0.1, 0.6), random.uniform(0.15, 0.7)
    return np.pad(samples, (round(before * SAMPLE_RATE_HZ), round(after * SAMPLE_RATE_HZ)))


def with_echo(random: np.random.Generator, samples: Samples) -> Samples:
    """As in a room with hard walls: an exponentially decaying tail of 50 to 300 ms."""
    count = round(random.uniform(0.05, 0.3) * SAMPLE_RATE_HZ)
    response = random.normal(size=count) * np.exp(-6 * np.arange(count) / count) * random.uniform(0.02, 0.12)
    response[0] = 1.0
    size = 1 << (len(samples) + count).bit_length()
    product = np.fft.rfft(samples, size) * np.fft.rfft(response, size)
    return np.asarray(np.fft.irfft(product, size)[: len(samples)])


def machine_noise(random: np.random.Generator, seconds: float) -> Samples:
    """White to brown noise, often with a machine's hum, sometimes with its beat, at `SPEECH_LEVEL`."""
    count = round(seconds * SAMPLE_RATE_HZ)
    spectrum = np.fft.rfft(random.normal(size=count))
    frequency = np.maximum(np.arange(len(spectrum)) / len(spectrum), 1e-3)
    noise = np.fft.irfft(spectrum / frequency ** random.uniform(0, 1.1), count)
    noise /= noise.std()
    time = np.arange(count) / SAMPLE_RATE_HZ
    if random.random() < 0.5:  # half of them hum
        base = random.uniform(25, 120)
        for harmonic in range(1, 12):
            phase = random.uniform(0, 2 * np.pi)
            noise += random.uniform(0, 1.2) * np.sin(2 * np.pi * base * harmonic * time + phase)
    if random.random() < 0.4:  # some beat as a piston does
        beat = random.uniform(2, 14)
        noise *= 1 + random.uniform(0.2, 0.9) * np.sin(2 * np.pi * beat * time)
    return at_speech_level(noise)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseBank:
    """Log mel energies of noises, to be mixed with speech."""

    clips: tuple[Frames, ...]


def noise_bank(random: np.random.Generator, count: int = 160, seconds: float = 6.0) -> NoiseBank:
    """`count` different machine noises."""
    return NoiseBank(clips=tuple(log_mel(machine_noise(random, seconds)) for _ in range(count)))


def in_a_room(random: np.random.Generator, speech: Frames, bank: NoiseBank) -> Frames:
    """Speech as it might reach the recogniser: with noise (4 of 5), of other level and colour, and with gaps."""
    frames: Frames = speech.astype(np.float32)
    if random.random() < 0.8:
        clip = bank.clips[random.integers(len(bank.clips))]
        start = random.integers(len(clip))
        noise = np.take(clip, range(start, start + len(frames)), axis=0, mode="wrap")
        ratio_db = random.uniform(2, 40)
        frames = np.logaddexp(frames, noise - ratio_db / 10 * np.log(10), dtype=np.float32)
    level_db = random.uniform(-22, 12)
    place = np.arange(MEL_BINS) / MEL_BINS
    colour = sum(random.normal(0, 0.5) * np.cos(np.pi * waves * place) for waves in (1, 2, 3))
    frames = np.maximum(frames + level_db / 10 * np.log(10) + colour, SILENT_LOG_ENERGY).astype(np.float32)
    if random.random() < 0.4:  # SpecAugment's masks keep the network from leaning on one cue
        width, length = random.integers(1, 6), random.integers(1, FRAMES_PER_SECOND // 8)
        lowest, first = random.integers(MEL_BINS - width), random.integers(max(1, len(speech) - int(length)))
        frames[:, lowest : lowest + width] = frames[:, lowest : lowest + width].mean()
        frames[first : first + length] = frames.mean(axis=0)
    return frames
