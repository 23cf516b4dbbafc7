"""What is said for training: the plant's own sentences, with and without the address, and everyday words in strings."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.practice_models.language import LanguageData

_ADDRESSED_SHARE = 0.2
_STRUNG_SHARE = 0.3
_PAUSE_SHARE = 0.12
_MIXED_SHARE = 0.1
"""Part of a plant sentence with part of another: words in new company, so that no sentence is learnt by heart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something to be said."""

    text: str
    """Words separated by spaces."""
    spoken: str
    """The same as it is said: with a pause, or none."""
    is_strung: bool
    """Everyday words without sense, to be read by the data file's readings."""


def training_lines(random: Random, count: int, sentences: Sequence[str], data: LanguageData) -> list[Line]:
    """`count` lines; each plant sentence comes about as often as any other."""
    pool: list[str] = []
    lines = []
    for _ in range(count):
        share = random.random()
        if share < _STRUNG_SHARE:
            text = " ".join(random.choice(data.everyday_words) for _ in range(random.randint(3, 7)))
            lines.append(Line(text=text, spoken=text, is_strung=True))
            continue
        if not pool:
            pool = random.sample(sentences, len(sentences))
        text = pool.pop()
        if share < _STRUNG_SHARE + _MIXED_SHARE:
            text = _mixed(random, text, random.choice(sentences))
        elif random.random() < _ADDRESSED_SHARE:
            text = f"{data.address} {text}"
        spoken = _with_pause(random, text, data.pause) if random.random() < _PAUSE_SHARE else text
        lines.append(Line(text=text, spoken=spoken, is_strung=False))
    return lines


def _with_pause(random: Random, text: str, pause: str) -> str:
    words = text.split()
    words.insert(random.randint(1, len(words)), pause)
    return " ".join(words)


def _mixed(random: Random, first: str, second: str) -> str:
    left, right = first.split(), second.split()
    return " ".join(left[: random.randint(1, len(left))] + right[random.randrange(len(right)) :])
