"""Hearing for the service: every language's recogniser behind one object, decoding away from the event loop."""

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from app.speech.engine import AUTO, Engine, EngineChoice, choose_engine, open_engine, without_vosk
from app.speech.errors import GrammarTooLargeError, HearingFailedError, HearingUnavailableError, ModelError
from app.speech.grammar import WordGraph, compile_grammar
from app.speech.hear import Recording
from app.speech.live_utterance import LiveUtterance
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
        self,
        transcribers: Mapping[str, Transcriber],
        choices: Sequence[EngineChoice],
        *,
        timeout_s: float = 30.0,
        sounds_like: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None,
    ) -> None:
        """Take over `transcribers` (by language) and close them at the end.

        `timeout_s` is the longest one utterance may take; the longest recording (60 s) takes a large model about 20 s.
        `sounds_like`: a site's spellings by language and word, for words that a model does not know.
        """
        self._transcribers = dict(transcribers)
        self._choices = {choice.language: choice for choice in choices}
        self._has_sentences = {language: asyncio.Event() for language in self._transcribers}
        self._timeout_s = timeout_s
        self._sounds_like = sounds_like or {}
        # One language that is slow to decode must not hold up another.
        self._threads = {
            language: ThreadPoolExecutor(max_workers=os.cpu_count() or 2, thread_name_prefix=f"hearing-{language}")
            for language in self._transcribers
        }
        self._grammars: dict[str, dict[str, asyncio.Event]] = {language: {} for language in self._transcribers}
        self._is_closed = False

    @property
    def states(self) -> tuple[HearingState, ...]:
        """How each language is heard."""
        return tuple(self._state(choice) for choice in self._choices.values())

    async def transcribe(self, recording: Recording, language: str, grammar: str = FREE) -> Transcript:
        """Hear one utterance; a transcript without texts when nothing was heard.

        Just after the start it waits until the language's sentences are learned. Raises `HearingUnavailableError` when
        nothing hears this language, `HearingFailedError` when it takes too long.
        """
        transcriber = self._transcriber(language)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._has_sentences[language].wait()
                transcriber = self._transcriber(language)
                workers = self._threads[language]
                return await loop.run_in_executor(workers, transcriber.transcribe, recording.pcm, grammar)
        except TimeoutError as exc:
            raise HearingFailedError(
                f"{transcriber.engine} took longer than {self._timeout_s:g} s for {recording.duration_s:.1f} s of "
                "sound; say it again in fewer words"
            ) from exc

    def begin(self, language: str, grammar: str = FREE) -> LiveUtterance:
        """Begin an utterance that is decoded while it is spoken.

        Raises `HearingUnavailableError` when nothing hears this language.
        """
        transcriber = self._transcriber(language)
        return LiveUtterance(lambda: transcriber.begin(grammar), self._threads[language], timeout_s=self._timeout_s)

    async def reserve(self, language: str, grammar: str, count: int) -> None:
        """Have recognisers for so many utterances at once: making one takes 0.1 s, which the first words would cost.

        Raises `HearingUnavailableError` when nothing hears this language, `HearingFailedError` when one fails.
        """
        held = [self.begin(language, grammar) for _ in range(count)]
        try:
            await asyncio.gather(*(utterance.prepare() for utterance in held))
        finally:
            await asyncio.gather(*(utterance.abandon() for utterance in held))

    async def ready(self, language: str, grammars: Iterable[str]) -> None:
        """Wait until a language has learned grammars. Raises `HearingUnavailableError` when nothing hears it."""
        for grammar in grammars:
            self._transcriber(language)
            await self._learned(language, grammar).wait()
        self._transcriber(language)

    def _learned(self, language: str, grammar: str) -> asyncio.Event:
        return self._grammars[language].setdefault(grammar, asyncio.Event())

    async def learn(self, language: str, graphs: Mapping[str, WordGraph]) -> None:
        """Give a language its sentences, by grammar name; languages that nothing hears are passed over.

        Raises `GrammarTooLargeError`; that language can then only be typed, and `states` says so.
        """
        transcriber = self._transcribers.get(language)
        if transcriber is None:
            return
        loop = asyncio.get_running_loop()
        try:
            for name, graph in graphs.items():
                set_grammar = partial(_set_grammar, transcriber, name, graph, self._sounds_like.get(language))
                await loop.run_in_executor(self._threads[language], set_grammar)
                self._learned(language, name).set()
        except GrammarTooLargeError as exc:
            self._choices[language] = replace(self._choices[language], engine=Engine.NONE, reason=str(exc))
            self._transcribers.pop(language).close()
            for waited_for in self._grammars[language].values():
                waited_for.set()
            raise
        finally:
            self._has_sentences[language].set()

    def is_learning(self, language: str) -> bool:
        """Tell whether a language waits for its sentences."""
        return language in self._has_sentences and not self._has_sentences[language].is_set()

    async def warm_up(self, grammar: str = FREE) -> None:
        """Decode a moment of silence in each language, so that the first sentence is as quick as the others."""
        silence = Recording(pcm=bytes(SAMPLE_RATE_HZ))
        await asyncio.gather(*(self.transcribe(silence, language, grammar) for language in self._transcribers))

    async def close(self) -> None:
        """Wait for utterances being decoded, then free the models; idempotent."""
        if not self._is_closed:
            self._is_closed = True
            for workers in self._threads.values():
                await asyncio.to_thread(workers.shutdown)
            for transcriber in self._transcribers.values():
                transcriber.close()

    def _transcriber(self, language: str) -> Transcriber:
        if language in self._transcribers and not self._is_closed:
            return self._transcribers[language]
        choice = self._choices.get(language)
        reason = choice.reason if choice else "the language was not asked for"
        if self._is_closed:
            reason = "hearing is closed"
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
    wanted: Mapping[str, str],
    graphs: Mapping[str, Mapping[str, WordGraph]],
    *,
    models: Path,
    sounds_like: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None,
) -> Hearing:
    """Load the recognisers of all languages at once and give them their sentences.

    `wanted`: for each language what `choose_engine` takes. `graphs`: for each language its word graphs by grammar name;
    one that is left out must `learn` them later. `sounds_like`: see `Hearing`. With `auto`, what cannot be used is
    passed over and the reason kept in `states`; what was named raises `ModelError` or `GrammarTooLargeError`.
    """
    loop = asyncio.get_running_loop()
    jobs = [loop.run_in_executor(None, _open, language, engine, models) for language, engine in wanted.items()]
    opened = await asyncio.gather(*jobs, return_exceptions=True)
    ready = [result for result in opened if not isinstance(result, BaseException)]
    hearing = Hearing(
        {choice.language: transcriber for choice, transcriber in ready if transcriber is not None},
        [choice for choice, _ in ready],
        sounds_like=sounds_like,
    )
    try:
        _raise_first(opened)
        learned = await asyncio.gather(
            *(hearing.learn(language, named) for language, named in graphs.items()), return_exceptions=True
        )
        tolerated = {
            language for language, engine in wanted.items() if engine == AUTO
        }  # `learn` has noted in the states what is too large
        _raise_first(
            result
            for language, result in zip(graphs, learned, strict=True)
            if not (language in tolerated and isinstance(result, GrammarTooLargeError))
        )
    except BaseException:
        await hearing.close()
        raise
    return hearing


def _raise_first(results: Iterable[object]) -> None:
    for result in results:
        if isinstance(result, BaseException):
            raise result


def _open(language: str, wanted: str, models: Path) -> tuple[EngineChoice, Transcriber | None]:
    choice = choose_engine(language, wanted, models=models)
    try:
        return choice, open_engine(choice)
    except ModelError as exc:
        if wanted != AUTO or choice.engine is not Engine.VOSK:
            raise
        choice = without_vosk(language, str(exc))
        return choice, open_engine(choice)


def _set_grammar(
    transcriber: Transcriber, name: str, graph: WordGraph, sounds_like: Mapping[str, tuple[str, ...]] | None
) -> None:
    transcriber.set_grammar(name, compile_grammar(graph, sounds_like))
