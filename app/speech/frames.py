"""What passes between the service and a synthesizer's worker process: frames over one socket.

A frame is a kind (one byte), a length (four bytes, big-endian) and a payload. The service sends one `SAY` and reads
`PART` … `DONE`, or `REFUSED` (the text or the voice is wrong: asking again is useless), or `FAILED` (anything else).
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Protocol

VOICE_RATE_HZ = 22_050
"""Sampling rate of everything that is spoken: eSpeak's own; Open JTalk's 48 kHz is brought to it."""

HEADER = struct.Struct("!cI")
MAX_PAYLOAD_BYTES = 64 * 1024 * 1024
"""More than this is no speech but a broken stream."""

READY = b"R"
"""Worker → service, once: the engine is loaded."""
SAY = b"S"
"""Service → worker: a `SpeechRequest` as JSON."""
PART = b"P"
"""Worker → service: mono PCM16 at `VOICE_RATE_HZ`, as soon as it is made."""
DONE = b"D"
"""Worker → service: the sentence is complete."""
REFUSED = b"X"
"""Worker → service: code and message of a `SpeechError`, as JSON."""
FAILED = b"F"
"""Worker → service: what went wrong, as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechRequest:
    """One sentence for an engine, in the form in which it is spoken."""

    text: str
    words_per_minute: int
    """English words; 165 is a calm announcer. An engine that counts otherwise keeps the proportion."""
    volume: float
    """0 to 1."""
    half_tones: float
    """Higher or lower than the voice's own pitch, -12 to 12."""
    voice: str | None
    """A voice's own name; the engine's usual one without."""

    def to_json(self) -> bytes:
        """Encode for a `SAY` frame."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> "SpeechRequest":
        """Read a `SAY` frame."""
        return cls(**json.loads(payload))


class Engine(Protocol):
    """A synthesizer, inside its worker process. A module that offers one has `open_engine() -> Engine`."""

    def speak(self, request: SpeechRequest) -> Iterator[bytes]:
        """Yield mono PCM16 at `VOICE_RATE_HZ`, in parts that may be played while the next is made.

        Raises `UnspeakableTextError` or `SpeechUnavailableError` when no retry can help.
        """
        ...


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """One frame, ready to send."""
    return HEADER.pack(kind, len(payload)) + payload
