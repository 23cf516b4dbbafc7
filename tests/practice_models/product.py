"""The product's own sentences on its demo plant: what the models are made to hear, and what hearing them means."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from random import Random

import devices
from app.vocabulary import lexicon_of
from devices.plant_file import load_plant
from intents.intent import Ambiguous, NoAction, NotRecognized, Recognition, Recognized
from intents.recognizer import Recognizer
from intents.sample import Sampler
from intents.sentences import load_sentences
from intents.word_graph import WordGraph
from tests.practice_models.acceptor import Acceptor

_DEMO_PLANT = Path(devices.__file__).parent / "plants" / "demo.yaml"
_BRIEF_SHARE = 0.75
"""Most sentences say little that they could leave out, as people do."""
_TRIES = 40
"""Samples for each sentence wanted, before giving up: some cannot be heard (notes), some come twice."""


class Product:
    """One language's sentences on the demo plant."""

    def __init__(self, language: str) -> None:
        self._recognizer = Recognizer(load_sentences(language), lexicon_of(load_plant(_DEMO_PLANT), language))

    @cached_property
    def word_graph(self) -> WordGraph:
        """What the recognisers listen for."""
        return self._recognizer.word_graph()

    @cached_property
    def _acceptor(self) -> Acceptor:
        return Acceptor(self.word_graph)

    def can_hear(self, sentence: str) -> bool:
        """Whether the recognisers listen for a sentence, word for word."""
        return self._acceptor.accepts(sentence.split())

    def sentences(self, count: int) -> list[str]:
        """Return `count` different sentences, words separated by spaces, each template about as often as any."""
        random = Random(f"{self._recognizer.language} practice")
        sampler = Sampler(self._recognizer.sentences, self._recognizer.lexicon)
        templates = [template for template in sampler.templates() if template.is_spoken]
        found: dict[str, None] = {}
        for turn in range(count * _TRIES):
            if len(found) == count:
                break
            is_brief = random.random() < _BRIEF_SHARE
            sample = sampler.sample(random, templates[turn % len(templates)], is_brief=is_brief)
            words = self._as_spoken(sample.text)
            if words and self._acceptor.accepts(words):
                found[" ".join(words)] = None
        return sorted(found)

    def is_command(self, texts: Sequence[str]) -> bool:
        """Whether a transcript's texts would be acted on, answered or asked about."""
        return isinstance(self._recognizer.recognize_nbest(texts), Recognized | Ambiguous)

    def means_the_same(self, texts: Sequence[str], said: str) -> bool:
        """Whether a transcript's texts are understood as what was said."""
        return _meaning(self._recognizer.recognize_nbest(texts)) == _meaning(self._recognizer.recognize(said))

    def _as_spoken(self, text: str) -> list[str]:
        numerals = self._recognizer.sentences.language.normalizer.numerals
        words: list[str] = []
        for word in text.split():
            if word.isdecimal():
                words += numerals.spoken(int(word))
            elif any(sign.isalnum() for sign in word):
                words.append(word)
        return words


def _meaning(recognition: Recognition) -> object:
    match recognition:
        case Recognized(intent=intent):
            return intent
        case NoAction(reason=reason, intent=intent, details=details):
            return reason, intent, details
        case Ambiguous(choices=choices):
            return choices
        case NotRecognized():
            return None
