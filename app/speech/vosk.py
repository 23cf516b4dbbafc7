"""Vosk: the product's recogniser. Any Vosk model directory works; one `Model` serves all threads.

Only here is `vosk` imported. Its library answers some broken models with an abort or a segmentation fault (measured:
an empty model.conf, a cut HCLr.fst), so a directory is first looked through, then tried in a process of its own.
"""

import json
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vosk import KaldiRecognizer, Model, SetLogLevel

from app.speech.errors import HearingFailedError, ModelBrokenError, UnknownGrammarError
from app.speech.grammar import Grammar
from app.speech.models import GraphKind, graph_kind
from app.speech.nbest import REJECTED, Heard, Hypothesis, contracted, transcript_of
from app.speech.phrases import vosk_phrases
from app.speech.respelling import Respelling
from app.speech.spelling import spellings, told_spellings
from app.speech.transcribe import SAMPLE_RATE_HZ, Transcript

_ALTERNATIVES = 10
"""Ten hold the right sentence where five do not (.95 against .90 in noise); twenty add nothing."""
_PIECE_BYTES = SAMPLE_RATE_HZ  # half a second

SetLogLevel(-2)  # its warnings go to stderr word by word; what matters is checked and reported here


class VoskTranscriber:
    """One language by one Vosk model. May be called from several threads at once."""

    def __init__(self, directory: Path) -> None:
        """Load the model; `models.probe` it first, as a broken model can end the process."""
        self._directory = directory
        try:
            self._model = Model(str(directory))
        except Exception as exc:  # vosk raises bare Exception, without a reason
            raise ModelBrokenError(f"{directory} cannot be loaded as a Vosk model; install it anew") from exc
        self._takes_grammars = graph_kind(directory) is GraphKind.LOOKAHEAD
        self._ears: dict[str, _Ear] = {}
        self._unbound = _Ear(text=None)
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

        A word that the model does not know is put together from words that it knows, by the site's spelling or by
        its own (spelling.py). Sentences with a word that it still cannot hear are left out, as Vosk would silently
        shorten them ("do not start" → "do start").
        """
        ways = {word: spellings(word, self.knows, grammar.sounds_like) for word in grammar.words}
        unknown = frozenset(word for word, found in ways.items() if not found)
        heard = grammar.without(unknown).respelled(ways)
        text = self._vosk_grammar(heard) if self._takes_grammars else None
        ear = _Ear(text=text, grammar=heard, unknown=unknown, respelling=self._respelling(grammar))
        ear.idle.put(self._recognizer(ear))
        with self._lock:
            self._ears[name] = ear

    def begin(self, grammar: str = "free") -> "VoskDecoding":
        """Begin an utterance that is decoded while it is spoken. See `Transcriber`."""
        with self._lock:
            if self._is_closed:
                raise HearingFailedError(f"{self.engine} was closed; the service is shutting down")
            if grammar not in self._ears:
                raise UnknownGrammarError(f"{self.engine} has no grammar {grammar!r}; it has {sorted(self._ears)}")
            ear = self._ears[grammar]
        return VoskDecoding(self, ear)

    def transcribe(self, pcm: bytes, grammar: str = "free") -> Transcript:
        """Decode one whole utterance; blocks, but not Python's other threads. See `Transcriber`.

        The free text of a note is in no grammar: an utterance that begins as a note is heard a second time without one.
        """
        decoding = self.begin(grammar)
        decoding.feed(pcm)
        return decoding.finish()

    def unknown_words(self) -> Sequence[str]:
        """Words of the grammars that the model can never hear."""
        return sorted(frozenset[str]().union(*(ear.unknown for ear in self._ears.values())))

    def close(self) -> None:
        """Forget recognisers and model; idempotent."""
        with self._lock:
            self._is_closed = True
            self._ears.clear()
            self._unbound = _Ear(text=None)
            self._model = None

    def _respelling(self, grammar: Grammar) -> Respelling:
        pieces = {
            spelling: word
            for word in grammar.sounds_like
            for spelling in told_spellings(word, self.knows, grammar.sounds_like)
        }
        return Respelling(pieces, grammar.words)

    def _vosk_grammar(self, grammar: Grammar) -> str:
        phrases: tuple[str, ...] = ("",)  # Vosk ends the process for a grammar without phrases
        if self.knows(REJECTED):
            phrases = (*vosk_phrases(grammar.with_wildcards_as(REJECTED)), REJECTED)
        elif not grammar.closed().is_empty:
            phrases = vosk_phrases(grammar)
        # Vosk does not decode \uXXXX: every Japanese word would be missing.
        return json.dumps(phrases, ensure_ascii=False)

    def take(self, ear: "_Ear") -> "_Recognizer":
        """Take a recogniser for a grammar that nobody uses, or a new one (0.1 s for a plant's grammar).

        Raises `HearingFailedError` when the model can no longer be decoded with.
        """
        try:
            return ear.idle.get_nowait()
        except queue.Empty:
            pass
        if self._is_closed:
            raise HearingFailedError(f"{self.engine} was closed; the service is shutting down")
        try:
            return self._recognizer(ear)
        except ModelBrokenError as exc:
            raise HearingFailedError(str(exc)) from exc

    def hear_freely(self, pcm: bytes) -> "list[Hypothesis]":
        """Decode without any grammar."""
        recognizer = self.take(self._unbound)
        recognizer.feed(pcm)
        heard = recognizer.finish()
        self._unbound.idle.put(recognizer)
        return heard

    def _recognizer(self, ear: "_Ear") -> "_Recognizer":
        try:
            return _Recognizer(KaldiRecognizer(self._model, SAMPLE_RATE_HZ, *([] if ear.text is None else [ear.text])))
        except Exception as exc:  # vosk raises bare Exception, without a reason
            raise ModelBrokenError(f"{self._directory} loads, but cannot decode; install the model anew") from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ear:
    """One grammar and the recognisers that were made for it."""

    text: str | None
    """As Vosk takes it; `None` to hear freely."""
    grammar: Grammar | None = None
    """What can be heard of it, in the model's words."""
    unknown: frozenset[str] = frozenset()
    respelling: Respelling = field(default_factory=lambda: Respelling({}))
    """Brings back the words that are listened for in a site's spelling."""
    idle: "queue.SimpleQueue[_Recognizer]" = field(default_factory=queue.SimpleQueue)
    """Recognisers that nobody uses now; as many were made as utterances came at once."""


def _note_beginning(heard: Sequence[Hypothesis], grammar: Grammar | None) -> tuple[str, ...]:
    """Return the first words of the best hypothesis if a sentence that begins so may end in any words."""
    if grammar is None or not grammar.wildcards or not heard:
        return ()
    words = [word.text for word in heard[0].words]
    for count in range(len(words), 0, -1):
        if grammar.opens_wildcard(words[:count]):
            return tuple(words[:count])
    return ()


class _Recognizer:
    """One of Vosk's recognisers, used by one thread at a time and again for the next utterance."""

    def __init__(self, recognizer: Any) -> None:
        recognizer.SetMaxAlternatives(_ALTERNATIVES)
        recognizer.SetWords(True)  # noqa: FBT003 its own name
        self._recognizer = recognizer
        self._heard_s = 0.0
        self._fed_s = 0.0

    def feed(self, pcm: bytes) -> None:
        for at in range(0, len(pcm), _PIECE_BYTES):
            # Its own end-pointing is not listened to: a pause is no end, the recording is one utterance.
            try:
                self._recognizer.AcceptWaveform(pcm[at : at + _PIECE_BYTES])
            except Exception as exc:  # vosk raises bare Exception, without a reason
                raise HearingFailedError("Vosk failed while it listened; say it again") from exc
        self._fed_s += len(pcm) / (2 * SAMPLE_RATE_HZ)

    def partial(self) -> str:
        return str(json.loads(self._recognizer.PartialResult()).get("partial", ""))

    def finish(self) -> list[Hypothesis]:
        # FinalResult, never Reset: Reset keeps sound that was not decoded and hears it in the next utterance.
        result = json.loads(self._recognizer.FinalResult())
        before, self._heard_s = self._heard_s, self._fed_s
        return [
            Hypothesis(
                words=contracted(
                    # Its clock runs on from utterance to utterance.
                    Heard(text=word["word"], start_s=word["start"] - before, end_s=word["end"] - before)
                    for word in alternative.get("result", ())
                ),
                score=alternative["confidence"],
            )
            for alternative in result["alternatives"]
        ]


class VoskDecoding:
    """One utterance that is decoded while it is spoken (implements `Decoding`)."""

    def __init__(self, transcriber: VoskTranscriber, ear: _Ear) -> None:
        """Begin; a recogniser is taken with the first sound."""
        self._transcriber = transcriber
        self._ear = ear
        self._recognizer: _Recognizer | None = None
        self._pcm: list[bytes] = []
        self._decode_s = 0.0

    def feed(self, pcm: bytes) -> None:
        """Decode the next part."""
        began = time.perf_counter()
        if self._recognizer is None:
            self._recognizer = self._transcriber.take(self._ear)
        self._pcm.append(pcm)
        self._recognizer.feed(pcm)
        self._decode_s += time.perf_counter() - began

    def partial(self) -> str:
        """Return what was heard so far."""
        return self._recognizer.partial() if self._recognizer is not None else ""

    def finish(self) -> Transcript:
        """Return the transcript.

        The free text of a note is in no grammar: an utterance that begins as a note is heard a second time without one.
        """
        began = time.perf_counter()
        heard = self._let_go()
        pcm = b"".join(self._pcm)
        beginning = _note_beginning(heard, self._ear.grammar) if self._ear.text is not None else ()
        if beginning:
            freely = self._transcriber.hear_freely(pcm)
            heard = [said for said in freely if said.begins_with(beginning)] or heard
        return transcript_of(
            self._ear.respelling.restored(heard),
            engine=self._transcriber.engine,
            audio_s=len(pcm) / (2 * SAMPLE_RATE_HZ),
            decode_s=self._decode_s + time.perf_counter() - began,
        )

    def abandon(self) -> None:
        """Forget the utterance."""
        self._let_go()

    def _let_go(self) -> list[Hypothesis]:
        """End the recogniser's utterance and leave it to the next one; what was heard."""
        recognizer, self._recognizer = self._recognizer, None
        if recognizer is None:
            return []
        heard = recognizer.finish()
        self._ear.idle.put(recognizer)
        return heard
