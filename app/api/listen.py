"""Listen at a station: sound up, events and spoken answers down, over one WebSocket."""

import asyncio
import contextlib
import json
import logging
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, WebSocket
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from starlette.websockets import WebSocketDisconnect, WebSocketState

from app.api.deps import get_key
from app.api.listen_out import encoded
from app.api.listen_refusal import Refusal, RefusalCode
from app.api.problems import ProblemError
from app.api.utterances import HTTP_STATION, Language, Name, allowed_station, served_language
from app.errors import ListenersFullError
from app.listen.flow import Flow, duration_s
from app.listen.grammars import grammar_names
from app.listen.listener import Listener, Station
from app.listen.outbox import Outbox
from app.service import Service
from app.speech.errors import HearingUnavailableError, SpeechError
from app.speech.resample import StreamResampler
from app.speech.transcribe import SAMPLE_RATE_HZ, Transcript
from app.utterance import InputProblem, Speaker, Utterance
from devices.plant import ListeningMode, Role
from models.operator import Operator

router = APIRouter(prefix="/v1", tags=["listen"])
logger = logging.getLogger(__name__)

LISTEN_PATH = "/v1/listen"
MAX_MESSAGE_BYTES: Final = 65_536
"""Two seconds of sound at 16 kHz; a microphone sends a twentieth of it at once."""
SERVER_OPTIONS: Final[dict[str, Any]] = {
    "ws": "websockets-sansio",  # the other one of the same library is deprecated
    "ws_max_size": 4 * MAX_MESSAGE_BYTES,  # beyond it the connection is closed while the message still comes
    "ws_per_message_deflate": False,  # sound does not shrink
}
"""What the HTTP server needs to serve this."""
START_TIMEOUT_S: Final = 10.0
"""How long a client may take to say who it is."""
LEARN_TIMEOUT_S: Final = 120.0
"""How long a session waits for the plant's sentences, just after the start."""
_LONGEST_TEXT, _DEEPEST = 2_000, 10
"""Of messages that are no sound; they have 200 characters and no depth."""
_LOWEST_HZ, _HIGHEST_HZ = SAMPLE_RATE_HZ, 96_000


