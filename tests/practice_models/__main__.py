"""Make the practice models anew, or parts of the way: `python -m tests.practice_models [--only STEP] LANGUAGE …`.

Sentences and lexicon are kept beside this file, speech and checkpoints in the work directory, models in the product.
"""

import argparse
import sys
import time
from enum import StrEnum
from pathlib import Path

from tests.practice_models.languages import LANGUAGES

_WORK = Path("var/practice-models")


class Step(StrEnum):
    """A part of the way."""

    WORDS = "words"
    """Take sentences from the product and find how their words sound."""
    SPEECH = "speech"
    """Synthesize the training speech."""
    TRAIN = "train"
    """Train a model in the work directory, from the beginning or the last checkpoint."""
    SHIP = "ship"
    """Measure it and the shipped one, and put it into the product if it is better."""
    GRAPH = "graph"
    """Build everything but the acoustic model, for the words as they are kept."""
    CHECK = "check"
    """Measure what the model understands."""


_ALL = (Step.WORDS, Step.GRAPH, Step.SPEECH, Step.TRAIN, Step.SHIP, Step.CHECK)
_MODEL_OF_SHIPPED_WEIGHTS = (Step.WORDS, Step.GRAPH, Step.CHECK)


def main(arguments: list[str] | None = None) -> int:
    """Run the steps in order for each language."""
    parser = argparse.ArgumentParser(prog="python -m tests.practice_models", description=__doc__)
    parser.add_argument("languages", nargs="+", choices=LANGUAGES, metavar="LANGUAGE")
    parser.add_argument("--only", nargs="+", type=Step, choices=list(Step), help="these steps instead of all")
    parser.add_argument(
        "--rebuild", action="store_true", help="new words for the weights as shipped: words, graph and check"
    )
    parser.add_argument("--utterances", type=int, default=14_000, help="training utterances (%(default)s)")
    parser.add_argument("--tests", type=int, default=300, help="test utterances of each kind (%(default)s)")
    parser.add_argument("--work", type=Path, default=_WORK, help="for speech and checkpoints (%(default)s)")
    chosen = parser.parse_args(arguments)
    steps = chosen.only or (_MODEL_OF_SHIPPED_WEIGHTS if chosen.rebuild else _ALL)
    for language in chosen.languages:
        for step in steps:
            began = time.monotonic()
            print(f"{language} {step}", flush=True)
            _run(step, language, chosen)
            print(f"{language} {step} took {time.monotonic() - began:.0f} s", flush=True)
    return 0


def _run(step: Step, language: str, chosen: argparse.Namespace) -> None:
    # Each step imports what it needs: rebuilding and checking need neither torch nor Kaldi's features.
    speech, checkpoint = chosen.work / f"{language}-speech.npz", chosen.work / f"{language}-checkpoint.pt"
    model = chosen.work / f"{language}-model"
    match step:
        case Step.WORDS:
            from tests.practice_models.vocabulary import collect

            collect(language)
        case Step.SPEECH:
            from tests.practice_models.making import make_speech

            make_speech(language, speech, chosen.utterances)
            checkpoint.unlink(missing_ok=True)
        case Step.TRAIN:
            from tests.practice_models.making import make_model

            make_model(language, speech, checkpoint, model)
        case Step.SHIP:
            from tests.practice_models.report import report
            from tests.practice_models.shipped import replace_model

            print("the shipped model:")
            shipped = report(language, chosen.tests)
            print("the new model:")
            if report(language, chosen.tests, model).is_better_than(shipped):
                replace_model(language, model)
            else:
                print("the shipped model stays: the new one is not better")
        case Step.GRAPH:
            from tests.practice_models.shipped import build_graph

            build_graph(language)
        case Step.CHECK:
            from tests.practice_models.report import report

            report(language, chosen.tests)


if __name__ == "__main__":
    sys.exit(main())
