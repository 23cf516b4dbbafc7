"""PocketSphinx: the recogniser a machine has for English before a Vosk model is installed. Its model is in its wheel.

Only here is `pocketsphinx` imported. It holds Python's global lock while it decodes (0.1 s for a sentence), so the
service runs this module in a process of its own (sphinx_process.py).
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pocketsphinx import Config, Decoder, get_model_path

from app.speech.errors import UnknownGrammarError
from app.speech.grammar import Grammar
from app.speech.silence import without_silence

MODEL = "en-us"
_DICTIONARIES = (
    Path(__file__).parent / "dictionary" / "en.dict",
    Path(get_model_path()) / MODEL / "cmudict-en-us.dict",
)
"""Words of helium plants, then CMU's 134,000. A word takes its pronunciations from the first that has it."""


class SphinxDecoder:
    """Decodes whole utterances against exact sentence graphs, one at a time. Not for several threads."""

    def __init__(self) -> None:
        self._decoder = Decoder(
            Config(
                hmm=str(Path(get_model_path()) / MODEL / MODEL),
                dict=None,  # only the grammars' words are added: loading is 0.1 s, not 1 s, and none competes
                lm=None,
                cmn="batch",  # .97 right instead of .68 with the running mean (619 recordings)
                beam=1e-80,
                wbeam=1e-60,
                pbeam=1e-80,
                bestpath=False,  # takes seconds where words may stand in any order
                logfn="/dev/null",
            )
        )
        self._words: set[str] = set()
        self._grammars: dict[str, Grammar] = {}

    def set_grammar(self, name: str, grammar: Grammar) -> frozenset[str]:
        """Add or replace a grammar; return its words that no dictionary has.

        Sentences with such words are left out: they could never be heard, and a part of one must not stand for it.
        """
        unknown = self._learn(grammar.words)
        if unknown:
            grammar = grammar.without(unknown)
        end = len(grammar.arcs)
        arcs: list[tuple[int, int, float, str] | tuple[int, int, float]] = [
            (source, target, 1.0, word) for source, target, word in grammar.transitions()
        ]
        arcs += [(final, end, 1.0) for final in sorted(grammar.finals)]
        self._grammars[name] = grammar
        if not grammar.is_empty:
            self._decoder.add_fsg(name, self._decoder.create_fsg(name, 0, end, arcs))
        return unknown

    def decode(self, pcm: bytes, grammar: str) -> str:
        """Return the most likely sentence, its beginning if the speech ends early, or "" when nothing is heard."""
        if grammar not in self._grammars:
            raise UnknownGrammarError(f"PocketSphinx has no grammar {grammar!r}; it has {sorted(self._grammars)}")
        speech = without_silence(pcm)
        if not speech or self._grammars[grammar].is_empty:
            return ""
        self._decoder.activate_search(grammar)
        self._decoder.start_utt()
        self._decoder.process_raw(speech, full_utt=True)
        self._decoder.end_utt()
        best = self._decoder.hyp()
        return str(best.hypstr) if best is not None else ""

    def _learn(self, words: Iterable[str]) -> frozenset[str]:
        """Give the decoder the pronunciations of `words`; return the words that have none."""
        wanted = set(words) - self._words
        for dictionary in _DICTIONARIES:
            found = set()
            for spelling, phones in _pronunciations(dictionary):
                word = spelling.split("(", 1)[0]
                if word in wanted:
                    self._decoder.add_word(spelling, phones, update=False)
                    found.add(word)
            wanted -= found
            self._words |= found
        return frozenset(wanted)


def _pronunciations(dictionary: Path) -> Iterator[tuple[str, str]]:
    """Yield word and phones of each line of a CMU dictionary; further pronunciations are `word(2)`, `word(3)` …."""
    with dictionary.open(encoding="utf-8") as lines:
        for line in lines:
            spelling, _, phones = line.strip().partition(" ")
            if phones:
                yield spelling, phones
