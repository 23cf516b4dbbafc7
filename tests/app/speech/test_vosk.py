"""The real Vosk hears the product's own voices with the practice models, in both languages."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from app.speech.errors import HearingFailedError, ModelBrokenError, ModelMissingError, UnknownGrammarError
from app.speech.grammar import compile_grammar
from app.speech.models import check_files, probe
from app.speech.vosk import VoskTranscriber
from tests.app.speech.spoken import PRACTICE, Graph, grammar_of, said

EN = (
    "what is the level of dewar three",
    "what is the level of dewar five",
    "start compressor one",
    "stop compressor two",
    "open valve seven",
    "confirm",
)
JA = ("デュワー 三 の 液面 は", "圧縮機 一 を 起動", "バルブ 七 を 開けて", "確認")
SILENCE = bytes(32_000)


@pytest.fixture(scope="module")
def english() -> Iterator[VoskTranscriber]:
    transcriber = VoskTranscriber(PRACTICE / "en")
    transcriber.set_grammar("free", grammar_of(*EN))
    yield transcriber
    transcriber.close()


@pytest.fixture(scope="module")
def japanese() -> Iterator[VoskTranscriber]:
    transcriber = VoskTranscriber(PRACTICE / "ja")
    transcriber.set_grammar("free", grammar_of(*JA))
    yield transcriber
    transcriber.close()


@pytest.fixture(scope="module")
def english_speech() -> dict[str, bytes]:
    return said("en", [*EN, "the weather is nice in the garden today"])


@pytest.fixture(scope="module")
def japanese_speech() -> dict[str, bytes]:
    return said("ja", JA)


def test_english_sentences_are_heard(english: VoskTranscriber, english_speech: dict[str, bytes]) -> None:
    assert english.unknown_words() == []
    assert {text: english.transcribe(english_speech[text]).texts[0] for text in EN} == {text: text for text in EN}


def test_japanese_sentences_are_heard(japanese: VoskTranscriber, japanese_speech: dict[str, bytes]) -> None:
    assert japanese.unknown_words() == []
    heard = {text: japanese.transcribe(japanese_speech[text]).texts[0] for text in JA}
    assert {text: found.replace(" ", "") for text, found in heard.items()} == {t: t.replace(" ", "") for t in JA}


def test_a_transcript_says_when_each_word_was_said(english: VoskTranscriber, english_speech: dict[str, bytes]) -> None:
    pcm = english_speech["open valve seven"]
    for _ in range(2):  # the recogniser's clock runs on from utterance to utterance, ours does not
        heard = english.transcribe(pcm)
        assert [word.text for word in heard.words] == ["open", "valve", "seven"]
        times = [time for word in heard.words for time in (word.start_s, word.end_s)]
        assert times == sorted(times)
        assert -0.05 <= times[0] <= times[-1] <= heard.audio_s
        assert all(0 < word.confidence <= 1 for word in heard.words)
    assert heard.engine == "vosk:en"
    assert heard.audio_s == len(pcm) / 32_000


def test_silence_is_nothing_heard(english: VoskTranscriber) -> None:
    assert english.transcribe(SILENCE).texts == ()


def test_other_speech_is_no_command(english: VoskTranscriber, english_speech: dict[str, bytes]) -> None:
    texts = english.transcribe(english_speech["the weather is nice in the garden today"]).texts
    assert not set(texts) & set(EN)


def test_an_utterance_leaves_nothing_for_the_next(english: VoskTranscriber, english_speech: dict[str, bytes]) -> None:
    cut_off = english_speech["what is the level of dewar three"][:30_000]
    for _ in range(3):
        english.transcribe(cut_off)
        assert english.transcribe(english_speech["confirm"]).texts[0] == "confirm"


def test_a_pause_is_no_end(english: VoskTranscriber, english_speech: dict[str, bytes]) -> None:
    pcm = english_speech["confirm"]
    paused = pcm + bytes(64_000) + english_speech["open valve seven"]
    assert english.transcribe(paused).texts[0].endswith("open valve seven")


def test_one_model_hears_several_people_at_once(english: VoskTranscriber, english_speech: dict[str, bytes]) -> None:
    with ThreadPoolExecutor(max_workers=4) as threads:
        heard = list(threads.map(lambda text: english.transcribe(english_speech[text]).texts[0], EN * 4))
    assert heard == list(EN * 4)


def test_a_grammar_can_be_replaced_and_named(english_speech: dict[str, bytes]) -> None:
    transcriber = VoskTranscriber(PRACTICE / "en")
    transcriber.set_grammar("free", grammar_of("start compressor one"))
    transcriber.set_grammar("asked", grammar_of("confirm", "cancel"))
    assert transcriber.transcribe(english_speech["confirm"], "asked").texts[0] == "confirm"
    assert "confirm" not in transcriber.transcribe(english_speech["confirm"]).texts
    transcriber.set_grammar("free", grammar_of("confirm"))
    assert transcriber.transcribe(english_speech["confirm"]).texts[0] == "confirm"
    with pytest.raises(UnknownGrammarError, match="'asked', 'free'"):
        transcriber.transcribe(SILENCE, "missing")
    transcriber.close()
    transcriber.close()
    with pytest.raises(HearingFailedError):
        transcriber.transcribe(SILENCE)


def test_unknown_words_are_reported_and_their_sentences_cannot_be_heard_shortened(
    english_speech: dict[str, bytes],
) -> None:
    transcriber = VoskTranscriber(PRACTICE / "en")
    transcriber.set_grammar("free", grammar_of("frobnicate start compressor one", "stop compressor two"))
    assert transcriber.unknown_words() == ["frobnicate"]
    assert "start" not in transcriber.transcribe(english_speech["start compressor one"]).texts[0].split()
    transcriber.close()


def test_an_unknown_japanese_word_is_heard_in_pieces(japanese_speech: dict[str, bytes]) -> None:
    transcriber = VoskTranscriber(PRACTICE / "ja")
    transcriber.set_grammar("free", grammar_of("圧縮機一を 起動", "バルブ七を 開けて"))
    assert transcriber.unknown_words() == []
    heard = transcriber.transcribe(japanese_speech["圧縮機 一 を 起動"]).texts[0]
    assert heard.replace(" ", "") == "圧縮機一を起動"
    transcriber.close()


def test_a_grammar_of_unknown_words_alone_hears_nothing_as_a_sentence(english_speech: dict[str, bytes]) -> None:
    transcriber = VoskTranscriber(PRACTICE / "en")
    transcriber.set_grammar("free", grammar_of("frobnicate"))
    assert set(transcriber.transcribe(english_speech["confirm"]).texts) <= {"[unk]"}
    transcriber.close()


def test_a_note_is_heard_word_by_word_though_no_grammar_has_its_text() -> None:
    text = "note the valve is open again"
    pcm = said("en", [text])[text]
    transcriber = VoskTranscriber(PRACTICE / "en")
    note = Graph(arcs=[(0, 1, "note"), (0, 3, "confirm")], finals=[2, 3], wildcards=((1, 2),))
    transcriber.set_grammar("free", compile_grammar(note))
    assert transcriber.unknown_words() == []
    assert transcriber.transcribe(pcm).texts[0] == text
    transcriber.close()


def test_the_shipped_models_pass_the_probe() -> None:
    for language in ("en", "ja"):
        probe(PRACTICE / language)


def test_a_missing_model_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"no recogniser model at .*nowhere; install it anew"):
        probe(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "name", ["am/final.mdl", "conf/model.conf", "conf/mfcc.conf", "graph/HCLr.fst", "graph/Gr.fst"]
)
def test_a_model_that_lacks_a_file_is_refused_by_name(tmp_path: Path, name: str) -> None:
    model = copy_of_model(tmp_path)
    (model / name).unlink()
    with pytest.raises(ModelBrokenError, match=f"{name} missing"):
        check_files(model)


def test_files_that_are_empty_or_something_else_are_refused(tmp_path: Path) -> None:
    model = copy_of_model(tmp_path)
    (model / "conf/model.conf").write_bytes(b"")  # Vosk would end the process: an assertion
    with pytest.raises(ModelBrokenError, match=r"model\.conf is empty"):
        check_files(model)
    model = copy_of_model(tmp_path / "second")
    (model / "graph/HCLr.fst").write_bytes(b"<html>404</html>")  # Vosk would end the process: a segmentation fault
    with pytest.raises(ModelBrokenError, match=r"HCLr\.fst is not what it should be"):
        check_files(model)


@pytest.mark.parametrize("name", ["graph/HCLr.fst", "am/final.mdl", "conf/model.conf"])
def test_a_model_that_is_cut_off_inside_is_refused_and_the_service_lives_on(tmp_path: Path, name: str) -> None:
    model = copy_of_model(tmp_path)
    whole = (model / name).read_bytes()
    (model / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelBrokenError, match=r"is a damaged Vosk model: .*; install it anew"):
        probe(model)


def copy_of_model(folder: Path) -> Path:
    return shutil.copytree(PRACTICE / "en", folder / "model")


def test_noise_is_no_sentence(english: VoskTranscriber) -> None:
    noise = np.random.default_rng(3).normal(0, 1000, 32_000).astype("<i2").tobytes()
    assert not set(english.transcribe(noise).texts) & set(EN)
