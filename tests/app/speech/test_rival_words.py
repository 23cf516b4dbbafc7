"""Words of the dictionary are found by how they sound."""

import random

import pytest

from app.speech.english_sounds import Sounds, english_sounds, every_pronunciation, sphinx_model
from app.speech.rival_words import RivalWords
from app.speech.sound_model import SoundModel


@pytest.fixture(scope="module")
def rivals() -> RivalWords:
    return RivalWords(SoundModel(sphinx_model() / "en-us").phones)


def differences(one: Sounds, other: Sounds) -> int:
    """Work out Levenshtein's distance in the plainest way."""
    row = list(range(len(other) + 1))
    for at, phone in enumerate(one, 1):
        before, row = row, [at]
        for to, against in enumerate(other, 1):
            row.append(min(row[-1] + 1, before[to] + 1, before[to - 1] + (phone != against)))
    return row[-1]


def test_a_word_of_the_dictionary_is_nearest_to_itself(rivals: RivalWords) -> None:
    (helium,) = english_sounds("helium")
    assert rivals.near(helium, 1) == [helium]


def test_no_word_is_nearer_than_those_that_are_found(rivals: RivalWords) -> None:
    heard = ("AH", "N", "EH", "L", "IY", "AH", "S")
    found = rivals.near(heard, 20)
    farthest = max(differences(heard, word) for word in found)
    sample = random.Random(1).sample(list(every_pronunciation()), 5_000)
    assert len(found) == 20
    assert all(differences(heard, word) >= farthest for word in sample if word not in found)


def test_words_like_the_address_are_left_out(rivals: RivalWords) -> None:
    ways = english_sounds("amelia")
    near = rivals.near(ways[0], 60)
    kept = rivals.without_like(near, ways, 2)
    assert 0 < len(kept) < len(near)
    assert all(differences(ways[0], word) >= 2 for word in kept)


def test_a_phrase_longer_than_any_word_has_rivals_too(rivals: RivalWords) -> None:
    ways = english_sounds("hey helium recovery station")
    assert len(rivals.without_like(rivals.near(ways[0], 5), ways, 2)) == 5


def test_nothing_heard_has_the_shortest_words_near(rivals: RivalWords) -> None:
    assert {len(word) for word in rivals.near((), 5)} == {1}
