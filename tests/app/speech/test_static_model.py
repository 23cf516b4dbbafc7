"""A Vosk model with a static graph, as large public ones have it: it takes no grammar, hears freely, and says so."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.speech.engine import choose_engine
from app.speech.errors import ModelBrokenError
from app.speech.hear import Recording
from app.speech.hearing import open_hearing
from app.speech.models import GraphKind, check_files, graph_kind, probe
from app.speech.vosk import VoskTranscriber
from tests.app.speech.spoken import PRACTICE, grammar_of, graph_of, said
from tests.practice_models.static_graph import write_static_model

KNOWN = ("open valve seven", "do not open valve seven", "start compressor one", "how do are three full", "confirm")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("static") / "vosk-model-en-1"
    write_static_model("en", [sentence.split() for sentence in KNOWN], directory)
    return directory


@pytest.fixture(scope="module")
def transcriber(model: Path) -> Iterator[VoskTranscriber]:
    transcriber = VoskTranscriber(model)
    transcriber.set_grammar("free", grammar_of("open valve seven", "confirm", "frobnicate valve seven"))
    yield transcriber
    transcriber.close()


@pytest.fixture(scope="module")
def speech() -> dict[str, bytes]:
    return said("en", ["open valve seven", "do not open valve seven", "confirm", "dewar three"])


def test_the_two_kinds_of_graphs_are_told_apart(model: Path) -> None:
    assert (graph_kind(model), graph_kind(PRACTICE / "en")) == (GraphKind.STATIC, GraphKind.LOOKAHEAD)


def test_a_static_model_is_whole_and_can_be_tried(model: Path) -> None:
    check_files(model)
    probe(model)


def test_a_static_model_without_its_words_is_refused(model: Path, tmp_path: Path) -> None:
    write_static_model("en", [["confirm"]], tmp_path)
    (tmp_path / "graph/words.txt").unlink()
    with pytest.raises(ModelBrokenError, match=r"graph/words\.txt missing"):
        check_files(tmp_path)


def test_it_hears_what_it_knows_whatever_the_grammar_is(transcriber: VoskTranscriber, speech: dict[str, bytes]) -> None:
    heard = {text: transcriber.transcribe(speech[text]).texts[0] for text in ("open valve seven", "confirm")}
    assert heard == {text: text for text in heard}
    # The grammar has no such sentence; a full parse decides what it is worth.
    assert transcriber.transcribe(speech["do not open valve seven"]).texts[0] == "do not open valve seven"


def test_words_that_it_does_not_know_are_told(transcriber: VoskTranscriber) -> None:
    assert transcriber.unknown_words() == ["frobnicate"]


def test_a_sites_spelling_comes_back_as_its_word_though_nothing_listens_for_it(
    model: Path, speech: dict[str, bytes]
) -> None:
    transcriber = VoskTranscriber(model)
    transcriber.set_grammar("free", replace(grammar_of("dewar three"), sounds_like={"dewar": ("do are",)}))
    assert transcriber.unknown_words() == []
    assert transcriber.transcribe(speech["dewar three"]).texts[0] == "dewar three"
    transcriber.close()


async def test_the_state_says_that_the_graph_is_static(model: Path, speech: dict[str, bytes]) -> None:
    assert choose_engine("en", "auto", models=model.parent).directory == model
    hearing = await open_hearing({"en": "auto"}, {"en": {"free": graph_of("confirm")}}, models=model.parent)
    try:
        (state,) = hearing.states
        assert "static" in state.reason
        assert (await hearing.transcribe(Recording(pcm=speech["confirm"]), "en")).texts[0] == "confirm"
    finally:
        await hearing.close()
