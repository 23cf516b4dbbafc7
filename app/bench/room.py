"""What an open microphone hears where people talk: recordings in random order, with noise beneath them."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from app.bench.errors import NothingToMeasureError
from app.bench.listening import LONGEST_S
from app.bench.speech import Samples, mixed, samples
from app.speech.hear import Recording, hear
from app.speech.transcribe import SAMPLE_RATE_HZ

SEED: Final = 1
"""Of the order in which recordings are played, unless another one is asked for."""
_PAUSE_S: Final = 1.0
"""Between recordings: noise alone."""
_LOUDEST_SNR_DB, _FAINTEST_SNR_DB = 24.0, 6.0


def read_recordings(folders: Sequence[Path]) -> list[Recording]:
    """Read the WAVs of folders, in the order of their names. Raises `NothingToMeasureError`, `AudioError`s."""
    files = [file for folder in folders for file in sorted(folder.glob("*.wav"))]
    if not files:
        raise NothingToMeasureError(f"there is no WAV in {', '.join(map(str, folders))}")
    return [hear(file, longest_s=LONGEST_S) for file in files]


def read_noise(file: Path | None) -> Samples | None:
    """Read the noise of a room, if there is some. Raises `AudioError`s."""
    return samples(hear(file, longest_s=LONGEST_S)) if file is not None else None


def played(
    recordings: Sequence[Recording], noise: Samples | None, seconds: float, *, seed: int = SEED
) -> Iterator[bytes]:
    """Yield recordings in random order, the same one for the same seed, each with a pause behind it.

    Noise lies beneath both, 6 to 24 dB softer than the recording. The last one ends after `seconds`.
    """
    choose = random.Random(seed)
    left = seconds
    while left > 0:
        sound = samples(choose.choice(recordings))
        sound = np.concatenate([sound, np.zeros(int(_PAUSE_S * SAMPLE_RATE_HZ))])
        if noise is not None:
            snr_db = choose.uniform(_FAINTEST_SNR_DB, _LOUDEST_SNR_DB)
            sound = mixed(sound, noise, snr_db, offset=choose.randrange(len(noise)))
        left -= len(sound) / SAMPLE_RATE_HZ
        yield np.rint(sound).astype("<i2").tobytes()
