"""Vosk: the product's recogniser. Any Vosk model directory works; one `Model` serves all threads.

Only here is `vosk` imported. Its library answers some broken models with an abort or a segmentation fault (measured:
an empty model.conf, a cut HCLr.fst), so a directory is first looked through, then tried in a process of its own.
"""

import json
import queue
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vosk import KaldiRecognizer, Model, SetLogLevel

from app.speech.errors import HearingFailedError, ModelBrokenError, UnknownGrammarError
from app.speech.grammar import Grammar
from app.speech.nbest import REJECTED, Heard, Hypothesis, transcript_of
from app.speech.phrases import vosk_phrases
from app.speech.spelling import spell
from app.speech.transcribe import SAMPLE_RATE_HZ, Transcript

_ALTERNATIVES = 10
"""Ten hold the right sentence where five do not (.95 against .90 in noise); twenty add nothing."""
_PIECE_BYTES = SAMPLE_RATE_HZ  # half a second

SetLogLevel(-2)  # its warnings go to stderr word by word; what matters is checked and reported here


class VoskTranscriber:
    """One language by one Vosk model. May be called from several threads at once."""

    def __init__(self, directory: Path) -> None:
        """Load the model; `models.check` and `probe` first, as a broken model can end the process."""
        self._directory = directory
        try:
            self._model = Model(str(directory))
        except Exception as exc:  # vosk raises bare Exception, without a reason
            raise ModelBrokenError(f"{directory} cannot be loaded as a Vosk model; install it anew") from exc
        self._takes_grammars = not any((directory / place).exists() for place in ("graph/HCLG.fst", "HCLG.fst"))
        self._grammars: dict[str, str | None] = {}
        self._unknown: dict[str, frozenset[str]] = {}
        self._idle: dict[str, queue.SimpleQueue[_Recognizer]] = {}
        self._lock = threading.Lock()
        self._is_closed = False

    @property
    def engine(self) -> str:
        """`vosk:MODEL`."""
        return f"vosk:{self._directory.resolve().name}"

    def knows(self, word: str) -> bool:
        """Whether the model can hear this word at all."""
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def set_grammar(self, name: str, grammar: Grammar) -> None:
        """Add or replace a grammar. A model with a static graph ignores it: it then hears freely.

        A word that the model does not know is put together from words that it knows where nothing else may stand
        between (Japanese); sentences with a word that it still cannot hear are left out, as Vosk would silently
        shorten them ("do not start" → "do start").
        """
        spelling = {word: spell(word, self.knows) for word in grammar.words}
        unknown = frozenset(word for word, pieces in spelling.items() if not pieces)
        if unknown:
            grammar = grammar.without(unknown)
        phrases = [
            " ".join(piece for word in phrase.split(" ") for piece in spelling[word])
            for phrase in vosk_phrases(grammar)
        ]
        if self.knows(REJECTED):
            phrases.append(REJECTED)
        # Vosk does not decode \uXXXX: every Japanese word would be missing.
        text = json.dumps(phrases or [""], ensure_ascii=False) if self._takes_grammars else None
        first = self._recognizer(text)
        with self._lock:
            self._unknown[name] = unknown
            self._grammars[name] = text
            self._idle[name] = queue.SimpleQueue()
            self._idle[name].put(first)

    def transcribe(self, pcm: bytes, grammar: str = "free") -> Transcript:
        """Decode one whole utterance; blocks, but not Python's other threads. See `Transcriber`."""
        began = time.perf_counter()
        with self._lock:
            if self._is_closed:
                raise HearingFailedError(f"{self.engine} was closed; the service is shutting down")
            if grammar not in self._grammars:
                raise UnknownGrammarError(f"{self.engine} has no grammar {grammar!r}; it has {sorted(self._grammars)}")
            text, idle = self._grammars[grammar], self._idle[grammar]
        try:
            recognizer = idle.get_nowait()
        except queue.Empty:
            recognizer = self._recognizer(text)
        heard = recognizer.decode(pcm)
        idle.put(recognizer)
        return transcript_of(
            heard, engine=self.engine, audio_s=len(pcm) / (2 * SAMPLE_RATE_HZ), decode_s=time.perf_counter() - began
        )

    def unknown_words(self) -> Sequence[str]:
        """Words of the grammars that the model can never hear."""
        return sorted(frozenset[str]().union(*self._unknown.values()))

    def close(self) -> None:
        """Forget recognisers and model; idempotent."""
        with self._lock:
            self._is_closed = True
            self._idle.clear()
            self._grammars.clear()
            self._model = None

    def _recognizer(self, grammar: str | None) -> "_Recognizer":
        try:
            return _Recognizer(KaldiRecognizer(self._model, SAMPLE_RATE_HZ, *([] if grammar is None else [grammar])))
        except Exception as exc:  # vosk raises bare Exception, without a reason
            raise ModelBrokenError(f"{self._directory} loads, but cannot decode; install the model anew") from exc


class _Recognizer:
    """One of Vosk's recognisers, used by one thread at a time and again for the next utterance."""

    def __init__(self, recognizer: Any) -> None:
        recognizer.SetMaxAlternatives(_ALTERNATIVES)
        recognizer.SetWords(True)  # noqa: FBT003 its own name
        self._recognizer = recognizer
        self._heard_s = 0.0

    def decode(self, pcm: bytes) -> list[Hypothesis]:
        for at in range(0, len(pcm), _PIECE_BYTES):
            # Its own end-pointing is not listened to: a pause is no end, the recording is one utterance.
            self._recognizer.AcceptWaveform(pcm[at : at + _PIECE_BYTES])
        # FinalResult, never Reset: Reset keeps sound that was not decoded and hears it in the next utterance.
        result = json.loads(self._recognizer.FinalResult())
        before, self._heard_s = self._heard_s, self._heard_s + len(pcm) / (2 * SAMPLE_RATE_HZ)
        return [
            Hypothesis(
                words=tuple(
                    # Its clock runs on from utterance to utterance.
                    Heard(text=word["word"], start_s=word["start"] - before, end_s=word["end"] - before)
                    for word in alternative.get("result", ())
                ),
                score=alternative["confidence"],
            )
            for alternative in result["alternatives"]
        ]
