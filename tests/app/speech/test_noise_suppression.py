"""Noise is taken out of an utterance while it is spoken, and nothing is shifted or lost by it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.speech.hear import hear
from app.speech.noise_suppression import _Untouched, noise_suppressor, suppresses_noise
from tests.app.speech.spoken import COFFEE, coffee_labels

SPEECH = hear(COFFEE / min(coffee_labels())).pcm

with_rnnoise = pytest.mark.skipif(not suppresses_noise(), reason="needs RNNoise: pip install --no-deps pyrnnoise")


def cleaned(pcm: bytes, part_bytes: int | None = None) -> bytes:
    suppressor = noise_suppressor()
    step = part_bytes or len(pcm) or 1
    for at in range(0, len(pcm), step):
        suppressor.feed(pcm[at : at + step])
    return suppressor.finish()


def samples(pcm: bytes) -> NDArray[np.float64]:
    return np.frombuffer(pcm, "<i2").astype(np.float64)


@pytest.mark.parametrize("part_bytes", [2, 640, 4000, 65_536])
def test_the_result_does_not_depend_on_how_the_sound_comes_in(part_bytes: int) -> None:
    pcm = SPEECH[: 16_000 if part_bytes == 2 else None]
    assert cleaned(pcm, part_bytes) == cleaned(pcm)


@pytest.mark.parametrize("count", [0, 1, 159, 160, 161, 5000])
def test_as_much_comes_out_as_went_in(count: int) -> None:
    assert len(cleaned(SPEECH[: 2 * count])) == 2 * count


def test_speech_stays_where_it_is() -> None:
    before, after = samples(SPEECH), samples(cleaned(SPEECH))
    likeness = [float(np.dot(before[100:-100], np.roll(after, shift)[100:-100])) for shift in range(-100, 101)]
    assert int(np.argmax(likeness)) == 100


@with_rnnoise
def test_noise_becomes_softer_by_ten_decibels_where_nobody_speaks() -> None:
    speech = np.concatenate([samples(SPEECH), np.zeros(32_000)])
    hiss = np.random.default_rng(1).normal(0, np.abs(speech).max() / 30, len(speech))
    noisy: bytes = (speech + hiss).clip(-32_768, 32_767).astype("<i2").tobytes()
    before, after = samples(noisy)[-16_000:], samples(cleaned(noisy))[-16_000:]
    assert np.square(before).mean() > 10 * np.square(after).mean()


def test_without_the_library_sound_is_left_as_it_is() -> None:
    suppressor = _Untouched()
    suppressor.feed(SPEECH[:1000])
    suppressor.feed(SPEECH[1000:])
    assert suppressor.finish() == SPEECH
