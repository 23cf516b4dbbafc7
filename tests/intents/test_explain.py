import json

import pytest

from intents.recognizer import Recognizer
from tests.intents.words import ENGLISH, recognizer

KEYS = ["text", "language", "result", "intent", "slots", "readings", "reason", "elapsed_us"]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    return recognizer(tmp_path_factory.mktemp("explain"), ENGLISH)


def test_recognized_sentence_shows_its_template_and_place(engine: Recognizer) -> None:
    shown = engine.explain("Open valve seven, please").to_json()
    assert list(shown) == KEYS
    assert json.loads(json.dumps(shown)) == shown
    assert (shown["result"], shown["intent"], shown["slots"], shown["reason"]) == (
        "recognized",
        "OpenValve",
        {"device": "valve-7"},
        None,
    )
    (reading,) = engine.explain("Open valve seven, please").readings
    assert reading.template == "[please] open {device} [please]"
    assert reading.source.endswith("sentences.yaml:17")


def test_ambiguous_sentence_shows_what_is_asked_for(engine: Recognizer) -> None:
    shown = engine.explain("start the compressor").to_json()
    assert (shown["result"], shown["intent"], shown["slots"], shown["reason"]) == (
        "ambiguous",
        "StartCompressor",
        {},
        "device",
    )


def test_idle_sentence_shows_all_its_readings_and_the_reason(engine: Recognizer) -> None:
    shown = engine.explain("do not start compressor one").to_json()
    assert (shown["result"], shown["intent"], shown["reason"]) == ("no_action", "NoAction", "negated")
    missing = engine.explain("start compressor nine")
    assert missing.to_json()["reason"] == "no_such_device"
    assert [reading.intent.name for reading in missing.readings] == ["StartCompressor"]


def test_sentence_that_is_not_understood_shows_what_stopped_each_template_and_where(engine: Recognizer) -> None:
    explained = engine.explain("open valve seven pleese")
    assert explained.to_json()["result"] == "not_recognized"
    assert explained.readings == ()
    best = explained.stopped[0]
    assert (best.template, best.reached, best.stopped_by) == ("[please] open {device} [please]", 3, "pleese")
    assert best.source.endswith(":17")
    ended = engine.explain("what is the dewar 3").stopped[0]
    assert (ended.intent, ended.reached, ended.stopped_by) == ("GetLevel", 5, "")


def test_nothing_said_is_explained_too(engine: Recognizer) -> None:
    explained = engine.explain("")
    assert explained.to_json()["result"] == "not_recognized"
    assert explained.tokens == ()


def test_misspelt_sentence_gets_suggestions_and_never_acts(engine: Recognizer) -> None:
    found = engine.recognize_nbest(["opn valv seven"])
    assert found.__class__.__name__ == "NotRecognized"
    assert engine.suggest("opn valve seven")[0] == "open valve seven"
    assert engine.suggest("Open valv seven pleese")[0] == "open valve seven please"
    assert engine.suggest("the quick brown fox jumps over the lazy dog again and again") == ()
    assert engine.suggest("x" * 1000) == ()


def test_explanation_can_be_read(engine: Recognizer) -> None:
    assert str(engine.explain("open valve seven")).splitlines()[0] == "recognized: OpenValve device=valve-7"
    assert "  either StartCompressor device=compressor-2" in str(engine.explain("start the compressor")).splitlines()
    assert "no_action: NoAction device=compressor-1 (negated)" in str(engine.explain("never start compressor one"))
    unknown = str(engine.explain("open valve seven pleese"))
    assert "OpenValve: stopped by 'pleese' after 'open valve seven'" in unknown
    assert "  did you mean: open valve" in unknown
