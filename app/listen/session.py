"""One station's listening, step by step: frames, transcripts and replies in; events and orders out. No I/O in it.

    frame → speech begins → decode … → speech ends → transcript → gate → (sound of the address) → turn → reply

What opens a hands-free station is the address: before a sentence, or alone, for some seconds. A question of ours opens
it for its answer, until it expires. A stop of everything needs none of it.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from app.listen.events import (
    AbandonDecoding,
    BeginDecoding,
    Decode,
    Dialogue,
    Ended,
    Event,
    Final,
    FinishDecoding,
    JudgeSound,
    Listening,
    Order,
    Partial,
    PlayEarcon,
    Replied,
    SpeechStarted,
    TakeTurn,
    Verdict,
)
from app.listen.gate import Gate, Judged
from app.listen.grammars import ADDRESSED, CLARIFICATION, CONFIRMATION
from app.listen.half_duplex import HalfDuplex
from app.reply import Reply, Status
from app.speech.endpoint import (
    Endpointer,
    EndReason,
    SpeechBegan,
    SpeechDropped,
    SpeechEnded,
    SpeechEvent,
    SpeechWentOn,
)
from app.speech.hearing import FREE
from app.speech.transcribe import Transcript
from app.speech.voice_activity import VoiceActivity
from devices.clock import Clock
from intents.intent import IntentName

Output = Event | Order

_SHORTEST_PRESS = 8
"""Frames (0.26 s): who lets go of the button sooner did not mean to speak."""
_SETTLING = frozenset({IntentName.CONFIRM, IntentName.CANCEL, IntentName.STOP_ALL})
"""The intents after which no challenge is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSettings:
    """What a station or a site may choose."""

    is_hands_free: bool
    window_s: float
    """How long the address, said alone, opens the station."""
    clarification_s: float
    """How long a question of ours may be answered."""
    checks_sound: bool = False
    """Whether an address that was read is also judged by its sound."""


@dataclass(slots=True, kw_only=True)
class _Utterance:
    """An utterance under way."""

    number: int
    dialogue: Dialogue
    """What the station waited for when it began: a sentence that outlasts the window still counts."""
    asked: str | None
    pcm: list[bytes] = field(default_factory=list)
    partial: str = ""
    is_too_long: bool = False
    ended_s: float = 0.0
    """On the monotonic clock."""
    judged: Judged | None = None
    transcript: Transcript | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """What the station waits for, and how long."""

    dialogue: Dialogue
    until_s: float = float("inf")
    """On the monotonic clock."""
    asked: str | None = None
    """The intent that a clarification is about."""


