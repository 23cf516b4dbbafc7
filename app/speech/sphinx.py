"""PocketSphinx: the recogniser a machine has for English before a Vosk model is installed. Its model is in its wheel.

Only here is `pocketsphinx` imported. It holds Python's global lock while it decodes (0.1 s for a sentence), so the
service runs this module in a process of its own (sphinx_process.py).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path

from pocketsphinx import Config, Decoder, get_model_path

from app.speech.errors import GrammarTooLargeError, UnknownGrammarError
from app.speech.exact import exact, folded
from app.speech.grammar import Grammar
from app.speech.silence import without_silence

MODEL = "en-us"
_DICTIONARIES = (
    Path(__file__).parent / "dictionary" / "en.dict",
    Path(get_model_path()) / MODEL / "cmudict-en-us.dict",
)
"""Words of helium plants, then CMU's 134,000. A word takes its pronunciations from the first that has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beams:
    """How unlikely a beginning may be, against the best one, and still be followed: states, words, phones."""

    beam: float
    wbeam: float
    pbeam: float
    most_sounds: int
    """That are followed at a time."""


_WIDE = _Beams(beam=1e-80, wbeam=1e-60, pbeam=1e-80, most_sounds=30_000)
"""Costs a small graph nothing and hears better in noise."""
_USUAL = _Beams(beam=1e-48, wbeam=7e-29, pbeam=1e-48, most_sounds=5_000)
"""For a whole plant's graph: 0.10 of real time instead of 0.86, with nearly the same result (58,000 arcs). In noise
nothing fits, so that all is followed: with at most 5,000 sounds that takes half the time and hears the same."""
_SMALL_ARCS = 5_000
_PAUSE = 0.1
"""Likelihood of a pause between two words; the usual 0.005 makes short words of breath and noise instead."""
_WORD = 0.1
"""Likelihood of one word more, against the same."""
_WARP = "1.08"
"""All frequencies are taken to be this much lower: .95 right at 6 and 12 dB instead of .92 (110 recordings, and so in
both halves of them), the same in quiet; 1.15 is as good, 0.92 no better than 1."""
_MOST_ARCS = 300_000
"""Beyond this the graph alone takes a gigabyte."""
_MOST_STATES = 100_000

_FARTHEST = 6.0
"""See `_distance`. Orders of coffee heard as such are at 2.9 to 5.9, in quiet and in noise (110 people). Heard with the
grammar of a plant they are at 4.8 to 11: .12 of them below 6, none of these a command."""


class SphinxDecoder:
    """Decodes whole utterances against exact sentence graphs, one at a time. Not for several threads."""

    def __init__(self) -> None:
        self._decoders: dict[str, Decoder | None] = {}

    def set_grammar(self, name: str, grammar: Grammar) -> frozenset[str]:
        """Add or replace a grammar; return its words that no dictionary has.

        Sentences with such words are left out: they could never be heard, and a part of one must not stand for it.
        Raises `GrammarTooLargeError`.
        """
        pronunciations = _pronunciations(grammar.words)
        pronunciations += _as_told(grammar, pronunciations)
        unknown = grammar.words - {_word(spelling) for spelling, _ in pronunciations}
        graph = exact(grammar.without(unknown) if unknown else grammar, most_states=_MOST_STATES)
        arcs = list(graph.transitions()) if graph is not None else []
        if graph is None or len(arcs) > _MOST_ARCS:
            raise GrammarTooLargeError(
                f"the grammar {name!r} is too large for PocketSphinx: it needs more than {_MOST_ARCS} arcs or "
                f"{_MOST_STATES} states; install a Vosk model (`wanwan models list`) or have fewer sentences"
            )
        if not arcs:
            self._decoders[name] = None
            return unknown
        decoder = _decoder(_WIDE if len(arcs) <= _SMALL_ARCS else _USUAL)
        for spelling, phones in pronunciations:
            decoder.add_word(spelling, phones, update=False)
        folds = folded(graph)
        end = 1 + max(target for _, target, _ in folds)
        likely = [(source, target, 1.0, word) if word else (source, target, 1.0) for source, target, word in folds]
        ends = [(final, end, 1.0) for final in sorted(graph.finals)]
        decoder.add_fsg(name, decoder.create_fsg(name, 0, end, [*likely, *ends]))
        decoder.activate_search(name)
        self._decoders[name] = decoder
        return unknown

    def decode(self, pcm: bytes, grammar: str) -> str:
        """Return the most likely sentence, its beginning if the speech ends early, or "".

        Nothing is heard in silence, nor in speech that sounds like none of the sentences: some sentence is always the
        most likely one.
        """
        if grammar not in self._decoders:
            raise UnknownGrammarError(f"PocketSphinx has no grammar {grammar!r}; it has {sorted(self._decoders)}")
        decoder = self._decoders[grammar]
        speech = without_silence(pcm)
        if decoder is None or not speech:
            return ""
        decoder.start_utt()
        decoder.process_raw(speech, full_utt=True)
        decoder.end_utt()
        best = decoder.hyp()
        if best is None or _distance(best.score, decoder.n_frames()) > _FARTHEST:
            return ""
        return str(best.hypstr)


