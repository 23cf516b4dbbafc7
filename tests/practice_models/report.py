"""Print what a shipped model understands."""

import time
from collections.abc import Sequence
from random import Random

from app.speech.vosk import VoskTranscriber
from tests.app.speech.spoken import grammar_of
from tests.practice_models.checking import Kind, Listener, measure, size_bytes, speech_of
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


def report(language: str, count: int) -> None:
    """Measure `count` utterances of each kind, with a small grammar and the whole plant's; then what went wrong."""
    directory, product = directory_of(language), Product(language)
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
        _report_grammar(language, listener, sentences, listed, count)
    print(f"words that it does not know: {', '.join(transcriber.unknown_words()) or 'none'}")
    transcriber.close()


def _report_grammar(
    language: str, listener: Listener, sentences: Sequence[str], listed: Sequence[str], count: int
) -> None:
    for kind in Kind:
        said = sentences if kind.is_plant_sentence else listed
        figures = measure(listener, kind, speech_of(language_of(language), language_data(language), kind, said, count))
        print(
            f"{kind:24s} right {figures.right / count:.3f}  understood {figures.understood / count:.3f}  "
            f"acted on wrongly {figures.wrong / count:.3f}  CPU ÷ audio {figures.cpu_per_audio:.4f}",
            flush=True,
        )
        for utterance, text in figures.failures[:_SHOWN]:
            print(f"    {utterance.voice}: {utterance.text} → {text}")
