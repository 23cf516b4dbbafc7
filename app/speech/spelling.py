"""How a word of the sentences is put to a model that knows other words: as it is, or in pieces."""

import re
from collections.abc import Callable
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
