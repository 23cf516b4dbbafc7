"""Other spellings of the templates' words (圧縮機 as あっしゅくき), and fillers, found in a text."""

from collections.abc import Mapping, Sequence

_MOST_IN_A_ROW = 6
"""Fillers one behind the other."""


class Respeller:
    """Knows for each other spelling how the templates spell the word."""

    def __init__(self, spellings: Sequence[tuple[tuple[str, ...], tuple[str, ...]]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for said, written in spellings:
            if said and said != written:
                self._by_first.setdefault(said[0], []).append((said, written))

    def find(self, texts: tuple[str, ...]) -> Mapping[int, Sequence[tuple[int, tuple[str, ...]]]]:
        """Return where such a word begins: where it ends, and its tokens in the templates."""
        found: dict[int, list[tuple[int, tuple[str, ...]]]] = {}
        by_first = self._by_first
        if by_first:
            for place, token in enumerate(texts):
                for said, written in by_first.get(token, ()):
                    if texts[place : place + len(said)] == said:
                        found.setdefault(place, []).append((place + len(said), written))
        return found


class Skips:
    """Fillers, found in a text."""

    def __init__(self, words: Sequence[tuple[str, ...]]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for tokens in words:
            if tokens:
                self._by_first.setdefault(tokens[0], []).append(tokens)

    def find(self, texts: tuple[str, ...]) -> Mapping[int, int]:
        """Return where each filler begins and ends; of several at one place the longest.

        Of very many in a row only the first few are fillers: what goes on like that is no sentence, and would be long
        work.
        """
        found: dict[int, int] = {}
        by_first = self._by_first
        for place, token in enumerate(texts):
            if token in by_first:
                for tokens in by_first[token]:
                    if texts[place : place + len(tokens)] == tokens:
                        found[place] = max(found.get(place, 0), place + len(tokens))
        return _without_long_rows(found) if len(found) > _MOST_IN_A_ROW else found


def _without_long_rows(found: Mapping[int, int]) -> dict[int, int]:
    in_a_row: dict[int, int] = {}
    kept = {}
    for place, end in found.items():
        count = in_a_row.get(place, 0) + 1
        in_a_row[end] = max(count, in_a_row.get(end, 0))
        if count <= _MOST_IN_A_ROW:
            kept[place] = end
    return kept
