"""Sentences typed over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from app.reply import Status
from tests.app.api.http_site import HttpSite, problem_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = {"Content-Type": "application/json"}

REPLY = {
    "turn_id",
    "status",
    "intent",
    "slots",
    "speech",
    "language",
    "transcript",
    "command",
    "commands",
    "challenge",
    "readings",
    "reason",
}
"""The fields of a reply that other systems rely on."""


async def test_question_is_answered_with_its_readings(site: HttpSite) -> None:
    reply = await site.say("what is the dewar 3 level", language="en")
    assert set(reply) == REPLY
    assert (reply["status"], reply["intent"], reply["slots"]) == ("answered", "GetLevel", {"device": "dewar-3"})
    assert reply["speech"].startswith("Dewar 3 is at 7")
    assert (reply["language"], reply["transcript"], reply["challenge"], reply["command"]) == ("en", None, None, None)
    (reading,) = reply["readings"]
    assert set(reading) == {
        "device",
        "measurement",
        "quantity",
        "value",
        "unit",
        "measured_at",
        "age_s",
        "is_stale",
    }
    assert (reading["device"], reading["measurement"], reading["unit"]) == ("dewar-3", "level_pct", "%")
    assert reading["value"] == pytest.approx(72, abs=3)
    assert reading["is_stale"] is False
    measured_at = datetime.fromisoformat(reading["measured_at"])
    assert measured_at.tzinfo is not None
    assert abs((datetime.now(UTC) - measured_at).total_seconds() - reading["age_s"]) < 60


async def test_japanese_is_answered_in_japanese(site: HttpSite) -> None:
    reply = await site.say("デュワー3の液面は", language="ja")
    assert (reply["status"], reply["language"]) == ("answered", "ja")
    assert reply["speech"].startswith("デュワー3は7")


async def test_a_station_brings_its_language_and_its_name_into_the_record(site: HttpSite) -> None:
    reply = await site.say("デュワー3の液面は", station="room-mic")
    assert reply["language"] == "ja"
    rows = await site.service.log.turn(reply["turn_id"])
    assert {(row.entry.station, row.entry.speaker, row.entry.role) for row in rows} == {
        ("room-mic", "operator hana", "operator")
    }


async def test_risky_command_is_confirmed_with_its_challenge_and_reported_as_one_command(site: HttpSite) -> None:
    asked = await site.say("start compressor two", station="control-desk")
    assert asked["status"] == "needs_confirmation"
    assert asked["command"] is None
    challenge = asked["challenge"]
    assert set(challenge) == {"challenge_id", "say", "expires_at"}
    expires_at = datetime.fromisoformat(challenge["expires_at"])
    assert 0 < (expires_at - datetime.now(UTC)).total_seconds() <= 10
    done = await site.say(challenge["say"], station="control-desk", challenge_id=challenge["challenge_id"])
    assert done["status"] == "done"
    command = done["command"]
    assert set(command) == {"command_id", "device", "action", "outcome"}
    assert (command["device"], command["action"], command["outcome"]) == ("compressor-2", "start", "done")
    assert done["commands"] == [command]
    recorded = [row.entry.command_id for row in await site.service.log.turn(done["turn_id"])]
    assert command["command_id"] in recorded
    stopped = await site.say("stop compressor two", station="control-desk")
    assert (stopped["status"], stopped["command"]["action"]) == ("done", "stop")


async def test_confirmation_without_its_id_counts_at_the_same_station(site: HttpSite) -> None:
    await site.say("close valve eight", station="control-desk")
    asked = await site.say("open valve eight", station="control-desk")
    done = await site.say(asked["challenge"]["say"], station="control-desk")
    assert (done["status"], done["command"]["device"]) == ("done", "valve-8")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"station": "control-desk", "challenge_id": "of-nobody"}, "nothing_to_confirm"),
        ({"station": "tablet"}, "confirmation_other_station"),
        ({"language": "en"}, "confirmation_other_station"),
    ],
)
async def test_confirmation_from_elsewhere_or_for_something_else_does_nothing(
    site: HttpSite, fields: dict[str, str], code: str
) -> None:
    await site.say("close valve nine", station="control-desk")
    asked = await site.say("open valve nine", station="control-desk")
    before = await site.commands()
    refused = await site.say(asked["challenge"]["say"], **fields)
    assert (refused["status"], refused["reason"]) == ("refused", code)
    stolen = await site.say(
        asked["challenge"]["say"], station="room-mic", language="en", challenge_id=asked["challenge"]["challenge_id"]
    )
    assert stolen["status"] == "refused"
    assert await site.commands() == before
    await site.say("cancel", station="control-desk")


async def test_stop_of_everything_needs_no_role_and_reports_every_command(site: HttpSite) -> None:
    response = await site.technician.post("/v1/utterances", json={"text": "emergency stop", "language": "en"})
    reply = response.json()
    assert {command["device"] for command in reply["commands"]} == {"compressor-1", "compressor-2"}
    assert reply["command"] is None
    assert reply["intent"] == "StopAll"
    assert "red button" in reply["speech"]


async def test_what_is_not_understood_is_a_reply_and_no_problem(site: HttpSite) -> None:
    reply = await site.say("the quick brown fox")
    assert (reply["status"], reply["intent"], reply["reason"]) == ("not_understood", None, "not_understood")


async def test_every_status_of_the_contract_is_in_the_interface() -> None:
    assert [status.value for status in Status] == [
        "answered",
        "done",
        "needs_confirmation",
        "ambiguous",
        "no_action",
        "refused",
        "rejected",
        "failed",
        "expired",
        "unknown",
        "not_understood",
        "cancelled",
    ]


BAD_TEXTS = {
    "nothing": ("", 422, "text_empty"),
    "blanks": (" \t\n\u3000", 422, "text_empty"),
    "ten thousand characters": ("start compressor one " * 477, 413, "text_too_long"),
    "ten thousand Japanese characters": ("圧" * 10_000, 413, "text_too_long"),
    "a NUL": ("start\x00 compressor one", 422, "text_unreadable"),
    "an escape sequence": ("\x1b[2Jstart compressor one", 422, "text_unreadable"),
    "half a character": ("start compressor \ud800 one", 422, "text_unreadable"),
    "a DEL": ("start compressor one\x7f", 422, "text_unreadable"),
}


@pytest.mark.parametrize("name", BAD_TEXTS)
async def test_bad_text_is_a_problem_with_its_turn_a_row_and_no_command(site: HttpSite, name: str) -> None:
    text, status, code = BAD_TEXTS[name]
    before = await site.commands()
    content = json.dumps({"text": text, "language": "en"})  # in ASCII, so that half a character can be sent
    response = await site.operator.post("/v1/utterances", content=content, headers=JSON)
    problem = problem_of(response, status, code)
    assert problem["speech"]
    rows = await site.service.log.turn(problem["turn_id"])
    assert [row.entry.step.value for row in rows] == ["heard", "answered"]
    assert rows[-1].entry.reason == code
    assert await site.commands() == before


BAD_REQUESTS: dict[str, tuple[object, str]] = {
    "no text": ({}, "body.text"),
    "text that is no text": ({"text": 5}, "body.text"),
    "an unknown field": ({"text": "help", "role": "admin"}, "body.role"),
    "an unknown field of half a character": ({"text": "help", "\ud800": 1}, "body"),
    "an unknown field of 5,000 characters": ({"text": "help", "x" * 5000: 1}, "body.xxx"),
    "a language that is none": ({"text": "help", "language": "english"}, "body.language"),
    "a station of 65 characters": ({"text": "help", "station": "x" * 65}, "body.station"),
    "a list": ([], "body"),
}


@pytest.mark.parametrize("name", BAD_REQUESTS)
async def test_a_request_that_is_none_is_refused_with_the_place(site: HttpSite, name: str) -> None:
    body, place = BAD_REQUESTS[name]
    content = json.dumps(body)
    response = await site.operator.post("/v1/utterances", content=content, headers=JSON)
    detail = problem_of(response, 422, "invalid_request")["detail"]
    assert detail.startswith(place)
    assert len(detail) < 300


async def test_unknown_station_and_language_are_refused_with_what_there_is(site: HttpSite) -> None:
    station = await site.operator.post("/v1/utterances", json={"text": "help", "station": "moon"})
    assert "control-desk" in problem_of(station, 422, "station_unknown")["detail"]
    language = await site.operator.post("/v1/utterances", json={"text": "help", "language": "fr"})
    assert "en, ja" in problem_of(language, 422, "language_unknown")["detail"]


BODIES = {
    "bytes that are not UTF-8": (b'{"text": "\xff\xfe"}', 400, "body_unreadable"),
    "a number of 5,000 digits": (b'{"text": %s}' % (b"1" * 5000), 400, "body_unreadable"),
    "no JSON": (b'{"text": "help"', 422, "invalid_request"),
    "nothing": (b"", 422, "invalid_request"),
    "one byte too many": (b'{"text": "%s"}' % (b"x" * (65_536 - 12 + 1)), 413, "body_too_large"),
    "a megabyte": (b"x" * 1_000_000, 413, "body_too_large"),
}


@pytest.mark.parametrize("is_streamed", [False, True])
@pytest.mark.parametrize("name", BODIES)
async def test_a_body_that_cannot_be_read_is_a_problem(site: HttpSite, name: str, is_streamed: bool) -> None:
    content, status, code = BODIES[name]

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 1000):
            yield content[start : start + 1000]

    response = await site.operator.post(
        "/v1/utterances",
        content=pieces() if is_streamed else content,
        headers=JSON,
    )
    problem_of(response, status, code)


async def test_a_text_of_ten_thousand_characters_fits_into_a_body_in_any_writing(site: HttpSite) -> None:
    escaped = b'{"text": "%s"}' % (b"\\u5727" * 10_000)
    response = await site.operator.post("/v1/utterances", content=escaped, headers=JSON)
    problem_of(response, 413, "text_too_long")


async def test_many_at_once_each_get_their_own_answer(site: HttpSite) -> None:
    numbers = [1, 2, 3, 4, 5, 6] * 5
    replies = await asyncio.gather(*(site.say(f"what is the level of dewar {number}") for number in numbers))
    assert [reply["slots"]["device"] for reply in replies] == [f"dewar-{number}" for number in numbers]
    assert len({reply["turn_id"] for reply in replies}) == len(replies)
