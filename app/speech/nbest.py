"""Several hypotheses of one utterance become one transcript."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.speech.grammar import is_ending
from app.speech.transcribe import Transcript, Word

REJECTED = "[unk]"
"""Stands in a hypothesis for speech that is none of the grammar's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One word of a hypothesis."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One way to understand an utterance."""

    words: tuple[Heard, ...]
    score: float
    """Logarithm of its likelihood, up to a constant that all hypotheses of the utterance share."""

    @property
    def text(self) -> str:
        """The words, separated by spaces."""
        return " ".join(word.text for word in self.words)

    def begins_with(self, words: Sequence[str]) -> bool:
        """Whether its first words are these, written together or apart."""
        return self.text.replace(" ", "").startswith("".join(words))


def contracted(words: Iterable[Heard]) -> tuple[Heard, ...]:
    """Put "do", "n't" together to "don't", for models that know contractions in two pieces."""
    whole: list[Heard] = []
    for word in words:
        if whole and is_ending(word.text):
            first = whole.pop()
            whole.append(Heard(text=first.text + word.text, start_s=first.start_s, end_s=word.end_s))
        else:
            whole.append(word)
    return tuple(whole)


def transcript_of(hypotheses: Sequence[Hypothesis], *, engine: str, audio_s: float, decode_s: float) -> Transcript:
    """Put hypotheses, best first, into a transcript.

    A word's confidence is the share of likelihood of the hypotheses that have it at the same time. When the best
    hypothesis holds rejected speech it stands alone: a less likely one that avoids it is what the person did not say.
    """
    best = hypotheses[0] if hypotheses else None
    if best is None or not best.words:
        return Transcript(texts=(), words=(), engine=engine, audio_s=audio_s, decode_s=decode_s)
    texts = dict.fromkeys(hypothesis.text for hypothesis in hypotheses if hypothesis.words)
    if REJECTED in best.text:
        kept: tuple[str, ...] = (best.text,)
    else:
        kept = tuple(text for text in texts if REJECTED not in text)
    shares = _shares([hypothesis.score for hypothesis in hypotheses])
    return Transcript(
        texts=kept,
        words=tuple(
            Word(
                text=word.text,
                start_s=word.start_s,
                end_s=word.end_s,
                confidence=min(
                    1.0,
                    sum(share for share, other in zip(shares, hypotheses, strict=True) if _has(other, word)),
                ),
            )
            for word in best.words
        ),
        engine=engine,
        audio_s=audio_s,
        decode_s=decode_s,
    )


def _shares(scores: Sequence[float]) -> list[float]:
    likelihoods = [math.exp(score - max(scores)) for score in scores]
    total = sum(likelihoods)
    return [likelihood / total for likelihood in likelihoods]


def _has(hypothesis: Hypothesis, word: Heard) -> bool:
    return any(
        other.text == word.text and other.start_s < word.end_s and word.start_s < other.end_s
        for other in hypothesis.words
    )
