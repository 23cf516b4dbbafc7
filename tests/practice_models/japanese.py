"""Japanese: readings by Open JTalk in context; its voice, and eSpeak NG's reading kana."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from random import Random

import numpy as np
import soxr

from app.speech.pronounce import Pronouncer
from app.speech.pronunciation import load_pronunciation
from app.speech.transcribe import SAMPLE_RATE_HZ
from tests.practice_models import espeak, openjtalk
from tests.practice_models.graphs import Pronunciation
from tests.practice_models.language import LanguageData, Manner, Samples, Sounded

_MEI = "mei"
_PRODUCT_SHARE = 0.25
_ESPEAK_SHARE = 0.3
_LONG = "ー"
_VOWELS = "aiueo"


@dataclass(frozen=True, slots=True)
class _Span:
    """Some characters of a sentence and how they are read."""

    surface: str
    kana: str


class Japanese:
    """Pronunciations and voices of Japanese."""

    def __init__(self, data: LanguageData) -> None:
        self._data = data
        self._strung = data.words if isinstance(data.words, dict) else {}

    def read(self, sentence: str) -> list[Sounded]:
        """Word by word as Open JTalk reads the sentence; words that one of its words straddles stay together."""
        return [
            Sounded(words=words, phones=phones_of_kana(kana))
            for words, kana in _aligned(tuple(sentence.split()), self._written(sentence))
        ]

    def read_strung(self, words: str) -> list[Sounded]:
        """By the readings of the data file, as a string without sense gives Open JTalk no context."""
        return [Sounded(words=(word,), phones=phones_of_kana(self._strung[word])) for word in words.split()]

    def phones_of(self, written: str) -> Pronunciation:
        """Kana as spoken."""
        return phones_of_kana(written)

    def product_manner(self) -> Manner:
        """Open JTalk's default."""
        return Manner(voice=_MEI, speed=1.0, pitch=0.0, throat=1.0)

    def draw_manner(self, random: Random, *, held_out: bool) -> Manner:
        """Draw the product's voice, a bent one, or one of eSpeak's."""
        share = random.random()
        if not held_out and share < _PRODUCT_SHARE:
            return Manner(voice=_MEI, speed=random.choice([0.9, 1.0, 1.0, 1.1]), pitch=0.0, throat=1.0)
        if share > 1 - _ESPEAK_SHARE:
            return Manner(
                voice=self._data.voices.draw(random, held_out=held_out),
                speed=random.choice([150, 172]) if held_out else random.randint(120, 200),
                pitch=random.choice([45, 60]) if held_out else random.randint(25, 80),
                throat=random.choice([0.93, 1.0, 1.07]) if held_out else random.uniform(0.85, 1.18),
            )
        if held_out:
            # The bent voice is new as a whole: training draws each of the three from a range, never these values.
            throat = random.choice([0.82, 0.93, 1.07, 1.21])
            return Manner(
                voice=_MEI,
                speed=random.choice([0.95, 1.07, 1.2]),
                pitch=random.choice([-5.0, -1.0, 3.0]),
                throat=throat,
            )
        return Manner(
            voice=_MEI, speed=random.uniform(0.8, 1.35), pitch=random.uniform(-9, 6), throat=random.uniform(0.85, 1.18)
        )

    def say(self, sentence: str, manner: Manner) -> Samples:
        """As written by Open JTalk, as read in kana by eSpeak."""
        if manner.voice == _MEI:
            return _say_mei("".join(self._written(sentence)), manner)
        groups = _aligned(tuple(sentence.split()), self._written(sentence))
        return _say_kana("".join(kana for _words, kana in groups), manner)

    def say_strung(self, words: str, manner: Manner) -> Samples:
        """In kana by both."""
        kana = "".join(self._strung[word] for word in words.split())
        return _say_mei(kana, manner) if manner.voice == _MEI else _say_kana(kana, manner)

    def _written(self, sentence: str) -> tuple[str, ...]:
        """Each word as the voice reads it rightly: as the data file or the product puts it (弁 → べん)."""
        return tuple(self._data.spoken.get(word) or _pronouncer().pronounce(word) for word in sentence.split())


def phones_of_kana(kana: str) -> Pronunciation:
    """Take Open JTalk's phonemes; devoiced vowels are voiced, a doubled one is one long phone, ン is `nn`, ッ `q`."""
    phones: list[str] = []
    for phoneme in openjtalk.phonemes(kana):
        phone = {"N": "nn", "cl": "q"}.get(phoneme, phoneme.lower())
        if phone in _VOWELS and phones[-1:] == [phone]:
            phones[-1] = f"{phone}:"
        else:
            phones.append(phone)
    return tuple(phones)


def _say_mei(text: str, manner: Manner) -> Samples:
    samples = openjtalk.say(text, speed=manner.speed, half_tones=manner.pitch)
    return np.asarray(soxr.resample(samples, openjtalk.SAMPLE_RATE_HZ * manner.throat, SAMPLE_RATE_HZ), np.float64)


def _say_kana(kana: str, manner: Manner) -> Samples:
    # eSpeak knows hiragana only: the two blocks are 0x60 apart.
    hiragana = "".join(chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヶ" else sign for sign in kana)
    samples = espeak.espeak().say(
        hiragana, manner.voice, words_per_minute=round(manner.speed), pitch=round(manner.pitch)
    )
    return np.asarray(soxr.resample(samples, espeak.SAMPLE_RATE_HZ * manner.throat, SAMPLE_RATE_HZ), np.float64)


@lru_cache(maxsize=1)
def _pronouncer() -> Pronouncer:
    """Return what the product has its voice say for words that the voice misreads."""
    return Pronouncer(load_pronunciation("ja"))


@lru_cache(maxsize=1024)
def _aligned(words: tuple[str, ...], written: tuple[str, ...]) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Group words with the kana they are read as: cut wherever a word of ours and of Open JTalk's both end."""
    spans = [span for reading in openjtalk.readings("".join(written)) if reading.kana for span in _split(reading)]
    if "".join(span.surface for span in spans) != "".join(written):
        return ((words, "".join(span.kana for span in spans)),)
    ours = _ends(len(word) for word in written)
    theirs = _ends(len(span.surface) for span in spans)
    # A long vowel's mark cannot begin a word: it belongs to the vowel before it.
    starts_long = {end for end, span in zip(theirs, spans[1:], strict=False) if span.kana.startswith(_LONG)}
    cuts = [0, *sorted(set(ours) & set(theirs) - starts_long)]
    return tuple(
        (
            tuple(word for word, end in zip(words, ours, strict=True) if left < end <= right),
            "".join(span.kana for span, end in zip(spans, theirs, strict=True) if left < end <= right),
        )
        for left, right in pairwise(cuts)
    )


def _ends(lengths: Iterable[int]) -> list[int]:
    ends: list[int] = []
    for length in lengths:
        ends.append((ends[-1] if ends else 0) + length)
    return ends


def _split(reading: openjtalk.Reading) -> list[_Span]:
    """Cut a word that is written as it is read into its signs; one with kanji stays whole."""
    is_kana = all("ぁ" <= sign <= "ヿ" for sign in reading.surface)
    if is_kana and len(reading.surface) == len(reading.kana):
        return [_Span(surface, kana) for surface, kana in zip(reading.surface, reading.kana, strict=True)]
    return [_Span(reading.surface, reading.kana)]
