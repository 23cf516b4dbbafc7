"""The acoustic model is read from PocketSphinx's files, or refused with the reason."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from app.speech.cepstra import cepstra, features, normalised
from app.speech.english_sounds import sphinx_model
from app.speech.errors import ModelBrokenError
from app.speech.sound_model import SILENCE, SoundModel
from tests.app.speech.address_recordings import SAID, sound

MODEL = sphinx_model() / "en-us"


def test_the_quiet_before_a_word_is_most_like_silence() -> None:
    model = SoundModel(MODEL)
    every = [phone for phone in model.phones if not phone.startswith("+")]
    frames = features(normalised(cepstra(sound(SAID[3]))))
    best = model.scores(frames, model.anywhere(every)).argmax(axis=1) // 3
    assert sum(every[phone] == SILENCE for phone in best[:20]) > 15


def test_a_phone_sounds_otherwise_beside_others() -> None:
    model = SoundModel(MODEL)
    alone = model.anywhere(["IY"]).states
    within = model.in_word(["HH", "IY", "L"]).states[1]
    assert not np.array_equal(alone[0], within)
    assert np.array_equal(model.in_word(["HH", "IY", "L", "AH"]).states[1], within)


@pytest.mark.parametrize("name", ["mdef", "means", "variances", "transition_matrices", "sendump"])
def test_a_damaged_model_is_refused(tmp_path: Path, name: str) -> None:
    shutil.copytree(MODEL, tmp_path / "model")
    file = tmp_path / "model" / name
    file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(ModelBrokenError, match="install it anew"):
        SoundModel(tmp_path / "model")


def test_a_model_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelBrokenError):
        SoundModel(tmp_path)
