"""Hearing for the service: every language's recogniser behind one object, decoding away from the event loop."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from app.speech.engine import AUTO, Engine, EngineChoice, choose_engine, open_engine, without_vosk
from app.speech.errors import GrammarTooLargeError, HearingFailedError, HearingUnavailableError, ModelError
from app.speech.grammar import WordGraph, compile_grammar
from app.speech.hear import Recording
from app.speech.transcribe import SAMPLE_RATE_HZ, Transcriber, Transcript

FREE = "free"
"""The grammar of a station that waits for any sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingState:
    """How one language is heard, for the log, the health report and `wanwan models verify`."""

    language: str
    engine: str | None
    """`vosk:MODEL`, `pocketsphinx:MODEL`, or `None`: only typed."""
    reason: str
    """Why this engine, or why none; a clause."""
    unknown_words: tuple[str, ...]
    """Words of the sentences that the model can never hear."""


class Hearing:
    """Hears recordings. Made by `open_hearing`; belongs to one event loop."""

    def __init__(
        self, transcribers: Mapping[str, Transcriber], choices: Sequence[EngineChoice], *, timeout_s: float = 30.0
    ) -> None:
        """Take over `transcribers` (by language) and close them at the end.

        `timeout_s` is the longest one utterance may take; the longest recording (60 s) takes a large model about 20 s.
        """
        self._transcribers = dict(transcribers)
        self._choices = tuple(choices)
        self._timeout_s = timeout_s
        self._threads = ThreadPoolExecutor(max_workers=os.cpu_count() or 2, thread_name_prefix="hearing")
        self._is_closed = False

    @property
    def states(self) -> tuple[HearingState, ...]:
        """How each language is heard."""
        return tuple(self._state(choice) for choice in self._choices)

    async def transcribe(self, recording: Recording, language: str, grammar: str = FREE) -> Transcript:
        """Hear one utterance; a transcript without texts when nothing was heard.

        Raises `HearingUnavailableError` when nothing hears this language, `HearingFailedError` when it takes too long.
        """
        transcriber = self._transcriber(language)
        work = asyncio.get_running_loop().run_in_executor(self._threads, transcriber.transcribe, recording.pcm, grammar)
        try:
            async with asyncio.timeout(self._timeout_s):
                return await work
        except TimeoutError as exc:
            raise HearingFailedError(
                f"{transcriber.engine} took longer than {self._timeout_s:g} s for {recording.duration_s:.1f} s of "
                "sound; say it again in fewer words"
            ) from exc

    async def set_grammar(self, language: str, name: str, graph: WordGraph) -> None:
        """Add or replace a grammar of a language; languages that nothing hears are passed over."""
        if language in self._transcribers:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._threads, _set_grammar, self._transcribers[language], name, graph)

    async def warm_up(self, grammar: str = FREE) -> None:
        """Decode a moment of silence in each language, so that the first sentence is as quick as the others."""
        silence = Recording(pcm=bytes(SAMPLE_RATE_HZ))
        await asyncio.gather(*(self.transcribe(silence, language, grammar) for language in self._transcribers))

    async def close(self) -> None:
        """Wait for utterances being decoded, then free the models; idempotent."""
        if not self._is_closed:
            self._is_closed = True
            await asyncio.to_thread(self._threads.shutdown)
            for transcriber in self._transcribers.values():
                transcriber.close()

    def _transcriber(self, language: str) -> Transcriber:
        if language in self._transcribers and not self._is_closed:
            return self._transcribers[language]
        reasons = [choice.reason for choice in self._choices if choice.language == language]
        reason = "hearing is closed" if self._is_closed else next(iter(reasons), "the language was not asked for")
        raise HearingUnavailableError(
            f"speech in {language} cannot be heard on this machine: {reason}; typed text works", language=language
        )

    def _state(self, choice: EngineChoice) -> HearingState:
        transcriber = self._transcribers.get(choice.language)
        return HearingState(
            language=choice.language,
            engine=transcriber.engine if transcriber is not None else None,
            reason=choice.reason,
            unknown_words=tuple(transcriber.unknown_words()) if transcriber is not None else (),
        )


async def open_hearing(
    wanted: Mapping[str, str], graphs: Mapping[str, Mapping[str, WordGraph]], *, models: Path
) -> Hearing:
    """Load the recognisers of all languages at once and give them their grammars.

    `wanted`: for each language what `choose_engine` takes. `graphs`: for each language its word graphs by grammar name.
    With `auto`, what cannot be used is passed over and the reason kept in `states`; what was named raises `ModelError`
    or `GrammarTooLargeError`.
    """
    loop = asyncio.get_running_loop()
    jobs = [
        loop.run_in_executor(None, _open, language, engine, graphs.get(language, {}), models)
        for language, engine in wanted.items()
    ]
    opened = await asyncio.gather(*jobs, return_exceptions=True)
    failures = [result for result in opened if isinstance(result, BaseException)]
    ready = [result for result in opened if not isinstance(result, BaseException)]
    if failures:
        for _, transcriber in ready:
            if transcriber is not None:
                transcriber.close()
        raise failures[0]
    return Hearing(
        {choice.language: transcriber for choice, transcriber in ready if transcriber is not None},
        [choice for choice, _ in ready],
    )


def _open(
    language: str, wanted: str, graphs: Mapping[str, WordGraph], models: Path
) -> tuple[EngineChoice, Transcriber | None]:
    choice = choose_engine(language, wanted, models=models)
    try:
        transcriber = open_engine(choice)
    except ModelError as exc:
        if wanted != AUTO or choice.engine is not Engine.VOSK:
            raise
        choice = without_vosk(language, str(exc))
        transcriber = open_engine(choice)
    if transcriber is None:
        return choice, None
    try:
        for name, graph in graphs.items():
            _set_grammar(transcriber, name, graph)
    except GrammarTooLargeError as exc:
        transcriber.close()
        if wanted != AUTO:
            raise
        return replace(choice, engine=Engine.NONE, reason=str(exc)), None
    except BaseException:
        transcriber.close()
        raise
    return choice, transcriber


def _set_grammar(transcriber: Transcriber, name: str, graph: WordGraph) -> None:
    transcriber.set_grammar(name, compile_grammar(graph))
