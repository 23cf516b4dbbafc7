"""How English words sound, in the phones of PocketSphinx's dictionary."""

import re
from collections.abc import Collection, Iterator, Mapping
from importlib.util import find_spec
from itertools import islice, product
from pathlib import Path

from app.speech.errors import ModelMissingError, UnspeakableTextError

Sounds = tuple[str, ...]
"""Phones, one after the other."""

_MOST = 24
"""Pronunciations of a phrase that are kept."""
_SHORTEST_PIECE = 2
_OWN_DICTIONARY = Path(__file__).parent / "dictionary" / "en.dict"
_WORD = re.compile(r"[a-z]+(\(\d+\))? ")
"""What begins the line of a word without apostrophes and hyphens."""


def sphinx_model() -> Path:
    """Return the folder of the English model in PocketSphinx's wheel, without loading its library.

    Raises `ModelMissingError`.
    """
    spec = find_spec("pocketsphinx")
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        if (folder := Path(place) / "model" / "en-us").is_dir():
            return folder
    raise ModelMissingError("PocketSphinx's English model is not installed; install the package `pocketsphinx` anew")


def english_sounds(phrase: str, sounds_like: Mapping[str, tuple[str, ...]] | None = None) -> tuple[Sounds, ...]:
    """Return the pronunciations of one or more words, usual ones first.

    A word that no dictionary has is said as a site spells it in other words (`sounds_like`), else as the two words it
    is put together from ("mycroft": my croft). Raises `UnspeakableTextError` when there is no way.
    """
    words = re.findall(r"[a-z']+", phrase.lower())
    told = sounds_like or {}
    wanted = {*words, *(piece for word in words for text in told.get(word, ()) for piece in text.lower().split())}
    known = dict(_look_up(wanted))
    ways = []
    for word in words:
        found = list(known.get(word, ()))
        for text in told.get(word, ()):
            pieces = text.lower().split()
            if all(piece in known for piece in pieces):
                found += [sum(said, ()) for said in product(*(known[piece] for piece in pieces))]
        ways.append(found or _put_together(word))
        if not ways[-1]:
            raise UnspeakableTextError(
                f"no dictionary tells how {word!r} of {phrase!r} sounds; choose another word, or say in the plant file "
                "which words it sounds like"
            )
    if not ways:
        raise UnspeakableTextError(f"there is no English word in {phrase!r}; write the address in letters")
    return tuple(dict.fromkeys(islice((sum(said, ()) for said in product(*ways)), _MOST)))


def every_pronunciation() -> Iterator[Sounds]:
    """Yield how the words of PocketSphinx's dictionary sound: 130,000, some alike."""
    with _sphinx_dictionary().open(encoding="utf-8") as lines:
        for line in lines:
            if _WORD.match(line):
                yield tuple(line.split()[1:])


def _put_together(word: str) -> list[Sounds]:
    """Say a word as two of the dictionary, the longer first one first."""
    cuts = range(len(word) - _SHORTEST_PIECE, _SHORTEST_PIECE - 1, -1)
    known = _look_up({piece for cut in cuts for piece in (word[:cut], word[cut:])})
    for cut in cuts:
        if word[:cut] in known and word[cut:] in known:
            return [first + second for first, second in product(known[word[:cut]], known[word[cut:]])]
    return []


def _look_up(words: Collection[str]) -> Mapping[str, list[Sounds]]:
    texts = [path.read_text(encoding="utf-8") for path in (_OWN_DICTIONARY, _sphinx_dictionary())]
    found: dict[str, list[Sounds]] = {}
    for word in words:
        pattern = re.compile(rf"^{re.escape(word)}(?:\(\d+\))? (.+)$", re.MULTILINE)
        for text in texts:
            if said := [tuple(phones.split()) for phones in pattern.findall(text)]:
                found[word] = said
                break
    return found


def _sphinx_dictionary() -> Path:
    return sphinx_model() / "cmudict-en-us.dict"