class StartIn(BaseModel):
    """The first message."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["start"]
    station: Name = None
    language: Language = None
    rate_hz: int = SAMPLE_RATE_HZ
    channels: int = 1
    key: SecretStr | None = None
    """For browsers, which cannot send the header."""
    audio: bool = True
    """Whether answers are wanted as sound."""


class ControlIn(BaseModel):
    """Any later message that is no sound."""

    model_config = ConfigDict(extra="forbid")

    type: Annotated[Literal["end", "stop", "played"], Field()]


@router.websocket("/listen")
async def listen(socket: WebSocket) -> None:
    """Listen until the client leaves, or is sent away with an `error` event, a close code and a reason."""
    service: Service = socket.app.state.service
    await socket.accept()
    try:
        try:
            await _listen(socket, service)
        except* Refusal as group:
            await _send_away(socket, _first(group))
        except* WebSocketDisconnect:
            pass
    except* Exception:
        logger.exception("a listening session failed")
        message = "the service made a mistake; nothing was sent to the plant; its log has more"
        await _send_away(socket, Refusal(RefusalCode.INTERNAL_ERROR, message))


async def _listen(socket: WebSocket, service: Service) -> None:
    start, key = await _start(socket, service)
    station, language = _place(service, key, start)
    half_duplex = service.listeners.half_duplex_of(start.station or key.station)
    outbox = Outbox()

    def utterance(texts: tuple[str, ...], transcript: Transcript | None, problem: InputProblem | None) -> Utterance:
        return Utterance(
            texts=texts,
            station=station,
            is_without_station=station == HTTP_STATION,
            speaker=Speaker(name=key.name, role=Role(key.role)),
            language=language,
            transcript=transcript,
            problem=problem,
            detail={"channel": "listen"},
        )

    async def refuse(refusal: Refusal) -> Refusal:
        problem = InputProblem(code=refusal.code.value, message=str(refusal))
        await service.turn.leave(utterance((), None, problem), None)
        return refusal

    if not _LOWEST_HZ <= start.rate_hz <= _HIGHEST_HZ or start.channels != 1:
        raise await refuse(_wrong_format(start))
    is_hands_free = service.listeners.is_hands_free(station)
    grammars = grammar_names(is_hands_free=is_hands_free)
    try:
        async with asyncio.timeout(LEARN_TIMEOUT_S):
            await service.hearing.ready(language, grammars)
    except (HearingUnavailableError, TimeoutError) as exc:
        message = str(exc) or f"the sentences of {language} are still being learned; try again"
        raise await refuse(Refusal(RefusalCode.NO_RECOGNIZER, message)) from exc
    try:
        with service.listeners.session(
            station=station, key_id=key.key_id, language=language, half_duplex=half_duplex
        ) as session:
            listener = Listener(
                session,
                Station(
                    language=language,
                    begin_decoding=lambda grammar: service.hearing.begin(language, grammar),
                    turns=service.turn,
                    utterance=utterance,
                    voice=service.voice if start.audio else None,
                    half_duplex=half_duplex,
                    longest_s=service.settings.listen_longest_s,
                    sound=service.listeners.sound,
                ),
                outbox,
            )
            await service.hearing.reserve(language, grammars[0], service.listeners.count_in(language))
            await _send(socket, _ready(service, station, language, start))
            await _run(socket, service, listener, outbox, start, is_hands_free=is_hands_free)
    except SpeechError as exc:
        raise await refuse(Refusal(RefusalCode.NO_RECOGNIZER, str(exc))) from exc
    except ListenersFullError as exc:
        raise await refuse(Refusal(RefusalCode.LISTENERS_FULL, f"{exc}; try again later")) from exc


async def _start(socket: WebSocket, service: Service) -> tuple[StartIn, Operator]:
    """Read the first message, and see whose key it comes with."""
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            message = await socket.receive()
    except TimeoutError as exc:
        text = f"no start message came within {START_TIMEOUT_S:g} s"
        raise Refusal(RefusalCode.STALLED, text) from exc
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1006))
    try:
        start = StartIn.model_validate(_json(message.get("text")))
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(str(part) for part in first["loc"][:2])[:50]
        text = f"the start message is wrong ({where}: {first['msg']})"
        raise Refusal(RefusalCode.BAD_MESSAGE, f'{text}; send {{"type": "start", "rate_hz": 16000}}') from exc
    header = socket.headers.get("authorization", "")
    scheme, _, sent = header.partition(" ")
    secret = sent if scheme.lower() == "bearer" else start.key.get_secret_value() if start.key else None
    credentials = HTTPAuthorizationCredentials(scheme="Bearer", credentials=secret) if secret else None
    try:
        return start, await get_key(service, credentials)
    except ProblemError as exc:
        raise _of_problem(exc) from exc


def _place(service: Service, key: Operator, start: StartIn) -> tuple[str, str]:
    """Return the station and the language."""
    try:
        station = allowed_station(service, key, start.station) or HTTP_STATION
        language = served_language(service, start.language) or service.language_at(station)
    except ProblemError as exc:
        raise _of_problem(exc) from exc
    return station, language


def _wrong_format(start: StartIn) -> Refusal:
    """Refuse what would be heard badly, rather than hear it badly.

    8 kHz has nothing above 4 kHz, where s, f and many consonants are told apart.
    """
    return Refusal(
        RefusalCode.WRONG_FORMAT,
        f"the sound is {start.rate_hz} Hz with {start.channels} channel(s); wanted is mono, 16-bit PCM, "
        f"{_LOWEST_HZ} to {_HIGHEST_HZ} Hz; set rate_hz and channels of the start message to what is sent",
    )


def _ready(service: Service, station: str, language: str, start: StartIn) -> dict[str, object]:
    address = service.listeners.addresses.get(language)
    is_hands_free = service.listeners.is_hands_free(station)
    return {
        "type": "ready",
        "station": station,
        "language": language,
        "listening": ListeningMode.HANDS_FREE if is_hands_free else ListeningMode.PUSH_TO_TALK,
        "address": list(address.phrases) if address and is_hands_free else [],
        "rate_hz": start.rate_hz,
    }


async def _run(
    socket: WebSocket, service: Service, listener: Listener, outbox: Outbox, start: StartIn, *, is_hands_free: bool
) -> None:
    stall_s = service.settings.listen_stall_s
    async with listener.listening():
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_send_all(socket, outbox, stall_s), name="listen-send")
                tasks.create_task(_watch(outbox), name="listen-watch")
                reader = _Reader(socket, listener, Flow(service.clock), start.rate_hz)
                await reader.read(stall_s, is_hands_free=is_hands_free)
        except* Refusal as group:
            refusal = _first(group)
            listener.problem = InputProblem(code=refusal.code.value, message=str(refusal))
            raise
        except* WebSocketDisconnect as group:
            if any(exc.code in _PROTOCOL_ERRORS for exc in _leaves(group)):
                text = "the client broke the WebSocket protocol, or a message was far too long"
                listener.problem = InputProblem(code=RefusalCode.BAD_MESSAGE.value, message=text)
            raise


_PROTOCOL_ERRORS = frozenset({1002, 1007, 1009})


class _Reader:
    """Takes what a client sends."""

    def __init__(self, socket: WebSocket, listener: Listener, flow: Flow, rate_hz: int) -> None:
        self._socket = socket
        self._listener = listener
        self._flow = flow
        self._rate_hz = rate_hz
        self._resampler = StreamResampler(rate_hz)

    async def read(self, stall_s: float, *, is_hands_free: bool) -> None:
        """Read until the client leaves, which raises `WebSocketDisconnect`."""
        while True:
            # Between two presses of a button nothing need come; who always listens, or speaks, sends without a pause.
            must_come = is_hands_free or self._listener.is_hearing
            try:
                async with asyncio.timeout(stall_s if must_come else None):
                    message = await self._socket.receive()
            except TimeoutError as exc:
                text = (
                    f"no sound came for {stall_s:g} s (WANWAN_LISTEN_STALL_S); send silence too, or `end` the utterance"
                )
                raise Refusal(RefusalCode.STALLED, text) from exc
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code") or 1006)
            if message.get("bytes") is not None:
                self._take_sound(message["bytes"])
            else:
                self._take_word(message.get("text"))
            await asyncio.sleep(0)  # a client that sends much must not keep the others waiting

    def _take_sound(self, pcm: bytes) -> None:
        if not pcm or len(pcm) % 2 or len(pcm) > MAX_MESSAGE_BYTES:
            text = f"a frame has {len(pcm)} bytes; wanted is an even number of 2 to {MAX_MESSAGE_BYTES} (PCM16)"
            raise Refusal(RefusalCode.BAD_FRAME, text)
        if self._flow.is_flood_after(duration_s(pcm, self._rate_hz)):
            text = "sound comes faster than it can have been spoken; send it as it is recorded"
            raise Refusal(RefusalCode.FLOOD, text)
        self._listener.hear(self._resampler.take(pcm))

    def _take_word(self, text: str | None) -> None:
        try:
            control = ControlIn.model_validate(_json(text))
        except ValidationError as exc:
            message = 'a message is none that is known; send {"type": "end"} or {"type": "played"}, or sound'
            raise Refusal(RefusalCode.BAD_MESSAGE, message) from exc
        match control.type:
            case "played":
                self._listener.played()
            case "end" | "stop":
                self._listener.end()


async def _send_all(socket: WebSocket, outbox: Outbox, stall_s: float) -> None:
    async for message in outbox.messages():
        try:
            async with asyncio.timeout(stall_s):
                await _send(socket, encoded(message))
        except TimeoutError as exc:
            text = f"the client took nothing for {stall_s:g} s (WANWAN_LISTEN_STALL_S)"
            raise Refusal(RefusalCode.STALLED, text) from exc


async def _watch(outbox: Outbox) -> None:
    await outbox.is_full.wait()
    raise Refusal(RefusalCode.STALLED, "the client does not take what it is sent")


async def _send(socket: WebSocket, message: dict[str, object] | bytes) -> None:
    try:
        if isinstance(message, bytes):
            await socket.send_bytes(message)
        else:
            await socket.send_text(json.dumps(message, ensure_ascii=False))
    except RuntimeError as exc:  # Starlette's word for a socket that was closed meanwhile
        raise WebSocketDisconnect(1006) from exc


async def _send_away(socket: WebSocket, refusal: Refusal) -> None:
    """Tell why, then close; a client that is gone already, or does not read, is not waited for."""
    if socket.application_state is not WebSocketState.CONNECTED or socket.client_state is not WebSocketState.CONNECTED:
        return
    event: dict[str, object] = {"type": "error", "code": refusal.code.value, "message": str(refusal)}
    with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(1.0):
            await _send(socket, event)
            await socket.close(refusal.close_code, refusal.code.value)


def _json(text: str | None) -> object:
    """Read a text message; what is none, or no JSON, is nothing that any model takes."""
    if text is None or len(text) > _LONGEST_TEXT or text.count("{") + text.count("[") > _DEEPEST:
        return None
    try:
        value: object = json.loads(text)
    except ValueError:
        return None
    return value


def _of_problem(exc: ProblemError) -> Refusal:
    known = exc.code in set(RefusalCode)  # else the database's own word for why keys cannot be checked
    return Refusal(RefusalCode(exc.code) if known else RefusalCode.DATABASE, str(exc.detail))


def _leaves(group: BaseExceptionGroup[Any]) -> list[Any]:
    return [
        leaf for exc in group.exceptions for leaf in (_leaves(exc) if isinstance(exc, BaseExceptionGroup) else [exc])
    ]


def _first(group: BaseExceptionGroup[Refusal]) -> Refusal:
    first: Refusal = _leaves(group)[0]
    return first
