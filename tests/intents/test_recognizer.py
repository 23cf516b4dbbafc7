from pathlib import Path

import pytest

from intents.intent import Ambiguous, NoAction, NotRecognized, Recognized
from intents.lexicon import Lexicon
from intents.recognizer import MOST_CHARACTERS, Recognizer
from tests.intents.words import ENGLISH, JAPANESE, lexicon, recognizer, short


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    return recognizer(tmp_path_factory.mktemp("en"), ENGLISH)


@pytest.fixture(scope="module")
def japanese(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    return recognizer(tmp_path_factory.mktemp("ja"), JAPANESE, language="ja")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("What is the dewar 3 level?", "GetLevel device=dewar-3"),
        ("level of the main bag", "GetLevel device=gas_bag-1"),
        ("level in the bag", "GetLevel device=gas_bag-1"),
        ("level of dewar number two in cubic metres", "GetLevel device=dewar-2 unit=m3"),
        ("what's the level of all the dewars", "GetLevel device=all kind=dewar"),
        ("open the twelfth valve", "OpenValve device=valve-12"),
        ("open number seven valve", "OpenValve device=valve-7"),
        ("um open um valve um seven um", "OpenValve device=valve-7"),
        ("open valve oh seven", "OpenValve device=valve-7"),
        ("how many litres is 14.7 cubic metres", "Convert from=m3 to=L value=14.7"),
        ("start the compressor", "ambiguous device compressor-1 compressor-2"),
        ("stop everything", "StopAll"),
    ],
)
def test_whole_sentence_is_understood(english: Recognizer, said: str, expected: str) -> None:
    assert short(english.recognize(said)) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("open valve twenty five", "no_such_device"),
        ("open valve two five", "no_such_device"),
        ("open valve minus five", "no_such_device"),
        ("open valve 7.5", "no_such_device"),
        ("open valve one two", "ambiguous device valve-12 valve-1 valve-2"),
        ("open valve twenty five percent", "?"),
        ("open valve 2 5 percent", "?"),
        ("open valve one or two", "alternatives"),
        ("open valve one, two", "alternatives"),
        ("open valve 1-3", "alternatives"),
        ("open valve 1/2", "alternatives"),
        ("open valves one to three", "alternatives"),
        ("open valve one and two", "several_commands"),
        ("open both valve one and valve two", "several_commands"),
        ("open valve one, two and three", "several_commands"),
        ("open compressor one", "no_such_action"),
        ("open the compressor", "no_such_action"),
        ("what is the level of all valves", "no_such_action"),
        ("do not start compressor one", "negated"),
        ("don’t open valve seven", "negated"),
        ("start compressor one and open valve seven", "several_commands"),
        ("start compressor one open valve seven", "several_commands"),
        ("if the bag is full start compressor one", "hypothetical"),
        ("start compressor one if it is safe", "hypothetical"),
        ("start compressor", "ambiguous device compressor-1 compressor-2"),
        ("start compressor one two three", "no_such_device"),
        ("start compressor one now", "?"),
        ("start", "?"),
        ("", "?"),
        ("?!", "?"),
    ],
)
def test_what_is_not_exactly_one_command_does_nothing(english: Recognizer, said: str, expected: str) -> None:
    assert short(english.recognize(said)) == expected


def test_spelled_number_is_taken_where_it_can_mean_one_device_only(tmp_path: Path) -> None:
    few = recognizer(tmp_path, ENGLISH, lexicon("en", valves=[2, 25]))
    assert short(few.recognize("open valve two five")) == "OpenValve device=valve-25"
    many = recognizer(tmp_path, ENGLISH, lexicon("en", valves=[2, 5, 25]))
    assert short(many.recognize("open valve two five")) == "ambiguous device valve-25 valve-2 valve-5"
    assert short(many.recognize("open valve twenty five")) == "OpenValve device=valve-25"


def test_device_that_does_not_exist_is_answered_with_those_that_do(english: Recognizer) -> None:
    found = english.recognize("start compressor nine")
    assert isinstance(found, NoAction)
    assert found.details == {"kind": "compressor", "number": "9", "existing": "1,2"}
    assert found.intent is not None
    assert found.intent.name == "StartCompressor"


def test_many_existing_numbers_are_told_as_a_range(tmp_path: Path) -> None:
    engine = recognizer(tmp_path, ENGLISH, lexicon("en", valves=range(1, 501)))
    found = engine.recognize("open valve 999")
    assert isinstance(found, NoAction)
    assert found.details["existing"] == "1-500"
    asked = engine.recognize("open the valve")
    assert isinstance(asked, Ambiguous)
    assert len(asked.choices) == 24


def test_idle_sentence_says_what_it_would_have_been(english: Recognizer) -> None:
    found = english.recognize("never open valve three")
    assert isinstance(found, NoAction)
    assert found.intent is not None
    assert (found.intent.name, dict(found.intent.slots)) == ("OpenValve", {"device": "valve-3"})
    assert found.details == {"device": "valve-3"}


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("note frost on the Transfer line", "frost on the Transfer line"),
        ("Note: O₂ at 19.5 %, um, check!", "O₂ at 19.5 %, um, check"),
        ("note start compressor one and open valve two", "start compressor one and open valve two"),
    ],
)
def test_note_keeps_its_spelling(english: Recognizer, said: str, text: str) -> None:
    found = english.recognize(said)
    assert isinstance(found, Recognized)
    assert found.intent.slots == {"text": text}


