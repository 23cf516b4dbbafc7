"""The service hears each language with what this machine has, without holding up anything else."""

import asyncio
import shutil
import threading
from pathlib import Path

import pytest

from app.speech.engine import Engine, choose_engine
from app.speech.errors import HearingFailedError, HearingUnavailableError, ModelBrokenError, ModelMissingError
from app.speech.hear import Recording
from app.speech.hearing import Hearing, open_hearing
from app.speech.transcribe import Transcript
from tests.app.speech.spoken import PRACTICE, graph_of, said
from tests.app.speech.whole_utterance import WholeUtterance

EN = ("open valve seven", "confirm")
JA = ("圧縮機 一 を 起動", "確認")
GRAPHS = {"en": {"free": graph_of(*EN)}, "ja": {"free": graph_of(*JA)}}


@pytest.fixture(scope="module")
def speech() -> dict[str, Recording]:
    return {text: Recording(pcm=pcm) for text, pcm in (said("en", EN) | said("ja", JA)).items()}


async def test_both_languages_are_heard_at_once(speech: dict[str, Recording], tmp_path: Path) -> None:
    hearing = await open_hearing({"en": "practice", "ja": "practice"}, GRAPHS, models=tmp_path)
    try:
        await hearing.warm_up()
        assert [state.engine for state in hearing.states] == ["vosk:en", "vosk:ja"]
        assert [state.unknown_words for state in hearing.states] == [(), ()]
        heard = await asyncio.gather(
            *(hearing.transcribe(speech[text], "en") for text in EN),
            *(hearing.transcribe(speech[text], "ja") for text in JA),
        )
        assert [transcript.texts[0].replace(" ", "") for transcript in heard] == [
            text.replace(" ", "") for text in (*EN, *JA)
        ]
    finally:
        await hearing.close()


async def test_a_grammar_follows_the_dialogue(speech: dict[str, Recording], tmp_path: Path) -> None:
    hearing = await open_hearing({"en": "practice"}, {"en": {"free": graph_of("open valve seven")}}, models=tmp_path)
    try:
        await hearing.learn("en", {"asked": graph_of("confirm", "cancel")})
        await hearing.learn("ja", {"asked": graph_of("確認")})  # nothing hears it: passed over
        assert "confirm" not in (await hearing.transcribe(speech["confirm"], "en")).texts
        assert (await hearing.transcribe(speech["confirm"], "en", "asked")).texts[0] == "confirm"
    finally:
        await hearing.close()


async def test_a_language_that_nothing_hears_is_refused_with_the_reason(
    speech: dict[str, Recording], tmp_path: Path
) -> None:
    hearing = await open_hearing({"ja": "auto"}, GRAPHS, models=tmp_path)
    try:
        assert [state.engine for state in hearing.states] == [None]
        with pytest.raises(
            HearingUnavailableError, match=r"no Vosk model for ja is installed.*typed text works"
        ) as error:
            await hearing.transcribe(speech["確認"], "ja")
        assert error.value.values == {"language": "ja"}
        with pytest.raises(HearingUnavailableError, match="not asked for"):
            await hearing.transcribe(speech["confirm"], "fr")
    finally:
        await hearing.close()


async def test_closed_hearing_says_so_and_closes_once(speech: dict[str, Recording], tmp_path: Path) -> None:
    hearing = await open_hearing({"en": "practice"}, GRAPHS, models=tmp_path)
    await hearing.close()
    await hearing.close()
    with pytest.raises(HearingUnavailableError, match="closed"):
        await hearing.transcribe(speech["confirm"], "en")


async def test_auto_passes_over_a_damaged_model_and_says_why(speech: dict[str, Recording], tmp_path: Path) -> None:
    model = shutil.copytree(PRACTICE / "en", tmp_path / "vosk-model-small-en-us-0.15")
    (model / "graph" / "HCLr.fst").write_bytes(b"")
    hearing = await open_hearing({"en": "auto"}, GRAPHS, models=tmp_path)
    try:
        (state,) = hearing.states
        assert state.engine == "pocketsphinx:en-us"
        assert "HCLr.fst is empty" in state.reason
        assert (await hearing.transcribe(speech["confirm"], "en")).texts == ("confirm",)
    finally:
        await hearing.close()


async def test_a_named_model_that_is_damaged_stops_the_start(tmp_path: Path) -> None:
    model = shutil.copytree(PRACTICE / "en", tmp_path / "mine")
    (model / "conf" / "model.conf").unlink()
    with pytest.raises(ModelBrokenError):
        await open_hearing({"en": str(model), "ja": "practice"}, GRAPHS, models=tmp_path)


async def test_an_installed_model_is_heard_with(speech: dict[str, Recording], tmp_path: Path) -> None:
    shutil.copytree(PRACTICE / "ja", tmp_path / "vosk-model-small-ja-0.22")
    hearing = await open_hearing({"ja": "auto"}, GRAPHS, models=tmp_path)
    try:
        assert [state.engine for state in hearing.states] == ["vosk:vosk-model-small-ja-0.22"]
        assert (await hearing.transcribe(speech["確認"], "ja")).texts[0] == "確認"
    finally:
        await hearing.close()


class Slow:
    """A recogniser that takes until it is released."""

    def __init__(self) -> None:
        self.engine = "slow:1"
        self.release = threading.Event()

    def set_grammar(self, name: str, grammar: object) -> None:
        pass

    def begin(self, grammar: str = "free") -> WholeUtterance:
        return WholeUtterance(self, grammar)

    def transcribe(self, pcm: bytes, grammar: str = "free") -> Transcript:
        self.release.wait()
        return Transcript(texts=(), words=(), engine=self.engine, audio_s=0, decode_s=0)

    def unknown_words(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        pass


async def test_a_recogniser_that_takes_too_long_is_given_up_and_the_loop_goes_on(speech: dict[str, Recording]) -> None:
    slow = Slow()
    hearing = Hearing({"en": slow}, [], timeout_s=0.05)
    with pytest.raises(HearingFailedError, match=r"slow:1 took longer than 0.05 s"):
        await hearing.transcribe(speech["confirm"], "en")
    slow.release.set()
    await hearing.close()


def test_auto_takes_an_installed_model_then_pocketsphinx_then_nothing(tmp_path: Path) -> None:
    assert choose_engine("en", models=tmp_path).engine is Engine.POCKETSPHINX
    assert choose_engine("ja", models=tmp_path).engine is Engine.NONE
    (tmp_path / "vosk-model-small-ja-0.22").mkdir()
    assert choose_engine("ja", models=tmp_path).directory == tmp_path / "vosk-model-small-ja-0.22"
    assert choose_engine("en", models=tmp_path).engine is Engine.POCKETSPHINX


def test_practice_models_are_only_taken_when_asked_for(tmp_path: Path) -> None:
    assert choose_engine("ja", "practice", models=tmp_path).directory == PRACTICE / "ja"
    assert choose_engine("ja", "auto", models=PRACTICE).directory is None


def test_a_model_is_named_by_name_or_path(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    assert choose_engine("en", "ours", models=tmp_path).directory == tmp_path / "ours"
    assert choose_engine("en", "/opt/model", models=tmp_path).directory == Path("/opt/model")


def test_what_a_machine_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="hears only en"):
        choose_engine("ja", "pocketsphinx", models=tmp_path)
    with pytest.raises(ModelMissingError, match="no practice model for fr"):
        choose_engine("fr", "practice", models=tmp_path)
    assert choose_engine("en", "none", models=tmp_path).engine is Engine.NONE
