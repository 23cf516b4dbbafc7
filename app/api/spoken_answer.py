"""A reply as sound, for callers that prefer it."""

import contextlib
from collections.abc import AsyncGenerator
from http import HTTPStatus
from urllib.parse import quote

from fastapi.responses import StreamingResponse

from app.api.problems import ProblemError
from app.reply import Reply
from app.speech.errors import SpeechError
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
    parts = voice.parts(reply.speech, reply.language)
    try:
        first = await anext(parts)
    except SpeechError as exc:
        status = HTTPStatus.SERVICE_UNAVAILABLE
        raise ProblemError(status, exc.code, f"{exc}.", turn_id=reply.turn_id, speech=reply.speech) from exc
    return StreamingResponse(_stream(first, parts), media_type=WAV, headers=headers)


async def _stream(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Send the parts; a synthesizer that fails in the middle ends the sound early."""
    async with contextlib.aclosing(rest) as parts:
        yield streaming_header(VOICE_RATE_HZ)
        yield first
        with contextlib.suppress(SpeechError):
            async for part in parts:
                yield part
