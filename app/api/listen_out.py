"""What a listening client is sent: events as JSON, sound as bytes."""

from dataclasses import asdict

from app.api.reply_out import ReplyOut
from app.listen.events import Replied
from app.listen.outbox import AudioBegins, AudioEnds, Message


def encoded(message: Message) -> dict[str, object] | bytes:
    """Put a message into what is sent."""
    match message:
        case bytes():
            return message
        case Replied(utterance=utterance, reply=reply):
            return {"type": "reply", "utterance": utterance, **ReplyOut.of(reply).model_dump(mode="json")}
        case AudioBegins():
            return {"type": "audio", **asdict(message)}
        case AudioEnds():
            return {"type": "audio_end", **asdict(message)}
        case _:
            return {"type": message.type, **asdict(message)}
