"""Speech is told from what a plant room sounds like."""

import random
import struct

import pytest

from app.speech.earcon import Earcon, earcon
from app.speech.frames import VOICE_RATE_HZ
from app.speech.resample import resample_pcm
from app.speech.voice_activity import FRAME_BYTES, VoiceActivityDetectors
from tests.app.speech.spoken import said

SENTENCES = {"en": "what is the level of dewar three", "ja": "デュワー3の液面を教えて"}


@pytest.fixture(scope="module")
def speech() -> dict[str, bytes]:
    return {language: next(iter(said(language, [text]).values())) for language, text in SENTENCES.items()}


def frames(pcm: bytes) -> list[bytes]:
    return [pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES)]


def noise(seconds: float, level: int) -> bytes:
    chance = random.Random(1)
    return b"".join(struct.pack("<h", round(chance.gauss(0, level))) for _ in range(int(seconds * 16_000)))


@pytest.mark.parametrize("language", SENTENCES)
def test_our_voices_are_speech(speech: dict[str, bytes], language: str) -> None:
    detector = VoiceActivityDetectors().take()
    likely = [detector.probability(frame) > 0.5 for frame in frames(bytes(8000) + speech[language])]
    assert sum(likely) / len(likely) > 0.7


@pytest.mark.parametrize(
    "sound",
    [
        bytes(32_000),
        noise(1, 3000),
        resample_pcm(earcon(Earcon.LISTENING) * 3, VOICE_RATE_HZ),
        b"\xff\x7f\x00\x80" * 8000,
    ],
    ids=["silence", "noise", "earcon", "clipped square"],
)
def test_what_is_no_voice_is_no_speech(sound: bytes) -> None:
    detector = VoiceActivityDetectors().take()
    assert max(detector.probability(frame) for frame in frames(bytes(8000) + sound)) < 0.5


def test_stations_hear_for_themselves_and_a_used_detector_remembers_nothing(speech: dict[str, bytes]) -> None:
    detectors = VoiceActivityDetectors()
    one, other = detectors.take(), detectors.take()
    alone = [detectors.take().probability(frame) for frame in frames(speech["en"])[:1]]
    expected = [one.probability(frame) for frame in frames(speech["en"])]
    mixed = []
    for frame in frames(speech["en"]):
        mixed.append(other.probability(frame))
        one.probability(bytes(FRAME_BYTES))
    assert mixed == expected
    detectors.give_back(other)
    again = detectors.take()
    assert again.detector is other.detector
    assert [again.probability(frame) for frame in frames(speech["en"])] == expected
    assert alone == expected[:1]
