"""The product's own sentences on its demo plant: what the models are made to hear, and what hearing them means."""

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from random import Random

from ruamel.yaml import YAML

import devices
from app.speech.grammar import Grammar, compile_grammar, is_ending
from app.vocabulary import lexicon_of
from devices.plant_file import load_plant
from intents.intent import ACTING, Ambiguous, IntentName, NoAction, NotRecognized, Recognition, Recognized
from intents.recognizer import Recognizer
from intents.sample import Sampler
from intents.sentences import load_sentences
from tests.practice_models.acceptor import Acceptor

_DEMO_PLANT = Path(devices.__file__).parent / "plants" / "demo.yaml"
_PEOPLE_SAY = Path(__file__).parents[1] / "sentences"
_BRIEF_SHARE = 0.75
"""Most sentences say little that they could leave out, as people do."""
_FAR = 20
"""Added to the number of a device, it gives one of none: the demo plant has twelve valves at most."""
_TRIES = 40
"""Samples for each sentence wanted, before giving up: some cannot be heard (notes), some come twice."""


class Product:
    """One language's sentences on the demo plant."""

    def __init__(self, language: str) -> None:
        self._recognizer = Recognizer(load_sentences(language), lexicon_of(load_plant(_DEMO_PLANT), language))

    @cached_property
    def grammar(self) -> Grammar:
        """What the recognisers listen for."""
        return compile_grammar(self._recognizer.word_graph())

    @cached_property
    def _acceptor(self) -> Acceptor:
        return Acceptor(self.grammar)

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

    def would_act(self, texts: Sequence[str]) -> bool:
        """Whether a transcript's texts would change something in the plant, a confirmation aside."""
        recognition = self._recognizer.recognize_nbest(texts)
        return isinstance(recognition, Recognized) and recognition.intent.name in ACTING

    def means_the_same(self, texts: Sequence[str], said: str) -> bool:
        """Whether a transcript's texts are understood as what was said."""
        return _meaning(self._recognizer.recognize_nbest(texts)) == _meaning(self._recognizer.recognize(said))

    def sentences_of_people(self) -> list[str]:
        """Return what people ask and command in the room (tests/sentences), but notes, whose words no grammar has."""
        return [line for line in self._lines if _is_wanted(self._recognizer.recognize(line))]

    def near_misses(self) -> list[str]:
        """Return what does nothing and sounds like what acts: people's own, and commands to devices that are not."""
        lines = [line for line in self._lines if isinstance(self._recognizer.recognize(line), NoAction)]
        return [*lines, *(line for said in self.sentences_of_people() for line in self._renumbered(said))]

    @cached_property
    def _lines(self) -> list[str]:
        yaml = YAML(typ="safe")
        paths = sorted(_PEOPLE_SAY.glob(f"*{self._recognizer.language}.yaml"))
        return list(dict.fromkeys(line["say"] for path in paths for line in yaml.load(path)))

    def _renumbered(self, sentence: str) -> list[str]:
        """Return a command with another number, by which nothing is called."""
        if not self.would_act([sentence]):
            return []
        numerals = self._recognizer.sentences.language.normalizer.numerals
        found = []
        for number in range(1, 13):
            other = number + _FAR
            for written, instead in (
                (str(number), str(other)),
                ("".join(numerals.spoken(number)), " ".join(numerals.spoken(other))),
            ):
                renumbered = re.sub(rf"(?<![0-9a-z]){written}(?![0-9a-z])", instead, sentence)
                if renumbered != sentence and not self.would_act([renumbered]):
                    found.append(renumbered)
        return found

    def _as_spoken(self, text: str) -> list[str]:
        numerals = self._recognizer.sentences.language.normalizer.numerals
        words: list[str] = []
        for word in text.split():
            if word.isdecimal():
                words += numerals.spoken(int(word))
            elif words and is_ending(word):
                words[-1] += word
            elif any(sign.isalnum() for sign in word):
                words.append(word)
        return words


def _is_wanted(recognition: Recognition) -> bool:
    """Whether something is asked or commanded, other than a note."""
    match recognition:
        case Recognized(intent=intent):
            return intent.name != IntentName.ADD_NOTE
        case Ambiguous():
            return True
        case _:
            return False


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
