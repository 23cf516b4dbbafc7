"""What comes in as a WAV is either taken as it is or refused in one clear sentence."""

import io
import struct
import tracemalloc
import wave
from pathlib import Path

import pytest

from app.speech.errors import (
    AudioEmptyError,
    AudioError,
    AudioNotWavError,
    AudioTooLongError,
    AudioTruncatedError,
    AudioWrongFormatError,
)
from app.speech.hear import hear, largest_wav_bytes, too_large


def wav(*, seconds: float = 1.0, rate: int = 16_000, channels: int = 1, width: int = 2) -> bytes:
    """Make a silent WAV with the standard library."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate)
        writer.writeframes(bytes(int(seconds * rate) * channels * width))
    return file.getvalue()


def riff(*chunks: tuple[bytes, bytes], promised: int | None = None) -> bytes:
    """Make a RIFF WAV of any chunks; `promised` is written as the length of the last instead of the true one."""
    body = b"WAVE"
    for at, (name, data) in enumerate(chunks):
        length = len(data) if promised is None or at < len(chunks) - 1 else promised
        body += name + struct.pack("<I", length) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body) & 0xFFFFFFFF) + body


def fmt(*, encoding: int = 1, channels: int = 1, rate: int = 16_000, bits: int = 16) -> tuple[bytes, bytes]:
    block = channels * bits // 8
    return b"fmt ", struct.pack("<HHIIHH", encoding, channels, rate, rate * block, block, bits)


def test_mono_16_bit_16_khz_is_taken_as_it_is() -> None:
    samples = struct.pack("<4h", 1, -2, 3, -4)
    assert hear(riff(fmt(), (b"data", samples))).pcm == samples


def test_a_recording_knows_how_long_it_lasts() -> None:
    assert hear(wav(seconds=1.5)).duration_s == 1.5


def test_a_path_is_taken_like_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(seconds=0.25))
    assert hear(tmp_path / "a.wav") == hear(wav(seconds=0.25))


def test_other_chunks_around_the_sound_are_skipped() -> None:
    title = (b"LIST", b"INFOINAM\x05\0\0\0hello")
    assert hear(riff(title, fmt(), title, (b"data", b"\1\0"))).pcm == b"\1\0"
    assert hear(riff(fmt(), (b"data", b"\1\0"), title)).pcm == b"\1\0"


def test_an_extensible_header_that_means_pcm_is_taken() -> None:
    guid = struct.pack("<H", 1) + bytes.fromhex("000000001000800000aa00389b71")
    name, plain = fmt()
    extended = struct.pack("<H", 0xFFFE) + plain[2:] + struct.pack("<HHI", 22, 16, 4) + guid
    assert hear(riff((name, extended), (b"data", b"\1\0"))).pcm == b"\1\0"


@pytest.mark.parametrize("promised", [0xFFFFFFFF, 0x7FFFF024, 0])
def test_a_length_that_was_unknown_when_the_header_was_written_means_to_the_end(promised: int) -> None:
    assert hear(riff(fmt(), (b"data", b"\1\0\2\0"), promised=promised)).pcm == b"\1\0\2\0"


REFUSED = {
    "0 bytes": (b"", AudioEmptyError, "0 bytes"),
    "no samples": (wav(seconds=0), AudioEmptyError, "0 samples"),
    "text": (b"what is the level of dewar three", AudioNotWavError, "b'what'"),
    "mp3": (b"ID3\x04" + bytes(500), AudioNotWavError, "b'ID3"),
    "shorter than a header": (b"RIFF", AudioNotWavError, "no WAV"),
    "an AVI": (b"RIFF\0\0\0\0AVI LIST", AudioNotWavError, "no WAV"),
    "no format": (riff((b"data", b"\1\0")), AudioNotWavError, "does not say its format"),
    "only a header": (wav()[:20], AudioTruncatedError, "header"),
    "ends before the sound": (wav()[:36], AudioTruncatedError, "before its sound"),
    "half of the sound": (wav()[: 44 + 16_000], AudioTruncatedError, "promises 32000 bytes of sound, 16000"),
    "half a sample": (riff(fmt(), (b"data", b"\1\0\2")), AudioTruncatedError, "cut off"),
    "stereo": (wav(channels=2), AudioWrongFormatError, "stereo"),
    "six channels": (wav(channels=6), AudioWrongFormatError, "6 channels"),
    "44.1 kHz": (wav(rate=44_100), AudioWrongFormatError, "44100 Hz"),
    "8 kHz": (wav(rate=8_000), AudioWrongFormatError, "8000 Hz"),
    "8-bit": (wav(width=1), AudioWrongFormatError, "8-bit PCM"),
    "24-bit": (wav(width=3), AudioWrongFormatError, "24-bit PCM"),
    "float": (riff(fmt(encoding=3, bits=32), (b"data", bytes(64))), AudioWrongFormatError, "32-bit floating point"),
    "mu-law": (riff(fmt(encoding=7, bits=8), (b"data", bytes(64))), AudioWrongFormatError, "mu-law"),
    "61 s": (wav(seconds=61), AudioTooLongError, "lasts 61 s; at most 60 s"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_recording_is_refused_with_what_was_found_and_a_remedy(name: str) -> None:
    data, error, found = REFUSED[name]
    with pytest.raises(error) as caught:
        hear(data)
    assert found in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "ffmpeg" in str(caught.value)
    assert not caught.value.can_retry


def test_every_refusal_has_a_code_of_its_own() -> None:
    errors = AudioError.__subclasses__()
    assert len({error.code for error in errors} - {AudioError.code}) == len(errors) == 5


def test_an_hour_is_refused_without_being_loaded(tmp_path: Path) -> None:
    path = tmp_path / "hour.wav"
    size = 3600 * 32_000
    with path.open("wb") as file:  # a sparse file: it takes no room on the disk either
        file.write(riff(fmt(), (b"data", b""), promised=size))
        file.truncate(44 + size)
    tracemalloc.start()
    try:
        with pytest.raises(AudioTooLongError, match="3600 s"):
            hear(path)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_the_limit_is_a_setting() -> None:
    with pytest.raises(AudioTooLongError, match="at most 2 s"):
        hear(wav(seconds=3), longest_s=2)
    assert hear(wav(seconds=61), longest_s=90).duration_s == 61


def test_the_largest_size_lets_every_allowed_recording_through() -> None:
    assert len(wav(seconds=60)) <= largest_wav_bytes() < len(wav(seconds=63))
    assert "115.2 MB" in str(too_large(3600 * 32_000))
