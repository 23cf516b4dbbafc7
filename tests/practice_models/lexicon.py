"""How each word sounds, found by reading sentences; kept as Kaldi's `lexicon.txt` (a line a pronunciation)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tests.practice_models.graphs import Pronunciation
from tests.practice_models.language import Language, LanguageData

Lexicon = Mapping[str, Sequence[Pronunciation]]

_LEAST_SHARE = 0.04
"""A way to say a word that is rarer than this among all the word's occurrences is left out: it would only confuse."""
_MOST = 4
"""Pronunciations that are kept of a word."""


def lexicon_of(language: Language, data: LanguageData, sentences: Iterable[str], words: Iterable[str]) -> Lexicon:
    """Pronunciations of `words`, from the data file, else as they sound in `sentences`, else alone."""
    heard: dict[str, Counter[Pronunciation]] = {word: Counter() for word in words}
    for sentence in sentences:
        for sounded in language.read(sentence):
            if len(sounded.words) == 1 and sounded.words[0] in heard:
                heard[sounded.words[0]][sounded.phones] += 1
    lexicon = {word: _pronunciations(word, heard[word], language, data) for word in sorted(heard)}
    return {word: pronunciations for word, pronunciations in lexicon.items() if pronunciations}


def _pronunciations(
    word: str, heard: Counter[Pronunciation], language: Language, data: LanguageData
) -> tuple[Pronunciation, ...]:
    found = [language.phones_of(written) for written in data.written_pronunciations(word)]
    if not found:
        found = [phones for phones, count in heard.most_common(_MOST) if count >= _LEAST_SHARE * heard.total()]
    if not found:
        found = [tuple(phone for sounded in language.read(word) for phone in sounded.phones)]
    return tuple(dict.fromkeys(filter(None, found)))  # punctuation has no sound


_MOST_WAYS = 5000
"""Ways to say a sentence that are compared."""


def sound_alike(lexicon: Lexicon, one: str, other: str) -> bool:
    """Whether two sentences can be said so that nobody hears a difference ("litres", "liters")."""
    return one == other or not _ways(lexicon, one).isdisjoint(_ways(lexicon, other))


def _ways(lexicon: Lexicon, sentence: str) -> set[Pronunciation]:
    ways: set[Pronunciation] = {()}
    for word in sentence.split():
        if word not in lexicon or len(ways) > _MOST_WAYS:
            return set()
        ways = {(*way, *phones) for way in ways for phones in lexicon[word]}
    return ways


def to_text(lexicon: Lexicon) -> str:
    """Write a line for each pronunciation: the word, then its phones."""
    return "".join(f"{word} {' '.join(phones)}\n" for word in sorted(lexicon) for phones in lexicon[word])


def of_text(text: str) -> Lexicon:
    """Read what `to_text` wrote."""
    lexicon: dict[str, list[Pronunciation]] = {}
    for line in text.splitlines():
        word, *phones = line.split(" ")
        lexicon.setdefault(word, []).append(tuple(phones))
    return lexicon
