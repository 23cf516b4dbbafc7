"""Japanese: Open JTalk with the voice *mei*. Runs only in a worker process (`worker_main.py`).

Measured, resident: Python and numpy 25 MB, the library 34 MB, the dictionary's pages in use 16 MB: 75 MB in all.
Reading corrections by Sudachi would add 80 MB and change no reading of a plant sentence, so they are off; what they
would correct stands in `pronunciations/ja.yaml`. The vocoder takes 33 ms for a second of sound at the voice's 48 kHz
and offers no other; so a sentence is made and sent from pause to pause, its first part long before the last.
"""

from collections.abc import Iterator

import numpy as np
import pyopenjtalk
from numpy.typing import NDArray
from pyopenjtalk.htsengine import HTSEngine
from pyopenjtalk.openjtalk import OpenJTalk

from app.speech.errors import SpeechUnavailableError, UnspeakableTextError
from app.speech.frames import VOICE_RATE_HZ, Engine, SpeechRequest
from app.speech.resample import resample

USUAL_VOICE = "mei"
_USUAL_WORDS_PER_MINUTE = 165
_LEVEL = 0.8
"""The voice peaks at 35,000, more than 16 bits hold; with this it is also as loud as eSpeak."""
_AUDIBLE = 200
_LEAD_S = 0.02
"""Silence kept before the first sound; the voice itself begins with 0.3 s of it."""
_FIRST_SENTENCE = "圧縮機1の吐出圧は14.7メガパスカルです。"


class OpenJtalkEngine:
    """Dictionary and voice, used by one thread."""

    def __init__(self) -> None:
        """Load them, and read a sentence: the first one takes 50 ms longer."""
        self._reader = OpenJTalk(dn_mecab=pyopenjtalk.OPEN_JTALK_DICT_DIR)
        self._voice = HTSEngine(pyopenjtalk.DEFAULT_HTS_VOICE)
        self._rate_hz = self._voice.get_sampling_frequency()
        self.read(_FIRST_SENTENCE)

    def speak(self, request: SpeechRequest) -> Iterator[bytes]:
        """Speak one sentence, a part for what stands between two pauses."""
        if request.voice not in {None, USUAL_VOICE}:
            raise SpeechUnavailableError(f"Open JTalk has the voice {USUAL_VOICE!r}, not {request.voice!r}")
        groups = self.read(request.text)
        if not groups:
            raise UnspeakableTextError(f"Open JTalk has no sound for {request.text!r}")
        for number, group in enumerate(groups):
            self._voice.set_speed(request.words_per_minute / _USUAL_WORDS_PER_MINUTE)
            self._voice.add_half_tone(request.half_tones)
            sound = self._voice.synthesize(group)
            if number == 0:
                sound = _without_lead(sound, self._rate_hz)
            samples = np.clip(sound * _LEVEL * request.volume, -32768, 32767).astype(np.int16)
            yield resample(samples, self._rate_hz, VOICE_RATE_HZ).astype("<i2").tobytes()

    def read(self, text: str) -> list[list[str]]:
        """Find readings, accents and pauses: labels from each pause to the next; none when there is nothing to say."""
        labels: list[str] = pyopenjtalk.extract_fullcontext(
            text, use_sudachi_kanji_yomi=False, predict_nani=False, jtalk=self._reader
        )
        phones = [label.split("-", 1)[1].split("+", 1)[0] for label in labels]
        if not set(phones) - {"sil", "pau"}:
            return []
        # Each label carries its place in the whole sentence, so melody and length stay as in one piece.
        groups: list[list[str]] = []
        start = 0
        for index, phone in enumerate(phones):
            if phone == "pau" or index == len(phones) - 1:
                groups.append(labels[start : index + 1])
                start = index + 1
        return groups

    def kana(self, text: str) -> str:
        """How a text is read, in katakana: what tests look at."""
        return str(
            pyopenjtalk.g2p(text, kana=True, use_sudachi_kanji_yomi=False, predict_nani=False, jtalk=self._reader)
        )


def _without_lead(sound: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """Cut the silence before the first sound to `_LEAD_S`: the answer is heard 0.3 s earlier."""
    audible = np.flatnonzero(np.abs(sound) > _AUDIBLE)
    if not audible.size:
        return sound
    return sound[max(0, int(audible[0]) - int(_LEAD_S * rate_hz)) :]


def open_engine() -> Engine:
    """Load Open JTalk."""
    return OpenJtalkEngine()
