"""A reply as it is sent."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from app.reply import Reply, Status


class WordOut(BaseModel):
    """One recognised word."""

    text: str
    start_s: float
    end_s: float
    confidence: float = Field(description="0 to 1.")


class TranscriptOut(BaseModel):
    """What was heard."""

    texts: list[str] = Field(description="Best first.")
    words: list[WordOut] = Field(description="Of the best text.")
    engine: str
    audio_s: float
    decode_s: float


class CommandOut(BaseModel):
    """A command and what became of it."""

    command_id: str
    device: str
    action: str
    outcome: str = Field(description="done, rejected, failed, expired or unknown.")


class ChallengeOut(BaseModel):
    """What has to be said at the same station before something is done."""

    challenge_id: str
    say: str
    expires_at: datetime


class ReadingOut(BaseModel):
    """One measured value with its age."""

    device: str
    measurement: str
    quantity: str
    value: float
    unit: str
    measured_at: datetime
    age_s: float
    is_stale: bool


class ReplyOut(BaseModel):
    """The answer to one utterance."""

    model_config = ConfigDict(from_attributes=True)

    turn_id: str = Field(description="Finds the turn in the audit log.")
    status: Status
    intent: str | None = None
    slots: dict[str, str] = {}
    speech: str = Field(description="The answer as it is spoken.")
    language: str
    transcript: TranscriptOut | None = Field(default=None, description="Of a recording only.")
    command: CommandOut | None = Field(default=None, description="The command, where there was exactly one.")
    commands: list[CommandOut] = Field(default=[], description="All commands: a stop of everything sends several.")
    challenge: ChallengeOut | None = None
    readings: list[ReadingOut] = []
    reason: str | None = Field(default=None, description="The code of the answer: stable, for programs.")

    @classmethod
    def of(cls, reply: Reply) -> "ReplyOut":
        """Turn a reply into what is sent."""
        out = cls.model_validate(reply, from_attributes=True)
        if len(out.commands) == 1:
            out.command = out.commands[0]
        return out
