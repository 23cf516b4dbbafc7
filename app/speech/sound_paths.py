"""The most likely way through the frames of an utterance: of given words, and of any sounds at all (Viterbi)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.speech.sound_model import STATES, Scores, SoundModel, Units

_NEVER = -1e30
_NEW_PHONE = -4.0
"""What another phone costs where phones are read; without it more are read than were said."""
_UNREACHED = -1e29
"""What cannot be said in so few frames lies below, however well they fit."""

Views = Sequence[Scores]
"""Scores of the same frames, seen with different throats; gone through at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where a word lies, and how well it fits."""

    likelihood: float
    """Log, of all frames up to `scored_frames`."""
    scored_frames: int
    begin_frame: int
    end_frame: int
    """Of the word itself, the first one after it."""


class AnySounds:
    """Phones in any order, pauses among them."""

    def __init__(self, model: SoundModel, units: Units) -> None:
        """`units`: the phones that may come."""
        self._stay = model.stay[units.phones]
        self._leave = model.leave[units.phones]

    def likelihoods(self, views: Views) -> NDArray[np.float64]:
        """Return for each view the log likelihood of the frames up to each one, views × (frames + 1).

        `views`: frames × (phones · `STATES`).
        """
        scores = np.stack(views).reshape(len(views), len(views[0]), -1, STATES)
        best = np.full(scores[:, 0].shape, _NEVER)
        entry = np.zeros(len(views))
        reached = np.zeros((len(views), scores.shape[1] + 1))
        for frame in range(scores.shape[1]):
            onward = best + self._leave
            best = best + self._stay
            np.maximum(best[..., 1:], onward[..., :-1], out=best[..., 1:])
            np.maximum(best[..., 0], entry[:, np.newaxis], out=best[..., 0])
            best += scores[:, frame]
            entry = (best[..., -1] + self._leave[:, -1]).max(axis=1)
            reached[:, frame + 1] = entry
        return reached

    def best(self, scores: Scores) -> list[int]:
        """Return which of the phones were most likely heard, one after the other, by their place among the units."""
        emitted = scores.reshape(len(scores), -1, STATES)
        best = np.full(emitted[0].shape, _NEVER)
        begun = np.zeros(best.shape, dtype=np.intp)
        entry = 0.0
        came: list[tuple[int, int]] = []
        for frame, now in enumerate(emitted):
            onward = best + self._leave
            stay = best + self._stay
            started = np.concatenate([np.full((len(begun), 1), frame), begun[:, :-1]], axis=1)
            arriving = np.concatenate([np.full((len(begun), 1), entry), onward[:, :-1]], axis=1)
            begun = np.where(arriving > stay, started, begun)
            best = np.maximum(arriving, stay) + now
            leaving = best[:, -1] + self._leave[:, -1]
            phone = int(leaving.argmax())
            entry = float(leaving[phone]) + _NEW_PHONE
            came.append((phone, int(begun[phone, -1])))
        heard: list[int] = []
        frame = len(came)
        while frame > 0:
            phone, frame = came[frame - 1]
            heard.append(phone)
        return heard[::-1]


class OneOf:
    """One of several pronunciations of a word, with or without a pause before it and behind it."""

    def __init__(self, model: SoundModel, words: Sequence[Units], pause: Units) -> None:
        """`words`: the pronunciations; `pause`: the states of silence."""
        longest = max(len(word.phones) for word in words) + 2
        shape = (len(words), longest * STATES)
        self._lengths = np.array([len(word.phones) * STATES for word in words])
        self._columns = np.zeros(shape, dtype=np.intp)
        self._stay, self._leave = np.full(shape, _NEVER), np.full(shape, _NEVER)
        column = pause.states.size
        for row, word in enumerate(words):
            width = (len(word.phones) + 2) * STATES
            inside = np.arange(column, column + word.states.size)
            self._columns[row, :width] = np.concatenate([np.arange(STATES), inside, np.arange(STATES)])
            phones = np.concatenate([pause.phones, word.phones, pause.phones])
            self._stay[row, :width] = model.stay[phones].ravel()
            self._leave[row, :width] = model.leave[phones].ravel()
            column += word.states.size
        self.units = (pause, *words)
        """What scores are needed of, in this order."""

    def alone(self, scores: Scores) -> Found:
        """Find the word as all that is said."""
        best, came = self._go(scores)
        rows = np.arange(len(self._lengths))
        ends = np.stack([self._lengths + STATES - 1, self._lengths + 2 * STATES - 1])
        total = best[-1][rows, ends] + self._leave[rows, ends]
        which, row = np.unravel_index(int(total.argmax()), total.shape)
        return self._traced(came, int(row), int(ends[which, row]), len(best), float(total.max()))

    def each_alone(self, scores: Scores) -> NDArray[np.float64]:
        """Return the log likelihood of each word as all that is said."""
        now = np.full(self._columns.shape, _NEVER)
        now[:, (0, STATES)] = 0.0
        now += scores[0][self._columns]
        for frame in scores[1:]:
            onward = now[:, :-1] + self._leave[:, :-1]
            now = now + self._stay
            np.maximum(onward, now[:, 1:], out=now[:, 1:])
            now += frame[self._columns]
        rows = np.arange(len(self._lengths))
        ends = np.stack([self._lengths + STATES - 1, self._lengths + 2 * STATES - 1])
        return np.asarray((now[rows, ends] + self._leave[rows, ends]).max(axis=0))

    def first(self, scores: Scores, otherwise: NDArray[np.float64]) -> Found:
        """Find the word as what is said first, whatever follows.

        `otherwise`: the likelihood of any sounds up to each frame (`AnySounds.likelihoods`); the word ends where it
        gains most on that.
        """
        best, came = self._go(scores)
        rows, ends = np.arange(len(self._lengths)), self._lengths + STATES - 1
        totals = np.stack(best)[:, rows, ends] + self._leave[rows, ends]
        gain = np.where(totals > _UNREACHED, totals - otherwise[1:, np.newaxis], _NEVER)
        frame, row = (int(place) for place in np.unravel_index(int(gain.argmax()), gain.shape))
        return self._traced(came, row, int(ends[row]), frame + 1, float(totals[frame, row]))

    def _go(self, scores: Scores) -> tuple[list[NDArray[np.float64]], list[NDArray[np.bool_]]]:
        """Return for each frame how likely each state is, and whether it was come to from the one before it."""
        now = np.full(self._columns.shape, _NEVER)
        now[:, (0, STATES)] = 0.0
        now += scores[0][self._columns]
        best, came = [now], [np.zeros(now.shape, dtype=bool)]
        for frame in scores[1:]:
            onward = now[:, :-1] + self._leave[:, :-1]
            now = now + self._stay
            moved = np.zeros(now.shape, dtype=bool)
            np.greater(onward, now[:, 1:], out=moved[:, 1:])
            np.maximum(onward, now[:, 1:], out=now[:, 1:])
            now += frame[self._columns]
            best.append(now)
            came.append(moved)
        return best, came

    def _traced(self, came: list[NDArray[np.bool_]], row: int, state: int, frames: int, likelihood: float) -> Found:
        """Go back from a state in the last of `frames` to where the word began."""
        word = range(STATES, STATES + int(self._lengths[row]))
        inside = 0
        begin = frames
        for frame in range(frames - 1, -1, -1):
            if state in word:
                inside += 1
                begin = frame
            state -= int(came[frame][row, state])
        return Found(likelihood=likelihood, scored_frames=frames, begin_frame=begin, end_frame=begin + inside)
