"""Short sounds that need no synthesizer: what is heard when a station listens, and when no voice can speak."""

import math
import struct
from enum import StrEnum
from functools import cache

from app.speech.frames import VOICE_RATE_HZ

_LEVEL = 8_000
"""Peak; as loud as the voices, whose mean is lower."""
_FADE_S = 0.008
"""A tone that begins at once clicks."""


class Earcon(StrEnum):
    """What a sound tells."""

    LISTENING = "listening"
    """The station was addressed and waits for a sentence: rising."""
    UNSPOKEN = "unspoken"
    """There is an answer, to be read, that could not be spoken: falling, twice."""


_TONES: dict[Earcon, tuple[tuple[float, float], ...]] = {
    Earcon.LISTENING: ((660, 0.07), (990, 0.09)),
    Earcon.UNSPOKEN: ((520, 0.12), (390, 0.16), (0, 0.06), (520, 0.12), (390, 0.16)),
}
"""Hz and seconds, one after another; 0 Hz is silence."""


@cache
def earcon(kind: Earcon) -> bytes:
    """Give the sound as mono PCM16 at `VOICE_RATE_HZ`."""
    return b"".join(_tone(frequency_hz, length_s) for frequency_hz, length_s in _TONES[kind])


def _tone(frequency_hz: float, length_s: float) -> bytes:
    count, fade = int(length_s * VOICE_RATE_HZ), int(_FADE_S * VOICE_RATE_HZ)
    turn = 2 * math.pi * frequency_hz / VOICE_RATE_HZ
    samples = [round(_LEVEL * min(1.0, at / fade, (count - at) / fade) * math.sin(turn * at)) for at in range(count)]
    return struct.pack(f"<{count}h", *samples)
