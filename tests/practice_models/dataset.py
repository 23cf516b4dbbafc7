"""The training speech: sentences said in many voices, as log mel energies with the phones that were said."""

import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt

from tests.practice_models.corpus import Line
from tests.practice_models.features import log_mel
from tests.practice_models.graphs import Pronunciation
from tests.practice_models.languages import language_of
from tests.practice_models.room import at_speech_level, surrounded, trimmed, with_echo

_ECHO_SHARE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Utterances, one after the other in one array."""

    frames: npt.NDArray[np.float16]
    """Log mel energies, frames × bins."""
    starts: npt.NDArray[np.int64]
    """Where each utterance begins, and at last where the last one ends."""
    phones: tuple[Pronunciation, ...]
    """What each utterance says."""

    def __len__(self) -> int:
        """How many utterances."""
        return len(self.phones)

    def length(self, index: int) -> int:
        """Frames of an utterance."""
        return int(self.starts[index + 1] - self.starts[index])

    def utterance(self, index: int) -> npt.NDArray[np.float16]:
        """Log mel energies of an utterance."""
        return self.frames[self.starts[index] : self.starts[index + 1]]


@dataclass(frozen=True, slots=True)
class _Job:
    language: str
    line: Line
    seed: int


def synthesize(language: str, lines: Sequence[Line], *, seed: int, processes: int) -> Dataset:
    """Say each line once, in a voice drawn for it."""
    jobs = [_Job(language, line, seed + index) for index, line in enumerate(lines)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        said = pool.map(_say, jobs, chunksize=25)
    lengths = [len(frames) for frames, _phones in said]
    return Dataset(
        frames=np.concatenate([frames for frames, _phones in said]),
        starts=np.concatenate([[0], np.cumsum(lengths)]),
        phones=tuple(phones for _frames, phones in said),
    )


def _say(job: _Job) -> tuple[npt.NDArray[np.float16], Pronunciation]:
    language, random, noise = language_of(job.language), Random(job.seed), np.random.default_rng(job.seed)
    manner = language.draw_manner(random, held_out=False)
    if job.line.is_strung:
        sounded, samples = language.read_strung(job.line.text), language.say_strung(job.line.text, manner)
    else:
        sounded, samples = language.read(job.line.text), language.say(job.line.spoken, manner)
    samples = surrounded(noise, at_speech_level(trimmed(samples)))
    if random.random() < _ECHO_SHARE:
        samples = with_echo(noise, samples)
    phones = tuple(phone for part in sounded for phone in part.phones)
    return log_mel(np.round(samples)).astype(np.float16), phones


def save(dataset: Dataset, path: Path) -> None:
    """Keep for `load`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    said = np.array([" ".join(phones) for phones in dataset.phones])
    np.savez(path, frames=dataset.frames, starts=dataset.starts, phones=said)


def load(path: Path) -> Dataset:
    """Return what `save` kept."""
    with np.load(path) as data:
        return Dataset(
            frames=data["frames"],
            starts=data["starts"],
            phones=tuple(tuple(said.split()) for said in data["phones"].tolist()),
        )
