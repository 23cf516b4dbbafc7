"""The two long steps: synthesizing the training speech and training on it."""

import os
from pathlib import Path
from random import Random

from tests.practice_models.acoustic_model import final_mdl
from tests.practice_models.corpus import training_lines
from tests.practice_models.dataset import load, save, synthesize
from tests.practice_models.language import language_data
from tests.practice_models.model_directory import ACOUSTIC_MODEL, write_files
from tests.practice_models.phones import PhoneSet
from tests.practice_models.shipped import built_graph
from tests.practice_models.training import train
from tests.practice_models.vocabulary import kept_sentences, kept_vocabulary

_SEED = 2026


def make_speech(language: str, path: Path, utterances: int) -> None:
    """Synthesize; English takes 15 ms of one core for each utterance, Japanese 60 ms."""
    lines = training_lines(Random(_SEED), utterances, kept_sentences(language), language_data(language))
    dataset = synthesize(language, lines, seed=_SEED, processes=os.cpu_count() or 1)
    save(dataset, path)


def make_model(language: str, speech: Path, checkpoint: Path, directory: Path) -> None:
    """Train and write the whole model to `directory`; the product's stays as it is until `ship`."""
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
    network = train(dataset, phones, checkpoint)
    write_files(directory, {ACOUSTIC_MODEL: final_mdl(phones, network)} | built_graph(language, phones))
