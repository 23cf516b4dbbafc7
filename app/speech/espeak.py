"""English: eSpeak NG through pyttsx3. Runs only in a worker process (`worker_main.py`).

What pyttsx3 2.99 does to its callers, and what is done about it here:

- eSpeak takes settings in a thread of its own, and `runAndWait` begins with a stop that throws away what is still
  queued there: rate and volume then change one sentence late, or the sentence is cut off. So settings are given only
  when they change, and eSpeak must have taken each of them, and be idle, before the next sentence begins.
- `runAndWait` can return before the file is complete: `finished-utterance` is waited for, and frames are counted.
- A wrong voice raises nothing and the last one goes on speaking: the `error` event is looked at.
- The file is one in memory: nothing is left on a disk when this process is killed.
"""

import ctypes
import os
import threading
import time
import wave
from collections.abc import Callable, Iterator
from functools import partial

import espeakng_loader

from app.speech.errors import SpeechUnavailableError, UnspeakableTextError
from app.speech.frames import VOICE_RATE_HZ, Engine, SpeechRequest

os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
# Loaded under its versioned name, which pyttsx3 asks the system for: no Debian package is needed.
ctypes.CDLL(f"{espeakng_loader.get_library_path()}.1", mode=ctypes.RTLD_GLOBAL)

import pyttsx3  # noqa: E402 - it looks for eSpeak while it is imported
from pyttsx3.drivers import _espeak  # noqa: E402

USUAL_VOICE = "gmw/en-us"
_FIRST_WORD = "ready"
_ATTEMPTS = 3
_IDLE_POLL_S = 0.0005
_SETTING_S = 1.0
_SENTENCE_S = 30.0
_OCTAVE = 12
_USUAL_PITCH = 50
"""eSpeak counts pitch from 0 to 100, an octave for each 50."""


class EspeakEngine:
    """One pyttsx3 engine, used by one thread."""

    def __init__(self) -> None:
        """Start eSpeak and have it say one word: until then pyttsx3 keeps settings back."""
        self._engine = pyttsx3.init("espeak")
        self._finished = threading.Event()
        self._is_complete = False
        self._errors: list[Exception] = []
        self._settings: dict[str, str | float] = {}
        self._file = os.memfd_create("speech")
        self._engine.connect("finished-utterance", self._on_finished)
        self._engine.connect("error", self._on_error)
        self._synthesize(_FIRST_WORD)

    def speak(self, request: SpeechRequest) -> Iterator[bytes]:
        """Speak one sentence, in one part: ten words take about 15 ms."""
        self._apply(
            {
                "voice": request.voice or USUAL_VOICE,
                "rate": request.words_per_minute,
                "volume": round(request.volume, 2),
                "pitch": round(_USUAL_PITCH * (1 + request.half_tones / _OCTAVE)),
            }
        )
        for _ in range(_ATTEMPTS):
            pcm = self._synthesize(request.text)
            if pcm:
                yield pcm
                return
        raise UnspeakableTextError(f"eSpeak has no sound for {request.text!r}")

    def _apply(self, settings: dict[str, str | float]) -> None:
        """Give eSpeak what changed. A voice resets the rest, so after a new voice everything is given again."""
        if settings == self._settings:
            return
        self._settings = {}
        for name, value in settings.items():
            self._errors.clear()
            self._engine.setProperty(name, value)
            if self._errors:
                raise SpeechUnavailableError(f"eSpeak does not take {name} {value!r}: {self._errors[0]}")
            if name != "voice":
                _wait_until(partial(self._has_taken, name, value), _SETTING_S)
        self._settings = settings

    def _has_taken(self, name: str, value: str | float) -> bool:
        return bool(self._engine.getProperty(name) == value)

    def _synthesize(self, text: str) -> bytes:
        """One sentence as PCM; empty when eSpeak was interrupted or said nothing."""
        _wait_until(lambda: not _espeak.IsPlaying(), _SETTING_S)
        self._finished.clear()
        self._is_complete = False
        self._engine.save_to_file(text, f"/proc/self/fd/{self._file}")
        self._engine.runAndWait()
        if not self._finished.wait(_SENTENCE_S) or not self._is_complete:
            return b""
        with wave.open(f"/proc/self/fd/{self._file}") as file:
            if file.getframerate() != VOICE_RATE_HZ:
                raise SpeechUnavailableError(f"eSpeak speaks at {file.getframerate()} Hz, not {VOICE_RATE_HZ} Hz")
            pcm: bytes = file.readframes(file.getnframes())
            return pcm

    def _on_finished(self, name: str, completed: bool) -> None:  # noqa: ARG002 - pyttsx3 names the arguments
        self._is_complete = completed
        self._finished.set()

    def _on_error(self, name: str, exception: Exception) -> None:  # noqa: ARG002 - pyttsx3 names the arguments
        self._errors.append(exception)


def _wait_until(is_true: Callable[[], bool], limit_s: float) -> None:
    """Look often, since eSpeak tells nobody when it has taken a setting. It takes well below a millisecond."""
    end = time.monotonic() + limit_s
    while not is_true():
        if time.monotonic() > end:
            raise TimeoutError("eSpeak does not take its settings")
        time.sleep(_IDLE_POLL_S)


def open_engine() -> Engine:
    """Load eSpeak NG."""
    return EspeakEngine()
