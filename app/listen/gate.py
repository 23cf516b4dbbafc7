"""The gate: which of the things said at a station are meant for us."""

from collections.abc import Callable
from dataclasses import dataclass

from app.listen.address import Address
from app.listen.events import Dialogue, Verdict
from intents.intent import (
    Ambiguous,
    Intent,
    IntentName,
    NoAction,
    NoActionReason,
    NotRecognized,
    Recognition,
    Recognized,
)

_ANSWERS = frozenset(
    {
        IntentName.CONFIRM,
        IntentName.CANCEL,
        IntentName.STOP_ALL,
        IntentName.REPEAT,
        IntentName.HELP,
        IntentName.NO_ACTION,
    }
)
"""What may be said to a question of ours without the address, besides what was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What becomes of an utterance."""

    verdict: Verdict
    texts: tuple[str, ...] = ()
    """What the turn is given, without the address; of `TAKEN` alone."""
    is_addressed: bool = False


class Gate:
    """Judges utterances at one station."""

    def __init__(
        self, *, address: Address | None, is_hands_free: bool, understand: Callable[[str], Recognition]
    ) -> None:
        """`understand`: what a sentence means by itself, without what was said before."""
        self._address = address
        self._is_hands_free = is_hands_free
        self._understand = understand

    def judge(self, texts: tuple[str, ...], dialogue: Dialogue, asked: str | None = None) -> Judged:
        """Judge the n-best texts of an utterance that began in a state of the dialogue.

        `asked`: the intent that a clarification is about.
        """
        addressed = self._addressed(texts)
        if addressed is not None:
            return addressed
        if not self._is_hands_free:
            return Judged(verdict=Verdict.TAKEN, texts=texts)
        if not texts:
            return Judged(verdict=Verdict.NOTHING_HEARD)
        match dialogue:
            case Dialogue.CLOSED:
                found = self._understand(texts[0])
                is_stop = isinstance(found, Recognized) and found.intent.name == IntentName.STOP_ALL
                # Alone: another reading of a stop must not make a question of it.
                return Judged(verdict=Verdict.TAKEN, texts=texts[:1]) if is_stop else _NOT_ADDRESSED
            case Dialogue.OPEN:
                return Judged(verdict=Verdict.TAKEN, texts=texts)
            case Dialogue.CONFIRMATION | Dialogue.CLARIFICATION:
                is_answer = self._is_answer(texts[0], asked)
                return Judged(verdict=Verdict.TAKEN, texts=texts) if is_answer else _NOT_AN_ANSWER

    def is_unfinished(self, text: str, dialogue: Dialogue) -> bool:
        """Whether more must follow, going by what was heard so far: it is no sentence, nor the address alone.

        A bare "confirm" is a sentence, but one that hardly anybody leaves at that.
        """
        behind = self._address.behind(text) if self._address is not None else None
        said = text if behind is None else behind
        if not said or dialogue is Dialogue.CLARIFICATION:
            return False
        match self._understand(said):
            case NotRecognized() | NoAction(reason=NoActionReason.BARE_YES):
                return True
            case _:
                return False

    def is_addressed(self, text: str) -> bool:
        """Whether a text begins with the address."""
        return self._address is not None and self._address.behind(text) is not None

    def _addressed(self, texts: tuple[str, ...]) -> Judged | None:
        """Judge an utterance by its address; `None` when its best text has none."""
        if self._address is None or not texts or (behind := self._address.behind(texts[0])) is None:
            return None
        if not behind:
            return Judged(verdict=Verdict.ADDRESS_ALONE, is_addressed=True)
        rests = (self._address.behind(text) for text in texts)
        return Judged(
            verdict=Verdict.TAKEN, texts=tuple(dict.fromkeys(rest for rest in rests if rest)), is_addressed=True
        )

    def _is_answer(self, text: str, asked: str | None) -> bool:
        """Whether a text may answer a question of ours; what nobody understands may be an answer misheard."""
        match self._understand(text):
            case Recognized(intent=Intent(name=name)):
                return name in _ANSWERS or name == asked
            case Ambiguous(choices=choices):
                return {choice.name for choice in choices} <= {*_ANSWERS, asked}
            case NoAction() | NotRecognized():
                return True


_NOT_ADDRESSED = Judged(verdict=Verdict.NOT_ADDRESSED)
_NOT_AN_ANSWER = Judged(verdict=Verdict.NOT_AN_ANSWER)
