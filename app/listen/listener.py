"""Carries out what a session asks for: decoding, turns, and speaking. One for each client that listens."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from app.listen.address import AddressBySound
from app.listen.events import (
    AbandonDecoding,
    BeginDecoding,
    Decode,
    Failure,
    FinishDecoding,
    JudgeSound,
    PlayEarcon,
    TakeTurn,
)
from app.listen.flow import Frames, duration_s
from app.listen.half_duplex import HalfDuplex
from app.listen.outbox import AudioBegins, AudioEnds, Outbox
from app.listen.session import Output, Session
from app.reply import Reply
from app.speech.earcon import Earcon, earcon
from app.speech.errors import HearingFailedError, SpeechError
from app.speech.frames import VOICE_RATE_HZ
from app.speech.live_utterance import LiveUtterance
from app.speech.speak import Voice
from app.speech.transcribe import Transcript
from app.utterance import InputProblem, Utterance

logger = logging.getLogger(__name__)

_PATIENCE_S = 2.0
"""How long an answer waits for somebody who is speaking: it would make the station deaf to them."""
_PART_BYTES = VOICE_RATE_HZ // 4 * 2
"""A quarter of a second."""


class Turns(Protocol):
    """The way to the plant."""

    async def take(self, utterance: Utterance) -> Reply:
        """Take one utterance to its answer."""
        ...

    async def leave(self, utterance: Utterance, challenge_id: str | None) -> None:
        """Close what a listener that went away left open."""
        ...


MakeUtterance = Callable[[tuple[str, ...], Transcript | None, InputProblem | None], Utterance]
"""What was heard, and what was wrong with it, as said at this station by this speaker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """What a listener works with."""

    language: str
    begin_decoding: Callable[[str], LiveUtterance]
    """With a grammar's name; raises `HearingUnavailableError`."""
    turns: Turns
    utterance: MakeUtterance
    voice: Voice | None
    """`None` where answers are only read."""
    half_duplex: HalfDuplex
    longest_s: float
    """The longest utterance, for the answer that says so."""
    sound: AddressBySound | None = None


