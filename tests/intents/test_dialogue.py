"""Short sentences lean on what was said before; whole ones mean the same with and without."""

from functools import cache

import pytest

from app.vocabulary import recognizer_for
from devices.plant_file import DEMO_PLANT_FILE, load_plant
from intents.dialogue import DialogueContext, context_after
from intents.intent import Ambiguous, Recognized
from intents.recognizer import Recognizer
from tests.intents.words import short


@cache
def engine(language: str) -> Recognizer:
    return recognizer_for(load_plant(DEMO_PLANT_FILE), language)


def talk(language: str, *sentences: str) -> list[str]:
    """Say one sentence after the other at one station; return what each meant."""
    context: DialogueContext | None = None
    found = []
    for sentence in sentences:
        recognition = engine(language).recognize(sentence, context)
        context = context_after(recognition, context)
        found.append(short(recognition))
    return found


@pytest.mark.parametrize(
    ("language", "first", "answer", "meant"),
    [
        ("en", "start the compressor", "two", "StartCompressor device=compressor-2"),
        ("en", "start the compressor", "number two please", "StartCompressor device=compressor-2"),
        ("en", "start the compressor", "the second one", "StartCompressor device=compressor-2"),
        ("en", "start the compressor", "compressor one", "StartCompressor device=compressor-1"),
        ("en", "start the compressor", "three", "no_such_device"),
        ("en", "start the compressor", "valve two", "?"),
        ("en", "how long until the bag is full", "bag two", "GetTimeToFull device=bag-2"),
        ("en", "open valve one two", "twelve", "OpenValve device=valve-12"),
        ("ja", "圧縮機を起動して", "2号機", "StartCompressor device=compressor-2"),
        ("ja", "圧縮機を起動して", "二番です", "StartCompressor device=compressor-2"),
        ("ja", "圧縮機を起動して", "1", "StartCompressor device=compressor-1"),
    ],
)
def test_answer_to_a_question_completes_it(language: str, first: str, answer: str, meant: str) -> None:
    asked, found = talk(language, first, answer)
    assert asked.startswith("ambiguous device")
    assert found == meant


@pytest.mark.parametrize(
    ("language", "first", "second", "meant"),
    [
        ("en", "how full is dewar three", "what's its pressure", "GetPressure device=dewar-3"),
        ("en", "how full is dewar three", "and dewar two", "GetLevel device=dewar-2"),
        ("en", "how full is dewar three", "what about two", "GetLevel device=dewar-2"),
        ("en", "open valve seven", "no, valve eight", "OpenValve device=valve-8"),
        ("en", "open valve seven", "I meant eight", "OpenValve device=valve-8"),
        ("en", "open valve twenty five", "sorry, valve five", "?"),
        ("en", "open valve seven", "no, valve eighty", "no_such_device"),
        ("en", "open valve seven", "no, compressor one", "?"),
        ("en", "open valve seven", "and valve eight", "?"),
        ("ja", "デュワー3の液面は", "2番は", "GetLevel device=dewar-2"),
        ("ja", "バルブ7を開けて", "いや、8番", "OpenValve device=valve-8"),
    ],
)
def test_what_was_said_before_is_leaned_on(language: str, first: str, second: str, meant: str) -> None:
    assert talk(language, first, second)[1] == meant


def test_pronoun_never_acts_but_asks() -> None:
    context = context_after(engine("en").recognize("is valve seven open"))
    found = engine("en").recognize("shut it", context)
    assert isinstance(found, Ambiguous)
    assert [choice.slots for choice in found.choices] == [{"device": "valve-7"}]
    assert found.differs_in == "device"


@pytest.mark.parametrize(
    "said", ["two", "what's its pressure", "no, valve eight", "start it", "and dewar two", "what about two"]
)
def test_nothing_leans_on_nothing(said: str) -> None:
    assert not isinstance(engine("en").recognize(said), Recognized)


def test_question_is_forgotten_by_the_next_whole_sentence() -> None:
    assert talk("en", "start the compressor", "is valve seven open", "two")[2] == "?"


@pytest.mark.parametrize(
    "said", ["open valve seven", "is valve seven open", "stop everything", "don't start compressor two"]
)
def test_whole_sentence_means_the_same_whatever_was_said_before(said: str) -> None:
    for before in ("start the compressor", "how full is dewar three", "open valve eight"):
        context = context_after(engine("en").recognize(before))
        assert short(engine("en").recognize(said, context)) == short(engine("en").recognize(said))


def test_explanation_shows_which_follow_up_it_was() -> None:
    context = context_after(engine("en").recognize("start the compressor"))
    explained = engine("en").explain("two", context)
    assert explained.to_json()["slots"] == {"device": "compressor-2"}
    assert [reading.source.split(":")[0] for reading in explained.readings] == ["en/names.yaml"]
