"""A station's listening, step by step: what opens it, what closes it, and what is meant for us."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.listen.address import Address
from app.listen.events import (
    AbandonDecoding,
    BeginDecoding,
    Dialogue,
    Ended,
    Final,
    FinishDecoding,
    JudgeSound,
    Listening,
    Partial,
    PlayEarcon,
    SpeechStarted,
    TakeTurn,
    Verdict,
)
from app.listen.gate import Gate
from app.listen.half_duplex import HalfDuplex
from app.listen.session import Output, Session, SessionSettings
from app.reply import Challenge, Reply, Status
from app.speech.endpoint import Endpointer, EndpointSettings
from app.speech.transcribe import Transcript
from app.speech.voice_activity import FRAME_S
from devices.plant_file import DEMO_PLANT_FILE
from intents.recognizer import Recognizer
from tests.app.site import recognizers_of
from tests.manual_clock import ManualClock

SPEECH, QUIET = b"s", b"q"


class Scripted:
    """Hears speech in the frames that say so."""

    def probability(self, frame: bytes) -> float:
        return float(frame == SPEECH)


class Room:
    """A session, its clock, and whoever speaks there."""

    def __init__(self, recognizer: Recognizer, *, is_hands_free: bool = True, checks_sound: bool = False) -> None:
        self.clock = ManualClock()
        self.half_duplex = HalfDuplex(self.clock)
        self.session = Session(
            settings=SessionSettings(
                is_hands_free=is_hands_free, window_s=8, clarification_s=20, checks_sound=checks_sound
            ),
            endpointer=Endpointer(settings=EndpointSettings(longest_s=5)),
            voice_activity=Scripted(),
            gate=Gate(
                address=Address(phrases=("hey helium",)),
                is_hands_free=is_hands_free,
                understand=recognizer.recognize,
            ),
            half_duplex=self.half_duplex,
            clock=self.clock,
        )

    def hear(self, seconds: float, frame: bytes = SPEECH) -> list[Output]:
        """Let frames come in as time goes by."""
        outputs = []
        for _ in range(round(seconds / FRAME_S)):
            outputs += self.session.frame(frame)
            self.clock.advance(FRAME_S)
        return outputs

    def say(self, *texts: str, seconds: float = 1.0) -> list[Output]:
        """Let somebody say something, which is heard as `texts`; return what comes of it."""
        outputs = [*self.hear(seconds), *self.hear(1.0, QUIET)]
        (number,) = [output.utterance for output in outputs if isinstance(output, FinishDecoding)]
        return self.session.heard(number, heard(*texts))

    def turn(self, *texts: str) -> TakeTurn:
        """Say something that is taken."""
        (take,) = [output for output in self.say(*texts) if isinstance(output, TakeTurn)]
        return take

    def verdict(self, *texts: str) -> Verdict:
        """Say something; return what becomes of it."""
        return verdict_of(self.say(*texts))

    def ask_for_confirmation(self, expires_s: float = 10) -> None:
        """Let the answer to "open valve seven" be a challenge."""
        take = self.turn("hey helium open valve seven")
        challenge = Challenge(
            challenge_id="c1",
            say="confirm open valve seven",
            expires_at=self.clock.now() + timedelta(seconds=expires_s),
        )
        reply = replace(REPLY, status=Status.NEEDS_CONFIRMATION, intent="OpenValve", challenge=challenge)
        self.session.replied(take.utterance, reply)


REPLY = Reply(turn_id="1", status=Status.ANSWERED, speech="…", language="en", intent="GetLevel")


def heard(*texts: str) -> Transcript:
    return Transcript(texts=texts, words=(), engine="test", audio_s=1, decode_s=0)


def verdict_of(outputs: list[Output]) -> Verdict:
    (final,) = [output for output in outputs if isinstance(output, Final)]
    return final.verdict


def grammar_of(outputs: list[Output]) -> str:
    (begin,) = [output for output in outputs if isinstance(output, BeginDecoding)]
    return begin.grammar


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return recognizers_of(DEMO_PLANT_FILE)["en"]


@pytest.fixture
def room(recognizer: Recognizer) -> Room:
    return Room(recognizer)


@pytest.fixture
def desk(recognizer: Recognizer) -> Room:
    return Room(recognizer, is_hands_free=False)


# ---- hands-free


def test_what_begins_with_the_address_is_a_turn_without_it(room: Room) -> None:
    take = room.turn("hey helium open valve three", "hey helium open valve tree", "open valve three", "hey helium")
    assert take.texts == ("open valve three", "open valve tree")
    assert take.transcript is not None


@pytest.mark.parametrize(
    "text",
    [
        "open valve three",
        "what is the level of dewar three",
        "confirm open valve seven",
        "stop compressor one",
        "do not stop everything",
        "open hey helium valve three",
        "good morning",
        "stop",
    ],
)
def test_what_does_not_is_nobodys_business(room: Room, text: str) -> None:
    outputs = room.say(text, "hey helium open valve three")
    assert outputs == [Final(utterance=1, verdict=Verdict.NOT_ADDRESSED, text="")]


def test_a_stop_of_everything_needs_no_address(room: Room) -> None:
    assert room.turn("stop everything", "start compressor one").texts == ("stop everything",)


def test_partial_results_of_others_are_not_told(room: Room) -> None:
    room.hear(0.2)
    assert room.session.partial(1, "open valve") == []
    assert room.session.partial(1, "hey helium") == [Partial(utterance=1, text="hey helium")]
    assert room.session.partial(1, "hey helium") == []
    assert room.session.partial(2, "hey helium open") == []


def test_the_address_alone_opens_the_station_for_eight_seconds(room: Room) -> None:
    outputs = room.say("hey helium")
    assert outputs == [
        Final(utterance=1, verdict=Verdict.ADDRESS_ALONE, text="hey helium"),
        PlayEarcon(utterance=1),
        Listening(dialogue=Dialogue.OPEN, for_s=8.0),
    ]
    assert room.turn("open valve three").texts == ("open valve three",)
    assert room.verdict("open valve three") is Verdict.NOT_ADDRESSED


def test_an_open_station_closes_when_its_time_has_passed(room: Room) -> None:
    room.say("hey helium")
    room.hear(7.9, QUIET)
    assert room.session.dialogue is Dialogue.OPEN
    assert room.hear(0.2, QUIET) == [Listening(dialogue=Dialogue.CLOSED)]
    assert room.verdict("open valve three") is Verdict.NOT_ADDRESSED


def test_a_sentence_that_began_in_time_counts(room: Room) -> None:
    room.say("hey helium")
    room.hear(7.5, QUIET)
    assert room.verdict("open valve three") is Verdict.TAKEN


def test_no_sound_is_played_to_somebody_who_goes_on_speaking(room: Room) -> None:
    outputs = [*room.hear(1.0), *room.hear(0.5, QUIET)]
    (number,) = [output.utterance for output in outputs if isinstance(output, FinishDecoding)]
    room.hear(0.3)
    assert PlayEarcon(utterance=1) not in room.session.heard(number, heard("hey helium"))


def test_noise_in_an_open_station_is_nothing(room: Room) -> None:
    room.say("hey helium")
    assert room.verdict() is Verdict.NOTHING_HEARD
    assert room.verdict("open valve three") is Verdict.TAKEN


def test_an_utterance_that_was_cut_is_never_acted_on(room: Room, desk: Room) -> None:
    outputs = room.hear(5.2)
    assert FinishDecoding(utterance=1) in outputs
    told = room.session.heard(1, heard("hey helium open valve three"))
    assert told == [Final(utterance=1, verdict=Verdict.TOO_LONG), TakeTurn(utterance=1, texts=(), is_too_long=True)]
    desk.hear(5.2)
    assert TakeTurn(utterance=1, texts=(), is_too_long=True) in desk.session.heard(1, heard("open valve three"))


def test_others_who_talk_without_an_end_get_no_answer(room: Room) -> None:
    room.hear(5.2)
    told = room.session.heard(1, heard("what is the level of dewar three"))
    assert told == [Final(utterance=1, verdict=Verdict.TOO_LONG)]


def test_a_click_is_no_utterance(room: Room) -> None:
    outputs = [*room.hear(0.13), *room.hear(1.0, QUIET)]
    assert AbandonDecoding(utterance=1) in outputs
    assert verdict_of(outputs) is Verdict.NOTHING_HEARD


# ---- the sound of the address


@pytest.mark.parametrize("is_addressed", [True, False])
def test_the_sound_of_an_address_is_judged_where_somebody_can(recognizer: Recognizer, is_addressed: bool) -> None:
    room = Room(recognizer, checks_sound=True)
    (order,) = room.say("hey helium open valve three")
    assert isinstance(order, JudgeSound)
    assert order.pcm.startswith(SPEECH)
    outputs = room.session.judged(order.utterance, is_addressed=is_addressed)
    assert verdict_of(outputs) is (Verdict.TAKEN if is_addressed else Verdict.NOT_BY_SOUND)
    assert any(isinstance(output, TakeTurn) for output in outputs) == is_addressed


# ---- questions of ours


def test_a_challenge_opens_the_station_for_its_answer(room: Room) -> None:
    room.ask_for_confirmation()
    assert room.session.dialogue is Dialogue.CONFIRMATION
    assert grammar_of([*room.hear(0.3)]) == "confirmation"
    room.session.frame(QUIET)
    room.hear(1, QUIET)
    assert room.turn("confirm open valve seven").texts == ("confirm open valve seven",)


@pytest.mark.parametrize("text", ["cancel", "no", "stop everything", "say that again", "yes", "mumble mumble"])
def test_what_answers_a_challenge_is_taken_without_the_address(room: Room, text: str) -> None:
    room.ask_for_confirmation()
    assert room.verdict(text) is Verdict.TAKEN


@pytest.mark.parametrize("text", ["close valve seven", "start compressor one", "what is the level of dewar three"])
def test_anything_else_still_needs_the_address(room: Room, text: str) -> None:
    room.ask_for_confirmation(expires_s=60)
    assert room.verdict(text) is Verdict.NOT_AN_ANSWER
    assert room.verdict(f"hey helium {text}") is Verdict.TAKEN


def test_a_challenge_that_expired_closes_the_station(room: Room) -> None:
    room.ask_for_confirmation(expires_s=10)
    assert room.hear(10.1, QUIET) == [Listening(dialogue=Dialogue.CLOSED)]
    assert room.verdict("confirm open valve seven") is Verdict.NOT_ADDRESSED


def test_a_confirmation_or_a_cancelling_closes_it_and_a_repetition_does_not(room: Room) -> None:
    room.ask_for_confirmation(expires_s=60)
    again = room.turn("say that again")
    room.session.replied(again.utterance, replace(REPLY, intent="Repeat"))
    assert (room.session.dialogue, room.session.challenge_id) == (Dialogue.CONFIRMATION, "c1")
    take = room.turn("confirm open valve seven")
    room.session.replied(take.utterance, replace(REPLY, status=Status.DONE, intent="Confirm"))
    assert (room.session.dialogue, room.session.challenge_id) == (Dialogue.CLOSED, None)


def test_the_address_alone_opens_a_station_that_is_asked_something(room: Room) -> None:
    room.ask_for_confirmation(expires_s=60)
    room.say("hey helium")
    assert room.session.challenge_id == "c1"
    assert room.verdict("what is the level of dewar three") is Verdict.TAKEN


def test_a_question_of_ours_is_answered_without_the_address(room: Room) -> None:
    take = room.turn("hey helium start the compressor")
    room.session.replied(take.utterance, replace(REPLY, status=Status.AMBIGUOUS, intent="StartCompressor"))
    assert room.session.dialogue.value == "clarification"
    assert grammar_of(room.hear(0.3)) == "clarification"
    room.hear(1, QUIET)
    assert room.verdict("what is the level of dewar three") is Verdict.NOT_AN_ANSWER
    assert room.verdict("start compressor two") is Verdict.TAKEN
    assert room.verdict("two") is Verdict.TAKEN
    room.hear(20, QUIET)
    assert room.session.dialogue is Dialogue.CLOSED


# ---- push-to-talk


def test_a_push_to_talk_station_needs_no_address_and_may_have_it(desk: Room) -> None:
    assert grammar_of(desk.hear(0.3)) == "free"
    desk.hear(1, QUIET)
    assert desk.turn("open valve three").texts == ("open valve three",)
    assert desk.turn("hey helium open valve three").texts == ("open valve three",)
    assert desk.verdict("hey helium") is Verdict.ADDRESS_ALONE
    assert desk.session.dialogue is Dialogue.OPEN


def test_letting_go_of_the_button_ends_the_utterance(desk: Room) -> None:
    desk.hear(1.0)
    assert desk.session.end() == [FinishDecoding(utterance=1), Ended()]
    assert desk.session.end() == [Ended()]


def test_a_button_held_in_silence_is_answered(desk: Room, room: Room) -> None:
    desk.hear(1.0, QUIET)
    final, take, ended = desk.session.end()
    assert final == Final(utterance=1, verdict=Verdict.NOTHING_HEARD)
    assert take == TakeTurn(utterance=1, texts=())
    assert ended == Ended()
    room.hear(1.0, QUIET)
    assert room.session.end() == [Ended()]


def test_a_button_let_go_after_the_end_of_speech_says_nothing_more(desk: Room) -> None:
    desk.say("open valve three")
    assert desk.session.end() == [Ended()]
    desk.hear(0.1, QUIET)
    assert desk.session.end() == [Ended()]


# ---- half duplex


def test_while_the_station_speaks_nothing_is_heard(room: Room) -> None:
    room.half_duplex.begin()
    assert room.hear(2.0) == []
    room.half_duplex.add(1.0)
    room.half_duplex.end()
    assert room.hear(0.5) == []
    room.hear(1.2, QUIET)
    assert SpeechStarted(utterance=1) in room.hear(1.0)


def test_somebody_cut_short_by_our_voice_has_said_nothing(room: Room) -> None:
    room.hear(0.5)
    room.half_duplex.begin()
    outputs = room.hear(0.2)
    assert AbandonDecoding(utterance=1) in outputs
    assert verdict_of(outputs) is Verdict.NOTHING_HEARD


def played_at(room: Room, seconds: float) -> None:
    room.half_duplex.begin()
    room.half_duplex.add(3.0)
    room.half_duplex.end()
    room.hear(seconds, QUIET)
    room.half_duplex.played()


@pytest.mark.parametrize(("first", "is_deaf"), [(0.0, True), (0.35, False)])
def test_a_client_that_has_played_all_is_heard_after_a_moment(room: Room, first: float, is_deaf: bool) -> None:
    played_at(room, 1.0)
    room.hear(first, QUIET)
    assert room.half_duplex.is_deaf is is_deaf


def test_sounds_add_up_and_a_report_in_the_middle_of_one_ends_nothing(room: Room) -> None:
    duplex: HalfDuplex = room.half_duplex
    steps: list[Callable[[], None]] = [duplex.begin, lambda: duplex.add(1.0), duplex.begin, lambda: duplex.add(1.0)]
    for step in steps:
        step()
    duplex.end()
    duplex.played()
    assert duplex.is_deaf
    duplex.end()
    room.clock.advance(2.5)
    assert duplex.is_deaf
    room.clock.advance(0.2)
    assert not duplex.is_deaf
