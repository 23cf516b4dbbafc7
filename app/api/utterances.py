"""Say something to the plant: typed text or a recording."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import KeyDep, ServiceDep, SpeakerDep
from app.api.problems import KEYED, ProblemError, problems
from app.api.reply_out import ReplyOut
from app.api.spoken_answer import WAV, as_sound, prefers_sound
from app.reply import Reply
from app.service import Service
from app.utterance import Utterance
from models.operator import Operator

router = APIRouter(prefix="/v1/utterances", tags=["utterances"])

HTTP_STATION = "http"
"""The name in the audit of programs that name no station."""
AUDIO_PATH = "/v1/utterances/audio"

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
    "hearing_failed": HTTPStatus.SERVICE_UNAVAILABLE,
    "internal_error": HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""What is wrong with the input itself, or with us, and the HTTP status that says so."""

SOUND: dict[int | str, dict[str, object]] = {
    200: {
        "content": {WAV: {"schema": {"type": "string", "format": "binary"}}},
        "headers": {
            name: {"description": f"With `audio/wav`: {what}.", "schema": {"type": "string"}}
            for name, what in (
                ("X-Wanwan-Turn-Id", "the turn in the audit log"),
                ("X-Wanwan-Status", "the reply's status"),
                ("X-Wanwan-Speech", "the sentence, percent-encoded UTF-8"),
            )
        },
    }
}
"""The answer as speech, for OpenAPI."""

Language = Annotated[str | None, Field(pattern="^[a-z]{2}$", examples=["en"])]
Name = Annotated[str | None, Field(max_length=64)]


class UtteranceIn(BaseModel):
    """Something typed."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(examples=["what is the dewar 3 level"])]
    language: Language = Field(default=None, description="The station's, where not given.")
    station: Name = Field(default=None, description="Where it is said: a station of the plant file.")
    challenge_id: Name = Field(default=None, description="The challenge that this answers.")


async def _respond(utterance: Utterance, request: Request, service: Service) -> ReplyOut | Response:
    """Take the turn and answer as JSON, or as speech where the caller prefers `audio/wav`."""
    reply = await service.turn.take(utterance)
    _raise_if_bad(reply, utterance)
    if prefers_sound(request.headers.get("accept", "")):
        return await as_sound(reply, service.voice)
    return ReplyOut.of(reply)


def _raise_if_bad(reply: Reply, utterance: Utterance) -> None:
    status = BAD_INPUT.get(reply.reason or "")
    if status is not None:
        whole_story = f"{utterance.problem.message}." if utterance.problem else reply.speech
        raise ProblemError(status, str(reply.reason), whole_story, turn_id=reply.turn_id, speech=reply.speech)


def allowed_station(service: Service, key: Operator, station: str | None) -> str | None:
    """Return where it is said; a key that belongs to a station speaks from there and from nowhere else."""
    if station is not None and station not in service.plant.stations:
        known = ", ".join(service.plant.stations)
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "station_unknown",
            f"The plant file has no station {station!r}; it has: {known}.",
        )
    if key.station is not None and station not in {None, key.station}:
        raise ProblemError(
            HTTPStatus.FORBIDDEN,
            "station_of_another_key",
            f"This key belongs to the station {key.station!r} and cannot speak from {station!r}.",
        )
    return station or key.station


def served_language(service: Service, language: str | None) -> str | None:
    """Return the language that was asked for, if it is served."""
    if language is not None and language not in service.languages:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "language_unknown",
            f"Language {language!r} is not served; served are: {', '.join(service.languages)}.",
        )
    return language


@router.post("", response_model=ReplyOut, responses=SOUND | problems(400, 413, *KEYED))
async def post_utterance(
    body: UtteranceIn, request: Request, service: ServiceDep, key: KeyDep, speaker: SpeakerDep
) -> ReplyOut | Response:
    """Say something in writing; with `Accept: audio/wav` the answer comes as speech."""
    station = allowed_station(service, key, body.station)
    utterance = Utterance(
        texts=(body.text,),
        station=station or HTTP_STATION,
        is_without_station=station is None,
        speaker=speaker,
        language=served_language(service, body.language),
        challenge_id=body.challenge_id,
        detail={"channel": "http"},
    )
    return await _respond(utterance, request, service)


@router.post(
    "/audio",
    response_model=ReplyOut,
    responses=SOUND | problems(413, 415, *KEYED),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {WAV: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def post_recording(
    request: Request,
    service: ServiceDep,
    key: KeyDep,
    speaker: SpeakerDep,
    language: Annotated[Language, Query()] = None,
    station: Annotated[Name, Query()] = None,
    challenge_id: Annotated[Name, Query()] = None,
) -> ReplyOut | Response:
    """Say something as a WAV (16 kHz, mono, 16-bit PCM); with `Accept: audio/wav` the answer comes as speech."""
    known_station, known_language = allowed_station(service, key, station), served_language(service, language)
    utterance = await service.hear(
        await _read_body(request, service.max_recording_bytes),
        station=known_station or HTTP_STATION,
        is_without_station=known_station is None,
        speaker=speaker,
        language=known_language,
        challenge_id=challenge_id,
    )
    return await _respond(utterance, request, service)


async def _read_body(request: Request, limit: int) -> bytes:
    """Read no more of the body than the longest recording has.

    An hour of sound is refused without being taken in: its header, or what was read of it, is too long already.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) >= limit:
            break
    return bytes(body[:limit])
