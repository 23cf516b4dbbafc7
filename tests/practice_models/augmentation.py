"""What training does to the speech each time anew, on its log mel energies: noise, level, colour, gaps.

Noise is added as energy in each mel band, so every pass over the training speech can have other noise at no cost.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tests.practice_models.features import FRAMES_PER_SECOND, MEL_BINS, SILENT_LOG_ENERGY, log_mel
from tests.practice_models.room import machine_noise

Frames = npt.NDArray[np.float32]


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