class Listener:
    """Runs one session. Everything happens in one event loop, in the order in which it is asked for."""

    def __init__(self, session: Session, station: Station, outbox: Outbox) -> None:
        """Begin with `run`."""
        self._session = session
        self._station = station
        self._outbox = outbox
        self._frames = Frames()
        self._live: dict[int, LiveUtterance] = {}
        self._work: set[asyncio.Task[None]] = set()
        self._turns: set[asyncio.Task[None]] = set()
        self._to_say: asyncio.Queue[tuple[int, Reply | None]] = asyncio.Queue()
        self._is_quiet = asyncio.Event()
        self._is_quiet.set()
        self.problem: InputProblem | None = None
        """Why the client is sent away, where it is: for the audit log."""

    @property
    def is_hearing(self) -> bool:
        """Whether somebody is speaking."""
        return self._session.is_hearing

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen until the end of the block; then let go of everything, a challenge that waits included.

        Turns under way are followed to their end, however the client left.
        """
        speaking = asyncio.create_task(self._speak(), name="speak-answers")
        self._do(self._session.begin())
        try:
            yield
        finally:
            speaking.cancel()
            await asyncio.shield(asyncio.create_task(self._close(speaking), name="close-listener"))

    def hear(self, pcm: bytes) -> None:
        """Hear the next piece: 16 kHz, mono, PCM16, of any length."""
        for frame in self._frames.take(pcm):
            self._do(self._session.frame(frame))
        if not self._session.is_hearing:
            self._is_quiet.set()

    def end(self) -> None:
        """End what is being said (the button was let go)."""
        for frame in self._frames.flush():
            self._do(self._session.frame(frame))
        self._do(self._session.end())
        self._is_quiet.set()

    def played(self) -> None:
        """Hear again: the client has played all that it was sent."""
        self._station.half_duplex.played()

    async def settled(self) -> None:
        """Wait until all that was said so far is decoded, judged and answered; what is still being said is not."""
        while self._work or self._turns:
            await asyncio.wait({*self._work, *self._turns})

    def _do(self, outputs: list[Output]) -> None:
        for output in outputs:
            match output:
                case BeginDecoding(utterance=number, grammar=grammar):
                    self._is_quiet.clear()
                    self._begin(number, grammar)
                case Decode(utterance=number, pcm=pcm) if number in self._live:
                    self._live[number].feed(pcm)
                case Decode():
                    pass
                case FinishDecoding(utterance=number):
                    self._start(self._finish(number), self._work)
                case AbandonDecoding(utterance=number):
                    if (live := self._live.pop(number, None)) is not None:
                        self._start(live.abandon(), self._work)
                case JudgeSound():
                    self._start(self._judge(output), self._work)
                case TakeTurn():
                    self._start(self._take(output), self._turns)
                case PlayEarcon(utterance=number):
                    self._to_say.put_nowait((number, None))
                case _:
                    self._outbox.tell(output)

    def _begin(self, number: int, grammar: str) -> None:
        try:
            live = self._live[number] = self._station.begin_decoding(grammar)
            live.on_partial = lambda text: self._do(self._session.partial(number, text))
        except SpeechError as exc:
            self._fail(exc)

    async def _finish(self, number: int) -> None:
        live = self._live.pop(number, None)
        if live is None:
            self._session.failed(number)
            return
        try:
            transcript = await live.finish()
        except SpeechError as exc:
            logger.warning("an utterance was not heard: %s", exc)
            self._session.failed(number)
            self._fail(exc)
            code = HearingFailedError.code
            await self._ask(number, self._station.utterance((), None, InputProblem(code=code, message=str(exc))))
        else:
            self._do(self._session.heard(number, transcript))

    async def _judge(self, order: JudgeSound) -> None:
        sound = self._station.sound
        is_addressed = sound is None or await sound.is_addressed(order.pcm, self._station.language, order.transcript)
        self._do(self._session.judged(order.utterance, is_addressed=is_addressed))

    async def _take(self, order: TakeTurn) -> None:
        problem = None
        if order.is_too_long:
            values = {"limit_s": self._station.longest_s}
            message = f"the utterance is longer than {self._station.longest_s:g} s; say it in fewer words"
            problem = InputProblem(code="audio_too_long", values=values, message=message)
        elif order.transcript is None:
            problem = InputProblem(code="nothing_heard", message="nobody spoke before the utterance was ended")
        await self._ask(order.utterance, self._station.utterance(order.texts, order.transcript, problem))

    async def _ask(self, number: int, utterance: Utterance) -> None:
        reply = await self._station.turns.take(utterance)
        self._do(self._session.replied(number, reply))
        self._to_say.put_nowait((number, reply))

    async def _speak(self) -> None:
        """Speak answers, one after another."""
        while True:
            number, reply = await self._to_say.get()
            if self._station.voice is None:
                continue
            if reply is None:
                await self._sound(number)
            else:
                await self._say(number, reply, self._station.voice)

    async def _sound(self, number: int) -> None:
        """Play the earcon. It is no voice, and whoever was waiting for it speaks at once: nobody is deaf meanwhile."""
        pcm = earcon(Earcon.LISTENING)
        await self._outbox.put(AudioBegins(kind="earcon", rate_hz=VOICE_RATE_HZ, utterance=number))
        await self._outbox.put(pcm)
        await self._outbox.put(AudioEnds(kind="earcon", utterance=number, duration_s=duration_s(pcm, VOICE_RATE_HZ)))

    async def _say(self, number: int, reply: Reply, voice: Voice) -> None:
        """Send an answer as it is made; a voice that fails ends in the sound that tells to read it."""
        await self._outbox.put(AudioBegins(kind="answer", rate_hz=VOICE_RATE_HZ, utterance=number))
        length_s = 0.0
        if reply.voice.volume > 0:
            sound = voice.parts_or_earcon(reply.speech, reply.language, reply.voice)
            async with aclosing(sound) as parts:
                async for part in parts:
                    length_s += await self._play(part)
        await self._outbox.put(AudioEnds(kind="answer", utterance=number, duration_s=round(length_s, 3)))

    async def _play(self, pcm: bytes) -> float:
        """Send a part. Only for it is the station deaf: while a voice hangs, the next command is heard."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                await self._is_quiet.wait()
        length_s = duration_s(pcm, VOICE_RATE_HZ)
        self._station.half_duplex.begin()
        try:
            self._station.half_duplex.add(length_s)
            for at in range(0, len(pcm), _PART_BYTES):
                await self._outbox.put(pcm[at : at + _PART_BYTES])
        finally:
            self._station.half_duplex.end()
        return length_s

    def _fail(self, exc: SpeechError) -> None:
        self._outbox.tell(Failure(code=exc.code, message=str(exc)))

    def _start(self, work: Coroutine[object, object, None], group: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(work, name="listener-work")
        group.add(task)
        task.add_done_callback(group.discard)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Tell of work that failed by a mistake of ours; the session goes on."""
        if not task.cancelled() and (mistake := task.exception()) is not None:
            logger.error("a listener's work failed", exc_info=mistake)
            self._outbox.tell(Failure(code="internal_error", message="the service made a mistake; its log has more"))

    async def _close(self, speaking: asyncio.Task[None]) -> None:
        await asyncio.wait({speaking})
        for live in self._live.values():
            self._start(live.abandon(), self._work)
        self._live.clear()
        await self.settled()
        challenge_id = self._session.challenge_id
        if self.problem is not None or challenge_id is not None:
            await self._station.turns.leave(self._station.utterance((), None, self.problem), challenge_id)
