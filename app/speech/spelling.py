"""How a word of the sentences is put to a model that knows other words: as it is, in pieces, or as a site spells it."""

import re
from collections.abc import Callable, Mapping
from functools import cache


def spell(word: str, knows: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the fewest known words that written together are `word`; empty when there are none.

    Japanese is written without spaces, so a model may have 圧縮 and 機 where the sentences have 圧縮機. An English word
    is taken apart only at a hyphen or before the end of a contraction: "boil-off" may be heard as "boil off", "don't"
    as "do n't", never "now" as "no w". A possessive that is unknown ("dewar's") is listened for without its s, which
    changes nothing that a sentence asks for.
    """
    if knows(word):
        return (word,)
    if word.isascii():
        pieces = tuple(piece for piece in re.split(r"-|(n't$|'[a-z]+$)", word) if piece)
        if len(pieces) > 1 and all(knows(piece) for piece in pieces):
            return pieces
        return spell(word.removesuffix("'s"), knows) if word.endswith("'s") else ()

    @cache
    def rest(begin: int) -> tuple[str, ...] | None:
        if begin == len(word):
            return ()
        best: tuple[str, ...] | None = None
        for end in range(len(word), begin, -1):  # longest piece first: of equally few, the longest at the front wins
            if knows(word[begin:end]) and (behind := rest(end)) is not None:
                found = (word[begin:end], *behind)
                if best is None or len(found) < len(best):
                    best = found
        return best

    return rest(0) or ()


def spellings(
    word: str, knows: Callable[[str], bool], sounds_like: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, ...], ...]:
    """Return every way in which a word is listened for, in words that the model knows; empty when there is none.

    A site's spellings count beside the word itself, and instead of what this module would make of it.
    """
    own, told = spell(word, knows), told_spellings(word, knows, sounds_like)
    return tuple(dict.fromkeys([*([own] if own == (word,) or (own and not told) else []), *told]))


def told_spellings(
    word: str, knows: Callable[[str], bool], sounds_like: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, ...], ...]:
    """Return a site's spellings of a word, or of the word whose possessive it is, that the model knows all words of."""
    texts = sounds_like.get(word, sounds_like.get(word.removesuffix("'s"), ()))
    found = ([spell(piece, knows) for piece in text.split()] for text in texts)
    return tuple(tuple(part for pieces in parts for part in pieces) for parts in found if all(parts))
