"""OpenFst's binary files: a `vector` FST over the tropical semiring, and a symbol table.

Sources: openfst/src/lib/fst.cc (FstHeader::Write), include/fst/vector-fst.h (states, arcs), lib/symbol-table.cc.
"""

import math
import struct
from dataclasses import dataclass, field
from enum import Enum
from operator import attrgetter

_FST_MAGIC = 2125659606
_SYMBOLS_MAGIC = 2125658996
_VECTOR_VERSION = 2
_HAS_OUTPUT_SYMBOLS = 0x2
_EXPANDED_AND_MUTABLE = 0b11
EPSILON = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """A transition; 0 is epsilon."""

    input: int = EPSILON
    output: int = EPSILON
    cost: float = 0.0
    target: int


class Order(Enum):
    """By which label the arcs of a state are sorted in the file; composition needs one of them."""

    INPUT = attrgetter("input")
    OUTPUT = attrgetter("output")


@dataclass(slots=True)
class Fst:
    """A transducer under construction; state 0 is the start."""

    arcs: list[list[Arc]] = field(default_factory=lambda: [[]])
    """For each state the arcs that leave it."""
    final: dict[int, float] = field(default_factory=dict)
    """Costs of ending in a state; a state not named here is not final."""

    def add_state(self) -> int:
        """Add a state and return its number."""
        self.arcs.append([])
        return len(self.arcs) - 1

    def add_arc(self, source: int, arc: Arc) -> None:
        """Add an arc."""
        self.arcs[source].append(arc)

    def to_bytes(self, order: Order, output_symbols: tuple[str, ...] = ()) -> bytes:
        """Return the file; `output_symbols[i]` is the symbol of label i, kept inside the file when given."""
        count = sum(map(len, self.arcs))
        flags = _HAS_OUTPUT_SYMBOLS if output_symbols else 0
        out = bytearray(struct.pack("<i", _FST_MAGIC) + _string("vector") + _string("standard"))
        out += struct.pack("<iiQqqq", _VECTOR_VERSION, flags, _EXPANDED_AND_MUTABLE, 0, len(self.arcs), count)
        if output_symbols:
            out += symbol_table(output_symbols)
        for state, arcs in enumerate(self.arcs):
            out += struct.pack("<fq", self.final.get(state, math.inf), len(arcs))
            for arc in sorted(arcs, key=order.value):
                out += struct.pack("<iifi", arc.input, arc.output, arc.cost, arc.target)
        return bytes(out)


def symbol_table(symbols: tuple[str, ...]) -> bytes:
    """Return a binary symbol table named "words"."""
    table = struct.pack("<i", _SYMBOLS_MAGIC) + _string("words") + struct.pack("<qq", len(symbols), len(symbols))
    return table + b"".join(_string(symbol) + struct.pack("<q", label) for label, symbol in enumerate(symbols))


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<i", len(data)) + data
