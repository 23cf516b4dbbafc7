"""How well an address is heard by itself, and how often other sounds are taken for it."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from app.bench.errors import NothingToMeasureError
from app.bench.listening import LONGEST_S, Listener
from app.bench.speech import Samples, mixed, samples
from app.commands.output import print_table
from app.speech.address import AddressSpotter
from app.speech.address_by_grammar import GrammarSpotter
from app.speech.address_by_sound import SoundSpotter
from app.speech.endpoint import Endpointer, SpeechBegan, SpeechDropped, SpeechEnded, SpeechWentOn
from app.speech.engine import Engine, choose_engine
from app.speech.hear import Recording, hear
from app.speech.transcribe import SAMPLE_RATE_HZ
from app.speech.voice_activity import FRAME_BYTES, VoiceActivityDetectors

_SEED: Final = 1
_PAUSE_S: Final = 1.0
"""Between recordings in a stream: noise alone."""
_LOUDEST_SNR_DB, _FAINTEST_SNR_DB = 24.0, 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressFigures:
    """What was heard."""

    heard: float
    """Share of the recordings of the address that would open a station."""
    false: int
    """Recordings of something else, or utterances of the stream, that would."""
    negatives: int
    """How many there were."""
    hours: float
    """How long they last together, pauses included."""


def measure_address(
    listener: Listener,
    address: str,
    positives: Path,
    negatives: Sequence[Path],
    *,
    stream_hours: float | None = None,
    noise: Path | None = None,
) -> AddressFigures:
    """Judge recordings of the address, and of anything else, as an always-listening station does an utterance.

    With `stream_hours` the others are not judged one by one, but played in random order, again and again and with
    pauses, through voice activity and end-pointing; `noise` lies beneath them, 6 to 24 dB softer.
    Raises `NothingToMeasureError`, `AudioError`s, `ModelError`s, `UnspeakableTextError`.
    """
    ours = _recordings([positives])
    others = _recordings(negatives)
    with _spotter(listener, address) as spotter:
        heard = sum(_opens(spotter, recording.pcm) for recording in ours)
        listener.progress(f"{heard} of {len(ours)} heard")
        utterances: Iterator[bytes]
        if stream_hours is None:
            utterances, hours = (recording.pcm for recording in others), sum(r.duration_s for r in others) / 3600
        else:
            sound = samples(hear(noise, longest_s=LONGEST_S)) if noise is not None else None
            utterances, hours = _stream(others, sound, stream_hours), stream_hours
        false = count = 0
        for pcm in utterances:
            count += 1
            false += _opens(spotter, pcm)
            if count % 100 == 0:
                listener.progress(f"{count} others, {false} taken for the address")
    return AddressFigures(heard=heard / len(ours), false=false, negatives=count, hours=hours)


def print_address(figures: AddressFigures) -> None:
    """Print a table."""
    per_hour = figures.false / figures.hours
    print_table(
        ("heard", "false", "of", "hours", "false an hour"),
        [
            (
                f"{figures.heard:.3f}",
                str(figures.false),
                str(figures.negatives),
                f"{figures.hours:.3f}",
                f"{per_hour:.2f}",
            )
        ],
    )


@contextmanager
def _spotter(listener: Listener, address: str) -> Iterator[AddressSpotter]:
    """Open what the service judges the address of a language with: its sound in English, else a recogniser."""
    choice = choose_engine(listener.language, listener.engine, models=listener.models)
    if choice.engine is Engine.POCKETSPHINX or (listener.language == "en" and choice.engine is Engine.NONE):
        listener.progress(f"{address!r} is judged by its sound")
        yield SoundSpotter([address])
        return
    with listener.opened({}) as transcriber:
        yield GrammarSpotter(transcriber, [address])


def _opens(spotter: AddressSpotter, pcm: bytes) -> bool:
    """Whether an utterance would open a station: the address and nothing else."""
    heard = spotter.listen(pcm)
    return heard is not None and heard.is_alone


def _recordings(folders: Sequence[Path]) -> list[Recording]:
    files = [file for folder in folders for file in sorted(folder.glob("*.wav"))]
    if not files:
        raise NothingToMeasureError(f"there is no WAV in {', '.join(map(str, folders))}")
    return [hear(file, longest_s=LONGEST_S) for file in files]


def _stream(others: Sequence[Recording], noise: Samples | None, hours: float) -> Iterator[bytes]:
    """Yield the utterances that a station finds in a stream."""
    endpointer, activity = Endpointer(), VoiceActivityDetectors().take()
    pcm: list[bytes] = []
    rest = b""
    for sound in _played(others, noise, hours * 3600):
        rest += sound
        whole = len(rest) // FRAME_BYTES * FRAME_BYTES
        for at in range(0, whole, FRAME_BYTES):
            frame = rest[at : at + FRAME_BYTES]
            for event in endpointer.take(frame, activity.probability(frame)):
                match event:
                    case SpeechBegan() | SpeechWentOn():
                        pcm.append(event.pcm)
                    case SpeechEnded():
                        yield b"".join(pcm)
                        pcm.clear()
                    case SpeechDropped():
                        pcm.clear()
        rest = rest[whole:]


def _played(others: Sequence[Recording], noise: Samples | None, seconds: float) -> Iterator[bytes]:
    """Yield recordings in random order, always the same one, each with a pause and some noise beneath both."""
    choose = random.Random(_SEED)
    left = seconds
    while left > 0:
        sound = samples(choose.choice(others))
        sound = np.concatenate([sound, np.zeros(int(_PAUSE_S * SAMPLE_RATE_HZ))])
        if noise is not None:
            snr_db = choose.uniform(_FAINTEST_SNR_DB, _LOUDEST_SNR_DB)
            sound = mixed(sound, noise, snr_db, offset=choose.randrange(len(noise)))
        left -= len(sound) / SAMPLE_RATE_HZ
        yield np.rint(sound).astype("<i2").tobytes()
