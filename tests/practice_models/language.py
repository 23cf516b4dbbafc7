"""What the pipeline asks of a language: how a sentence sounds, and voices that say it."""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Protocol

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from tests.practice_models.graphs import Pronunciation

Samples = npt.NDArray[np.float64]
"""Mono audio at 16 kHz in 16-bit units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounded:
    """Some words of a sentence and how they sound together."""

    words: tuple[str, ...]
    """Mostly one; more where the synthesizer's own words do not end where ours do."""
    phones: Pronunciation


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """A voice and how it speaks."""

    voice: str
    """eSpeak's name of the voice; `mei` for Open JTalk's."""
    speed: float
    """Words per minute for eSpeak, a factor for Open JTalk."""
    pitch: float
    """0 to 100 for eSpeak, half tones for Open JTalk."""
    throat: float
    """Resampling factor: above 1 as if the speaker were smaller, and faster."""


class Language(Protocol):
    """One language's pronunciations and voices."""

    def read(self, sentence: str) -> list[Sounded]:
        """How the words of `sentence` (separated by spaces) sound in this context."""
        ...

    def read_strung(self, words: str) -> list[Sounded]:
        """Say the same of a string of everyday words without sense."""
        ...

    def phones_of(self, written: str) -> Pronunciation:
        """Return the phones of a pronunciation as the data file writes it: phones with spaces, or kana."""
        ...

    def product_manner(self) -> Manner:
        """Return the product's own voice."""
        ...

    def draw_manner(self, random: Random, *, held_out: bool) -> Manner:
        """Draw a voice for training, or one that training never uses."""
        ...

    def say(self, sentence: str, manner: Manner) -> Samples:
        """Speak a sentence."""
        ...

    def say_strung(self, words: str, manner: Manner) -> Samples:
        """Speak a string of everyday words."""
        ...


class Voices(BaseModel):
    """The voices of a language's data file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    product: str = ""
    accents: tuple[str, ...]
    variants: tuple[str, ...]
    held_out_accents: tuple[str, ...]
    held_out_variants: tuple[str, ...]

    def draw(self, random: Random, *, held_out: bool) -> str:
        """Draw an eSpeak voice with a variant."""
        accents, variants = (
            (self.held_out_accents, self.held_out_variants) if held_out else (self.accents, self.variants)
        )
        return f"{random.choice(accents)}+{random.choice(variants)}"


class LanguageData(BaseModel):
    """A language's data file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: str
    pause: str
    """A sign that voices make a short pause at."""
    phones: dict[str, tuple[str, ...]] = {}
    spoken: dict[str, str] = {}
    """Words that are not said as they are written, and what is said."""
    pronunciations: dict[str, tuple[str, ...]]
    voices: Voices
    words: str | dict[str, str]
    """Everyday words: separated by spaces, or with their readings."""

    @property
    def everyday_words(self) -> tuple[str, ...]:
        """Everyday words without their readings."""
        return tuple(self.words.split() if isinstance(self.words, str) else self.words)

    def written_pronunciations(self, word: str) -> tuple[str, ...]:
        """Pronunciations of a word that the file gives."""
        reading = self.words.get(word) if isinstance(self.words, dict) else None
        return (*self.pronunciations.get(word, ()), *([reading] if reading else []))


def language_data(language: str) -> LanguageData:
    """Read `data/LANG.yaml`."""
    path = Path(__file__).with_name("data") / f"{language}.yaml"
    return LanguageData.model_validate(YAML(typ="safe").load(path))
