"""The English address by its phones alone: any phrase, no training, no recogniser's grammar.

Compared are explanations of the same frames: the phrase as the dictionary says it, any phones in any order, and other
words of the dictionary. The log likelihood ratio for each frame of the phrase is a score. Speakers' throats differ in
length, so the utterance is looked at with several frequency axes, and that axis counts on which it is most like speech
of any kind.

Measured on 80 recordings of people saying one address and 90 of other words. By the first score alone, at -1.5, .975
were heard and none was false; with rival words .99 and none. The limits were chosen on these and with 40 other words as
the address; with 30 further ones, 3 of 2,700 pairs of address and other words were false (two for "olivia", one for
"tatiana": soft sounds make poor addresses), and 25 of 2,400 of the one address for another. What did not help: the
worst phone's score, durations of phones, pronunciations with fuller vowels, a cepstral mean fitted to the phones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.speech.address import AddressHeard
from app.speech.cepstra import FRAMES_PER_S, Features, cepstra, features, normalised
from app.speech.english_sounds import english_sounds, sphinx_model
from app.speech.rival_words import RivalWords
from app.speech.silence import speech_span
from app.speech.sound_model import SILENCE, Scores, SoundModel
from app.speech.sound_paths import AnySounds, Found, OneOf
from app.speech.transcribe import SAMPLE_RATE_HZ

_USUAL_THROAT: Final = 1.0
_OTHER_THROATS: Final = (0.86, 0.93, 1.07, 1.14)
_NOT_WORTH_A_SECOND_LOOK: Final = -4.0
"""Score with the usual throat below which no other is tried: .93 of other words, and of 350 addresses none that was
heard in the end (the lowest had -3.1)."""
_LEAST_ALONE: Final = -1.7
_LEAST_FIRST_OF_ALONE: Final = -2.1
_LEAST_OVER_RIVALS: Final = -1.35
_LEAST_FIRST: Final = -2.0
"""Lower than what can be told apart by sound: such an utterance must also be a sentence."""
_RIVALS_OF_ADDRESS, _RIVALS_OF_HEARD = 60, 120
_LEAST_APART: Final = 2
"""Phones: what differs in fewer (Amelia, Emilia) is the address in another mouth."""
_FEWEST_FRAMES: Final = 20
"""An address does not score better for being shorter than 0.2 s."""
_LONGEST_ALONE_S: Final = 3.0
_LOOKED_AT_S: Final = 2.0
"""Of an utterance that is longer than the address alone can be."""
_NO_SOUNDS: Final = frozenset({"+NSN+", "+SPN+"})
"""The model's units of noise and of unclear speech, which fit everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressFit:
    """How well an utterance fits the address; log likelihood ratios for each frame of it."""

    first: float
    """As what was said first, against any sounds."""
    alone: float = -np.inf
    """As all that was said, against any sounds; minus infinity where it lasts too long for that."""
    over_rivals: float = -np.inf
    """As all that was said, against the likeliest other word; worked out where `alone` is high enough."""
    end_s: float
    """Where the address ends, if it is one."""


