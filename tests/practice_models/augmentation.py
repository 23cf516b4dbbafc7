"""What training does to the speech each time anew, on its log mel energies: throat, speed, noise, level, colour, gaps.

Noise is added as energy in each mel band, and another throat moves the bands, so every pass over the training speech
can have other speakers in other noise at little cost.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tests.practice_models.features import FRAMES_PER_SECOND, MEL_BINS, SILENT_LOG_ENERGY, log_mel, mel_centres_hz
from tests.practice_models.room import machine_noise

Frames = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseBank:
    """Log mel energies of noises, to be mixed with speech."""

    clips: tuple[Frames, ...]


def noise_bank(random: np.random.Generator, count: int = 160, seconds: float = 6.0) -> NoiseBank:
    """`count` different machine noises."""
    return NoiseBank(clips=tuple(log_mel(machine_noise(random, seconds)) for _ in range(count)))


def in_a_room(random: np.random.Generator, speech: Frames, bank: NoiseBank, *, by_others: bool) -> Frames:
    """Speech as it might reach the recogniser: in noise (6 of 7), of other level and colour, and with gaps.

    `by_others`: mostly as another speaker would say it.
    """
    frames: Frames = speech.astype(np.float32)
    if by_others and random.random() < 0.7:
        frames = by_another(frames, throat=random.uniform(0.88, 1.14), speed=random.uniform(0.88, 1.14))
    if random.random() < 0.85:
        clip = bank.clips[random.integers(len(bank.clips))]
        start = random.integers(len(clip))
        noise = np.take(clip, range(start, start + len(frames)), axis=0, mode="wrap")
        ratio_db = random.uniform(0, 36)
        frames = np.logaddexp(frames, noise - ratio_db / 10 * np.log(10), dtype=np.float32)
    level_db = random.uniform(-22, 12)
    place = np.arange(MEL_BINS) / MEL_BINS
    colour = sum(random.normal(0, 0.5) * np.cos(np.pi * waves * place) for waves in (1, 2, 3))
    frames = np.maximum(frames + level_db / 10 * np.log(10) + colour, SILENT_LOG_ENERGY).astype(np.float32)
    if random.random() < 0.4 and len(frames) > FRAMES_PER_SECOND // 2:  # SpecAugment: lean on no cue alone
        width, length = random.integers(1, 6), random.integers(1, FRAMES_PER_SECOND // 8)
        lowest, first = random.integers(MEL_BINS - width), random.integers(len(frames) - int(length))
        frames[:, lowest : lowest + width] = frames[:, lowest : lowest + width].mean()
        frames[first : first + length] = frames.mean(axis=0)
    return frames


_STRAIGHT_HZ = 4800.0
"""Up to here frequencies are moved in proportion; above, so that the highest stays (Jaitly and Hinton, VTLP, 2013)."""


def by_another(frames: Frames, *, throat: float, speed: float) -> Frames:
    """Return speech as another speaker would say it: `throat` above 1 raises all frequencies, `speed` is a factor."""
    heard = mel_centres_hz()
    straight = _STRAIGHT_HZ * min(throat, 1) / throat
    said = np.interp(heard, [0, straight * throat, heard[-1]], [0, straight, heard[-1]])
    bands = _between(frames.T, np.interp(said, heard, np.arange(MEL_BINS))).T
    return _between(bands, np.linspace(0, len(frames) - 1, max(2, round(len(frames) / speed))))


def _between(rows: Frames, places: npt.NDArray[np.float64]) -> Frames:
    """Return rows at fractional places, by linear interpolation."""
    below = np.minimum(places.astype(int), len(rows) - 2)
    share = (places - below).astype(np.float32)[:, None]
    return np.asarray(rows[below] * (1 - share) + rows[below + 1] * share, np.float32)
