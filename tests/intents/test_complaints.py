"""What people complained of in other voice assistants, each with the issue in which they did, is not to be had here."""

from functools import cache

import pytest

from app.vocabulary import lexicon_of
from devices.plant_file import DEMO_PLANT_FILE, load_plant
from intents.example import acts
from intents.intent import Ambiguous, Intent, NoAction, NoActionReason, NotRecognized, Recognition, Recognized
from intents.lexicon import DeviceEntry, Lexicon
from intents.recognizer import Recognizer
from intents.sentences import load_sentences


@cache
def recognizer(language: str) -> Recognizer:
    return Recognizer(load_sentences(language), lexicon_of(load_plant(DEMO_PLANT_FILE), language))


def meant(text: str, language: str = "en") -> Intent | None:
    found: Recognition = recognizer(language).recognize(text)
    return found.intent if isinstance(found, Recognized) else None


@pytest.mark.parametrize("number", range(1, 13))
@pytest.mark.parametrize("written", ["{}", "number {}", "#{}"])
def test_number_said_is_the_number_meant__skill_homeassistant_8(number: int, written: str) -> None:
    """MycroftAI/skill-homeassistant#8: "turn on blabla 1" switched "blabla 3"."""
    assert meant(f"open valve {written.format(number)}") == Intent(
        name="OpenValve", slots={"device": f"valve-{number}"}
    )


@pytest.mark.parametrize("text", ["open valve 25 percent", "open valve twenty five percent", "open valve 2 5 percent"])
def test_number_is_never_split_between_a_device_and_its_value__hassil(text: str) -> None:
    """Hassil 3.12 reads it as valve 2 at 5 % where valves 2 and 25 exist, and says nothing of the other reading."""
    lexicon = lexicon_of(load_plant(DEMO_PLANT_FILE), "en")
    valve = next(device for device in lexicon.devices if device.kind == "valve")
    more = DeviceEntry(
        device_id="valve-25", kind="valve", number=25, names=(), quantities=valve.quantities, actions=valve.actions
    )
    engine = Recognizer(load_sentences("en"), Lexicon(devices=(*lexicon.devices, more), kinds=lexicon.kinds))
    assert not acts(engine.recognize(text))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("do not start compressor one", "en"),
        ("don't open valve seven", "en"),
        ("do not close valve 7 under any circumstances", "en"),
        ("never start compressor two", "en"),
        ("圧縮機1を起動しないで", "ja"),
        ("バルブ7を開けないでください", "ja"),
    ],
)
def test_not_is_no_filler__intents_867(text: str, language: str) -> None:
    """OHF-Voice/intents#867 and others widen the words to skip; one that contains "not" starts what must not start."""
    found = recognizer(language).recognize(text)
    assert isinstance(found, NoAction)
    assert found.reason is NoActionReason.NEGATED


@pytest.mark.parametrize("text", ["圧縮機 1 を 起動 し て", "圧縮機1を起動して", "圧 縮 機 １ を 起 動 し て"])
def test_blanks_in_japanese_part_nothing__vosk_api_1421(text: str) -> None:
    """alphacep/vosk-api#1421, ideasman42/nerd-dictation#125: recognisers write blanks between Japanese words."""
    assert meant(text, "ja") == Intent(name="StartCompressor", slots={"device": "compressor-1"})


@pytest.mark.parametrize("number", ["7", "７", "七", "なな", "しち", "ナナ"])
def test_digits_of_all_kinds_are_numbers__japanese_numbers_python_7(number: str) -> None:
    """takumakanari/japanese-numbers-python#7 (full width) and microsoft/Recognizers-Text#2923 (kana) are not read."""
    assert meant(f"バルブ{number}を開けて", "ja") == Intent(name="OpenValve", slots={"device": "valve-7"})


@pytest.mark.parametrize("said", ["〇.2", "零点二", "０．２", "ゼロ点二", "れいてんに"])
def test_zero_is_a_digit__recognizers_text_2922(said: str) -> None:
    """microsoft/Recognizers-Text#2922: 零 is no numeral, nor is what begins with it."""
    found = meant(f"{said}メガパスカルは何キロパスカル", "ja")
    assert found is not None
    assert found.slots["value"] == "0.2"


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("two hundred and twenty two", "222"),
        ("one hundred and eighty eight", "188"),
        ("one hundred and eighty nine", "189"),
        ("nineteen", "19"),
        ("nine", "9"),
    ],
)
def test_numbers_in_words_are_exact__semantic_13(said: str, value: str) -> None:
    """charliermarsh/semantic#13: 222 is 210; microsoft/Recognizers-Text#736: 19 percent becomes 9."""
    found = meant(f"how many litres is {said} cubic metres")
    assert found is not None
    assert found.slots["value"] == value


@pytest.mark.parametrize(
    ("text", "language"), [("thank you", "en"), ("thank you very much", "en"), ("ありがとう", "ja")]
)
def test_thanks_are_understood__intents_1000(text: str, language: str) -> None:
    """OHF-Voice/intents#1000: "thank you" only earned "sorry, I did not understand"."""
    found = recognizer(language).recognize(text)
    assert isinstance(found, NoAction)
    assert found.reason is NoActionReason.SMALL_TALK


@pytest.mark.parametrize("text", ["cancel that", "please cancel the request", "acknowledge the alarm on bag one"])
def test_word_cancel_or_alarm_does_not_end_understanding__snips_134(text: str) -> None:
    """snipsco/snips-issues#134: whatever contained "cancel" was heard and then dropped."""
    assert meant(text) is not None


@pytest.mark.parametrize("text", ["no", "cancel that", "no thanks"])
def test_there_are_longer_ways_to_say_no__rhasspy_242(text: str) -> None:
    """synesthesiam/rhasspy#242: a lone "no" is often not heard, "no thanks" is."""
    assert meant(text) == Intent(name="Cancel")


def test_question_with_few_wordings_is_not_swallowed_by_one_with_many__rhasspy_58() -> None:
    """synesthesiam/rhasspy#58: the intent with the most wordings won."""
    assert meant("help") == Intent(name="Help")
    assert meant("any alarms") == Intent(name="ListAlarms")


def test_device_that_shares_its_noun_with_others_is_asked_for__core_176226() -> None:
    """home-assistant/core#176226, #104379: of several with one name, a random one was switched."""
    found = recognizer("en").recognize("open the valve")
    assert isinstance(found, Ambiguous)
    assert found.differs_in == "device"
    assert {choice.slots["device"] for choice in found.choices} == {f"valve-{n}" for n in range(1, 13)}


@pytest.mark.parametrize("text", ["play music", "turn on the balcony light", "what is the capital of France"])
def test_what_is_not_ours_is_not_bent_into_what_is__rhasspy_182(text: str) -> None:
    """rhasspy/rhasspy#182: other speech came out as a full command with slots."""
    assert isinstance(recognizer("en").recognize(text), NotRecognized)
