"""How well people are understood: labelled recordings through the product's own hearing and understanding."""

import json
import math
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from app.bench.errors import NothingToMeasureError
from app.bench.figures import percentile
from app.bench.listening import LONGEST_S, Listener
from app.commands.output import print_table
from app.speech.hear import Recording, hear
from app.speech.hearing import FREE
from app.speech.transcribe import SAMPLE_RATE_HZ, Transcriber
from intents.intent import Recognition, Recognized
from intents.lexicon import Lexicon
from intents.recognizer import Recognizer
from intents.sentences import read_sentences

_ENERGY_FRAME = 2048
"""Samples; the loudness of speech and of noise is that of their loudest frame (as Picovoice's benchmark mixes)."""
_PART_BYTES = SAMPLE_RATE_HZ // 4
"""An eighth of a second, as a station's sound comes in; what an engine does meanwhile is no latency."""
_PEAK = 0.5
"""Of full scale, of the sum."""
_FULL_SCALE = 32767

Samples = NDArray[np.float64]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A recording and what was meant in it."""

    name: str
    recording: Recording
    intent: str
    slots: Mapping[str, str]

    def is_met_by(self, found: Recognition) -> bool:
        """Tell whether this was understood: the intent and every labelled slot (as Picovoice's benchmark counts)."""
        return (
            isinstance(found, Recognized)
            and found.intent.name == self.intent
            and all(found.intent.slots.get(slot) == value for slot, value in self.slots.items())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechFigures:
    """What became of the recordings at one loudness of noise."""

    snr_db: float | None
    """Speech to noise, of their loudest frames; `None` for the recordings as they are."""
    n: int
    right: float
    """Share of the recordings, as the next three."""
    exact: float
    """Right, and nothing was understood besides: no slot too many."""
    wrong: float
    """Understood as something else."""
    rejected: float
    """Not understood, or a question back."""
    cpu_per_audio: float
    """Processor time of all processes ÷ length of the recordings."""
    latency_ms: Mapping[str, float]
    """From the end of the recording to its meaning: `p50`, `p95`."""


def measure_speech(
    listener: Listener,
    recordings: Path,
    sentences: Path,
    labels: Path,
    *,
    noise: Path | None = None,
    snr_db: Sequence[float] = (),
) -> list[SpeechFigures]:
    """Understand every labelled recording, as it is and with noise of each loudness.

    Raises `NothingToMeasureError`, `ModelError`s, `AudioError`s, `TemplateError`.
    """
    said = read_labelled(recordings, labels)
    recognizer = Recognizer(read_sentences([sentences], language=listener.language), Lexicon(devices=(), kinds=()))
    sound = samples(hear(noise, longest_s=LONGEST_S)) if noise is not None else None
    with listener.opened({FREE: recognizer.word_graph()}) as transcriber:
        figures = [_measure(transcriber, recognizer, said, None, None, listener.progress)]
        if sound is not None:
            figures += [_measure(transcriber, recognizer, said, sound, snr, listener.progress) for snr in snr_db]
    return figures


def read_labelled(recordings: Path, labels: Path) -> list[Labelled]:
    """Read the WAVs of a folder that have a label: `{"NAME.wav": {"intent": …, "slots": {…}}}`.

    Raises `NothingToMeasureError`, `AudioError`.
    """
    try:
        known = json.loads(labels.read_text(encoding="utf-8"))
        found = [
            Labelled(
                name=name,
                recording=hear(recordings / name, longest_s=LONGEST_S),
                intent=str(known[name]["intent"]),
                slots={str(slot): str(value) for slot, value in known[name]["slots"].items()},
            )
            for name in sorted(known)
            if (recordings / name).is_file()
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise NothingToMeasureError(
            f'{labels} holds no labels: {exc!r}; wanted is {{"NAME.wav": {{"intent": "…", "slots": {{…}}}}}}'
        ) from exc
    if not found:
        raise NothingToMeasureError(f"none of the {len(known)} recordings of {labels} is in {recordings}")
    return found


def mixed(speech: Samples, noise: Samples, snr_db: float, *, offset: int) -> Samples:
    """Add noise to speech, from `offset` on and from its beginning again where it ends.

    Loudness is that of the loudest frame of each; the peak of the sum is half of full scale.
    """
    beneath = np.take(noise, np.arange(offset, offset + len(speech)), mode="wrap")
    loudest = _loudest(noise)
    scale = math.sqrt(_loudest(speech) / (loudest * 10 ** (snr_db / 10))) if loudest else 0.0
    both = speech + scale * beneath
    peak = float(np.abs(both).max(initial=0.0))
    return both * (_PEAK * _FULL_SCALE / peak) if peak else both


def samples(recording: Recording) -> Samples:
    """Return the sound as numbers of 16 bits."""
    return np.frombuffer(recording.pcm, dtype="<i2").astype(np.float64)


def _loudest(sound: Samples) -> float:
    whole = len(sound) // _ENERGY_FRAME * _ENERGY_FRAME
    frames = sound[:whole].reshape(-1, _ENERGY_FRAME) if whole else sound.reshape(1, -1)
    return float(np.square(frames).sum(axis=1).max(initial=0.0))


def _measure(
    transcriber: Transcriber,
    recognizer: Recognizer,
    said: Sequence[Labelled],
    noise: Samples | None,
    snr_db: float | None,
    progress: Progress,
) -> SpeechFigures:
    right = exact = wrong = 0
    cpu_s = audio_s = 0.0
    latencies_ms: list[float] = []
    for done, label in enumerate(said):
        if done and done % 50 == 0:
            progress(f"{_shown(snr_db)}: {done} of {len(said)}")
        recording = label.recording if noise is None or snr_db is None else _noisy(label, noise, snr_db)
        cpu_before_s = _cpu_s()
        decoding = transcriber.begin(FREE)
        for at in range(0, len(recording.pcm), _PART_BYTES):
            decoding.feed(recording.pcm[at : at + _PART_BYTES])
        began = time.perf_counter()
        found = recognizer.recognize_nbest(decoding.finish().texts)
        latencies_ms.append((time.perf_counter() - began) * 1e3)
        cpu_s += _cpu_s() - cpu_before_s
        audio_s += recording.duration_s
        right += label.is_met_by(found)
        exact += label.is_met_by(found) and isinstance(found, Recognized) and found.intent.slots == label.slots
        wrong += isinstance(found, Recognized) and not label.is_met_by(found)
    figures = SpeechFigures(
        snr_db=snr_db,
        n=len(said),
        right=right / len(said),
        exact=exact / len(said),
        wrong=wrong / len(said),
        rejected=(len(said) - right - wrong) / len(said),
        cpu_per_audio=cpu_s / audio_s,
        latency_ms={"p50": percentile(latencies_ms, 50), "p95": percentile(latencies_ms, 95)},
    )
    progress(f"{_shown(snr_db)}: {figures.right:.3f} right of {figures.n}")
    return figures


def _noisy(label: Labelled, noise: Samples, snr_db: float) -> Recording:
    """Mix a recording with noise from a place that is always the same for the same name and loudness."""
    offset = zlib.crc32(f"{label.name} {snr_db:g}".encode()) % len(noise)
    sound = mixed(samples(label.recording), noise, snr_db, offset=offset)
    return Recording(pcm=np.rint(sound).astype("<i2").tobytes())


def _shown(snr_db: float | None) -> str:
    return "as recorded" if snr_db is None else f"noise at {snr_db:g} dB"


def _cpu_s() -> float:
    """Return the processor time of this process and its children."""
    own = psutil.Process()
    times = [process.cpu_times() for process in (own, *own.children(recursive=True))]
    return float(sum(spent.user + spent.system for spent in times))


def print_speech(found: Sequence[SpeechFigures]) -> None:
    """Print a table."""
    print_table(
        ("noise", "recordings", "right", "exact", "wrong", "rejected", "CPU ÷ audio", "latency p50", "p95"),
        (
            (
                _shown(one.snr_db),
                str(one.n),
                f"{one.right:.3f}",
                f"{one.exact:.3f}",
                f"{one.wrong:.3f}",
                f"{one.rejected:.3f}",
                f"{one.cpu_per_audio:.3f}",
                f"{one.latency_ms['p50']:.0f} ms",
                f"{one.latency_ms['p95']:.0f} ms",
            )
            for one in found
        ),
    )
