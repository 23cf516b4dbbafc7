"""How a site's words sound, in words that a recogniser knows (`dewar: do are`), as its plant file has it."""

from collections.abc import Iterator, Mapping
from typing import Final

from devices.kind_file import LANGUAGES
from devices.site_yaml import Entry

_EXAMPLE: Final = "write the words that it sounds like: dewar: do are"


def read_sounds_like(site: Entry) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return at `sounds_like`, by language and word, the spellings of each word; refuse those that say nothing."""
    group = site.entry("sounds_like", f"{site.what}, sounds_like")
    if group is None:
        return {}
    group.only(*LANGUAGES)
    languages = {language: group.entry(language, f"{group.what}, {language}") for language in LANGUAGES}
    return {
        language: {_folded(word): tuple(_spellings(words, word)) for word in words}
        for language, words in languages.items()
        if words is not None
    }


def _spellings(words: Entry, word: str) -> Iterator[str]:
    if len(word.split()) != 1:
        words.refuse(word, f"{word!r} is not one word", "give each word a line of its own")
    for text in words.texts(word):
        spelling = " ".join(_folded(piece) for piece in text.split())
        strange = next((sign for sign in spelling if not (sign.isalpha() or sign in " ー'-")), None)
        if strange is not None:
            remedy = "write it in words, numbers too"
            words.refuse(word, f"the spelling {text!r} of {word!r} holds {strange!r}, which has no sound", remedy)
        elif spelling == _folded(word):
            words.refuse(word, f"{word!r} is said to sound like itself", _EXAMPLE)
        else:
            yield spelling


def _folded(word: str) -> str:
    """Return a word as the sentences have it: English in small letters."""
    return word.lower() if word.isascii() else word
