"""The phrases that Vosk's run-time grammar is made of.

Vosk makes a bigram of them: it learns which word may follow which, how often, and no more. All sentences of a plant are
billions, their pairs of neighbouring words 40,000. So it gets phrases that hold every pair, and some thousand real
sentences, which tell it what is usual: the grammar's own of that kind, else made up. Measured on 59 synthesized
sentences, clean and in noise (12 dB): pairs alone .92 and .86 right, made-up sentences alone .90 and .88, both .93 and
.93. On 400 in unknown voices: pairs and made-up sentences .93, pairs and usual ones .96 (intents/usual.py).
"""

import random
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from itertools import pairwise

from app.speech.grammar import BEGIN, END, Grammar

_LONGEST = 24
"""Words after which a phrase makes for its end."""


_MOST_SENTENCES = 20_000
_END_EARLY = 0.3
"""How often a made-up sentence ends where it may: most people leave out the courtesies that may follow."""


def vosk_phrases(grammar: Grammar) -> tuple[str, ...]:
    """Return what Vosk's run-time grammar is made of; the same grammar always gives the same phrases."""
    usual = tuple(_usual(grammar)) or made_up_sentences(grammar, min(_MOST_SENTENCES, len(grammar.arcs)))
    return (*covering_phrases(grammar), *usual)


def _usual(grammar: Grammar) -> Iterator[str]:
    """Yield usual sentences that bring no pair of words that the grammar has not."""
    followers = {word: frozenset(following) for word, following in grammar.followers.items()}
    for sentence in grammar.usual:
        if all(after in followers.get(word, ()) for word, after in pairwise((BEGIN, *sentence, END))):
            yield " ".join(sentence)


def made_up_sentences(grammar: Grammar, count: int) -> Iterator[str]:
    """Yield sentences of the grammar at random, always the same ones."""
    grammar = grammar.closed()
    if grammar.is_empty:
        return
    ways: defaultdict[int, list[tuple[str | None, int]]] = defaultdict(list)
    for source, target, word in grammar.arcs:
        ways[source].append((word, target))
    choose = random.Random(1)
    for _ in range(count):
        state = grammar.start
        words: list[str] = []
        while ways[state] and not (state in grammar.finals and choose.random() < _END_EARLY):
            word, state = ways[state][int(choose.random() * len(ways[state]))]
            if word is not None:
                words.append(word)
        yield " ".join(words)


def covering_phrases(grammar: Grammar) -> tuple[str, ...]:
    """Return phrases, words separated by spaces, that together hold exactly the neighbouring pairs of the grammar.

    They are walks from pair to pair, near the fewest words; most are no sentences.
    """
    return tuple(" ".join(words) for words in _Walks(grammar.followers).phrases()) if BEGIN in grammar.followers else ()


class _Walks:
    """Walks from the beginning to the end of a sentence until no pair is left."""

    def __init__(self, followers: Mapping[str, tuple[str, ...]]) -> None:
        self._followers = followers
        self._missing = {word: deque(following) for word, following in followers.items()}
        self._onward = {word: list(reversed(following)) for word, following in followers.items()}
        self._before = _nearest(followers, BEGIN)
        sources: dict[str, list[str]] = {}
        for word, following in followers.items():
            for after in following:
                sources.setdefault(after, []).append(word)
        self._after = _nearest(sources, END)

    def phrases(self) -> Iterator[list[str]]:
        for word in (BEGIN, *self._followers):
            while self._missing[word]:
                yield self._walk(self._way_to(word))

    def _walk(self, words: list[str]) -> list[str]:
        """Go on from the last of `words`, by pairs that are still missing as long as there are some."""
        here = words[-1]
        while here != END:
            here = self._next(here) if len(words) < _LONGEST else self._after[here]
            words.append(here)
        return words[1:-1]

    def _next(self, here: str) -> str:
        """Take a missing pair, else a pair that leads to one, else the way to the end."""
        if self._missing[here]:
            return self._missing[here].popleft()
        onward = self._onward[here]
        while onward and not self._missing.get(onward[-1]):
            onward.pop()  # a word all of whose pairs have been taken stays so
        return onward[-1] if onward else self._after[here]

    def _way_to(self, word: str) -> list[str]:
        words = [word]
        while words[-1] != BEGIN:
            words.append(self._before[words[-1]])
        return words[::-1]


def _nearest(steps: Mapping[str, tuple[str, ...] | list[str]], origin: str) -> dict[str, str]:
    """Return for each word the one before it on a shortest way from `origin`."""
    before: dict[str, str] = {}
    waiting = deque([origin])
    while waiting:
        here = waiting.popleft()
        for there in steps.get(here, ()):
            if there not in before and there != origin:
                before[there] = here
                waiting.append(there)
    return before
