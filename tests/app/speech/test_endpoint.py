"""Utterances are cut out of frames, by counting."""

import pytest

from app.speech.endpoint import (
    Endpointer,
    EndpointSettings,
    EndReason,
    SpeechBegan,
    SpeechDropped,
    SpeechEnded,
    SpeechEvent,
    SpeechWentOn,
)

SETTINGS = EndpointSettings(
    begins_after_s=0.096, ends_after_s=0.32, before_s=0.32, least_s=0.16, longest_s=3.2, hesitation_s=0.32
)
"""In frames: 3, 10, 10, 5, 100, 10."""


def run(endpointer: Endpointer, likelihoods: list[float], first: int = 0) -> list[tuple[int, SpeechEvent]]:
    """Feed frames that are told apart by their number; return what happened, with the frame it happened at."""
    return [
        (number, event)
        for number, likely in enumerate(likelihoods, first)
        for event in endpointer.take(name(number), likely)
    ]


def name(number: int) -> bytes:
    return number.to_bytes(2, "big")


def kinds(events: list[tuple[int, SpeechEvent]]) -> list[tuple[int, type]]:
    return [(at, type(event)) for at, event in events if not isinstance(event, SpeechWentOn)]


def sound(events: list[tuple[int, SpeechEvent]]) -> list[int]:
    pcm = b"".join(event.pcm for _, event in events if isinstance(event, SpeechBegan | SpeechWentOn))
    return [int.from_bytes(pcm[at : at + 2], "big") for at in range(0, len(pcm), 2)]


def test_an_utterance_begins_with_the_sound_before_it_and_ends_after_silence() -> None:
    events = run(Endpointer(settings=SETTINGS), [0.0] * 50 + [0.9] * 20 + [0.0] * 20)
    assert kinds(events) == [(52, SpeechBegan), (79, SpeechEnded)]
    assert sound(events) == list(range(40, 80))
    assert events[-1][1] == SpeechEnded(reason=EndReason.SILENCE)


def test_short_noises_begin_nothing() -> None:
    assert run(Endpointer(settings=SETTINGS), ([0.9] * 2 + [0.1]) * 30) == []


def test_speech_that_turns_out_too_short_is_dropped() -> None:
    events = run(Endpointer(settings=SETTINGS), [0.9] * 4 + [0.0] * 10)
    assert kinds(events) == [(2, SpeechBegan), (13, SpeechDropped)]


def test_likelihood_may_sink_within_speech_and_pauses_are_no_end() -> None:
    likelihoods = [0.9] * 10 + [0.4] * 30 + [0.1] * 9 + [0.9] * 5 + [0.0] * 10
    assert kinds(run(Endpointer(settings=SETTINGS), likelihoods)) == [(2, SpeechBegan), (63, SpeechEnded)]
    assert run(Endpointer(settings=SETTINGS), [0.4] * 50) == []


def test_who_hesitates_is_waited_for() -> None:
    endpointer = Endpointer(settings=SETTINGS)
    run(endpointer, [0.9] * 10)
    endpointer.is_unfinished = True
    assert kinds(run(endpointer, [0.0] * 19, 10)) == []
    assert kinds(run(endpointer, [0.9] * 5 + [0.0] * 20, 29)) == [(53, SpeechEnded)]
    assert not endpointer.is_unfinished


def test_what_was_waited_for_ends_at_once_when_it_is_whole() -> None:
    endpointer = Endpointer(settings=SETTINGS)
    run(endpointer, [0.9] * 10)
    endpointer.is_unfinished = True
    run(endpointer, [0.0] * 15, 10)
    endpointer.is_unfinished = False
    assert kinds(run(endpointer, [0.0], 25)) == [(25, SpeechEnded)]


def test_speech_without_an_end_is_cut_and_says_so() -> None:
    events = run(Endpointer(settings=SETTINGS), [0.9] * 250)
    assert [event for _, event in events if isinstance(event, SpeechEnded)] == [
        SpeechEnded(reason=EndReason.TOO_LONG)
    ] * 2
    assert [at for at, event in events if isinstance(event, SpeechEnded)] == [99, 199]


def test_the_client_may_end_it() -> None:
    endpointer = Endpointer(settings=SETTINGS)
    assert endpointer.end() == ()
    run(endpointer, [0.9] * 10)
    assert endpointer.is_speaking
    assert endpointer.end() == (SpeechEnded(reason=EndReason.ASKED),)
    assert endpointer.end() == ()
    run(endpointer, [0.9] * 4)
    assert endpointer.end() == (SpeechDropped(),)


def test_what_was_forgotten_comes_back_in_no_utterance() -> None:
    endpointer = Endpointer(settings=SETTINGS)
    run(endpointer, [0.9] * 10)
    assert endpointer.forget() == (SpeechDropped(),)
    assert endpointer.forget() == ()
    run(endpointer, [0.0] * 5, 10)
    endpointer.forget()
    assert sound(run(endpointer, [0.9] * 3, 15)) == [15, 16, 17]


@pytest.mark.parametrize("pieces", [1, 7, 100])
def test_the_same_frames_give_the_same_utterances_however_they_come(pieces: int) -> None:
    likelihoods = ([0.0] * 20 + [0.9] * 20) * 5 + [0.0] * 20
    whole = run(Endpointer(settings=SETTINGS), likelihoods)
    endpointer = Endpointer(settings=SETTINGS)
    parts = [
        event
        for at in range(0, len(likelihoods), pieces)
        for event in run(endpointer, likelihoods[at : at + pieces], at)
    ]
    assert parts == whole
    assert len([event for _, event in whole if isinstance(event, SpeechEnded)]) == 5
