"""How likely English sounds are in each frame: the acoustic model inside PocketSphinx's wheel, read from its files.

PocketSphinx itself says nothing about single frames. Read here are its mixtures of Gaussians (one set of 128 for each
phone and feature stream) and its states of phones between phones; the formats are described in the files' own heads.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.speech.cepstra import COEFFICIENTS, Features
from app.speech.errors import ModelBrokenError

STATES: Final = 3
"""Of a phone, one after the other."""
SILENCE: Final = "SIL"
_STREAMS: Final = 3
_LOG_BASE: Final = 1024 * np.log(1.0001)
"""Mixture weights are stored as multiples of it, negated."""
_ALONE, _FIRST, _LAST, _WITHIN = 3, 1, 2, 0
"""Where in a word a phone stands, in the model's numbers."""

Scores = NDArray[np.float32]
"""Log likelihoods, frames × states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """States that are looked for, three for each phone."""

    states: NDArray[np.intp]
    """Phones × `STATES`: number of each state in the model."""
    phones: NDArray[np.intp]
    """Number of each phone."""


class SoundModel:
    """The model. Reading it takes 50 ms; its methods may be called from several threads."""

    def __init__(self, directory: Path) -> None:
        """Read `means`, `variances`, `transition_matrices`, `mdef` and `sendump`. Raises `ModelBrokenError`."""
        try:
            self._read_phones((directory / "mdef").read_bytes())
            means, variances = _gaussians(directory / "means"), _gaussians(directory / "variances")
            self._read_weights((directory / "sendump").read_bytes(), self._state_count)
            table, shape = _table(directory / "transition_matrices", 4)
            moves = table.reshape(shape[0], STATES, STATES + 1)
        except (OSError, struct.error, ValueError, IndexError) as exc:
            raise ModelBrokenError(f"{directory} is no acoustic model of PocketSphinx: {exc}; install it anew") from exc
        likely = np.log(np.maximum(moves / moves.sum(axis=2, keepdims=True), _RAREST))
        own = np.arange(STATES)
        self.stay, self.leave = likely[:, own, own], likely[:, own, own + 1]
        """Log probabilities, phones × `STATES`."""
        self._count = means.shape[2]
        self._gaussians = [_as_product(means[:, stream], variances[:, stream]) for stream in range(_STREAMS)]

    def phone(self, name: str) -> int:
        """Return the number of a phone; raises `ValueError` for one that the model does not have."""
        return self.phones.index(name)

    def in_word(self, names: Sequence[str]) -> Units:
        """Return the states of a word between pauses, each phone as it sounds between its neighbours."""
        around = [SILENCE, *names, SILENCE]
        numbers = [self.phone(name) for name in around]
        rows = []
        for at in range(1, len(around) - 1):
            where = _ALONE if len(names) == 1 else _FIRST if at == 1 else _LAST if at == len(names) else _WITHIN
            rows.append(self._sequences[self._between(numbers[at - 1], numbers[at], numbers[at + 1], where)])
        return Units(states=np.array(rows), phones=np.array(numbers[1:-1]))

    def anywhere(self, names: Sequence[str]) -> Units:
        """Return the states of phones whatever stands beside them."""
        numbers = np.array([self.phone(name) for name in names])
        return Units(states=self._sequences[self._entries["sequence"][numbers]], phones=numbers)

    def scores(self, features: Features, *units: Units) -> Scores:
        """Return the log likelihood of the states of all `units`, phone by phone, in each frame."""
        states = np.concatenate([unit.states.ravel() for unit in units])
        owners = np.concatenate([np.repeat(unit.phones, STATES) for unit in units])
        found = np.zeros((len(features), len(states)), dtype=np.float32)
        for stream, gaussians in enumerate(self._gaussians):
            values = features[:, stream]
            products = np.concatenate([values**2, values, np.ones((len(values), 1), dtype=np.float32)], axis=1)
            densities = (products @ gaussians).reshape(len(values), -1, self._count)
            highest = densities.max(axis=2, keepdims=True)
            densities = np.exp(densities - highest)
            for owner in np.unique(owners):
                (mine,) = np.nonzero(owners == owner)
                weights = np.exp(-_LOG_BASE * self._weights[stream][:, states[mine]].astype(np.float32))
                found[:, mine] += np.log(densities[:, owner] @ weights + _FAINTEST) + highest[:, owner]
        return found

    def _between(self, left: int, own: int, right: int, where: int) -> int:
        """Return the sequence of states of a phone between two others; else as it is anywhere."""
        for place in dict.fromkeys((where, _WITHIN, _FIRST, _LAST, _ALONE)):
            key = _key(own, left, right, place)
            at = int(np.searchsorted(self._keys, key))
            if at < len(self._keys) and self._keys[at] == key:
                return int(self._entries["sequence"][self._order[at]])
        return int(self._entries["sequence"][own])

    def _read_phones(self, mdef: bytes) -> None:
        magic, _, described = struct.unpack_from("<4sii", mdef)
        if magic != b"BMDF":
            raise ValueError("mdef is not in the binary form")
        at = 12 + described
        phone_count, entry_count, states, _, self._state_count, _, sequences, _, tree, _ = struct.unpack_from(
            "<10i", mdef, at
        )
        if states != STATES:
            raise ValueError(f"its phones have {states} states, not {STATES}")
        names_at = at + 40
        names = mdef[names_at:].split(b"\0", phone_count)[:phone_count]
        self.phones: tuple[str, ...] = tuple(name.decode("ascii") for name in names)
        length = sum(len(name) + 1 for name in names)
        at = names_at + (length + 3) // 4 * 4 + 8 * tree
        self._entries = np.frombuffer(mdef, _ENTRY, entry_count, at)
        at += _ENTRY.itemsize * entry_count + 4
        apart = self._entries[phone_count:]
        keys = _key(*(apart[part].astype(np.int64) for part in ("phone", "left", "right", "place")))
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        self._order += phone_count
        self._sequences = np.frombuffer(mdef, "<u2", sequences * STATES, at).reshape(-1, STATES).astype(np.intp)

    def _read_weights(self, sendump: bytes, states: int) -> None:
        at = 0
        while (length := struct.unpack_from("<i", sendump, at)[0]) > 0:
            at += 4 + length
        rows, columns = struct.unpack_from("<2i", sendump, at + 4)
        if columns != states:
            raise ValueError(f"sendump has weights for {columns} states, mdef has {states}")
        self._weights = np.frombuffer(sendump, "u1", _STREAMS * rows * columns, at + 12).reshape(
            _STREAMS, rows, columns
        )


_ENTRY: Final = np.dtype(
    [("sequence", "<i4"), ("moves", "<i4"), ("place", "u1"), ("phone", "u1"), ("left", "u1"), ("right", "u1")]
)
_Number = TypeVar("_Number", int, NDArray[np.int64])
_RAREST: Final = 1e-4
"""Least probability of a move between states."""
_FAINTEST: Final = 1e-30
_NARROWEST: Final = 1e-4
"""Least variance."""


def _key(phone: _Number, left: _Number, right: _Number, place: _Number) -> _Number:
    return ((phone * 256 + left) * 256 + right) * 256 + place


def _table(path: Path, rank: int) -> tuple[NDArray[np.float32], tuple[int, ...]]:
    """Read numbers in Sphinx's form: text, a byte-order mark, `rank` sizes, and the numbers."""
    content = path.read_bytes()
    at = content.index(b"endhdr\n") + 7
    if struct.unpack_from("<I", content, at)[0] != 0x11223344:  # noqa: PLR2004 Sphinx's byte-order mark
        raise ValueError(f"{path.name} is not little-endian")
    sizes = struct.unpack_from(f"<{rank}i", content, at + 4)
    return np.frombuffer(content, "<f4", sizes[-1], at + 4 + 4 * rank), sizes


def _gaussians(path: Path) -> NDArray[np.float32]:
    """Read means or variances: phones × streams × Gaussians × coefficients."""
    table, sizes = _table(path, 4 + _STREAMS)
    phones, streams, count = sizes[:3]
    return table.reshape(phones, streams, count, COEFFICIENTS)


def _as_product(means: NDArray[np.float32], variances: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what squares, values and 1 are multiplied with to give the log density of every Gaussian at once."""
    centre = means.reshape(-1, COEFFICIENTS).astype(np.float64)
    spread = np.maximum(variances.reshape(-1, COEFFICIENTS).astype(np.float64), _NARROWEST)
    constant = -0.5 * (centre**2 / spread + np.log(2 * np.pi * spread)).sum(axis=1, keepdims=True)
    return np.ascontiguousarray(np.concatenate([-0.5 / spread, centre / spread, constant], axis=1).T, dtype=np.float32)
