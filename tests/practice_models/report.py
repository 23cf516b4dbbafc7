"""Print what a shipped model understands."""

import time

from app.speech.grammar import compile_grammar
from app.speech.vosk import VoskTranscriber
from tests.practice_models.checking import Kind, measure, size_bytes, test_speech
from tests.practice_models.language import language_data
from tests.practice_models.languages import language_of
from tests.practice_models.product import Product
from tests.practice_models.shipped import directory_of
from tests.practice_models.vocabulary import kept_sentences

_SHOWN = 12
"""Failures printed of each kind."""


def report(language: str, count: int) -> None:
    """Measure `count` utterances of each kind with the product's grammar; a line a kind, then what went wrong."""
    directory, product = directory_of(language), Product(language)
    began = time.perf_counter()
    transcriber = VoskTranscriber(directory)
    loaded = time.perf_counter()
    print(f"size {size_bytes(directory) / 1e6:.2f} MB, loaded in {loaded - began:.2f} s")
    transcriber.set_grammar("free", compile_grammar(product.word_graph))
    print(f"grammar of {len(product.word_graph.words)} words set in {time.perf_counter() - loaded:.2f} s")
    print(f"words that it does not know: {', '.join(transcriber.unknown_words()) or 'none'}")
    sentences = [sentence for sentence in kept_sentences(language) if product.can_hear(sentence)]
    for kind in Kind:
        spoken = test_speech(language_of(language), language_data(language), kind, sentences, count)
        figures = measure(transcriber, product, kind, spoken)
        print(
            f"{kind:26s} word for word {figures.right / count:.3f}  understood {figures.understood / count:.3f}  "
            f"wrong command {figures.wrong / count:.3f}  CPU ÷ audio {figures.cpu_per_audio:.4f}",
            flush=True,
        )
        for utterance, text in figures.failures[:_SHOWN]:
            print(f"    {utterance.voice}: {utterance.text} → {text}")
    transcriber.close()
