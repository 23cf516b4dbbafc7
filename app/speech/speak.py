"""Speech out: a sentence becomes audio, by one synthesizer for each language, cached."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from app.speech.earcon import Earcon, earcon
from app.speech.errors import SpeechError, SpeechUnavailableError
from app.speech.frames import VOICE_RATE_HZ
from app.speech.speech_cache import CacheKey, SpeechCache
from app.speech.spoken import Spoken
from app.speech.synthesis import Synthesis, closed
from app.speech.voice_settings import VoiceSettings
from app.speech.wav import duration_s, to_wav
from app.speech.worker import SpeechWorker

_logger = logging.getLogger(__name__)

_ENGINES = {"en": "app.speech.espeak", "ja": "app.speech.openjtalk"}
_SENTENCES_AHEAD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A spoken sentence."""

    wav: bytes
    """A complete RIFF WAV, mono, PCM16."""
    duration_s: float


class Synthesizer(Protocol):
    """A voice for one or more languages."""

    async def say(self, text: str, language: str) -> Speech:
        """Speak `text`; raises `SpeechUnavailableError` when no voice can."""
        ...

    async def close(self) -> None:
        """Stop workers; idempotent."""
        ...


class Voice:
    """Speaks every language of the service (implements `Synthesizer`). Belongs to one event loop.

    A worker process for each language is started when it is first needed, or by `warm_up`. One sentence is synthesized
    at a time per language; whoever asks for the same sentence meanwhile or later gets the same sound.
    """

    def __init__(
        self,
        *,
        settings: VoiceSettings | None = None,
        pronunciations: Sequence[Path] = (),
        cache_bytes: int = 16_000_000,
        timeout_s: float = 3.0,
        most_waiting: int = 500,
    ) -> None:
        """Read the pronunciations; no process is started yet.

        `pronunciations`: a site's own YAML files. `cache_bytes`: sound kept, 44,100 bytes a second. `timeout_s`:
        longest silence of a synthesizer before it is killed and replaced. `most_waiting`: sentences, a minute of work;
        what is asked beyond fails at once. Raises `PronunciationFileError`.
        """
        self._settings = settings or VoiceSettings()
        self._spoken = Spoken(pronunciations)
        self._cache = SpeechCache(cache_bytes)
        self._workers = {language: SpeechWorker(module, timeout_s=timeout_s) for language, module in _ENGINES.items()}
        self._running: dict[CacheKey, Synthesis] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._most_waiting = most_waiting
        self._is_closed = False

    @property
    def languages(self) -> tuple[str, ...]:
        """What can be spoken."""
        return tuple(self._workers)

    @property
    def pids(self) -> dict[str, int]:
        """Worker processes that are running, by language: what a memory or health report looks at."""
        return {language: worker.pid for language, worker in self._workers.items() if worker.pid is not None}

    async def say(self, text: str, language: str, settings: VoiceSettings | None = None) -> Speech:
        """Speak a whole text.

        Raises `UnspeakableTextError` (nothing to say, or more than 2,000 characters) and `SpeechUnavailableError` (no
        voice for the language, or its synthesizer failed twice).
        """
        async with aclosing(self.parts(text, language, settings)) as parts:
            pcm = b"".join([part async for part in parts])
        return _speech(pcm)

    async def say_or_earcon(self, text: str, language: str, settings: VoiceSettings | None = None) -> Speech:
        """Speak, or give the sound that tells that there is an answer to be read: a mute voice holds up nothing."""
        try:
            return await self.say(text, language, settings)
        except SpeechError as exc:
            _logger.warning("an answer was not spoken: %s", exc)
            return _speech(earcon(Earcon.UNSPOKEN))

    async def pieces(
        self, text: str, language: str, settings: VoiceSettings | None = None
    ) -> AsyncGenerator[Speech, None]:
        """Speak in pieces that are played one after another, each as soon as it is made.

        A piece is a sentence, in Japanese what stands between two pauses. Raises as `say`, maybe after some pieces.
        """
        async with aclosing(self.parts(text, language, settings)) as parts:
            async for part in parts:
                yield _speech(part)

    async def parts(
        self, text: str, language: str, settings: VoiceSettings | None = None
    ) -> AsyncGenerator[bytes, None]:
        """`pieces` as bare sound: mono PCM16 at `VOICE_RATE_HZ`. `wav.streaming_header` makes a WAV stream of it."""
        settings = settings or self._settings
        keys = [(phrase.language, settings.request(phrase)) for phrase in self._spoken.phrases(text, language)]
        # The next sentence is made while one is played; not all at once, or a long text would hold up other answers.
        ahead: deque[Synthesis] = deque()
        for key in (*keys, None):
            if key is not None:
                ahead.append(self._order(key))
            if key is None or len(ahead) == _SENTENCES_AHEAD:
                async with aclosing(ahead.popleft().parts()) as parts:
                    async for part in parts:
                        yield part

    async def parts_or_earcon(
        self, text: str, language: str, settings: VoiceSettings | None = None
    ) -> AsyncGenerator[bytes, None]:
        """`parts`; a voice that fails, at once or in the middle, ends in the sound that tells to read the answer."""
        try:
            async with aclosing(self.parts(text, language, settings)) as parts:
                async for part in parts:
                    yield part
        except SpeechError as exc:
            _logger.warning("an answer was not spoken: %s", exc)
            yield earcon(Earcon.UNSPOKEN)

    async def warm_up(self, sentences: Mapping[str, Sequence[str]] | None = None) -> None:
        """Start every language's worker, and say `sentences` (by language) into the cache.

        Raises `SpeechUnavailableError` when a worker does not start.
        """
        failures: list[SpeechUnavailableError] = []

        async def start(worker: SpeechWorker) -> None:
            try:
                await worker.warm_up()
            except SpeechUnavailableError as exc:
                failures.append(exc)  # the other language can still be warmed up

        async with asyncio.TaskGroup() as tasks:
            for language, worker in self._workers.items():
                tasks.create_task(start(worker), name=f"warm-up-{language}")
        if failures:
            raise SpeechUnavailableError("; ".join(str(failure) for failure in failures))
        for language, texts in (sentences or {}).items():
            for text in texts:
                await self.say(text, language)

    async def close(self) -> None:
        """End every worker; whoever waits for a sentence gets `SpeechUnavailableError`. Idempotent."""
        self._is_closed = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for worker in self._workers.values():
            await worker.close()

    async def __aenter__(self) -> Self:
        """Nothing is started yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    def _order(self, key: CacheKey) -> Synthesis:
        """Take a sentence from the cache, join one that is being made, or have it made."""
        if (running := self._running.get(key)) is not None:
            return running
        synthesis = Synthesis()
        if self._is_closed:
            synthesis.fail(closed())
        elif len(self._tasks) >= self._most_waiting:
            synthesis.fail(SpeechUnavailableError(f"{self._most_waiting} sentences wait to be spoken"))
        elif (parts := self._cache.find(key)) is not None:
            for part in parts:
                synthesis.add(part)
            synthesis.complete()
        else:
            self._running[key] = synthesis
            task = asyncio.create_task(self._make(key, synthesis), name=f"speak-{key[0]}")
            self._tasks.add(task)
            task.add_done_callback(partial(self._made, key, synthesis))
        return synthesis

    async def _make(self, key: CacheKey, synthesis: Synthesis) -> None:
        """Have a worker speak one sentence. Goes on when its listeners have left: others may ask for it."""
        language, request = key
        try:
            await self._workers[language].speak(request, synthesis.add)
        except SpeechError as exc:
            self._forget(key, synthesis)
            synthesis.fail(exc)
        else:
            self._forget(key, synthesis)
            self._cache.keep(key, synthesis.complete())

    def _made(self, key: CacheKey, synthesis: Synthesis, task: asyncio.Task[None]) -> None:
        """Tidy up. A task that was cancelled before it began has told nobody yet."""
        self._tasks.discard(task)
        self._forget(key, synthesis)
        if task.cancelled():
            synthesis.fail(closed())
        elif (error := task.exception()) is not None:
            synthesis.fail(SpeechUnavailableError(f"{type(error).__name__}: {error}"))

    def _forget(self, key: CacheKey, synthesis: Synthesis) -> None:
        """Let nobody join any more; by now the same sentence may be in work again."""
        if self._running.get(key) is synthesis:
            del self._running[key]


def _speech(pcm: bytes) -> Speech:
    return Speech(wav=to_wav(pcm, VOICE_RATE_HZ), duration_s=duration_s(pcm, VOICE_RATE_HZ))
