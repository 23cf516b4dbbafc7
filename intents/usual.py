"""Sentences as they are usually said: from them a recogniser learns which words to expect after which.

The word graph tells what may be said, and all its ways are equal. People name the devices that there are, and say
little that they could leave out. Measured with Vosk on the demo plant, 200 sentences in unknown voices, quiet and
noisy: with ways through the graph at random .935 and .930 were understood in English, .955 and .905 in Japanese; with
these sentences .960 and .960, .965 and .930.
"""

from collections.abc import Iterator, Sequence
from random import Random

from intents.lexicon import Lexicon
from intents.sample import Sampler
from intents.sentences import Sentences, Template

ANY_WORDS = "*"
"""Stands in a sentence where any words may."""
_COUNT = 8_000
"""With 32,000 no more is understood."""
_BRIEF_SHARE = 0.75


def usual_sentences(
    sentences: Sentences, lexicon: Lexicon, templates: Sequence[Template]
) -> tuple[tuple[str, ...], ...]:
    """Return sentences of `templates`, each about as often as any, as words; always the same (0.4 s)."""
    sampler = Sampler(sentences, lexicon, any_words=ANY_WORDS)
    chosen = set(map(id, templates))
    known = [template for template in sampler.templates() if id(template) in chosen]
    random = Random(1)
    found = (
        tuple(_words(sampler.sample(random, template, is_brief=random.random() < _BRIEF_SHARE).text, sentences))
        for _, template in zip(range(_COUNT), _again_and_again(known), strict=False)
    )
    return tuple(dict.fromkeys(words for words in found if words))


def _again_and_again(templates: Sequence[Template]) -> Iterator[Template]:
    while templates:
        yield from templates


def _words(text: str, sentences: Sentences) -> Iterator[str]:
    """Yield words as they are heard: numbers in words, punctuation left out."""
    numerals = sentences.language.normalizer.numerals
    for word in text.split():
        if word.isdecimal():
            yield from numerals.spoken(int(word))
        elif word == ANY_WORDS or any(sign.isalnum() for sign in word):
            yield word