class SoundSpotter:
    """Listens for one or more English phrases (implements `AddressSpotter`). May be shared by threads."""

    def __init__(self, phrases: Sequence[str], *, sounds_like: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """Load model and dictionary (0.5 s, 30 MB). `phrases`: any of them is the address.

        `sounds_like`: a site's spellings of words. Raises `UnspeakableTextError` for a word that no dictionary has,
        `ModelError`s.
        """
        self._model = SoundModel(sphinx_model() / "en-us")
        self._ways = tuple(dict.fromkeys(way for phrase in phrases for way in english_sounds(phrase, sounds_like)))
        self._every = self._model.anywhere([phone for phone in self._model.phones if phone not in _NO_SOUNDS])
        self._any = AnySounds(self._model, self._every)
        self._pause = self._model.anywhere([SILENCE])
        self._address = OneOf(self._model, [self._model.in_word(way) for way in self._ways], self._pause)
        self._words = RivalWords(self._model.phones)
        self._rivals = [rival for way in self._ways for rival in self._words.near(way, _RIVALS_OF_ADDRESS)]

    def listen(self, pcm: bytes) -> AddressHeard | None:
        """Judge one utterance; see `AddressSpotter`."""
        fit = self.fit(pcm)
        if fit is None:
            return None
        if fit.alone >= _LEAST_ALONE and fit.first >= _LEAST_FIRST_OF_ALONE and fit.over_rivals >= _LEAST_OVER_RIVALS:
            return AddressHeard(score=fit.alone, end_s=fit.end_s, is_alone=True)
        if fit.first >= _LEAST_FIRST:
            return AddressHeard(score=fit.first, end_s=fit.end_s, is_alone=False)
        return None

    def fit(self, pcm: bytes) -> AddressFit | None:
        """Weigh one utterance against the address; `None` when there is no speech, or none that is near to it."""
        span = _sounding(pcm)
        if span is None:
            return None
        is_whole = span[1] - span[0] <= _LONGEST_ALONE_S * SAMPLE_RATE_HZ * 2
        end = span[1] if is_whole else span[0] + int(_LOOKED_AT_S * SAMPLE_RATE_HZ) * 2
        begin_s, looked_at = span[0] / (2 * SAMPLE_RATE_HZ), pcm[span[0] : end]
        look = self._look(looked_at, (_USUAL_THROAT,))
        if look is None:
            return None
        first, alone, _ = self._ratios(look, is_whole=is_whole)
        if max(first, alone) < _NOT_WORTH_A_SECOND_LOOK:
            return None
        look = max((look, self._look(looked_at, _OTHER_THROATS) or look), key=lambda one: one.otherwise[-1])
        first, alone, found = self._ratios(look, is_whole=is_whole)
        return AddressFit(
            first=first,
            alone=alone,
            over_rivals=self._over_rivals(look, found) if alone >= _LEAST_ALONE else -np.inf,
            end_s=begin_s + found.end_frame / FRAMES_PER_S,
        )

    def _look(self, pcm: bytes, throats: Sequence[float]) -> "_Look | None":
        """Look at an utterance with the throat that suits its speaker best."""
        views = [features(normalised(cepstra(pcm, throat=throat))) for throat in throats]
        if not len(views[0]):
            return None
        scores = [self._model.scores(view, self._every, *self._address.units) for view in views]
        width = self._every.states.size
        otherwise = self._any.likelihoods([score[:, :width] for score in scores])
        best = int(otherwise[:, -1].argmax())
        return _Look(
            features=views[best],
            any_sounds=scores[best][:, :width],
            address=scores[best][:, width:],
            otherwise=otherwise[best],
        )

    def _ratios(self, look: "_Look", *, is_whole: bool) -> tuple[float, float, Found]:
        """Return the scores as what was said first and as all that was said, and where the address lies."""
        first = self._address.first(look.address, look.otherwise)
        if not is_whole:
            return _ratio(first, look.otherwise), -np.inf, first
        alone = self._address.alone(look.address)
        return _ratio(first, look.otherwise), _ratio(alone, look.otherwise), alone

    def _over_rivals(self, look: "_Look", found: Found) -> float:
        """Return the score against the likeliest other word: near the address, or near the phones that were heard."""
        phones = (self._model.phones[self._every.phones[place]] for place in self._any.best(look.any_sounds))
        heard = tuple(phone for phone in phones if phone != SILENCE)
        rivals = [*self._rivals, *self._words.near(heard, _RIVALS_OF_HEARD)]
        rivals = self._words.without_like(rivals, self._ways, _LEAST_APART)
        if not rivals:
            return np.inf
        words = OneOf(self._model, [self._model.in_word(rival) for rival in rivals], self._pause)
        likeliest = words.each_alone(self._model.scores(look.features, *words.units)).max()
        return float(found.likelihood - likeliest) / _frames(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """An utterance seen with one throat."""

    features: Features
    any_sounds: Scores
    address: Scores
    otherwise: NDArray[np.float64]
    """Log likelihood of any sounds up to each frame."""


def _sounding(pcm: bytes) -> tuple[int, int] | None:
    """Return where speech lasts, without the zeros that a muted microphone gives around it.

    The model has heard no such silence: with zeros behind it, one address in eight was not heard.
    """
    span = speech_span(pcm)
    if span is None:
        return None
    (sounding,) = np.nonzero(np.frombuffer(pcm[span[0] : span[1]], dtype="<i2"))
    return span[0] + 2 * int(sounding[0]), span[0] + 2 * (int(sounding[-1]) + 1)


def _ratio(found: Found, otherwise: NDArray[np.float64]) -> float:
    return float(found.likelihood - otherwise[found.scored_frames]) / _frames(found)


def _frames(found: Found) -> int:
    return max(found.end_frame - found.begin_frame, _FEWEST_FRAMES)
