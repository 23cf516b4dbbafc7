"""The English address by its phones alone: any phrase, no training, no recogniser's grammar.

Compared are two explanations of the same frames: the phrase as the dictionary says it, and any phones in any order.
Their log likelihood ratio for each frame of the phrase is the score. Speakers' throats differ in length, so the
utterance is looked at with five frequency axes, and that axis counts on which it is most like speech of any kind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.speech.address import AddressHeard
from app.speech.cepstra import FRAMES_PER_S, cepstra, features, normalised
from app.speech.english_sounds import english_sounds, sphinx_model
from app.speech.silence import speech_span
from app.speech.sound_model import SILENCE, STATES, SoundModel
from app.speech.sound_paths import AnySounds, Found, OneOf
from app.speech.transcribe import SAMPLE_RATE_HZ

_USUAL_THROAT: Final = 1.0
_OTHER_THROATS: Final = (0.86, 0.93, 1.07, 1.14)
_NOT_WORTH_A_SECOND_LOOK: Final = -4.0
"""Score with the usual throat below which no other is tried: .93 of other words, none of 300 addresses (the lowest
that was heard in the end had -3.1)."""
_LEAST_ALONE: Final = -1.5
_LEAST_FIRST: Final = -1.5
_FEWEST_FRAMES: Final = 20
"""An address does not score better for being shorter than 0.2 s."""
_LONGEST_S: Final = 4.0
"""What is looked at of a longer utterance; the address stands at its beginning."""
_NO_SOUNDS: Final = frozenset({"+NSN+", "+SPN+"})
"""The model's units of noise and of unclear speech, which fit everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressFit:
    """How well an utterance fits the address."""

    alone: float
    """Score as all that was said; minus infinity for what was too long to be looked at whole."""
    first: float
    """Score as what was said first."""
    end_s: float
    """Where the address ends, if it is one."""


class SoundSpotter:
    """Listens for one or more English phrases (implements `AddressSpotter`). Needs 12 MB, shared by no other."""

    def __init__(self, phrases: Sequence[str], *, sounds_like: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """`phrases`: any of them is the address; `sounds_like`: a site's spellings of words.

        Raises `UnspeakableTextError` for a word that no dictionary has, `ModelError`s.
        """
        self._model = SoundModel(sphinx_model() / "en-us")
        ways = dict.fromkeys(way for phrase in phrases for way in english_sounds(phrase, sounds_like))
        self._every = self._model.anywhere([phone for phone in self._model.phones if phone not in _NO_SOUNDS])
        self._any = AnySounds(self._model, self._every)
        pause = self._model.anywhere([SILENCE])
        self._address = OneOf(self._model, [self._model.in_word(way) for way in ways], pause)

    def listen(self, pcm: bytes) -> AddressHeard | None:
        """Judge one utterance; see `AddressSpotter`. 25 ms for other words of 1.5 s, 100 ms for the address."""
        fit = self.fit(pcm)
        if fit is None:
            return None
        is_alone = fit.alone >= _LEAST_ALONE
        if not is_alone and fit.first < _LEAST_FIRST:
            return None
        return AddressHeard(score=fit.alone if is_alone else fit.first, end_s=fit.end_s, is_alone=is_alone)

    def fit(self, pcm: bytes) -> AddressFit | None:
        """Weigh one utterance against the address; `None` when there is no speech, or none that is near to it."""
        span = speech_span(pcm)
        if span is None:
            return None
        begin, end = span
        looked_at = pcm[begin : min(end, begin + int(_LONGEST_S * SAMPLE_RATE_HZ) * 2)]
        begin_s = begin / (2 * SAMPLE_RATE_HZ)
        is_whole = len(looked_at) == end - begin
        first_look = self._looked(looked_at, (_USUAL_THROAT,), begin_s, is_whole=is_whole)
        if first_look is None or max(first_look[1].alone, first_look[1].first) < _NOT_WORTH_A_SECOND_LOOK:
            return None
        second_look = self._looked(looked_at, _OTHER_THROATS, begin_s, is_whole=is_whole)
        return max((look for look in (first_look, second_look) if look is not None), key=lambda look: look[0])[1]

    def _looked(
        self, pcm: bytes, throats: Sequence[float], begin_s: float, *, is_whole: bool
    ) -> tuple[float, AddressFit] | None:
        """Return the fit with the throat that suits the speaker best, and how well that suits."""
        views = [
            self._model.scores(features(normalised(cepstra(pcm, throat=throat))), self._every, *self._address.units)
            for throat in throats
        ]
        if not len(views[0]):
            return None
        width = len(self._every.phones) * STATES
        otherwise = self._any.likelihoods([view[:, :width] for view in views])
        best = int(otherwise[:, -1].argmax())
        address, reached = [views[best][:, width:]], otherwise[best : best + 1]
        first = self._address.first(address, reached)[0]
        alone = self._address.alone(address)[0] if is_whole else None
        likeliest = alone or first
        return float(reached[0, -1]), AddressFit(
            alone=_ratio(alone, reached[0]) if alone is not None else -np.inf,
            first=_ratio(first, reached[0]),
            end_s=begin_s + likeliest.end_frame / FRAMES_PER_S,
        )


def _ratio(found: Found, otherwise: NDArray[np.float64]) -> float:
    frames = max(found.end_frame - found.begin_frame, _FEWEST_FRAMES)
    return float(found.likelihood - otherwise[found.scored_frames]) / frames
