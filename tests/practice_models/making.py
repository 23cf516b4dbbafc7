"""The two long steps: synthesizing the training speech and training on it."""

import os
from pathlib import Path
from random import Random

from tests.practice_models.corpus import training_lines
from tests.practice_models.dataset import load, save, synthesize
from tests.practice_models.language import language_data
from tests.practice_models.phones import PhoneSet
from tests.practice_models.shipped import replace_acoustic_model
from tests.practice_models.training import Schedule, train
from tests.practice_models.vocabulary import kept_sentences, kept_vocabulary

_SEED = 2026


def make_speech(language: str, path: Path, utterances: int) -> None:
    """Synthesize; English takes 15 ms of one core for each utterance, Japanese 60 ms."""
    lines = training_lines(Random(_SEED), utterances, kept_sentences(language), language_data(language))
    dataset = synthesize(language, lines, seed=_SEED, processes=os.cpu_count() or 1)
    save(dataset, path)


def make_acoustic_model(language: str, speech: Path, checkpoint: Path, passes: int) -> None:
    """Train and put the result into the product."""
    dataset = load(speech)
    said = {phone for phones in dataset.phones for phone in phones}
    unsaid = {
        f"{phone} in {word}"
        for word, pronunciations in kept_vocabulary(language).lexicon.items()
        for pronunciation in pronunciations
        for phone in set(pronunciation) - said
    }
    if unsaid:
        raise ValueError(
            f"the training speech of {language} never says {', '.join(sorted(unsaid))}; add words to its data"
        )
    phones = PhoneSet(names=tuple(sorted(said)))
    network = train(dataset, phones, Schedule(passes=passes, checkpoint=checkpoint))
    replace_acoustic_model(language, phones, network)
