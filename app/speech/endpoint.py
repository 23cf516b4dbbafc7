"""Where an utterance begins and ends in a stream of frames.

Pure and counted in frames: the same frames give the same utterances, however fast they come. Engines have end-pointing
of their own, but none that can be set alike for all, and theirs come 0.6 to 0.9 s after the speech.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from app.speech.voice_activity import FRAME_S


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    """How speech is cut into utterances."""

    begins_at: float = 0.5
    """Speech begins where it is at least this likely, as its network's authors recommend …"""
    begins_after_s: float = 0.096
    """… for so long: a click or a cough's edge is shorter, "no" is twice as long."""
    goes_on_at: float = 0.35
    """Speech goes on as long as it is this likely; lower than where it begins, so that it does not flicker."""
    ends_after_s: float = 0.35
    """Silence that ends an utterance. Of 55 people's orders none has a longer pause; the network notices the end of
    speech 0.06 s late, so what was said is known 0.45 s after the last word."""
    hesitation_s: float = 0.45
    """So much longer is waited while what was said so far cannot be all ("confirm … opening valve seven")."""
    before_s: float = 0.32
    """Sound kept from before the beginning: soft first sounds (h, f) are found late."""
    least_s: float = 0.16
    """An utterance with less speech in it is none."""
    longest_s: float = 15.0
    """An utterance is cut here, and says so."""


class EndReason(StrEnum):
    """Why an utterance ended."""

    SILENCE = "silence"
    ASKED = "asked"
    """The client said so (push-to-talk)."""
    TOO_LONG = "too_long"
    """Cut: its end was never heard, so it must not be acted on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechBegan:
    """An utterance begins, some frames ago."""

    pcm: bytes
    """From before the beginning up to now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechWentOn:
    """The utterance goes on."""

    pcm: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechEnded:
    """The utterance is over."""

    reason: EndReason


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechDropped:
    """What had begun was too short to be an utterance."""


SpeechEvent = SpeechBegan | SpeechWentOn | SpeechEnded | SpeechDropped


@dataclass(slots=True, kw_only=True)
class Endpointer:
    """Finds utterances in one stream."""

    settings: EndpointSettings = field(default_factory=EndpointSettings)
    is_unfinished: bool = False
    """Set from outside, while what was said so far cannot be all of it."""
    _before: deque[bytes] = field(init=False)
    _is_speaking: bool = field(init=False, default=False)
    _run: int = field(init=False, default=0)
    """Frames of likely speech in a row, before an utterance."""
    _speech: int = field(init=False, default=0)
    """Frames of speech in the utterance."""
    _quiet: int = field(init=False, default=0)
    """Frames without speech at its end."""
    _frames: int = field(init=False, default=0)
    """All its frames."""

    def __post_init__(self) -> None:
        """Reserve what is kept from before the beginning."""
        self._before = deque(maxlen=_frames(self.settings.before_s) + _frames(self.settings.begins_after_s))

    @property
    def is_speaking(self) -> bool:
        """Whether an utterance is open."""
        return self._is_speaking

    def take(self, frame: bytes, probability: float) -> tuple[SpeechEvent, ...]:
        """Take the next frame and how likely speech is in it."""
        if not self._is_speaking:
            return self._wait(frame, probability)
        self._count(probability >= self.settings.goes_on_at)
        went_on = SpeechWentOn(pcm=frame)
        patience_s = self.settings.ends_after_s + self.is_unfinished * self.settings.hesitation_s
        if self._quiet >= _frames(patience_s):
            return (went_on, self._end(EndReason.SILENCE))
        if self._frames >= _frames(self.settings.longest_s):
            return (went_on, self._end(EndReason.TOO_LONG))
        return (went_on,)

    def end(self) -> tuple[SpeechEvent, ...]:
        """End the open utterance now; nothing when there is none."""
        return (self._end(EndReason.ASKED),) if self._is_speaking else ()

    def forget(self) -> tuple[SpeechEvent, ...]:
        """Forget all that was heard: what comes next does not follow on it."""
        was_speaking = self._is_speaking
        self._reset()
        return (SpeechDropped(),) if was_speaking else ()

    def _wait(self, frame: bytes, probability: float) -> tuple[SpeechEvent, ...]:
        self._before.append(frame)
        self._run = self._run + 1 if probability >= self.settings.begins_at else 0
        if self._run < _frames(self.settings.begins_after_s):
            return ()
        began = SpeechBegan(pcm=b"".join(self._before))
        self._is_speaking, self._speech, self._frames = True, self._run, len(self._before)
        self._before.clear()
        return (began,)

    def _count(self, is_speech: bool) -> None:
        self._frames += 1
        self._speech += is_speech
        self._quiet = 0 if is_speech else self._quiet + 1

    def _end(self, reason: EndReason) -> SpeechEvent:
        is_utterance = self._speech >= _frames(self.settings.least_s)
        self._reset()
        return SpeechEnded(reason=reason) if is_utterance else SpeechDropped()

    def _reset(self) -> None:
        self._before.clear()
        self._is_speaking = self.is_unfinished = False
        self._run = self._speech = self._quiet = self._frames = 0


def _frames(seconds: float) -> int:
    return max(1, round(seconds / FRAME_S))
