"""Recogniser models on this machine: which are known, which are installed, and whether one is usable.

They are data outside the program, in `WANWAN_MODELS`; a folder there is a model, its name the model's name.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.speech.errors import ModelBrokenError, ModelMissingError, ModelUnknownError

PRACTICE_MODELS = Path(__file__).parent / "practice"
"""Models of synthesized voices, one folder for each language: for tests and the tour, never for people."""
LANGUAGE_FILE = "wanwan-language.txt"
"""Says the language of an installed model whose name does not."""

_PROBE_TIMEOUT_S = 120.0
_OPENFST_MAGIC = bytes.fromhex("d6fdb27e")
_REMEDY = "install it anew with `wanwan models install`, from the internet or from a local zip"


class GraphKind(StrEnum):
    """What a Vosk model's decoding graph allows; the values are clauses for people."""

    LOOKAHEAD = "it listens for the sentences of the moment"
    """Phones to words (HCLr.fst) and words (Gr.fst) apart: the words' graph is replaced at run time by a grammar."""
    STATIC = "it hears freely, as its graph is static; what does not parse in full counts for nothing"
    """Both in one (HCLG.fst), as large models have it: no run-time grammar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """A public model that can be installed by name."""

    name: str
    language: str
    size_bytes: int | None
    """Of its zip; `None` where it is not published."""
    checksum: str
    """Of its zip: `sha256:…` or `md5:…`, as its publisher gives it."""


KNOWN_MODELS = (
    KnownModel(
        name="vosk-model-small-en-us-0.15",
        language="en",
        size_bytes=None,
        checksum="sha256:30f26242c4eb449f948e42cb302dd7a686cb29a3423a8367f99ff41780942498",
    ),
    KnownModel(
        name="vosk-model-small-ja-0.22",
        language="ja",
        size_bytes=49_704_573,
        checksum="md5:0e3163dd62dfb0d823353718ac3cbf79",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedModel:
    """A model that is known, installed, or both."""

    name: str
    language: str | None
    """`None` when neither name nor folder tells."""
    directory: Path | None
    """Where it is installed; `None` when it is not."""


def known_model(name: str, known: Iterable[KnownModel] = KNOWN_MODELS) -> KnownModel:
    """Return a known model by name; raises `ModelUnknownError`."""
    models = {model.name: model for model in known}
    if name not in models:
        raise ModelUnknownError(
            f"no recogniser model is called {name!r}; known are {', '.join(models)}; "
            "any other Vosk model can be installed from its zip: `wanwan models install FILE.zip`"
        )
    return models[name]


def list_models(directory: Path) -> tuple[ListedModel, ...]:
    """Return known and installed models, by name."""
    models = {
        model.name: ListedModel(name=model.name, language=model.language, directory=None) for model in KNOWN_MODELS
    }
    folders = sorted(directory.iterdir()) if directory.is_dir() else []
    for folder in folders:
        if folder.is_dir() and not folder.name.startswith("."):
            models[folder.name] = ListedModel(name=folder.name, language=language_of(folder), directory=folder)
    return tuple(models[name] for name in sorted(models))


def installed(directory: Path, language: str) -> Path | None:
    """Return the folder of the installed model for a language, the first by name where there are several."""
    for model in list_models(directory):
        if model.directory is not None and model.language == language:
            return model.directory
    return None


def language_of(folder: Path) -> str | None:
    """Tell a model's language by the file its installation left, else by its name (vosk-model-small-en-us-0.15)."""
    told = folder / LANGUAGE_FILE
    if told.is_file():
        return told.read_text(encoding="utf-8").strip() or None
    named = re.match(r"vosk-model-(?:small-)?([a-z]{2})(?:-|$)", folder.name)
    return named[1] if named else None


def check_files(directory: Path) -> None:
    """See that all files of a Vosk model are there and begin as they should. Raises `ModelError`s; takes no time."""
    if not directory.is_dir():
        raise ModelMissingError(f"there is no recogniser model at {directory}; {_REMEDY}")
    missing = [name for name in _needed(directory) if not (directory / name).is_file()]
    if missing:
        raise ModelBrokenError(f"{directory} is no whole Vosk model: {', '.join(missing)} missing; {_REMEDY}")
    for name in _needed(directory):
        file = directory / name
        with file.open("rb") as stream:
            head = stream.read(4)
        if not head or (file.suffix == ".fst" and head != _OPENFST_MAGIC):
            state = "empty" if not head else "not what it should be"
            raise ModelBrokenError(f"{directory} is a damaged Vosk model: {name} is {state}; {_REMEDY}")


def graph_kind(directory: Path) -> GraphKind:
    """Tell what a Vosk model's graph allows."""
    is_static = any((directory / place).is_file() for place in ("graph/HCLG.fst", "HCLG.fst"))
    return GraphKind.STATIC if is_static else GraphKind.LOOKAHEAD


def _needed(directory: Path) -> Sequence[str]:
    """Name the files of the layout this directory has: the present one, or the one of models before 2020."""
    graph, am, conf = ("", "", "") if (directory / "final.mdl").is_file() else ("graph/", "am/", "conf/")
    is_static = graph_kind(directory) is GraphKind.STATIC
    graphs = ("HCLG.fst", "words.txt") if is_static else ("HCLr.fst", "Gr.fst", "disambig_tid.int")
    settings = (f"{conf}model.conf",) if conf else ()
    return (f"{am}final.mdl", f"{conf}mfcc.conf", *settings, *(graph + name for name in graphs))


def probe(directory: Path) -> None:
    """Load the model and decode with it, in a process of its own.

    A model that is damaged inside ends the process that loads it with an abort or a segmentation fault (measured: an
    empty model.conf, a cut HCLr.fst), so the service never loads one that was not tried. Blocks 0.3 s for a small
    model, some seconds for a large one. Raises `ModelError`s.
    """
    check_files(directory)
    try:
        tried = subprocess.run(  # noqa: S603 our own module, no shell
            [sys.executable, "-P", "-m", "app.speech.vosk_probe", str(directory.resolve())],
            capture_output=True,
            timeout=_PROBE_TIMEOUT_S,
            check=False,
            env={**os.environ, "PYTHONPATH": search_path()},
        )
    except subprocess.TimeoutExpired as exc:
        raise ModelBrokenError(f"{directory} did not load within {_PROBE_TIMEOUT_S:g} s; {_REMEDY}") from exc
    if tried.returncode != 0:
        said = tried.stderr.decode(errors="replace").strip().splitlines()
        reason = f"Vosk says {said[-1].strip()!r}" if said else "Vosk gives no reason"
        raise ModelBrokenError(f"{directory} is a damaged Vosk model: {reason}; {_REMEDY}")


def search_path() -> str:
    """Return the `PYTHONPATH` with which a child process imports the same tree."""
    root = str(Path(__file__).resolve().parents[2])
    return os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
