"""Print what a shipped model understands."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from app.speech.vosk import VoskTranscriber
from tests.app.speech.spoken import grammar_of
from tests.practice_models.checking import Figures, Kind, Listener, measure, size_bytes, speech_of
from tests.practice_models.language import language_data
from tests.practice_models.languages import language_of
from tests.practice_models.product import Product
from tests.practice_models.shipped import directory_of
from tests.practice_models.vocabulary import kept_sentences, kept_vocabulary

_LISTED = 600
"""Sentences of the small grammar: about what a station listens for in one state of a dialogue."""
_LONGEST_LISTED = 9
_SHOWN = 12
"""Failures printed of each kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What counts of a report: sentences in voices not trained on, with the whole plant's grammar."""

    understood: float
    """Share of plant sentences, half of them noisy."""
    acted_wrongly: int
    """How often something else than was said was acted on, near misses and other speech included."""

    def is_better_than(self, other: "Outcome") -> bool:
        """Whether more is understood and no more acted on wrongly."""
        return self.understood > other.understood and self.acted_wrongly <= other.acted_wrongly


def report(language: str, count: int, directory: Path | None = None) -> Outcome:
    """Measure `count` utterances of each kind, with a small grammar and the whole plant's; then what went wrong.

    `directory`: of a model that is not shipped.
    """
    directory, product = directory or directory_of(language), Product(language)
    outcome = Outcome(understood=0.0, acted_wrongly=0)
    began = time.perf_counter()
    transcriber = VoskTranscriber(directory)
    print(f"size {size_bytes(directory) / 1e6:.2f} MB, loaded in {time.perf_counter() - began:.2f} s")
    made_up = [sentence for sentence in kept_sentences(language) if len(sentence.split()) <= _LONGEST_LISTED]
    listed = Random(0).sample(made_up, _LISTED)
    for name, grammar, sentences in (
        (f"{_LISTED} made-up sentences", grammar_of(*listed), listed),
        ("the whole plant, said as people do", product.grammar, product.sentences_of_people()),
    ):
        began = time.perf_counter()
        transcriber.set_grammar(name, grammar)
        print(f"grammar: {name}, {len(grammar.words)} words, set in {time.perf_counter() - began:.2f} s")
        lexicon = kept_vocabulary(language).lexicon
        listener = Listener(transcriber=transcriber, grammar=name, product=product, lexicon=lexicon)
        outcome = _report_grammar(language, listener, sentences, listed, count)
    print(f"words that it does not know: {', '.join(transcriber.unknown_words()) or 'none'}")
    transcriber.close()
    return outcome


def _report_grammar(
    language: str, listener: Listener, sentences: Sequence[str], listed: Sequence[str], count: int
) -> Outcome:
    figures_of: dict[Kind, Figures] = {}
    for kind in Kind:
        said = sentences if kind.is_plant_sentence else listener.product.near_misses() if kind is Kind.MISS else listed
        figures = figures_of[kind] = measure(
            listener, kind, speech_of(language_of(language), language_data(language), kind, said, count)
        )
        print(
            f"{kind:24s} right {figures.right / count:.3f}  understood {figures.understood / count:.3f}  "
            f"acted on wrongly {figures.wrong / count:.3f}  CPU ÷ audio {figures.cpu_per_audio:.4f}",
            flush=True,
        )
        for utterance, text in figures.failures[:_SHOWN]:
            print(f"    {utterance.voice}: {utterance.text} → {text}")
    unknown = [figures_of[kind] for kind in (Kind.CLEAN, Kind.NOISY)]
    share = sum(figures.understood for figures in unknown) / sum(figures.count for figures in unknown)
    print(f"plant sentences in voices not trained on, half of them noisy: {share:.3f} understood")
    return Outcome(understood=share, acted_wrongly=sum(figures.wrong for figures in figures_of.values()))
