"""English: eSpeak NG's American phonemes for every voice, so that the network learns to hear through accents."""

from functools import lru_cache
from itertools import chain
from random import Random

import numpy as np
import soxr

from app.speech.transcribe import SAMPLE_RATE_HZ
from app.speech.voice_settings import VoiceSettings
from tests.practice_models import espeak
from tests.practice_models.edit_distance import edit_distance
from tests.practice_models.graphs import Pronunciation
from tests.practice_models.language import LanguageData, Manner, Samples, Sounded

_REFERENCE_VOICE = "gmw/en-US"
_PRODUCT_SHARE = 0.3
"""How much of the training speech is the product's own voice at various speeds."""


class English:
    """Pronunciations and voices of English."""

    def __init__(self, data: LanguageData) -> None:
        self._data = data

    def read(self, sentence: str) -> list[Sounded]:
        """Word by word where eSpeak keeps words apart, else the whole sentence as one."""
        words = tuple(sentence.split())
        sounded = [self._phones(group) for group in espeak.espeak().phonemes(sentence, _REFERENCE_VOICE)]
        if len(sounded) == len(words) and all(map(self._may_sound, words, sounded)):
            return [Sounded(words=(word,), phones=phones) for word, phones in zip(words, sounded, strict=True)]
        return [Sounded(words=words, phones=tuple(chain.from_iterable(sounded)))]

    read_strung = read

    def _may_sound(self, word: str, phones: Pronunciation) -> bool:
        """Whether a group is this word: eSpeak may join two words and part another, and the count be right."""
        alone = self._alone(word)
        return edit_distance(alone, phones) <= max(1, len(alone) // 2)

    @lru_cache(maxsize=4096)  # noqa: B019 - there is one English
    def _alone(self, word: str) -> Pronunciation:
        groups = espeak.espeak().phonemes(word, _REFERENCE_VOICE)
        return tuple(chain.from_iterable(self._phones(group) for group in groups))

    def phones_of(self, written: str) -> Pronunciation:
        """Phones, separated by spaces."""
        return tuple(written.split())

    def product_manner(self) -> Manner:
        """ESpeak's American voice at the product's usual speed."""
        return Manner(voice=self._data.voices.product, speed=VoiceSettings().words_per_minute, pitch=50, throat=1.0)

    def draw_manner(self, random: Random, *, held_out: bool) -> Manner:
        """Draw the product's voice often, else any accent with any variant."""
        if not held_out and random.random() < _PRODUCT_SHARE:
            voice, throat = self._data.voices.product, random.choice([1.0, 1.0, random.uniform(0.94, 1.06)])
            return Manner(voice=voice, speed=random.choice([150, 165, 165, 165, 180, 200]), pitch=50, throat=throat)
        return Manner(
            voice=self._data.voices.draw(random, held_out=held_out),
            speed=random.choice([150, 172, 190]) if held_out else random.randint(125, 215),
            pitch=random.choice([45, 60]) if held_out else random.randint(25, 80),
            throat=random.choice([0.93, 1.0, 1.07]) if held_out else random.uniform(0.85, 1.18),
        )

    def say(self, sentence: str, manner: Manner) -> Samples:
        """Speak by eSpeak NG."""
        samples = espeak.espeak().say(
            sentence, manner.voice, words_per_minute=round(manner.speed), pitch=round(manner.pitch)
        )
        return np.asarray(soxr.resample(samples, espeak.SAMPLE_RATE_HZ * manner.throat, SAMPLE_RATE_HZ), np.float64)

    say_strung = say

    def _phones(self, group: tuple[str, ...]) -> Pronunciation:
        phones: list[str] = []
        for symbol in group:
            for phone in self._data.phones.get(symbol, (symbol,)):
                if phones[-1:] != [phone]:
                    phones.append(phone)
        return tuple(phones)
