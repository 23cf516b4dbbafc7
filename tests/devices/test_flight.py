from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.flight import Flight, Phase, proves
from devices.outcome import Done, Expired, Failed, Rejected, Unknown
from devices.payload import Reply, Result
from tests.devices.small_plant import MEASURE, OPEN, SET_MODE, START, STOP, command_for, state_of

ISSUED = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LATER = ISSUED + timedelta(seconds=1)
CLOSED = state_of("valve-7", "CLOSED", ISSUED - timedelta(seconds=5))
OPENED = state_of("valve-7", "OPEN", LATER)


def a_flight(*, published: bool = True) -> Flight:
    flight = Flight(command_for("valve-7", OPEN, ISSUED), OPEN, CLOSED)
    if published:
        flight.on_publishing()
    return flight


def a_reply(result: Result, reason: str | None = None) -> Reply:
    return Reply(command_id="c-1", result=result, reason=reason)


def test_a_newer_state_that_shows_the_target_is_done() -> None:
    flight = a_flight()
    flight.on_state(OPENED)
    assert flight.outcome == Done(before=CLOSED, after=OPENED)


def test_a_device_that_says_done_is_not_believed_before_its_state_shows_it() -> None:
    flight = a_flight()
    flight.on_reply(a_reply(Result.DONE))
    assert flight.outcome is None
    assert flight.phase is Phase.ACCEPTED


@pytest.mark.parametrize("at", [ISSUED, ISSUED - timedelta(microseconds=1), ISSUED - timedelta(hours=1)])
def test_a_state_that_is_not_newer_than_the_command_proves_nothing(at: datetime) -> None:
    flight = a_flight()
    flight.on_state(state_of("valve-7", "OPEN", at))
    assert flight.outcome is None


def test_a_state_from_the_future_proves_nothing() -> None:
    flight = a_flight()
    flight.on_state(state_of("valve-7", "OPEN", LATER + timedelta(hours=1), received_at=LATER))
    assert flight.outcome is None


def test_a_state_that_came_before_publishing_proves_nothing() -> None:
    flight = a_flight(published=False)
    flight.on_state(OPENED)
    assert flight.outcome is None


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (Result.REJECTED, Rejected(reason="interlock", before=CLOSED, after=CLOSED)),
        (Result.FAILED, Failed(reason="interlock", before=CLOSED, after=CLOSED)),
        (Result.EXPIRED, Expired(reason="interlock", before=CLOSED, after=CLOSED)),
    ],
)
def test_the_device_says_why_not(result: Result, expected: object) -> None:
    flight = a_flight()
    flight.on_reply(a_reply(result, "interlock"))
    assert flight.outcome == expected


@pytest.mark.parametrize("result", [Result.REJECTED, Result.EXPIRED])
def test_once_accepted_nothing_was_done_is_no_longer_believed(result: Result) -> None:
    flight = a_flight()
    flight.on_reply(a_reply(Result.ACCEPTED))
    flight.on_reply(a_reply(result))
    assert flight.outcome is None


@pytest.mark.parametrize(
    ("replies", "is_connected", "reason"),
    [
        ([], True, "no_acknowledgement"),
        ([], False, "connection_lost"),
        ([Result.ACCEPTED], True, "no_new_state"),
        ([Result.DONE], True, "no_new_state"),
        ([Result.ACCEPTED], False, "connection_lost"),
    ],
)
def test_what_the_plant_does_not_show_is_unknown(replies: list[Result], is_connected: bool, reason: str) -> None:
    flight = a_flight()
    for result in replies:
        flight.on_reply(a_reply(result))
    flight.on_give_up(is_connected=is_connected)
    assert flight.outcome == Unknown(reason=reason, before=CLOSED, after=CLOSED)


def test_an_accepted_command_outlives_its_expiry() -> None:
    flight = a_flight()
    flight.on_reply(a_reply(Result.ACCEPTED))
    flight.on_expiry(is_connected=True)
    assert flight.outcome is None


def test_what_never_left_is_expired_and_not_unknown() -> None:
    flight = a_flight()
    flight.on_unsent()
    flight.on_expiry(is_connected=False)
    assert flight.outcome == Expired(reason="plant_unreachable", before=CLOSED, after=CLOSED)


