"""A reply as sound, for callers that prefer it."""

import contextlib
from collections.abc import AsyncGenerator
from http import HTTPStatus
from urllib.parse import quote

from fastapi.responses import StreamingResponse

from app.api.problems import ProblemError
from app.reply import Reply
from app.speech.frames import VOICE_RATE_HZ
from app.speech.speak import Voice
from app.speech.wav import streaming_header

WAV = "audio/wav"


def prefers_sound(accept: str) -> bool:
    """Tell whether an Accept header wants a WAV rather than JSON."""
    weights = dict(_weight(part) for part in accept.split(","))
    json = weights.get("application/json", weights.get("application/*", weights.get("*/*", 0.0)))
    return weights.get(WAV, weights.get("audio/*", 0.0)) > json


def _weight(part: str) -> tuple[str, float]:
    """Return a media type with its `q`."""
    media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
    written = next((p.removeprefix("q=") for p in parameters if p.startswith("q=")), "1")
    try:
        return media_type, float(written)
    except ValueError:
        return media_type, 0.0


async def as_sound(reply: Reply, voice: Voice | None) -> StreamingResponse:
    """Return the answer's sound as it is made; the rest of the reply is in the headers."""
    if voice is None:
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "speech_off",
            "Speech is switched off here (WANWAN_SPEECH_OUT); ask without 'Accept: audio/wav'.",
            turn_id=reply.turn_id,
            speech=reply.speech,
        )
    headers = {
        "X-Wanwan-Turn-Id": reply.turn_id,
        "X-Wanwan-Status": reply.status.value,
        "X-Wanwan-Speech": quote(reply.speech),
    }
    # No status tells of a voice that fails: what was asked for is done, and must not be asked for again.
    return StreamingResponse(_stream(reply, voice), media_type=WAV, headers=headers)


async def _stream(reply: Reply, voice: Voice) -> AsyncGenerator[bytes, None]:
    async with contextlib.aclosing(voice.parts_or_earcon(reply.speech, reply.language, reply.voice)) as parts:
        yield streaming_header(VOICE_RATE_HZ)
        async for part in parts:
            yield part
