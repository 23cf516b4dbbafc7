import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.command import Command
from devices.errors import PayloadError
from devices.payload import (
    Reply,
    Result,
    Status,
    encode_command,
    encode_reply,
    encode_state,
    encode_status,
    parse_command,
    parse_reply,
    parse_state,
    parse_status,
)
from tests.devices.small_plant import state_of

AT = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
WORDS = st.from_regex(r"[a-z][a-z0-9_]{0,30}", fullmatch=True)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(command_id=WORDS, action=WORDS, value=st.none() | WORDS, issued_at=MOMENTS, lasts=st.integers(0, 10**9))
def test_a_command_survives_the_wire(
    command_id: str, action: str, value: str | None, issued_at: datetime, lasts: int
) -> None:
    command = Command(
        command_id=command_id,
        device="valve-7",
        action=action,
        value=value,
        issued_at=issued_at,
        expires_at=issued_at + timedelta(microseconds=lasts),
    )
    assert parse_command(encode_command(command), "valve-7") == command


@given(result=st.sampled_from(Result), reason=st.none() | WORDS, state=st.none() | WORDS)
def test_a_reply_survives_the_wire(result: Result, reason: str | None, state: str | None) -> None:
    reply = Reply(command_id="c-1", result=result, reason=reason, state=state)
    assert parse_reply(encode_reply(reply), "valve-7") == reply


@given(at=MOMENTS, age=st.integers(0, 10**10), values=st.dictionaries(WORDS.map("x_{}".format), NUMBERS, max_size=5))
def test_a_state_survives_the_wire(at: datetime, age: int, values: dict[str, float]) -> None:
    measured_at = at - timedelta(microseconds=age)
    state = replace(state_of("dewar-3", "NORMAL", at, measured_at=measured_at, fault="no flow"), values=values)
    assert parse_state(encode_state(state), "dewar-3", at) == state


def test_a_command_is_written_as_the_contract_says() -> None:
    command = Command(
        command_id="c-1", device="valve-7", action="open", issued_at=AT, expires_at=AT + timedelta(seconds=10)
    )
    assert json.loads(encode_command(command)) == {
        "command_id": "c-1",
        "action": "open",
        "issued_at": "2026-11-22T09:30:00.123456Z",
        "expires_at": "2026-11-22T09:30:10.123456Z",
    }


def test_a_state_measured_when_it_is_said_needs_no_second_time() -> None:
    payload = b'{"at":"2026-11-22T18:30:00.123456+09:00","state":"OPEN","position_pct":100}'
    assert parse_state(payload, "valve-7", AT) == state_of("valve-7", "OPEN", AT, position_pct=100.0)


@pytest.mark.parametrize(
    ("payload", "wrong"),
    [
        (b"", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[]", "object"),
        (b"[" * 60_000, "JSON"),
        (b"x" * 70_000, "bytes"),
        (b"{}", "at"),
        (b'{"at":"2026-11-22T09:30:00Z"}', "state"),
        (b'{"at":"2026-11-22T09:30:00","state":"OPEN"}', "timezone"),
        (b'{"at":1790000000,"state":"OPEN"}', "at"),
        (b'{"at":"1790000000","state":"OPEN"}', "ISO 8601"),
        (b'{"at":"0001-01-01T00:00:00+14:00","state":"OPEN"}', "calendar"),
        (b'{"at":"2026-11-22T09:30:00Z","state":""}', "state"),
        (b'{"at":"2026-11-22T09:30:00Z","state":7}', "state"),
        (b'{"at":"2026-11-22T09:30:00Z","state":"OPEN\\nFAULT"}', "state"),
        (b'{"at":"2026-11-22T09:30:00Z","state":"OPEN","position_pct":NaN}', "position_pct"),
        (b'{"at":"2026-11-22T09:30:00Z","state":"OPEN","position_pct":Infinity}', "position_pct"),
        (b'{"at":"2026-11-22T09:30:00Z","state":"OPEN","position_pct":1e999}', "position_pct"),
        (b'{"at":"2026-11-22T09:30:00Z","state":"OPEN","position_pct":"100"}', "position_pct"),
        (b'{"at":"2026-11-22T09:30:00Z","state":"OPEN","position_pct":true}', "position_pct"),
        (b'{"at":"2026-11-22T09:30:00Z","state":"OPEN","measured_at":"2026-11-22T09:30:01Z"}', "later"),
    ],
)
def test_a_state_that_breaks_the_contract_is_one_clear_error(payload: bytes, wrong: str) -> None:
    with pytest.raises(PayloadError, match=f"^state of valve-7: .*{wrong}"):
        parse_state(payload, "valve-7", AT)


@given(payload=st.binary(max_size=200))
def test_garbage_never_raises_anything_else(payload: bytes) -> None:
    for parse in (parse_command, parse_reply, parse_status):
        with pytest.raises(PayloadError):
            parse(payload, "valve-7")


@given(
    payload=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["at", "state", "mode", "fault", "measured_at", "x"]), inner, max_size=6)
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_json_of_any_shape_is_a_state_or_one_clear_error(payload: bytes) -> None:
    try:
        state = parse_state(payload, "valve-7", AT)
    except PayloadError:
        return
    assert state.at.tzinfo is not None


def test_a_reply_cannot_break_a_log_line() -> None:
    payload = json.dumps({"command_id": "c-1", "result": "failed", "reason": "no oil\n2026-11-22 all is well\x1b[2J"})
    reason = parse_reply(payload.encode(), "compressor-1").reason
    assert reason is not None
    assert reason.isprintable()


def test_a_number_that_is_none_never_leaves() -> None:
    with pytest.raises(PayloadError):
        encode_state(state_of("dewar-3", "NORMAL", AT, level_pct=float("nan")))


def test_a_time_without_zone_never_leaves() -> None:
    naive = AT.replace(tzinfo=None)
    with pytest.raises(PayloadError):
        encode_command(Command(command_id="c", device="v", action="open", issued_at=naive, expires_at=naive))


def test_times_leave_in_utc() -> None:
    tokyo = AT.astimezone(timezone(timedelta(hours=9)))
    assert json.loads(encode_state(state_of("valve-7", "OPEN", tokyo)))["at"] == "2026-11-22T09:30:00.123456Z"


@pytest.mark.parametrize("status", Status)
def test_a_status_survives_the_wire(status: Status) -> None:
    assert parse_status(encode_status(status), "valve-7") is status