def test_a_second_attempt_that_failed_does_not_unsend_the_first() -> None:
    flight = a_flight()
    flight.on_publishing()
    flight.on_unsent()
    flight.on_expiry(is_connected=False)
    assert flight.outcome == Unknown(reason="connection_lost", before=CLOSED, after=CLOSED)


def test_the_effect_may_take_longer_than_the_command_lasts() -> None:
    flight = Flight(command_for("compressor-1", START, ISSUED, lasts_s=5), START, None)
    assert flight.give_up_at == ISSUED + timedelta(seconds=30)
    slow = Flight(command_for("compressor-1", START, ISSUED, lasts_s=60), START, None)
    assert slow.give_up_at == ISSUED + timedelta(seconds=60)


@pytest.mark.parametrize(("published", "kind"), [(True, Unknown), (False, Expired)])
def test_a_stop_overrides(published: bool, kind: type) -> None:
    flight = a_flight(published=published)
    flight.on_override()
    assert isinstance(flight.outcome, kind)
    assert flight.close() is flight.outcome


@pytest.mark.parametrize("state", ["READY", "NOT_READY", "FAULT"])
def test_every_state_in_which_a_machine_stands_proves_a_stop(state: str) -> None:
    assert proves(state_of("compressor-1", state, LATER), command_for("compressor-1", STOP, ISSUED), STOP)


def test_a_machine_that_is_stopping_has_not_stopped() -> None:
    assert not proves(state_of("compressor-1", "STOPPING", LATER), command_for("compressor-1", STOP, ISSUED), STOP)


def test_a_mode_is_proven_by_that_mode_alone() -> None:
    command = command_for("compressor-1", SET_MODE, ISSUED, value="auto")
    assert proves(state_of("compressor-1", "READY", LATER, mode="auto"), command, SET_MODE)
    assert not proves(state_of("compressor-1", "READY", LATER, mode="manual"), command, SET_MODE)
    assert not proves(state_of("compressor-1", "READY", LATER), command, SET_MODE)


def test_a_measurement_is_proven_by_a_newer_one_and_not_by_a_newer_state() -> None:
    command = command_for("dewar-3", MEASURE, ISSUED)
    assert proves(state_of("dewar-3", "NORMAL", LATER, measured_at=LATER), command, MEASURE)
    assert not proves(state_of("dewar-3", "NORMAL", LATER, measured_at=ISSUED), command, MEASURE)


EVENTS = st.one_of(
    st.just("publishing"),
    st.just("unsent"),
    st.just("expiry"),
    st.just("give_up"),
    st.just("override"),
    st.sampled_from(Result),
    st.tuples(st.sampled_from(["OPEN", "CLOSED", "OPENING", "FAULT"]), st.integers(-5, 5), st.integers(-5, 5)),
)


@given(st.lists(EVENTS, max_size=12))
def test_no_order_of_events_says_done_without_proof_or_changes_what_was_said(events: list[object]) -> None:
    flight = Flight(command_for("valve-7", OPEN, ISSUED), OPEN, CLOSED)
    attempts, first = 0, None
    for event in events:
        was_published = flight.phase is not Phase.WAITING
        match event:
            case "publishing":
                attempts += 1
                flight.on_publishing()
            case "unsent" if attempts:
                attempts -= 1
                flight.on_unsent()
            case "expiry":
                flight.on_expiry(is_connected=True)
            case "give_up":
                flight.on_give_up(is_connected=True)
            case "override":
                flight.on_override()
            case Result() if was_published:
                flight.on_reply(a_reply(event))
            case (str(name), int(at), int(received)):
                flight.on_state(
                    state_of(
                        "valve-7",
                        name,
                        ISSUED + timedelta(seconds=at),
                        received_at=ISSUED + timedelta(seconds=received),
                    )
                )
        if first is None and isinstance(flight.outcome, Done):
            assert was_published
            assert flight.outcome.after.state == "OPEN"
            assert flight.outcome.after.at > ISSUED
        if first is None and isinstance(flight.outcome, Expired) and flight.outcome.reason == "plant_unreachable":
            assert attempts == 0
        first = first or flight.outcome
        assert flight.outcome is first
    assert flight.close() is flight.outcome
