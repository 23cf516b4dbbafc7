"""What a listening session tells its client (events), and what it asks of the service (orders)."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from app.reply import Reply
from app.speech.transcribe import Transcript


class Dialogue(StrEnum):
    """What a station waits for."""

    CLOSED = "closed"
    """The address."""
    OPEN = "open"
    """Any sentence: the button is for that, or the address was said alone."""
    CONFIRMATION = "confirmation"
    """The answer to a challenge."""
    CLARIFICATION = "clarification"
    """The answer to a question of ours."""


class Verdict(StrEnum):
    """What became of an utterance."""

    TAKEN = "taken"
    """It is a turn; a reply follows."""
    ADDRESS_ALONE = "address_alone"
    NOT_ADDRESSED = "not_addressed"
    """It was not meant for us."""
    NOT_AN_ANSWER = "not_an_answer"
    """A question of ours waits, and this, without the address, is something else."""
    NOTHING_HEARD = "nothing_heard"
    NOT_BY_SOUND = "not_by_sound"
    """The text begins with the address, the sound does not."""
    TOO_LONG = "too_long"
    """It was cut, so its end was never heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """The station waits for something else than before."""

    type: ClassVar[str] = "listening"
    dialogue: Dialogue
    for_s: float | None = None
    """How long; `None` until something happens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted:
    """Somebody began to speak."""

    type: ClassVar[str] = "speech_started"
    utterance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """What was heard so far."""

    type: ClassVar[str] = "partial"
    utterance: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """An utterance is over."""

    type: ClassVar[str] = "final"
    utterance: int
    verdict: Verdict
    text: str = ""
    """What was heard; empty for what was not meant for us, which is nobody's business."""
    elapsed_s: float = field(default=0.0, compare=False)
    """Since the end-point: what decoding and judging took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied:
    """The answer to an utterance."""

    type: ClassVar[str] = "reply"
    utterance: int
    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The client's `end` was carried out: all sound before it was heard; a `final` may still come."""

    type: ClassVar[str] = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Something went wrong."""

    type: ClassVar[str] = "error"
    code: str
    message: str


Event = Listening | SpeechStarted | Partial | Final | Replied | Ended | Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginDecoding:
    """Begin an utterance with a grammar."""

    utterance: int
    grammar: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decode:
    """The utterance goes on."""

    utterance: int
    pcm: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishDecoding:
    """The utterance is over: `Session.heard` waits for its transcript."""

    utterance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonDecoding:
    """The utterance was none."""

    utterance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSound:
    """`Session.judged` waits for whether this sound begins with the address."""

    utterance: int
    pcm: bytes
    transcript: Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTurn:
    """`Session.replied` waits for the answer to this."""

    utterance: int
    texts: tuple[str, ...]
    """Without the address, best first; empty when nothing was heard."""
    transcript: Transcript | None = None
    is_too_long: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayEarcon:
    """Let the station sound as it does when it was addressed."""

    utterance: int


Order = BeginDecoding | Decode | FinishDecoding | AbandonDecoding | JudgeSound | TakeTurn | PlayEarcon
