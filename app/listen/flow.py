"""How fast sound comes in: as fast as it is spoken, with some room for networks that hold it up."""

from app.speech.transcribe import SAMPLE_RATE_HZ
from app.speech.voice_activity import FRAME_BYTES
from devices.clock import Clock

AHEAD_S = 10.0
"""How much more sound than time may come; a client that reconnects sends what it has kept."""


class Flow:
    """Counts one stream against the clock."""

    def __init__(self, clock: Clock) -> None:
        """Begin with the first sound."""
        self._clock = clock
        self._began_s: float | None = None
        self._received_s = 0.0

    def is_flood_after(self, duration_s: float) -> bool:
        """Take so much more sound; tell whether it is more than anybody can have said by now."""
        now_s = self._clock.monotonic()
        if self._began_s is None:
            self._began_s = now_s
        self._received_s += duration_s
        ahead_s = self._received_s - (now_s - self._began_s)
        if ahead_s < 0:  # who was silent for a while has saved nothing up
            self._began_s, self._received_s = now_s, 0.0
        return ahead_s > AHEAD_S


class Frames:
    """Cuts a stream of any pieces into frames of `FRAME_BYTES`."""

    def __init__(self) -> None:
        """Begin empty."""
        self._rest = b""

    def take(self, pcm: bytes) -> list[bytes]:
        """Return the frames that are complete now."""
        sound = self._rest + pcm
        whole = len(sound) - len(sound) % FRAME_BYTES
        self._rest = sound[whole:]
        return [sound[at : at + FRAME_BYTES] for at in range(0, whole, FRAME_BYTES)]

    def flush(self) -> list[bytes]:
        """Return what is left, filled up with silence."""
        rest, self._rest = self._rest, b""
        return [rest.ljust(FRAME_BYTES, b"\0")] if rest else []


def duration_s(pcm: bytes, rate_hz: int = SAMPLE_RATE_HZ) -> float:
    """Return the length of mono PCM16 in seconds."""
    return len(pcm) / 2 / rate_hz
