"""WAV files as they are here: mono, PCM16."""

import io
import struct
import wave

_SAMPLE_BYTES = 2
_UNKNOWN_LENGTH = 0xFFFF_FFFF


def to_wav(pcm: bytes, rate_hz: int) -> bytes:
    """Put mono PCM16 into a complete RIFF WAV."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(_SAMPLE_BYTES)
        file.setframerate(rate_hz)
        file.writeframes(pcm)
    return target.getvalue()


def from_wav(wav: bytes) -> tuple[bytes, int]:
    """Take PCM and rate in Hz out of a mono PCM16 WAV that this service made. Raises `ValueError` for any other."""
    try:
        with wave.open(io.BytesIO(wav)) as file:
            if (file.getnchannels(), file.getsampwidth()) != (1, _SAMPLE_BYTES):
                raise ValueError(f"{file.getnchannels()} channels of {8 * file.getsampwidth()} bits, not mono PCM16")
            return file.readframes(file.getnframes()), file.getframerate()
    except (wave.Error, EOFError) as exc:
        raise ValueError(f"not a WAV: {exc}") from exc


def streaming_header(rate_hz: int) -> bytes:
    """Head of a WAV whose length is not known yet: mono PCM16 follows until the stream ends."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", _UNKNOWN_LENGTH, b"WAVE"),
        *(b"fmt ", 16, 1, 1, rate_hz, rate_hz * _SAMPLE_BYTES, _SAMPLE_BYTES, 8 * _SAMPLE_BYTES),
        *(b"data", _UNKNOWN_LENGTH),
    )


def duration_s(pcm: bytes, rate_hz: int) -> float:
    """Length of mono PCM16 in seconds."""
    return len(pcm) / _SAMPLE_BYTES / rate_hz
