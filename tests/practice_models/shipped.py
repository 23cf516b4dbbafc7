"""The two models in the product, and building their graphs for the vocabulary as kept."""

from pathlib import Path

from app.speech.models import PRACTICE_MODELS
from tests.practice_models.acoustic_model import Network, final_mdl
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


def replace_acoustic_model(language: str, phones: PhoneSet, network: Network) -> None:
    """Write a newly trained acoustic model, and the graphs for its phones."""
    write_files(directory_of(language), {ACOUSTIC_MODEL: final_mdl(phones, network)} | built_graph(language, phones))
