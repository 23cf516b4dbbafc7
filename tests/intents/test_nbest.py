from pathlib import Path

import pytest

from intents.intent import NotRecognized
from intents.recognizer import Recognizer
from tests.intents.words import ENGLISH, recognizer, short


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    return recognizer(tmp_path_factory.mktemp("nbest"), ENGLISH)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["open valve seven", "open valve eleven"], "ambiguous device valve-7 valve-11"),
        (["open valve seven", "open valve seven please"], "OpenValve device=valve-7"),
        (["opened valve seven", "open valve seven"], "OpenValve device=valve-7"),
        (["open valve seven", "open valve seventy"], "no_such_device"),
        (["start compressor one", "don't start compressor one"], "negated"),
        (["start compressor one", "start compressor one and open valve two"], "several_commands"),
        (["open valve seven", "level of dewar two"], "ambiguous intent OpenValve GetLevel"),
        (["level of dewar two", "open valve seven"], "GetLevel device=dewar-2"),
        (["level of dewar two", "level of dewar three"], "GetLevel device=dewar-2"),
        (["start the compressor", "start compressor one"], "ambiguous device compressor-1 compressor-2"),
        (["stop everything", "open valve one"], "StopAll"),
        (["start compressor nine", "start compressor one"], "no_such_device"),
        (["mumble", "murmur"], "?"),
        ([], "?"),
        ([""], "?"),
    ],
)
def test_best_transcript_that_parses_counts_unless_an_act_is_in_doubt(
    engine: Recognizer, texts: list[str], expected: str
) -> None:
    assert short(engine.recognize_nbest(texts)) == expected


def test_what_was_best_is_told_where_none_is_understood(engine: Recognizer) -> None:
    found = engine.recognize_nbest(["open valv seven", "mumble"])
    assert isinstance(found, NotRecognized)
    assert found.text == "open valv seven"
    assert found.suggestions


def test_transcripts_may_be_of_a_plant_of_any_size(tmp_path: Path) -> None:
    assert short(recognizer(tmp_path, ENGLISH).recognize_nbest(["open valve seven"] * 10)) == "OpenValve device=valve-7"