def test_where_nothing_fits_is_told(english: Recognizer) -> None:
    found = english.recognize("start compressor one please please")
    assert isinstance(found, NotRecognized)
    assert found.stopped_at == 4


def test_text_that_is_too_long_is_not_understood(english: Recognizer) -> None:
    assert short(english.recognize("note " + "x" * MOST_CHARACTERS)) == "?"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("デュワー3の液面は", "GetLevel device=dewar-3"),
        ("3番デュワーの液面は？", "GetLevel device=dewar-3"),
        ("デュワー 三 の 液面 は", "GetLevel device=dewar-3"),
        ("デュワの3番のレベル", "GetLevel device=dewar-3"),
        ("二番目のデュワーのレベル", "GetLevel device=dewar-2"),
        ("圧縮機 1 を 起動 し て", "StartCompressor device=compressor-1"),
        ("一号機をきどうして", "StartCompressor device=compressor-1"),
        ("圧縮機1、起動", "StartCompressor device=compressor-1"),
        ("えーと、圧縮機２起動して", "StartCompressor device=compressor-2"),
        ("圧縮機を起動して", "ambiguous device compressor-1 compressor-2"),
        ("圧縮機1を起動しないで", "negated"),
        ("圧縮機9を起動して", "no_such_device"),
        ("十二番バルブをあけて", "OpenValve device=valve-12"),
        ("バルブじゅうにをあけて", "OpenValve device=valve-12"),
        ("バルブじゅうにあけて", "ambiguous device valve-10 valve-12"),
        ("バルブ二五を開けて", "no_such_device"),
        ("バルブ一二を開けて", "ambiguous device valve-12 valve-1 valve-2"),
        ("バルブ1と2を開けて", "several_commands"),
        ("バルブ1か2を開けて", "alternatives"),
        ("バルブ1、2を開けて", "several_commands"),
        ("バルブ25を開けて", "no_such_device"),
        ("3立米は何リットル", "Convert from=m3 to=L value=3"),
        ("十四点七立米は何リットル", "Convert from=m3 to=L value=14.7"),
        ("メモ、トランスファーチューブに着霜", "AddNote text=トランスファーチューブに着霜"),
    ],
)
def test_japanese_is_understood(japanese: Recognizer, said: str, expected: str) -> None:
    found = short(japanese.recognize(said))
    assert found == expected or sorted(found.split()) == sorted(expected.split())


def test_every_reading_is_returned_and_names_its_template(tmp_path: Path) -> None:
    engine = recognizer(
        tmp_path,
        "language: en\n"
        "intents:\n"
        "  Light: {data: [{sentences: ['light {room}']}, {sentences: ['light {colour}']}]}\n"
        "  Weigh: {data: [{sentences: ['light (green|red)']}]}\n"
        "lists:\n"
        "  room: {values: [green, kitchen]}\n"
        "  colour: {values: [green, {in: crimson, out: red}]}\n",
    )
    found = engine.recognize("light green")
    assert isinstance(found, Ambiguous)
    assert found.differs_in == "intent"
    assert [(c.name, dict(c.slots)) for c in found.choices] == [
        ("Light", {"room": "green"}),
        ("Light", {"colour": "green"}),
        ("Weigh", {}),
    ] or len(found.choices) == 3
    assert {i.template for i in found.interpretations} == {"light {room}", "light {colour}", "light (green|red)"}
    assert all(i.source.endswith((":3", ":4")) for i in found.interpretations)
    assert short(engine.recognize("light crimson")) == "Light colour=red"


def test_the_same_meaning_twice_is_one(tmp_path: Path) -> None:
    engine = recognizer(
        tmp_path,
        "language: en\nintents: {A: {data: [{sentences: ['go [now] [now]', 'go now', '(go|go now) [now]']}]}}\n",
    )
    assert short(engine.recognize("go now")) == "A"
    assert short(engine.recognize("go now now")) == "A"


def test_numbers_are_never_split_between_two_slots(tmp_path: Path) -> None:
    engine = recognizer(
        tmp_path,
        "language: en\n"
        "intents: {Set: {data: [{sentences: ['set {a} {b}', 'set {a} [twenty] {b} (five|now)']}]}}\n"
        "lists: {a: {range: {from: 0, to: 100}}, b: {range: {from: 0, to: 100}}}\n",
    )
    for said in ("set twenty five", "set 2 5", "set two five", "set twenty five five", "set one hundred and two"):
        assert short(engine.recognize(said)) == "?", said


def test_recognizer_can_do_without_a_plant(tmp_path: Path) -> None:
    engine = recognizer(
        tmp_path,
        "language: en\nintents: {Order: {data: [{sentences: ['a {drink}', 'start {device}']}]}}\n"
        "lists: {drink: {values: [tea]}}\n",
        Lexicon(),
    )
    assert short(engine.recognize("a tea")) == "Order drink=tea"
    assert short(engine.recognize("start compressor one")) == "?"
