"""What a model understands.

Held-out voices say plant sentences, near misses and other words, heard by stock vosk as the product uses it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt

from app.speech.transcribe import SAMPLE_RATE_HZ, Transcriber
from tests.practice_models.language import Language, LanguageData, Manner
from tests.practice_models.lexicon import Lexicon, sound_alike
from tests.practice_models.product import Product
from tests.practice_models.room import at_speech_level, machine_noise, surrounded, trimmed, with_echo


class Kind(StrEnum):
    """What is said."""

    PRODUCT = "product's own voice"
    CLEAN = "held-out voices"
    NOISY = "held-out voices, noisy"
    MISS = "near misses, noisy"
    """Another number, a negation, a question: sentences that do nothing and sound like others that act."""
    REPLACED = "one word replaced, noisy"
    OTHER = "other words, noisy"

    @property
    def is_plant_sentence(self) -> bool:
        """Whether it should be understood."""
        return self in (Kind.PRODUCT, Kind.CLEAN, Kind.NOISY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A test utterance."""

    text: str
    pcm: bytes
    voice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What came of one kind of utterance."""

    kind: Kind
    count: int
    right: int
    """Heard word for word, or in words that sound the same."""
    understood: int
    """Understood as what was said, word for word or not."""
    wrong: int
    """Not understood as what was said, and acted on."""
    failures: tuple[tuple[Spoken, str], ...]
    """Plant sentences not heard right, with what was heard; other speech heard as a plant sentence."""
    cpu_per_audio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A transcriber and what its transcripts are judged by."""

    transcriber: Transcriber
    grammar: str
    """Name of the grammar to decode with."""
    product: Product
    lexicon: Lexicon


def measure(listener: Listener, kind: Kind, spoken: Sequence[Spoken]) -> Figures:
    """Decode all of a kind as the product does."""
    product = listener.product
    right = understood = wrong = 0
    failures = []
    began = time.process_time()
    heard = [listener.transcriber.transcribe(utterance.pcm, listener.grammar).texts for utterance in spoken]
    cpu_s = time.process_time() - began
    for utterance, texts in zip(spoken, heard, strict=True):
        is_right = bool(texts) and sound_alike(listener.lexicon, texts[0], utterance.text)
        is_understood = is_right or product.means_the_same(texts, utterance.text)
        is_wrong = not is_understood and product.would_act(texts)
        right += is_right
        understood += is_understood
        wrong += is_wrong
        if is_wrong or (kind.is_plant_sentence and not is_understood):
            failures.append((utterance, " / ".join(texts)))
    return Figures(
        kind=kind,
        count=len(spoken),
        right=right,
        understood=understood,
        wrong=wrong,
        failures=tuple(failures),
        cpu_per_audio=cpu_s / sum(len(utterance.pcm) / 2 / SAMPLE_RATE_HZ for utterance in spoken),
    )


def speech_of(language: Language, data: LanguageData, kind: Kind, sentences: Sequence[str], count: int) -> list[Spoken]:
    """Say `count` utterances of a kind, made of `sentences`; always the same in the same voices."""
    random, noise = Random(f"{data.address} {kind}"), np.random.default_rng(len(kind))
    words = data.everyday_words
    known = {word for sentence in sentences for word in sentence.split()}
    strange = [word for word in words if word not in known and len(word) > 1]
    spoken = []
    for _ in range(count):
        manner = language.product_manner() if kind is Kind.PRODUCT else language.draw_manner(random, held_out=True)
        match kind:
            case Kind.OTHER:
                text = " ".join(random.choice(words) for _ in range(random.randint(3, 6)))
                samples = language.say_strung(text, manner)
            case Kind.REPLACED:
                said = random.choice([sentence for sentence in sentences if " " in sentence]).split()
                said[random.randrange(len(said))] = random.choice(strange)
                text = " ".join(said)
                samples = language.say(text, manner)
            case _:
                text = random.choice(sentences)
                samples = language.say(text, manner)
        is_noisy = kind not in (Kind.PRODUCT, Kind.CLEAN)
        spoken.append(Spoken(text=text, pcm=_pcm(noise, samples, is_noisy=is_noisy), voice=_name(manner)))
    return spoken


def _pcm(random: np.random.Generator, samples: npt.NDArray[np.float64], *, is_noisy: bool) -> bytes:
    """Return a recording of the speech; when noisy, with echo (3 of 10) and noise 5 to 40 dB below."""
    samples = surrounded(random, at_speech_level(trimmed(samples)))
    if is_noisy:
        if random.random() < 0.3:
            samples = with_echo(random, samples)
        noise = machine_noise(random, len(samples) / SAMPLE_RATE_HZ)[: len(samples)]
        samples = samples + np.pad(noise, (0, len(samples) - len(noise))) * 10 ** (-random.uniform(5, 40) / 20)
    samples = samples / np.abs(samples).max() * 32767 * 10 ** (random.uniform(-26, -1) / 20)
    return np.round(samples).astype("<i2").tobytes()


def _name(manner: Manner) -> str:
    return f"{manner.voice}@{manner.speed:g},{manner.pitch:g},{manner.throat:g}"


def size_bytes(directory: Path) -> int:
    """Add up what a model directory takes on disk."""
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
