"""What is written is said as people say it: data in `said/LANGUAGE.yaml`, and how a text is cut and shared out."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from app.speech.errors import SpeechUnavailableError, UnspeakableTextError
from app.speech.openjtalk import OpenJtalkEngine
from app.speech.pronounce import Pronouncer
from app.speech.pronunciation import load_pronunciation
from app.speech.spoken import LONGEST_SENTENCE, LONGEST_TEXT, Spoken

SAID = Path(__file__).parent / "said"


def rows(language: str) -> list[list[str]]:
    return [[str(text) for text in row] for row in YAML(typ="safe").load((SAID / f"{language}.yaml").read_text())]


@pytest.fixture(scope="module")
def spoken() -> Spoken:
    return Spoken()


@pytest.fixture(scope="module")
def open_jtalk() -> OpenJtalkEngine:
    return OpenJtalkEngine()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_numbers_units_ids_and_symbols_are_put_into_words(language: str) -> None:
    pronouncer = Pronouncer(load_pronunciation(language))
    table = rows(language)
    assert [[row[0], pronouncer.pronounce(row[0])] for row in table] == [row[:2] for row in table]


def test_open_jtalk_reads_the_words_as_people_say_them(open_jtalk: OpenJtalkEngine) -> None:
    table = rows("ja")
    assert [[row[1], open_jtalk.kana(row[1])] for row in table] == [row[1:] for row in table]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_spoken_is_not_changed_by_being_spoken_again(language: str) -> None:
    pronouncer = Pronouncer(load_pronunciation(language))
    spoken = [row[1] for row in rows(language)]
    assert [pronouncer.pronounce(text) for text in spoken] == spoken


def test_sentences_are_cut_where_they_end_and_numbers_stay_whole(spoken: Spoken) -> None:
    assert said(spoken, "Bank 1 is at 14.7 MPa. It is measured now. Really?", "en") == [
        ("en", "Bank 1 is at 14.7 megapascals."),
        ("en", "It is measured now."),
        ("en", "Really?"),
    ]
    assert said(spoken, "14.7MPaです。本当ですか?はい！", "ja") == [
        ("ja", "14.7メガパスカルです。"),
        ("ja", "本当ですか?"),
        ("ja", "はい!"),
    ]


def test_words_of_the_other_language_go_to_its_voice(spoken: Spoken) -> None:
    assert said(spoken, "It is blocked, because バッグ1が15%未満です。 now.", "en") == [
        ("en", "It is blocked, because"),
        ("ja", "バッグ1が15パーセント未満です。"),
        ("en", "now."),
    ]
    assert said(spoken, "control deskから起動しました。Linde L140です。PLCは正常です。", "ja") == [
        ("en", "control desk"),
        ("ja", "から起動しました。"),
        ("en", "Linde"),
        ("ja", "L140です。"),
        ("ja", "ピーエルシーは正常です。"),
    ]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("text", ["", "  \n", "\x00\x07", "👍🚀", "。。、…", "-- , ?!", "\ud800"])
def test_text_without_a_word_is_an_error(spoken: Spoken, text: str, language: str) -> None:
    with pytest.raises(UnspeakableTextError, match="no word"):
        spoken.phrases(text, language)


@pytest.mark.parametrize("text", ["a" * 10_000, "圧" * 10_000, "1 " * 5_000])
def test_text_of_ten_thousand_characters_is_an_error_that_names_the_limit(spoken: Spoken, text: str) -> None:
    with pytest.raises(UnspeakableTextError, match=r"10000 characters; at most 2000"):
        spoken.phrases(text, "en")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(
    "text",
    [
        "a" * LONGEST_TEXT,
        "A a" * 600,
        "圧" * LONGEST_TEXT,
        "1" * LONGEST_TEXT,
        "1," * 1000,
        "a-" * 1000,
        "7時間、" * 500,
    ],
    ids=lambda text: text[:6],
)
def test_long_text_is_cut_into_pieces_and_nothing_is_lost(spoken: Spoken, text: str, language: str) -> None:
    phrases = spoken.phrases(text, language)
    assert max(len(phrase.text) for phrase in phrases) <= LONGEST_SENTENCE
    letters = "".join(character for phrase in phrases for character in phrase.text if character.isalnum())
    assert len(letters) >= sum(character.isalnum() for character in text)


def test_language_without_a_voice_is_an_error_that_names_those_that_have_one(spoken: Spoken) -> None:
    with pytest.raises(SpeechUnavailableError, match=r"'fr'.*en, ja"):
        spoken.phrases("bonjour", "fr")


def said(spoken: Spoken, text: str, language: str) -> list[tuple[str, str]]:
    return [(phrase.language, phrase.text) for phrase in spoken.phrases(text, language)]
