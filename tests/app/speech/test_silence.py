"""What is before and after speech is cut off, by its loudness."""

import numpy as np
from numpy.typing import NDArray

from app.speech.silence import without_silence


def noise(seconds: float, level: float) -> NDArray[np.int16]:
    samples = np.random.default_rng(1).normal(0, level, int(seconds * 16_000))
    return samples.astype(np.int16)


def length_s(pcm: bytes) -> float:
    return len(pcm) / 32_000


def test_the_quiet_ends_are_cut_but_for_a_margin() -> None:
    sound = np.concatenate([noise(2, 5), noise(1, 3000), noise(3, 5)])
    assert 1.5 <= length_s(without_silence(sound.tobytes())) <= 1.75


def test_pauses_inside_are_kept() -> None:
    sound = np.concatenate([noise(1, 5), noise(0.5, 3000), noise(1, 5), noise(0.5, 3000), noise(1, 5)])
    assert 2.5 <= length_s(without_silence(sound.tobytes())) <= 2.75


def test_a_loud_hum_under_the_speech_does_not_keep_the_ends() -> None:
    sound = np.concatenate([noise(2, 300), noise(1, 6000), noise(2, 300)])
    assert 1.5 <= length_s(without_silence(sound.tobytes())) <= 1.75


def test_nothing_that_rises_above_the_noise_is_nothing_said() -> None:
    assert without_silence(bytes(64_000)) == b""
    assert without_silence(noise(3, 500).tobytes()) == b""
    assert without_silence(b"") == b""
    assert without_silence(b"\1\0") == b""
