"""Sound comes in pieces of any length, as fast as it is spoken."""

import random

import pytest

from app.listen.flow import AHEAD_S, Flow, Frames, duration_s
from app.speech.voice_activity import FRAME_BYTES
from tests.manual_clock import ManualClock


@pytest.mark.parametrize("longest", [2, 1022, FRAME_BYTES, 7000])
def test_pieces_of_any_length_become_the_same_frames(longest: int) -> None:
    chance = random.Random(longest)
    sound = chance.randbytes(10 * FRAME_BYTES + 300)
    frames, found, at = Frames(), [], 0
    while at < len(sound):
        piece = sound[at : at + 2 * chance.randint(1, longest // 2)]
        found += frames.take(piece)
        at += len(piece)
    assert {len(frame) for frame in found} == {FRAME_BYTES}
    assert b"".join(found) == sound[: 10 * FRAME_BYTES]
    assert frames.flush() == [sound[10 * FRAME_BYTES :].ljust(FRAME_BYTES, b"\0")]
    assert frames.flush() == []


def test_no_sound_is_no_frame() -> None:
    frames = Frames()
    assert frames.take(b"") == []
    assert frames.flush() == []


def test_sound_may_come_in_bursts_but_not_without_an_end() -> None:
    clock = ManualClock()
    flow = Flow(clock)
    assert not any(flow.is_flood_after(1.0) for _ in range(round(AHEAD_S)))
    assert flow.is_flood_after(0.1)


def test_sound_at_the_speed_of_speech_is_never_a_flood() -> None:
    clock = ManualClock()
    flow = Flow(clock)
    for _ in range(10_000):
        assert not flow.is_flood_after(0.1)
        clock.advance(0.1)


def test_who_was_silent_has_saved_nothing_up() -> None:
    clock = ManualClock()
    flow = Flow(clock)
    flow.is_flood_after(1.0)
    clock.advance(3600)
    assert not any(flow.is_flood_after(1.0) for _ in range(round(AHEAD_S)))
    assert any(flow.is_flood_after(1.0) for _ in range(3))


@pytest.mark.parametrize(("rate_hz", "seconds"), [(16_000, 1.0), (48_000, 1 / 3)])
def test_length_is_counted_in_the_rate_of_the_sound(rate_hz: int, seconds: float) -> None:
    assert duration_s(bytes(32_000), rate_hz) == pytest.approx(seconds)
