"""The files of a Vosk model directory, as vosk-api/src/model.cc looks for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.practice_models.graphs import (
    UNKNOWN,
    Pronunciation,
    UnknownCosts,
    phones_to_words,
    words_by_pairs,
)
from tests.practice_models.openfst import Order
from tests.practice_models.phones import PhoneSet, phones_of_symbols

ACOUSTIC_MODEL = "am/final.mdl"
PHONES = "graph/phones.txt"
"""Vosk does not read it; we do, to build new graphs for the acoustic model as shipped."""

MFCC_CONF = """\
--sample-frequency=16000
--use-energy=false
--num-mel-bins=40
--num-ceps=40
--low-freq=20
--high-freq=7600
--dither=0
--allow-downsample=true
"""
"""Dither is off, so that the same audio always gives the same text. `features.py` computes the same."""

MODEL_CONF = """\
--min-active=200
--max-active=3000
--beam=13.0
--lattice-beam=6.0
--acoustic-scale=1.0
--frame-subsampling-factor=3
--determinize-max-delay=10
--determinize-min-chunk-size=5
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.75
--endpoint.rule4.min-trailing-silence=1.0
"""
"""The acoustic scale is 1 as always with CTC; without the `determinize` lines partial words stay empty for 1.8 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What a model can hear."""

    lexicon: Mapping[str, Sequence[Pronunciation]]
    sentences: Sequence[Sequence[str]]
    """Sentences of words, whose word pairs are what decoding without a run-time grammar expects."""

    @property
    def words(self) -> tuple[str, ...]:
        """Words by label."""
        return ("<eps>", UNKNOWN, *sorted(self.lexicon))


def graph_files(phones: PhoneSet, vocabulary: Vocabulary, unknown: UnknownCosts) -> dict[str, bytes]:
    """Path in the directory → content, of everything but the acoustic model."""
    words = vocabulary.words
    never = phones.numbers.stop * 2  # a transition-id above all that exist: nothing is a disambiguation symbol
    return {
        "conf/mfcc.conf": MFCC_CONF.encode(),
        "conf/model.conf": MODEL_CONF.encode(),
        "graph/HCLr.fst": phones_to_words(words, vocabulary.lexicon, phones, unknown).to_bytes(Order.OUTPUT),
        "graph/Gr.fst": words_by_pairs(vocabulary.sentences, words).to_bytes(Order.INPUT, words),
        "graph/words.txt": "".join(f"{word} {label}\n" for label, word in enumerate(words)).encode(),
        "graph/disambig_tid.int": f"{never}\n".encode(),
        PHONES: phones.symbols().encode(),
        "graph/phones/word_boundary.int": phones.word_boundaries().encode(),
    }


def phones_of(directory: Path) -> PhoneSet:
    """Read the phones of a model directory that we made."""
    return phones_of_symbols((directory / PHONES).read_text(encoding="utf-8"))


def write_files(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write each file, making folders."""
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
