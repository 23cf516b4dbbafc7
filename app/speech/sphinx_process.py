"""PocketSphinx in a process of its own, behind the same Protocol as every recogniser.

In this process it would hold up everything else while it decodes: two utterances at once took twice as long, and a
thread that only slept was held up for the whole of each (measured).
"""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import Connection

from app.speech.errors import HearingFailedError, SpeechError, UnknownGrammarError
from app.speech.grammar import Grammar
from app.speech.models import search_path
from app.speech.sphinx_utterance import SphinxUtterance
from app.speech.transcribe import SAMPLE_RATE_HZ, Transcript

_MODEL = "en-us"
_GRAMMAR_TIMEOUT_S = 120.0
"""A whole plant's grammar takes 3 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetGrammar:
    """Asks for a grammar to be added; answered with the words that no dictionary has."""

    name: str
    grammar: Grammar


@dataclass(frozen=True, slots=True, kw_only=True)
class Decode:
    """Asks for an utterance to be decoded; answered with its text."""

    pcm: bytes
    grammar: str


Request = SetGrammar | Decode
Answer = str | frozenset[str] | SpeechError
Line = Connection
"""Pickled requests one way, pickled answers the other, on a socket that only these two processes have."""


class SphinxTranscriber:
    """English by PocketSphinx. May be called from several threads; utterances are decoded one after another."""

    def __init__(self, *, timeout_s: float = 30.0) -> None:
        """Start the process; `timeout_s` is how long one utterance may take before the process is replaced."""
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._grammars: dict[str, Grammar] = {}
        self._unknown: dict[str, frozenset[str]] = {}
        self._process = _Process()
        self._is_closed = False

    @property
    def engine(self) -> str:
        """`pocketsphinx:MODEL`."""
        return f"pocketsphinx:{_MODEL}"

    @property
    def pid(self) -> int:
        """Process id, for memory and health reports."""
        return self._process.pid

    def set_grammar(self, name: str, grammar: Grammar) -> None:
        """Add or replace the grammar called `name`."""
        with self._lock:
            self._unknown[name] = self._ask_set(name, grammar)
            self._grammars[name] = grammar

    def begin(self, grammar: str = "free") -> SphinxUtterance:
        """Begin an utterance; its noise is taken out while it is spoken."""
        return SphinxUtterance(partial(self._decode, grammar=grammar))

    def transcribe(self, pcm: bytes, grammar: str = "free") -> Transcript:
        """Decode one whole utterance; blocks. See `Transcriber`.

        Raises `HearingFailedError` when it takes too long or the process dies; the next call has a new one.
        """
        began = time.perf_counter()
        utterance = self.begin(grammar)
        utterance.feed(pcm)
        return replace(utterance.finish(), decode_s=time.perf_counter() - began)

    def _decode(self, pcm: bytes, grammar: str) -> Transcript:
        with self._lock:
            if grammar not in self._grammars:
                raise UnknownGrammarError(f"PocketSphinx has no grammar {grammar!r}; it has {sorted(self._grammars)}")
            began = time.perf_counter()
            text = self._ask(Decode(pcm=pcm, grammar=grammar), self._timeout_s)
            return Transcript(
                texts=(text,) if isinstance(text, str) and text else (),
                words=(),  # it says nothing about single words of a graph
                engine=self.engine,
                audio_s=len(pcm) / (2 * SAMPLE_RATE_HZ),
                decode_s=time.perf_counter() - began,
            )

    def unknown_words(self) -> Sequence[str]:
        """Words of the grammars that no dictionary has."""
        return sorted(frozenset[str]().union(*self._unknown.values()))

    def close(self) -> None:
        """End the process; idempotent."""
        with self._lock:
            self._is_closed = True
            self._process.stop()

    def _ask_set(self, name: str, grammar: Grammar) -> frozenset[str]:
        unknown = self._ask(SetGrammar(name=name, grammar=grammar), _GRAMMAR_TIMEOUT_S)
        return unknown if isinstance(unknown, frozenset) else frozenset()

    def _ask(self, request: Request, timeout_s: float) -> str | frozenset[str]:
        if self._is_closed:
            raise HearingFailedError("PocketSphinx was closed; the service is shutting down")
        if not self._process.is_alive:
            self._restart()
        # Killing is the one thing that ends every wait, also that of writing to a process that does not read.
        watchdog = threading.Timer(timeout_s, self._process.kill)
        watchdog.start()
        began = time.monotonic()
        try:
            self._process.line.send(request)
            answer: Answer = self._process.line.recv()
        except (EOFError, OSError) as exc:
            self._process.stop()
            if time.monotonic() - began >= timeout_s:
                raise HearingFailedError(
                    f"PocketSphinx took longer than {timeout_s:g} s and was stopped; say it again in fewer words"
                ) from exc
            raise HearingFailedError("the PocketSphinx process died while it listened; say it again") from exc
        finally:
            watchdog.cancel()
            watchdog.join()
        if isinstance(answer, SpeechError):
            raise answer
        return answer

    def _restart(self) -> None:
        self._process = _Process()
        for name, grammar in self._grammars.items():
            self._ask_set(name, grammar)


class _Process:
    """One life of the process, and the line to it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 our own module, no shell
                [sys.executable, "-P", "-m", "app.speech.sphinx_main", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C in the terminal is for the service alone
                env={**os.environ, "PYTHONPATH": search_path(), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            )
        self.line: Line = Connection(ours.detach())

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()

    def stop(self) -> None:
        self.line.close()
        self._process.kill()
        self._process.wait()
