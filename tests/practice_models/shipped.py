"""The two models in the product, and building their graphs for the vocabulary as kept."""

from pathlib import Path

from app.speech.models import PRACTICE_MODELS
from tests.practice_models.graphs import UnknownCosts
from tests.practice_models.model_directory import ACOUSTIC_MODEL, graph_files, phones_of, write_files
from tests.practice_models.phones import PhoneSet
from tests.practice_models.vocabulary import kept_vocabulary

UNKNOWN_COSTS = UnknownCosts()


def directory_of(language: str) -> Path:
    """Where a language's model is shipped."""
    return PRACTICE_MODELS / language


def build_graph(language: str) -> None:
    """Write all files but the acoustic model; needs the phones of the model that is there."""
    write_files(directory_of(language), built_graph(language, phones_of(directory_of(language))))


def built_graph(language: str, phones: PhoneSet) -> dict[str, bytes]:
    """Return the files that `build_graph` writes."""
    return graph_files(phones, kept_vocabulary(language), UNKNOWN_COSTS)


def replace_model(language: str, directory: Path) -> None:
    """Put the model in `directory` into the product."""
    phones = phones_of(directory)
    acoustic_model = (directory / ACOUSTIC_MODEL).read_bytes()
    write_files(directory_of(language), {ACOUSTIC_MODEL: acoustic_model} | built_graph(language, phones))
