"""Which English words an utterance may be instead, by their phones: PocketSphinx's whole dictionary.

What resembles an address is mostly another word, and that word then fits better than the address does.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.speech.english_sounds import Sounds, every_pronunciation

_LONGEST: Final = 16
"""Phones; longer words are left out (500 of 110,000)."""
_NONE: Final = 255
"""Fills up shorter words."""
_LOOKED_THROUGH: Final = 600
"""Words of which the exact distance is worked out."""


class RivalWords:
    """The dictionary as a table. 0.4 s to make, 8 MB."""

    def __init__(self, phones: Sequence[str]) -> None:
        """`phones`: the model's, which give each its number."""
        self._phones = tuple(phones)
        self._words = self._table(every_pronunciation())
        self._lengths = (self._words != _NONE).sum(axis=1)
        self._counts = np.stack([(self._words == phone).sum(axis=1, dtype=np.uint8) for phone in range(len(phones))])

    def near(self, heard: Sequence[str], count: int) -> list[Sounds]:
        """Return the words that differ in the fewest phones from what was heard."""
        wanted = self._table([tuple(heard)[:_LONGEST]])[0]
        shared = np.zeros(len(self._words), dtype=np.intp)
        for phone in np.unique(wanted[wanted != _NONE]):
            shared += np.minimum(self._counts[phone], (wanted == phone).sum())
        # No two words differ in fewer phones than this.
        at_least = np.maximum(self._lengths, (wanted != _NONE).sum()) - shared
        likely = np.argpartition(at_least, _LOOKED_THROUGH)[:_LOOKED_THROUGH]
        nearest = likely[np.argsort(_differences(wanted, self._words[likely]), kind="stable")[:count]]
        return [tuple(self._phones[phone] for phone in word if phone != _NONE) for word in self._words[nearest]]

    def without_like(self, words: Collection[Sounds], said: Collection[Sounds], least: int) -> list[Sounds]:
        """Return the words that differ from each of `said` in `least` phones or more."""
        kept = list(dict.fromkeys(word for word in words if len(word) <= _LONGEST))
        table = self._table(kept)
        apart = np.full(len(kept), _LONGEST)
        for one in self._table(said):
            apart = np.minimum(apart, _differences(one, table))
        return [word for word, differs in zip(kept, apart, strict=True) if differs >= least]

    def _table(self, words: Iterable[Sounds]) -> NDArray[np.uint8]:
        """Return a row of phones' numbers for each word, each way to say one once."""
        numbers = {phone: number for number, phone in enumerate(self._phones)}
        rows = dict.fromkeys(bytes(numbers[phone] for phone in word) for word in words if len(word) <= _LONGEST)
        filled = b"".join(row.ljust(_LONGEST, bytes([_NONE])) for row in rows)
        return np.frombuffer(filled, dtype=np.uint8).reshape(-1, _LONGEST)


def _differences(one: NDArray[np.uint8], many: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Return how many phones must be put in, left out or changed to make each of `many` of `one` (Levenshtein)."""
    lengths = (many != _NONE).sum(axis=1)
    before = np.tile(np.arange(_LONGEST + 1), (len(many), 1))
    for phone in one[one != _NONE]:
        now = np.empty_like(before)
        now[:, 0] = before[:, 0] + 1
        changed = before[:, :-1] + (many != phone)
        for at in range(_LONGEST):
            now[:, at + 1] = np.minimum(np.minimum(now[:, at], before[:, at + 1]) + 1, changed[:, at])
        before = now
    return np.asarray(before[np.arange(len(many)), lengths])