def _distance(score: float, frames: int) -> float:
    """Tell how far speech is from a sentence, in nats a frame of 10 ms: from the sounds that fit each frame best."""
    # The decoder counts from the most likely sound of each frame, in units of 1024 for speed.
    return -math.log(score) * 1024 / frames if score > 0 and frames > 0 else math.inf


def _decoder(beams: _Beams) -> Decoder:
    """Make a decoder that knows no word yet (12 ms)."""
    return Decoder(
        Config(
            hmm=str(Path(get_model_path()) / MODEL / MODEL),
            dict=None,  # only the grammar's words are added: none that competes, and loading takes no second
            lm=None,
            cmn="batch",  # .97 right instead of .68 with the running mean (619 recordings)
            beam=beams.beam,
            wbeam=beams.wbeam,
            pbeam=beams.pbeam,
            maxhmmpf=beams.most_sounds,
            silprob=_PAUSE,
            wip=_WORD,
            warp_type="inverse_linear",
            warp_params=_WARP,
            compallsen=True,  # scores count from the best of all sounds, not of those that some sentence may have here
            bestpath=False,  # takes seconds where words may stand in any order
            logfn="/dev/null",
        )
    )


def _pronunciations(words: Collection[str]) -> list[tuple[str, str]]:
    """Look up words; returns spelling and phones of each, further pronunciations as `word(2)`, `word(3)` …."""
    wanted = set(words)
    found: list[tuple[str, str]] = []
    for dictionary in _DICTIONARIES:
        with dictionary.open(encoding="utf-8") as lines:
            entries = [line.split(maxsplit=1) for line in lines]
        here = [(entry[0], entry[1].strip()) for entry in entries if len(entry) > 1 and _word(entry[0]) in wanted]
        found += here
        wanted -= {_word(spelling) for spelling, _ in here}
    owners = {word.removesuffix("'s") for word in wanted if word.endswith("'s")}
    if owners:
        found += [(_possessive(spelling), _with_s(phones)) for spelling, phones in _pronunciations(owners)]
    return found


_MOST_WAYS = 8
"""Ways to say the words that a word sounds like, that are listened for."""


def _as_told(grammar: Grammar, known: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pronounce words as the site says they sound, beside the pronunciations that are known."""
    told = {word: texts for word, texts in grammar.sounds_like.items() if word in grammar.words}
    pieces = {piece for texts in told.values() for text in texts for piece in text.split()}
    ways: defaultdict[str, list[str]] = defaultdict(list)
    for spelling, phones in _pronunciations(pieces):
        ways[_word(spelling)].append(phones)
    count = Counter(_word(spelling) for spelling, _ in known)
    found: list[tuple[str, str]] = []
    for word, texts in told.items():
        for text in texts:
            for said in islice(product(*(ways[piece] for piece in text.split())), _MOST_WAYS):
                count[word] += 1
                found.append((word if count[word] == 1 else f"{word}({count[word]})", " ".join(said)))
    return found


def _possessive(spelling: str) -> str:
    word, bracket, number = spelling.partition("(")
    return f"{word}'s{bracket}{number}"


def _with_s(phones: str) -> str:
    """Add the s of a possessive, as English speaks it: cat's S, bag's Z, gas's IH Z."""
    last = phones.rsplit(maxsplit=1)[-1]
    if last in {"S", "Z", "SH", "ZH", "CH", "JH"}:
        return f"{phones} IH Z"
    return f"{phones} {'S' if last in {'P', 'T', 'K', 'F', 'TH'} else 'Z'}"


def _word(spelling: str) -> str:
    return spelling.split("(", 1)[0]
