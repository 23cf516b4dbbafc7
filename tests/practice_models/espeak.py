"""eSpeak NG straight from its library, as the product's package brings it: phonemes, and speech without a file.

One library has one voice at a time, so a process may use one `Espeak` and one thread. eSpeak's breath noise is random:
the same sentence is never twice the same samples.
"""

import ctypes
import re
from functools import lru_cache

import espeakng_loader
import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]
"""Mono audio in 16-bit units."""

SAMPLE_RATE_HZ = 22_050

_AUDIO_OUTPUT_RETRIEVAL = 1
_CHARS_UTF8 = 1
_POSITION_CHARACTER = 1
_RATE, _PITCH = 1, 3
_PHONEMES_IPA = 1 << 1
_PHONEMES_SEPARATOR = ord("_") << 8
_SYNTH_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
_LANGUAGE_MARK = re.compile(r"\([a-z-]+\)")


class Espeak:
    """The library, loaded and told to return samples (espeak-ng/speak_lib.h)."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        data = espeakng_loader.get_data_path().encode()
        if self._library.espeak_Initialize(_AUDIO_OUTPUT_RETRIEVAL, 0, data, 0) != SAMPLE_RATE_HZ:
            raise RuntimeError(f"eSpeak NG does not start with its data at {data.decode()}")
        self._chunks: list[npt.NDArray[np.int16]] = []
        self._callback = _SYNTH_CALLBACK(self._take)  # kept, or it would be collected while the library calls it
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, voice: str, *, words_per_minute: int, pitch: int) -> Samples:
        """Speak `text`; `voice` is eSpeak's own name with a variant or none (`gmw/en-US+f3`), `pitch` 0 to 100."""
        self._choose(voice)
        self._library.espeak_SetParameter(_RATE, words_per_minute, 0)
        self._library.espeak_SetParameter(_PITCH, pitch, 0)
        self._chunks.clear()
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, _POSITION_CHARACTER, 0, _CHARS_UTF8, None, None)
        self._library.espeak_Synchronize()
        return np.concatenate([np.zeros(0, np.int16), *self._chunks]).astype(np.float64)

    def phonemes(self, text: str, voice: str) -> list[tuple[str, ...]]:
        """IPA symbols without stress marks, in groups; a group is mostly one word ("of the" may be one group)."""
        self._choose(voice)
        buffer = ctypes.create_string_buffer(text.encode())
        rest = ctypes.c_void_p(ctypes.addressof(buffer))
        clauses = []
        while rest.value:
            said = self._library.espeak_TextToPhonemes(
                ctypes.byref(rest), _CHARS_UTF8, _PHONEMES_IPA | _PHONEMES_SEPARATOR
            )
            clauses.append(_LANGUAGE_MARK.sub("", said.decode()))
        groups = (tuple(filter(None, re.split(r"[_ˈˌ]+", group))) for group in " ".join(clauses).split())
        return [group for group in groups if group]

    def _choose(self, voice: str) -> None:
        # An unknown name leaves the last voice in place, and an unknown variant is passed over in silence.
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"eSpeak NG has no voice {voice}")

    def _take(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int | None) -> int:
        if samples and count > 0:
            self._chunks.append(np.ctypeslib.as_array(samples, shape=(count,)).copy())
        return 0


@lru_cache(maxsize=1)
def espeak() -> Espeak:
    """Return the process's one `Espeak`."""
    return Espeak()
