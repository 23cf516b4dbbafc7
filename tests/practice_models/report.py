"""Print what a shipped model understands."""

import time

from app.speech.vosk import VoskTranscriber
from tests.practice_models.checking import Kind, measure, size_bytes, speech_of
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
    transcriber.set_grammar("free", product.grammar)
    print(f"grammar of {len(product.grammar.words)} words set in {time.perf_counter() - loaded:.2f} s")
    print(f"words that it does not know: {', '.join(transcriber.unknown_words()) or 'none'}")
    made_up = [sentence for sentence in kept_sentences(language) if product.can_hear(sentence)]
    of_people = product.sentences_of_people()
    for kind in Kind:
        sentences = of_people if kind in (Kind.PRODUCT, Kind.CLEAN, Kind.NOISY) else made_up
        spoken = speech_of(language_of(language), language_data(language), kind, sentences, count)
        figures = measure(transcriber, product, kind, spoken)
        print(
            f"{kind:26s} word for word {figures.right / count:.3f}  understood {figures.understood / count:.3f}  "
            f"acted on wrongly {figures.wrong / count:.3f}  CPU ÷ audio {figures.cpu_per_audio:.4f}",
            flush=True,
        )
        for utterance, text in figures.failures[:_SHOWN]:
            print(f"    {utterance.voice}: {utterance.text} → {text}")
    transcriber.close()
