"""Sentences that would be understood and look like one that was not: for "did you mean", never to act on.

rapidfuzz rates "start compressor 1" and "stop compressor 1" at 86 of 100, so likeness is no ground for an act.
"""

import random

from rapidfuzz import fuzz, process

from intents.sample import Sampler

_PER_TEMPLATE = 3
_LEAST_LIKENESS = 62.0
_LONGEST_TEXT = 200
"""Characters; nothing longer is a sentence that was nearly right."""


class Suggester:
    """Knows a sample of what can be said; made when it is first needed."""

    def __init__(self, sampler: Sampler, joint: str) -> None:
        rng = random.Random(0)
        found = (sampler.sample(rng, t, is_brief=True).text for t in sampler.templates() for _ in range(_PER_TEMPLATE))
        self._joint = joint
        self._sentences = sorted({joint.join(text.split()) for text in found})

    def suggest(self, text: str, most: int = 3) -> tuple[str, ...]:
        """Return up to `most` sentences that look alike, the likest first."""
        if len(text) > _LONGEST_TEXT:
            return ()
        asked = self._joint.join(text.lower().split())
        found = process.extract(asked, self._sentences, scorer=fuzz.ratio, limit=most, score_cutoff=_LEAST_LIKENESS)
        return tuple(sentence for sentence, _, _ in found)
