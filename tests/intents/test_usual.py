"""Usual sentences name what there is, in words as they are heard."""

import pytest

from app.vocabulary import lexicon_of
from devices.plant import Plant
from intents.sentences import load_sentences
from intents.usual import ANY_WORDS, usual_sentences


@pytest.mark.parametrize("language", ["en", "ja"])
def test_usual_sentences_are_many_different_ones_and_always_the_same(demo_plant: Plant, language: str) -> None:
    sentences, lexicon = load_sentences(language), lexicon_of(demo_plant, language)
    found = usual_sentences(sentences, lexicon, sentences.templates)
    assert len(found) > 5_000
    assert len(set(found)) == len(found)
    assert found == usual_sentences(sentences, lexicon, sentences.templates)


def test_numbers_are_words_and_free_text_is_a_sign(demo_plant: Plant) -> None:
    sentences = load_sentences("en")
    found = usual_sentences(sentences, lexicon_of(demo_plant, "en"), sentences.templates)
    words = {word for sentence in found for word in sentence}
    assert {"seven", "twelve", ANY_WORDS} <= words
    assert not {word for word in words if word.isdecimal() or word in {",", "?", "。"}}


def test_only_the_templates_asked_for_are_said(demo_plant: Plant) -> None:
    sentences = load_sentences("en")
    openings = [template for template in sentences.templates if template.intent == "OpenValve"]
    found = usual_sentences(sentences, lexicon_of(demo_plant, "en"), openings)
    assert sum("valve" in sentence for sentence in found) > len(found) / 2
    assert not any("dewar" in sentence for sentence in found)
    assert usual_sentences(sentences, lexicon_of(demo_plant, "en"), []) == ()
