"""The binary files are written as Kaldi and OpenFst read them."""

import struct

import numpy as np

from tests.practice_models.graphs import UnknownCosts, phones_to_words
from tests.practice_models.kaldi_binary import BinaryWriter, Storage
from tests.practice_models.lexicon import Lexicon, of_text, to_text
from tests.practice_models.openfst import Arc, Fst, Order
from tests.practice_models.phones import PhoneSet, Place, forward_id, phones_of_symbols

PHONES = PhoneSet(names=("a", "b"))


def test_phone_numbers_begin_after_the_two_blanks_and_share_the_output_of_their_phone() -> None:
    numbers = [PHONES.number(name, place) for name in PHONES.names for place in Place]
    assert numbers == list(PHONES.numbers)[2:]
    assert [PHONES.output_of(number) for number in PHONES.numbers] == [0, 0, 1, 1, 1, 1, 2, 2, 2, 2]


def test_phones_are_restored_from_their_symbols() -> None:
    assert phones_of_symbols(PHONES.symbols()) == PHONES


def test_lexicon_is_restored_from_its_text() -> None:
    lexicon: Lexicon = {"ab": [("a", "b")], "a": [("a",), ("b", "a")]}
    assert of_text(to_text(lexicon)) == lexicon


def test_byte_matrix_is_read_back_within_half_a_step() -> None:
    matrix = np.linspace(-1, 2, 12).reshape(3, 4)
    out = BinaryWriter()
    out.matrix(matrix, Storage.BYTE)
    data = out.getvalue().removeprefix(b"\0BCM3 ")
    least, spread, rows, columns = struct.unpack("<ffii", data[:16])
    read = least + np.frombuffer(data[16:], "u1").reshape(rows, columns) * spread / 255
    assert np.abs(read - matrix).max() <= spread / 255 / 2 + 1e-6


def test_arcs_are_sorted_as_asked_and_symbols_kept_inside() -> None:
    fst = Fst()
    end = fst.add_state()
    fst.final[end] = 0.0
    fst.add_arc(0, Arc(input=1, output=2, target=end))
    fst.add_arc(0, Arc(input=2, output=1, target=end))
    arcs = {
        order: [
            struct.unpack_from("<iifi", fst.to_bytes(order), len(fst.to_bytes(order)) - 44 + 16 * k)[:2] for k in (0, 1)
        ]
        for order in Order
    }
    assert arcs == {Order.INPUT: [(1, 2), (2, 1)], Order.OUTPUT: [(2, 1), (1, 2)]}
    assert b"hello" in fst.to_bytes(Order.INPUT, ("<eps>", "hello"))


def test_each_pronunciation_is_a_path_that_says_its_word_first() -> None:
    graph = phones_to_words(["<eps>", "ab"], {"ab": [("a", "b"), ("b",)]}, PHONES, UnknownCosts())
    first = {(arc.input, arc.output) for arcs in graph.arcs for arc in arcs if arc.output}
    begin, singleton = PHONES.number("a", Place.BEGIN), PHONES.number("b", Place.SINGLETON)
    assert first == {(forward_id(begin), 1), (forward_id(singleton), 1)}
