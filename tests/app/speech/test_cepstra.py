"""The cepstra are those that PocketSphinx's model was made for."""

from pathlib import Path

import numpy as np
from pocketsphinx import Config, Decoder

from app.speech.cepstra import COEFFICIENTS, cepstra, features, normalised
from app.speech.english_sounds import sphinx_model
from tests.app.speech.address_recordings import SAID, sound


def test_they_are_pocketsphinx_s_own(tmp_path: Path) -> None:
    folder, pcm = sphinx_model(), sound(SAID[0])
    decoder = Decoder(
        Config(
            hmm=str(folder / "en-us"),
            dict=None,
            lm=None,
            cmn="batch",
            allphone=str(folder / "en-us-phone.lm.bin"),
            mfclogdir=str(tmp_path),
            logfn="/dev/null",
        )
    )
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
    (written,) = tmp_path.glob("*.mfc")
    theirs = np.frombuffer(written.read_bytes(), ">f4", offset=4).reshape(-1, COEFFICIENTS)
    ours = cepstra(pcm)
    assert len(theirs) - len(ours) in (0, 1)  # it fills up the last frame
    assert np.abs(ours - theirs[: len(ours)]).max() < 0.01


def test_another_throat_hears_something_else() -> None:
    pcm = sound(SAID[0])
    assert np.abs(cepstra(pcm) - cepstra(pcm, throat=1.14)).mean() > 1


def test_loudness_does_not_change_what_is_normalised() -> None:
    samples = np.frombuffer(sound(SAID[0]), "<i2") // 4
    quiet, loud = (normalised(cepstra((samples * gain).astype("<i2").tobytes())) for gain in (1, 3))
    assert np.abs(quiet - loud).mean() < 0.1


def test_too_little_sound_has_no_frames() -> None:
    for length in (0, 2, 818):
        assert cepstra(bytes(length)).shape == (0, COEFFICIENTS)
    assert features(normalised(cepstra(b""))).shape == (0, 3, COEFFICIENTS)
    assert features(normalised(cepstra(bytes(820)))).shape == (1, 3, COEFFICIENTS)
