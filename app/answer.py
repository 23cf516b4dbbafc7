"""Answer: what a turn found becomes one spoken reply."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.reply import Challenge, CommandReport, Status
from devices.reading import Reading
from intents.answer import Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a turn found, before it is put into words."""

    status: Status
    code: str
    """A code of `intents/answers/LANG.yaml`; stable, for programs and the audit."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What the sentence names."""
    readings: tuple[Reading, ...] = ()
    challenge: Challenge | None = None
    commands: tuple[CommandReport, ...] = ()


def say(status: Status, code: str, **values: object) -> Answer:
    """Make an answer that is only a sentence."""
    return Answer(status=status, code=code, values=values)


def render(answer: Answer, answers: Answers) -> str:
    """Put an answer into words; raises `AnswerError` for a code or value that does not fit."""
    return answers.say(answer.code, **answer.values)
