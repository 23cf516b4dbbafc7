"""How well an address is heard by itself, and how often other sounds are taken for it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.bench.listening import Listener
from app.bench.room import played, read_noise, read_recordings
from app.bench.speech import Samples
from app.commands.output import print_table
from app.speech.address import AddressSpotter
from app.speech.address_by_grammar import GrammarSpotter
from app.speech.address_by_sound import SoundSpotter
from app.speech.endpoint import Endpointer, SpeechBegan, SpeechDropped, SpeechEnded, SpeechWentOn
from app.speech.engine import Engine, choose_engine
from app.speech.hear import Recording
from app.speech.voice_activity import FRAME_BYTES, VoiceActivityDetectors


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
    ours = read_recordings([positives])
    others = read_recordings(negatives)
    with _spotter(listener, address) as spotter:
        heard = sum(_opens(spotter, recording.pcm) for recording in ours)
        listener.progress(f"{heard} of {len(ours)} heard")
        utterances: Iterator[bytes]
        if stream_hours is None:
            utterances, hours = (recording.pcm for recording in others), sum(r.duration_s for r in others) / 3600
        else:
            utterances, hours = _stream(others, read_noise(noise), stream_hours), stream_hours
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


def _stream(others: Sequence[Recording], noise: Samples | None, hours: float) -> Iterator[bytes]:
    """Yield the utterances that a station finds in a stream."""
    endpointer, activity = Endpointer(), VoiceActivityDetectors().take()
    pcm: list[bytes] = []
    rest = b""
    for sound in played(others, noise, hours * 3600):
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
