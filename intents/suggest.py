"""Sentences that would be understood and look like one that was not: for "did you mean", never to act on.

rapidfuzz rates "start compressor 1" and "stop compressor 1" at 86 of 100, so likeness is no ground for an act.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import product

from rapidfuzz import fuzz, process

from intents.intent import IntentName
from intents.sample import Sampler

_TRIED = 12
"""Of each template, with other devices and values."""
_LEAST_LIKENESS = 62.0
_LEAST_LIKENESS_OF_WORD = 70.0
_MOST_MISSPELT = 2
"""More words that nobody knows are no slip."""
_SPELLINGS = 4
_LONGEST_TEXT = 200
"""Characters; nothing longer is a sentence that was nearly right."""


class Suggester:
    """Knows the words, and a sample of what can be said; made when it is first needed."""

    def __init__(self, sampler: Sampler, joint: str, is_understood: Callable[[str], bool]) -> None:
        self._joint = joint
        self._sentences = sorted({joint.join(text.split()) for text in _plain(sampler)})
        self._words = sorted({word for sentence in self._sentences for word in sentence.split()} | sampler.words())
        self._is_understood = is_understood

    def suggest(self, text: str, most: int = 3) -> tuple[str, ...]:
        """Return up to `most` sentences: the same with misspelt words put right, then others that look alike."""
        if len(text) > _LONGEST_TEXT:
            return ()
        words = text.lower().split()
        asked = self._joint.join(words)
        alike = process.extract(asked, self._sentences, scorer=fuzz.ratio, limit=most, score_cutoff=_LEAST_LIKENESS)
        found = [*self._respelled(words), *(sentence for sentence, _, _ in alike)]
        return tuple(dict.fromkeys(found))[:most]

    def _respelled(self, words: Sequence[str]) -> list[str]:
        known = set(self._words)
        unknown = [index for index, word in enumerate(words) if word not in known and not word.isdecimal()]
        if not self._joint or not 0 < len(unknown) <= _MOST_MISSPELT:
            return []
        ways: list[Sequence[str]] = [[word] for word in words]
        for index in unknown:
            near = process.extract(
                words[index], self._words, scorer=fuzz.ratio, limit=_SPELLINGS, score_cutoff=_LEAST_LIKENESS_OF_WORD
            )
            ways[index] = [word for word, _, _ in near]
        sentences = (self._joint.join(way) for way in product(*ways))
        return [sentence for sentence in sentences if self._is_understood(sentence)]


def _plain(sampler: Sampler) -> Iterator[str]:
    """Give plain sentences of every intent that does something; a confirmation is not to be suggested."""
    rng = random.Random(0)
    for template in sampler.templates():
        if template.intent not in (IntentName.NO_ACTION, IntentName.CONFIRM):
            yield from (sampler.sample(rng, template, is_plain=True).text for _ in range(_TRIED))
