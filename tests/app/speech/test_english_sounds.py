"""Words are pronounced as dictionaries, sites and their parts say."""

import pytest

from app.speech.english_sounds import english_sounds
from app.speech.errors import UnspeakableTextError


def test_a_phrase_is_pronounced_word_by_word() -> None:
    assert english_sounds("Hey, Helium!") == (("HH", "EY", "HH", "IY", "L", "IY", "AH", "M"),)


def test_each_pronunciation_counts_and_the_plants_own_words_are_known() -> None:
    assert ("D", "UW", "ER") in english_sounds("dewar")
    assert len(english_sounds("dewar")) == 3


def test_a_word_that_is_two_words_is_pronounced_as_they_are() -> None:
    assert english_sounds("mycroft") == (("M", "AY", "K", "R", "AO", "F", "T"),)


def test_a_site_says_how_its_words_sound() -> None:
    told = {"qlx": ("cool ex", "no such wörd")}
    assert ("K", "UW", "L", "EH", "K", "S") in english_sounds("qlx", told)


@pytest.mark.parametrize("phrase", ["qlxw", "", "  ", "ヘリウム", "123"])
def test_what_no_dictionary_knows_is_refused(phrase: str) -> None:
    with pytest.raises(UnspeakableTextError):
        english_sounds(phrase)
