"""Which phones a model has, and the numbers Kaldi knows them by.

Phone 1 is the CTC blank between words, phone 2 the blank inside a word; then each phone of the language has four copies
by its place in a word (begin, internal, end, singleton), which share one output of the network. Only so can Kaldi's
word-boundary lattice functions, and with them Vosk's word times, tell where a word ends. Output 0 is the blank.
"""

from dataclasses import dataclass
from enum import StrEnum

BLANK_BETWEEN_WORDS = 1
BLANK_INSIDE_WORD = 2
_FIRST_PHONE = 3


class Place(StrEnum):
    """Where in its word a phone stands; the values are those of Kaldi's `word_boundary.int`."""

    BEGIN = "begin"
    INTERNAL = "internal"
    END = "end"
    SINGLETON = "singleton"


_PLACES = tuple(Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSet:
    """The phones of one model."""

    names: tuple[str, ...]
    """Base phones in the order of the network's outputs 1, 2, …"""

    def output(self, name: str) -> int:
        """Which output of the network stands for the phone; raises `ValueError` for a phone the model has not."""
        if name not in self.names:
            raise ValueError(f"the model has no phone {name!r}, it has {' '.join(self.names)}; train it anew")
        return self.names.index(name) + 1

    def number(self, name: str, place: Place) -> int:
        """Kaldi's phone id; raises as `output` does."""
        return _FIRST_PHONE + len(_PLACES) * (self.output(name) - 1) + _PLACES.index(place)

    @property
    def numbers(self) -> range:
        """Every phone id, blanks included."""
        return range(1, _FIRST_PHONE + len(_PLACES) * len(self.names))

    def output_of(self, number: int) -> int:
        """Which output of the network a phone id is scored by."""
        return 0 if number < _FIRST_PHONE else (number - _FIRST_PHONE) // len(_PLACES) + 1

    def symbols(self) -> str:
        """Write Kaldi's `phones.txt`, from which `phones_of_symbols` restores the set."""
        lines = ["<eps> 0", f"SIL {BLANK_BETWEEN_WORDS}", f"BLK {BLANK_INSIDE_WORD}"]
        lines += [f"{name}_{place[0].upper()} {self.number(name, place)}" for name in self.names for place in _PLACES]
        return "\n".join(lines) + "\n"

    def word_boundaries(self) -> str:
        """Write Kaldi's `word_boundary.int`."""
        lines = [f"{BLANK_BETWEEN_WORDS} nonword", f"{BLANK_INSIDE_WORD} {Place.INTERNAL}"]
        lines += [f"{self.number(name, place)} {place}" for name in self.names for place in _PLACES]
        return "\n".join(lines) + "\n"


def phones_of_symbols(text: str) -> PhoneSet:
    """Read a `phones.txt` that `PhoneSet.symbols` wrote."""
    copies = [line.split()[0] for line in text.splitlines()][_FIRST_PHONE:]
    return PhoneSet(names=tuple(copy.rpartition("_")[0] for copy in copies[:: len(_PLACES)]))


def loop_id(number: int) -> int:
    """Return the transition-id of staying: a phone has one emitting state with two transitions, loop first."""
    return 2 * number - 1


def forward_id(number: int) -> int:
    """Return the transition-id of leaving. With Kaldi's "reorder" a phone is this once, then any number of loops."""
    return 2 * number
