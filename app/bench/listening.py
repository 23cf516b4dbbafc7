"""The recogniser that a benchmark measures, opened as the service opens it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.speech.engine import choose_engine, open_engine
from app.speech.errors import HearingUnavailableError
from app.speech.grammar import WordGraph, compile_grammar
from app.speech.transcribe import SAMPLE_RATE_HZ, Transcriber

LONGEST_S = 3600.0
"""A recording to measure with may be longer than one that is taken in service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """What hears, and whom to tell how far it is."""

    engine: str
    """As `choose_engine` takes it."""
    language: str
    models: Path
    progress: Callable[[str], None]

    @contextmanager
    def opened(self, graphs: Mapping[str, WordGraph]) -> Iterator[Transcriber]:
        """Load the recogniser with grammars, let it hear a moment of silence, and close it at the end.

        Raises `ModelError`s, `GrammarTooLargeError`, `HearingUnavailableError`.
        """
        choice = choose_engine(self.language, self.engine, models=self.models)
        transcriber = open_engine(choice)
        if transcriber is None:
            raise HearingUnavailableError(
                f"speech in {self.language} cannot be heard: {choice.reason}", language=self.language
            )
        try:
            for name, graph in graphs.items():
                transcriber.set_grammar(name, compile_grammar(graph))
                transcriber.transcribe(bytes(SAMPLE_RATE_HZ), name)
            self.progress(f"heard by {transcriber.engine}: {choice.reason}")
            if unknown := transcriber.unknown_words():
                self.progress(f"words that can never be heard: {', '.join(unknown)}")
            yield transcriber
        finally:
            transcriber.close()
