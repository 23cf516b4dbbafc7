"""The first step of a spoken sentence: a WAV becomes a recording the recognisers can take, or one clear refusal.

Only one format is taken: mono, 16-bit PCM, 16 kHz. Other formats are refused rather than converted, because a
converter that runs unseen hides a badly set microphone until the day somebody is not understood.
"""

import io
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.speech.errors import (
    AudioEmptyError,
    AudioNotWavError,
    AudioTooLongError,
    AudioTruncatedError,
    AudioWrongFormatError,
)
from app.speech.transcribe import SAMPLE_RATE_HZ

LONGEST_S = 60.0
"""The longest recording taken by default, in seconds. A sentence takes 3 s; a minute leaves room for a slow speaker."""

_BYTES_PER_SAMPLE = 2
_PCM, _FLOAT, _EXTENSIBLE = 0x0001, 0x0003, 0xFFFE
_ENCODINGS = {_PCM: "PCM", _FLOAT: "floating point", 0x0006: "A-law", 0x0007: "mu-law", 0x0055: "MP3"}
_UNKNOWN_LENGTH = 0x7FFF_F000
"""Who writes into a pipe cannot know the length and puts a huge one: 0xFFFFFFFF (ffmpeg), 0x7FFFF024 (eSpeak)."""
_HEADROOM_BYTES = 65_536
"""For the chunks around the sound (title, date, cue points)."""
_REMEDY = (
    "convert it with `ffmpeg -i IN -ac 1 -ar 16000 -c:a pcm_s16le OUT.wav` (or `sox IN -c 1 -r 16000 -b 16 OUT.wav`)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Sound of one utterance, checked."""

    pcm: bytes
    """Mono, 16-bit signed little-endian, 16 kHz; a whole number of samples, at least one."""

    @property
    def duration_s(self) -> float:
        """How long it lasts, in seconds."""
        return len(self.pcm) / (_BYTES_PER_SAMPLE * SAMPLE_RATE_HZ)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Format:
    """What the `fmt ` chunk says."""

    encoding: int
    channels: int
    rate_hz: int
    bits: int

    @property
    def is_wanted(self) -> bool:
        return (self.encoding, self.channels, self.rate_hz, self.bits) == (_PCM, 1, SAMPLE_RATE_HZ, 16)

    def __str__(self) -> str:
        channels = {1: "mono", 2: "stereo"}.get(self.channels, f"{self.channels} channels")
        encoding = _ENCODINGS.get(self.encoding, f"encoding 0x{self.encoding:04X}")
        return f"{channels}, {self.rate_hz} Hz, {self.bits}-bit {encoding}"


def hear(wav: bytes | Path, *, longest_s: float = LONGEST_S) -> Recording:
    """Check a WAV and take the sound out of it.

    A path is opened and only its header read before its length is judged, so an hour of sound costs nothing. Silence
    is a valid recording: that nothing was said is the recogniser's finding, not a mistake of the file.
    Raises one of the `AudioError`s; `OSError` for a path that cannot be read.
    """
    if isinstance(wav, Path):
        with wav.open("rb") as file:
            return _hear(file, wav.stat().st_size, longest_s)
    return _hear(io.BytesIO(wav), len(wav), longest_s)


def largest_wav_bytes(longest_s: float = LONGEST_S) -> int:
    """Return the size of the largest file `hear` can accept, for those who receive one and may stop reading early."""
    return int(longest_s * SAMPLE_RATE_HZ) * _BYTES_PER_SAMPLE + _HEADROOM_BYTES


def too_large(size_bytes: int, longest_s: float = LONGEST_S) -> AudioTooLongError:
    """Make the refusal of a file that is larger than `largest_wav_bytes` and was therefore not read."""
    return AudioTooLongError(
        f"the recording has {size_bytes / 1e6:.1f} MB; at most {longest_s:g} s of sound "
        f"({largest_wav_bytes(longest_s) / 1e6:.1f} MB) are taken; record one sentence at a time",
        limit_s=longest_s,
    )


def _hear(source: BinaryIO, size: int, longest_s: float) -> Recording:
    if size == 0:
        raise AudioEmptyError(f"the recording is empty (0 bytes); wanted is a WAV with sound in it; {_REMEDY}")
    head = source.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":  # noqa: PLR2004 RIFF's own header
        raise AudioNotWavError(
            f"the recording is no WAV: it begins with {head[:4]!r} instead of b'RIFF'; "
            f"wanted is a WAV, mono, {SAMPLE_RATE_HZ} Hz, 16-bit PCM; {_REMEDY}"
        )
    format_: _Format | None = None
    while True:
        name, length = _chunk(source)
        if name == b"data":
            break
        body = source.tell()
        if name == b"fmt ":
            format_ = _format(source.read(min(length, 40)))
        source.seek(body + length + length % 2)  # chunks are padded to even lengths
    if format_ is None:
        raise AudioNotWavError(f"the recording is no WAV that can be read: it does not say its format; {_REMEDY}")
    if not format_.is_wanted:
        raise AudioWrongFormatError(
            f"the recording is {format_}; wanted is mono, {SAMPLE_RATE_HZ} Hz, 16-bit PCM; {_REMEDY}",
            found=str(format_),
        )
    return _sound(source, size - source.tell(), length, longest_s)


def _chunk(source: BinaryIO) -> tuple[bytes, int]:
    """Name and length of the chunk that begins here."""
    head = source.read(8)
    if len(head) < 8:  # noqa: PLR2004 a chunk's own header
        raise AudioTruncatedError(f"the recording ends before its sound begins; record or copy it again, or {_REMEDY}")
    return head[:4], struct.unpack("<I", head[4:])[0]


def _format(body: bytes) -> _Format:
    if len(body) < 16:  # noqa: PLR2004 the shortest `fmt ` chunk
        raise AudioTruncatedError(f"the recording ends inside its header; record or copy it again, or {_REMEDY}")
    encoding, channels, rate_hz, _, _, bits = struct.unpack("<HHIIHH", body[:16])
    if encoding == _EXTENSIBLE and len(body) >= 26:  # noqa: PLR2004 the real encoding is the GUID's first two bytes
        encoding = struct.unpack("<H", body[24:26])[0]
    return _Format(encoding=encoding, channels=channels, rate_hz=rate_hz, bits=bits)


def _sound(source: BinaryIO, present: int, promised: int, longest_s: float) -> Recording:
    """Take the sound: `present` bytes are left in the file, `promised` stand in its header."""
    if promised >= _UNKNOWN_LENGTH or (promised == 0 and present > 0):
        promised = present - present % _BYTES_PER_SAMPLE
    bytes_per_s = _BYTES_PER_SAMPLE * SAMPLE_RATE_HZ
    if promised > longest_s * bytes_per_s:
        raise AudioTooLongError(
            f"the recording lasts {promised / bytes_per_s:.0f} s; at most {longest_s:g} s are taken; "
            f"record one sentence at a time, or cut it with `ffmpeg -i IN -t {longest_s:g} OUT.wav` "
            f"(or `sox IN OUT.wav trim 0 {longest_s:g}`)",
            limit_s=longest_s,
        )
    if promised == 0:
        raise AudioEmptyError(f"the recording has no sound in it (0 samples); record it again, or {_REMEDY}")
    if present < promised or promised % _BYTES_PER_SAMPLE:
        raise AudioTruncatedError(
            f"the recording is cut off: its header promises {promised} bytes of sound, {max(present, 0)} are there; "
            f"record or copy it again (or `ffmpeg -i IN -c:a pcm_s16le OUT.wav` keeps what is left)"
        )
    pcm = source.read(promised)
    if len(pcm) < promised:  # the file shrank while it was read
        raise AudioTruncatedError(f"the recording is cut off: {promised} bytes of sound promised, {len(pcm)} read")
    return Recording(pcm=pcm)
