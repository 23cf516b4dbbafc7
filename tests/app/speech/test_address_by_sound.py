"""People's address is told from everything else they say by its sound, whatever it is."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from app.speech.address_by_sound import SoundSpotter
from app.speech.errors import UnspeakableTextError
from tests.app.speech.address_recordings import ADDRESS, ORDERS, OTHERS, SAID, sound


@pytest.fixture(scope="module")
def spotter() -> SoundSpotter:
    return SoundSpotter([ADDRESS])


@pytest.fixture(scope="module")
def spotter_of_another() -> SoundSpotter:
    return SoundSpotter(["hey jarvis", "computer"])


@pytest.mark.parametrize("file", SAID, ids=lambda file: file.stem[-12:])
def test_the_address_alone_is_heard_and_where_it_ends(spotter: SoundSpotter, file: Path) -> None:
    pcm = sound(file)
    heard = spotter.listen(pcm)
    assert heard is not None
    assert heard.is_alone
    assert 0.3 < heard.end_s <= len(pcm) / 32_000


@pytest.mark.parametrize("file", SAID[1:4], ids=lambda file: file.stem[-12:])
def test_the_address_before_a_sentence_is_heard_but_not_as_alone(spotter: SoundSpotter, file: Path) -> None:
    pcm = sound(file)
    heard = spotter.listen(pcm + sound(ORDERS[0])[:96_000])
    assert heard is not None
    assert not heard.is_alone
    assert heard.end_s < len(pcm) / 32_000 + 0.1


@pytest.mark.parametrize("file", [SAID[1], SAID[5], SAID[7]], ids=lambda file: file.stem[-12:])
def test_a_microphone_that_is_muted_around_the_address_does_not_hide_it(spotter: SoundSpotter, file: Path) -> None:
    pcm = sound(file)
    heard = spotter.listen(bytes(6_400) + pcm[: len(pcm) - 12_800] + bytes(12_800))
    assert heard is not None
    assert heard.is_alone


@pytest.mark.parametrize("file", [*OTHERS, *ORDERS[:2]], ids=lambda file: file.stem[-12:])
def test_other_words_are_not_the_address(spotter: SoundSpotter, file: Path) -> None:
    assert spotter.listen(sound(file)) is None


@pytest.mark.parametrize("file", SAID[:4], ids=lambda file: file.stem[-12:])
def test_one_address_is_not_another(spotter_of_another: SoundSpotter, file: Path) -> None:
    assert spotter_of_another.listen(sound(file)) is None


def test_each_of_several_phrases_is_the_address() -> None:
    assert SoundSpotter(["hey helium", ADDRESS]).listen(sound(SAID[1])) is not None


def test_an_address_that_is_spelled_as_it_sounds_is_heard() -> None:
    spotter = SoundSpotter(["xmlyz"], sounds_like={"xmlyz": ("nobody", "amelia")})
    heard = spotter.listen(sound(SAID[1]))
    assert heard is not None
    assert heard.is_alone


def test_an_address_that_nobody_can_pronounce_is_refused() -> None:
    with pytest.raises(UnspeakableTextError, match="xmlyz"):
        SoundSpotter(["hey xmlyz"])
    with pytest.raises(UnspeakableTextError, match="no English word"):
        SoundSpotter(["ヘリウム"])


@pytest.mark.parametrize("length", [0, 1, 2, 399, 900, 32_001])
def test_silence_of_any_length_is_no_address(spotter: SoundSpotter, length: int) -> None:
    assert spotter.listen(bytes(length // 2 * 2)) is None


def test_noise_and_clipped_noise_are_no_address(spotter: SoundSpotter) -> None:
    noise = np.random.default_rng(1).normal(0, 2000, 32_000)
    noise[8_000:20_000] *= 8
    assert spotter.listen(noise.astype("<i2").tobytes()) is None
    assert spotter.listen(np.clip(noise * 50, -32_768, 32_767).astype("<i2").tobytes()) is None


def test_a_click_is_no_address(spotter: SoundSpotter) -> None:
    click = np.zeros(16_000)
    click[8_000:8_040] = 30_000
    assert spotter.listen(click.astype("<i2").tobytes()) is None


def test_several_threads_may_listen_at_once(spotter: SoundSpotter) -> None:
    alone = [spotter.listen(sound(file)) for file in SAID[:2]]
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(lambda file: spotter.listen(sound(file)), SAID[:2])) == alone
