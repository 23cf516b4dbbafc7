"""Open JTalk: how Japanese text is read, and the voice *mei* saying it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyopenjtalk

Samples = npt.NDArray[np.float64]
"""Mono audio in 16-bit units."""

SAMPLE_RATE_HZ = 48_000
_AS_THE_PRODUCT: dict[str, Any] = {"use_sudachi_kanji_yomi": False, "predict_nani": False}
"""Readings are the product's own (app/speech/openjtalk.py)."""
_NOT_SPOKEN = "’'、。？！ "


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How Open JTalk reads one of its own words."""

    surface: str
    """As written; digits come as kanji."""
    kana: str
    """As spoken, in katakana (は as a particle is ワ); empty for punctuation."""


def readings(text: str) -> list[Reading]:
    """Return the words that Open JTalk makes of a text without spaces."""
    return [
        Reading(surface=word["string"], kana=word["pron"].translate({ord(mark): None for mark in _NOT_SPOKEN}))
        for word in pyopenjtalk.run_frontend(text, **_AS_THE_PRODUCT)
    ]


def phonemes(kana: str) -> list[str]:
    """Open JTalk's phonemes of katakana, without pauses; `N` and `cl` are ン and ッ, A I U E O are devoiced vowels."""
    return [phoneme for phoneme in pyopenjtalk.g2p(kana, join=False, **_AS_THE_PRODUCT) if phoneme != "pau"]


def say(text: str, *, speed: float, half_tones: float) -> Samples:
    """Speak `text` at `speed` (1 = as trained), `half_tones` higher."""
    samples, _rate = pyopenjtalk.tts(text, speed=speed, half_tone=half_tones, **_AS_THE_PRODUCT)
    return np.asarray(samples, np.float64)