class Session:
    """Listens at one station, for as long as a client is connected."""

    def __init__(
        self,
        *,
        settings: SessionSettings,
        endpointer: Endpointer,
        voice_activity: VoiceActivity,
        gate: Gate,
        half_duplex: HalfDuplex,
        clock: Clock,
    ) -> None:
        """Begin to listen; nothing was said before."""
        self._settings = settings
        self._endpointer = endpointer
        self._voice_activity = voice_activity
        self._gate = gate
        self._half_duplex = half_duplex
        self._clock = clock
        self._resting = _Window(dialogue=Dialogue.CLOSED if settings.is_hands_free else Dialogue.OPEN)
        self._window = self._resting
        self.challenge_id: str | None = None
        """The last challenge that was asked here and not answered; it may have expired."""
        self._numbers = 0
        self._frames, self._has_speech = 0, False
        """Since the button was last let go."""
        self._current: _Utterance | None = None
        self._ended: dict[int, _Utterance] = {}

    @property
    def dialogue(self) -> Dialogue:
        """What the station waits for now."""
        return self._present_window().dialogue

    @property
    def is_hearing(self) -> bool:
        """Whether somebody is speaking."""
        return self._current is not None

    def begin(self) -> list[Output]:
        """Tell what the station waits for."""
        return [self._listening()]

    def frame(self, pcm: bytes) -> list[Output]:
        """Hear the next frame (`voice_activity.FRAME_BYTES`)."""
        outputs = self._expire()
        self._frames += 1
        if self._half_duplex.is_deaf:
            return outputs + self._follow(self._endpointer.forget())
        return outputs + self._follow(self._endpointer.take(pcm, self._voice_activity.probability(pcm)))

    def end(self) -> list[Output]:
        """End what is being said, as the button was let go; where nothing was said at all, tell so."""
        is_silent = self._frames >= _SHORTEST_PRESS and not self._has_speech
        self._frames, self._has_speech = 0, False
        if self._current is not None:
            return [*self._follow(self._endpointer.end()), Ended()]
        self._endpointer.forget()
        if not is_silent or self._settings.is_hands_free:
            return [Ended()]
        number = self._next_number()
        final = Final(utterance=number, verdict=Verdict.NOTHING_HEARD)
        return [final, TakeTurn(utterance=number, texts=()), Ended()]

    def partial(self, number: int, text: str) -> list[Output]:
        """Take what was heard so far of an utterance; of what may not be meant for us nothing is told."""
        utterance = self._current
        if utterance is None or utterance.number != number or utterance.partial == text:
            return []
        utterance.partial = text
        self._endpointer.is_unfinished = self._gate.is_unfinished(text, utterance.dialogue)
        if utterance.dialogue is Dialogue.CLOSED and not self._gate.is_addressed(text):
            return []
        return [Partial(utterance=number, text=text)]

    def heard(self, number: int, transcript: Transcript) -> list[Output]:
        """Take the transcript of an utterance that ended."""
        utterance = self._ended[number]
        judged = self._gate.judge(transcript.texts, utterance.dialogue, utterance.asked)
        utterance.judged, utterance.transcript = judged, transcript
        if judged.is_addressed and self._settings.checks_sound and self._settings.is_hands_free:
            return [JudgeSound(utterance=number, pcm=b"".join(utterance.pcm), transcript=transcript)]
        return self._decide(utterance)

    def judged(self, number: int, *, is_addressed: bool) -> list[Output]:
        """Take whether the sound of an utterance begins with the address."""
        utterance = self._ended[number]
        if is_addressed or utterance.judged is None:
            return self._decide(utterance)
        utterance.judged = replace(utterance.judged, verdict=Verdict.NOT_BY_SOUND, texts=())
        return self._decide(utterance)

    def failed(self, number: int) -> list[Output]:
        """Forget an utterance that could not be decoded."""
        self._ended.pop(number, None)
        return []

    def replied(self, number: int, reply: Reply) -> list[Output]:
        """Take the answer to an utterance, and wait for what it asks for."""
        before = self._present_window()
        self._window = self._window_after(reply, before)
        if reply.challenge is not None:
            self.challenge_id = reply.challenge.challenge_id
        elif reply.intent in _SETTLING:
            self.challenge_id = None
        outputs: list[Output] = [Replied(utterance=number, reply=reply)]
        if (self._window.dialogue, self._window.until_s) != (before.dialogue, before.until_s):
            outputs.append(self._listening())
        return outputs

    def _follow(self, events: tuple[SpeechEvent, ...]) -> list[Output]:
        """Follow what the end-pointer found."""
        outputs: list[Output] = []
        for event in events:
            match event:
                case SpeechBegan(pcm=pcm):
                    outputs += self._open(pcm)
                case SpeechWentOn(pcm=pcm) if self._current is not None:
                    self._current.pcm.append(pcm)
                    outputs.append(Decode(utterance=self._current.number, pcm=pcm))
                case SpeechEnded(reason=reason) if self._current is not None:
                    utterance, self._current = self._current, None
                    utterance.ended_s = self._clock.monotonic()
                    utterance.is_too_long = reason is EndReason.TOO_LONG
                    self._ended[utterance.number] = utterance
                    outputs.append(FinishDecoding(utterance=utterance.number))
                case SpeechDropped() if self._current is not None:
                    number, self._current = self._current.number, None
                    outputs += [
                        AbandonDecoding(utterance=number),
                        Final(utterance=number, verdict=Verdict.NOTHING_HEARD),
                    ]
                case _:
                    pass
        return outputs

    def _open(self, pcm: bytes) -> list[Output]:
        window, number = self._present_window(), self._next_number()
        self._has_speech = True
        self._current = _Utterance(number=number, dialogue=window.dialogue, asked=window.asked, pcm=[pcm])
        return [
            SpeechStarted(utterance=number),
            BeginDecoding(utterance=number, grammar=self._grammar(window.dialogue)),
            Decode(utterance=number, pcm=pcm),
        ]

    def _decide(self, utterance: _Utterance) -> list[Output]:
        """Act on the gate's verdict."""
        number, judged = utterance.number, utterance.judged or Judged(verdict=Verdict.NOTHING_HEARD)
        del self._ended[number]
        elapsed_s = round(self._clock.monotonic() - utterance.ended_s, 4)
        is_ours = judged.verdict in {Verdict.TAKEN, Verdict.ADDRESS_ALONE}
        if utterance.is_too_long:
            final = Final(utterance=number, verdict=Verdict.TOO_LONG, elapsed_s=elapsed_s)
            take = TakeTurn(utterance=number, texts=(), is_too_long=True)
            return [final, take] if is_ours else [final]
        text = utterance.transcript.texts[0] if is_ours and utterance.transcript and utterance.transcript.texts else ""
        final = Final(utterance=number, verdict=judged.verdict, text=text, elapsed_s=elapsed_s)
        match judged.verdict:
            case Verdict.TAKEN:
                if self._window.dialogue is Dialogue.OPEN:
                    self._window = self._resting
                return [
                    final,
                    TakeTurn(utterance=number, texts=judged.texts, transcript=utterance.transcript),
                ]
            case Verdict.ADDRESS_ALONE:
                return [final, *self._addressed(number)]
            case _:
                return [final]

    def _addressed(self, number: int) -> list[Output]:
        """Open the station. No sound while somebody goes on speaking."""
        if self._settings.is_hands_free:
            until_s = self._clock.monotonic() + self._settings.window_s
            self._window = _Window(dialogue=Dialogue.OPEN, until_s=until_s)
        sound: list[Output] = [] if self.is_hearing else [PlayEarcon(utterance=number)]
        return [*sound, self._listening()]

    def _window_after(self, reply: Reply, before: _Window) -> _Window:
        """Return what the station waits for after a reply."""
        now_s = self._clock.monotonic()
        if reply.challenge is not None:
            return _Window(
                dialogue=Dialogue.CONFIRMATION,
                until_s=now_s + _seconds_until(reply.challenge.expires_at, self._clock),
            )
        if reply.status is Status.AMBIGUOUS:
            until_s = now_s + self._settings.clarification_s
            return _Window(dialogue=Dialogue.CLARIFICATION, until_s=until_s, asked=reply.intent)
        if before.dialogue is Dialogue.CONFIRMATION and reply.intent not in _SETTLING:
            return before
        if before.dialogue is Dialogue.CLARIFICATION and reply.status is Status.NOT_UNDERSTOOD:
            return before
        return self._resting

    def _present_window(self) -> _Window:
        return self._window if self._clock.monotonic() <= self._window.until_s else self._resting

    def _expire(self) -> list[Output]:
        """Close a window whose time has passed."""
        if self._present_window() is self._window:
            return []
        self._window = self._resting
        return [self._listening()]

    def _listening(self) -> Listening:
        window = self._present_window()
        left_s = window.until_s - self._clock.monotonic()
        return Listening(dialogue=window.dialogue, for_s=None if left_s == float("inf") else round(left_s, 3))

    def _grammar(self, dialogue: Dialogue) -> str:
        match dialogue:
            case Dialogue.CONFIRMATION:
                return CONFIRMATION
            case Dialogue.CLARIFICATION:
                return CLARIFICATION
            case Dialogue.CLOSED | Dialogue.OPEN:
                return ADDRESSED if self._settings.is_hands_free else FREE

    def _next_number(self) -> int:
        self._numbers += 1
        return self._numbers


def _seconds_until(moment: datetime, clock: Clock) -> float:
    return max(0.0, (moment - clock.now()).total_seconds())
