"""Say something to the plant: typed text or a recording."""

import contextlib
from collections.abc import AsyncGenerator
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import ServiceDep, SpeakerDep
from app.api.problems import PROBLEM_RESPONSES, ProblemError
from app.reply import Reply, Status
from app.service import Service
from app.speech.errors import SpeechError
from app.speech.frames import VOICE_RATE_HZ
from app.speech.wav import streaming_header
from app.utterance import Utterance

router = APIRouter(prefix="/v1/utterances", tags=["utterances"], responses=PROBLEM_RESPONSES)

HTTP_STATION = "http"
"""The name in the audit of programs that name no station."""

BAD_INPUT: dict[str, HTTPStatus] = {
    "text_empty": HTTPStatus.UNPROCESSABLE_ENTITY,
    "text_too_long": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "text_unreadable": HTTPStatus.UNPROCESSABLE_ENTITY,
    "audio_empty": HTTPStatus.UNPROCESSABLE_ENTITY,
    "audio_truncated": HTTPStatus.UNPROCESSABLE_ENTITY,
    "audio_not_wav": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "audio_wrong_format": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "audio_too_long": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "no_recognizer": HTTPStatus.SERVICE_UNAVAILABLE,
}
"""What is wrong with the input itself, and the HTTP status that says so."""


class UtteranceIn(BaseModel):
    """Something typed."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=20_000, examples=["what is the dewar 3 level"])]
    language: Annotated[str | None, Field(pattern="^[a-z]{2}$", examples=["en"])] = None
    station: Annotated[str | None, Field(max_length=64, examples=["control-desk"])] = None
    challenge_id: Annotated[str | None, Field(max_length=64)] = None


class WordOut(BaseModel):
    """One recognised word."""

    text: str
    start_s: float
    end_s: float
    confidence: float


class TranscriptOut(BaseModel):
    """What was heard, best first."""

    texts: list[str]
    words: list[WordOut]
    engine: str
    audio_s: float
    decode_s: float


class CommandOut(BaseModel):
    """A command and what became of it."""

    command_id: str
    device: str
    action: str
    outcome: str


class ChallengeOut(BaseModel):
    """What has to be said at the same station."""

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

    turn_id: str
    status: Status
    intent: str | None = None
    slots: dict[str, str] = {}
    speech: str
    language: str
    transcript: TranscriptOut | None = None
    command: CommandOut | None = None
    commands: list[CommandOut] = []
    challenge: ChallengeOut | None = None
    readings: list[ReadingOut] = []
    reason: str | None = None

    @classmethod
    def of(cls, reply: Reply) -> "ReplyOut":
        """Turn a reply into what is sent."""
        out = cls.model_validate(reply, from_attributes=True)
        if len(out.commands) == 1:
            out.command = out.commands[0]
        return out


AUDIO_RESPONSES: dict[int | str, dict[str, object]] = {
    200: {"content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}}
}


def _raise_if_bad_input(reply: Reply) -> None:
    status = BAD_INPUT.get(reply.reason or "")
    if status is not None:
        raise ProblemError(status, str(reply.reason), reply.speech, reply.turn_id)


async def _respond(reply: Reply, request: Request, service: Service) -> ReplyOut | Response:
    """Answer as JSON, or as speech where the caller prefers `audio/wav`."""
    _raise_if_bad_input(reply)
    if "audio/wav" not in request.headers.get("accept", ""):
        return ReplyOut.of(reply)
    if service.voice is None:
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "speech_off",
            "Speech is switched off here (WANWAN_SPEECH_OUT).",
            reply.turn_id,
        )
    headers = {
        "X-Wanwan-Turn-Id": reply.turn_id,
        "X-Wanwan-Status": reply.status.value,
        "X-Wanwan-Speech": quote(reply.speech),
    }
    parts = service.voice.parts(reply.speech, reply.language)
    try:
        first = await anext(parts)
    except SpeechError as exc:
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, exc.code, f"{exc}.", reply.turn_id) from exc
    return StreamingResponse(_wav_stream(first, parts), media_type="audio/wav", headers=headers)


async def _wav_stream(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Send the answer's sound as it is made; a synthesizer that fails in the middle ends it early."""
    yield streaming_header(VOICE_RATE_HZ)
    yield first
    with contextlib.suppress(SpeechError):
        async with contextlib.aclosing(rest) as parts:
            async for part in parts:
                yield part


def _station(service: Service, station: str | None) -> str:
    if station is not None and station not in service.plant.stations:
        known = ", ".join(service.plant.stations)
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "station_unknown",
            f"The plant file has no station {station!r}; it has: {known}.",
        )
    return station or HTTP_STATION


def _language(service: Service, language: str | None) -> str | None:
    if language is not None and language not in service.languages:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "language_unknown",
            f"Language {language!r} is not served; served are: {', '.join(service.languages)}.",
        )
    return language


@router.post("", response_model=ReplyOut, responses=AUDIO_RESPONSES)
async def post_utterance(
    body: UtteranceIn, request: Request, service: ServiceDep, speaker: SpeakerDep
) -> ReplyOut | Response:
    """Say something in writing; with `Accept: audio/wav` the answer comes as speech."""
    reply = await service.turn.take(
        Utterance(
            texts=(body.text,),
            station=_station(service, body.station),
            is_without_station=body.station is None,
            speaker=speaker,
            language=_language(service, body.language),
            challenge_id=body.challenge_id,
            detail={"channel": "http"},
        )
    )
    return await _respond(reply, request, service)


@router.post(
    "/audio",
    response_model=ReplyOut,
    responses=AUDIO_RESPONSES,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def post_recording(
    request: Request,
    service: ServiceDep,
    speaker: SpeakerDep,
    language: Annotated[str | None, Query(pattern="^[a-z]{2}$")] = None,
    station: Annotated[str | None, Query(max_length=64)] = None,
    challenge_id: Annotated[str | None, Query(max_length=64)] = None,
) -> ReplyOut | Response:
    """Say something as a WAV (16 kHz, mono, 16-bit PCM); with `Accept: audio/wav` the answer comes as speech."""
    known_station, known_language = _station(service, station), _language(service, language)
    body = await _read_body(request, service.max_recording_bytes)
    utterance = await service.hear(
        body,
        station=known_station,
        is_without_station=station is None,
        speaker=speaker,
        language=known_language,
        challenge_id=challenge_id,
    )
    return await _respond(await service.turn.take(utterance), request, service)


async def _read_body(request: Request, limit: int) -> bytes:
    """Read the body up to one byte past the limit, so that a recording of an hour is refused without being taken in."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return bytes(body[: limit + 1])
    return bytes(body)
