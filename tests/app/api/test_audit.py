"""Review over HTTP."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from models.audit_export import COLUMNS
from tests.app.api.http_site import HttpSite, http_site, problem_of
from tests.app.site import running_site
from tests.mosquitto import Mosquitto

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def turns(site: HttpSite) -> dict[str, dict[str, Any]]:
    """Say some sentences."""
    return {
        "question": await site.say("what is the dewar 3 level", station="control-desk"),
        "stop": await site.say("emergency stop", station="control-desk"),
        "nonsense": await site.say("the quick brown fox", language="en"),
        "again": await site.say("the quick brown fox", language="en"),
        "formula": await site.say('=cmd|" /C calc"!A0', language="en"),
        "japanese": await site.say("圧縮機1を起動しないで", station="room-mic"),
    }


async def rows(site: HttpSite, **query: str) -> list[dict[str, Any]]:
    response = await site.admin.get("/v1/audit", params={"limit": 1000, **query})
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["rows"]
    return found


async def test_a_row_tells_who_where_what_and_what_came_of_it(site: HttpSite, turns: dict[str, Any]) -> None:
    found = await rows(site, turn_id=turns["question"]["turn_id"])
    assert [row["step"] for row in reversed(found)] == ["heard", "understood", "answered"]
    answered, understood, heard = found
    assert heard["transcript"] == "what is the dewar 3 level"
    assert (understood["intent"], understood["slots"], understood["device"]) == (
        "GetLevel",
        {"device": "dewar-3"},
        "dewar-3",
    )
    assert answered["outcome"] == "answered"
    assert answered["detail"]["speech"] == turns["question"]["speech"]
    for row in found:
        assert (row["station"], row["speaker"], row["role"], row["language"]) == (
            "control-desk",
            "operator hana",
            "operator",
            "en",
        )
        assert datetime.fromisoformat(row["at"]).utcoffset() == timedelta(0)
        assert len(row["hash"]) == 64


async def test_each_filter_narrows_and_they_add_up(site: HttpSite, turns: dict[str, Any]) -> None:
    everything = await rows(site)
    for name, value in {
        "device": "compressor-1",
        "speaker": "operator hana",
        "station": "room-mic",
        "intent": "GetLevel",
        "outcome": "not_understood",
        "step": "commanded",
        "turn_id": turns["stop"]["turn_id"],
    }.items():
        found = await rows(site, **{name: value})
        assert found == [row for row in everything if row[name] == value], name
        assert found, name
    both = await rows(site, step="outcome", device="compressor-2")
    assert [(row["step"], row["device"]) for row in both] == [("outcome", "compressor-2")]
    assert await rows(site, device="nothing") == []
    middle = everything[len(everything) // 2]["at"]
    assert await rows(site, since=middle) == [row for row in everything if row["at"] >= middle]
    assert await rows(site, until=middle) == [row for row in everything if row["at"] < middle]
    tokyo = datetime.fromisoformat(middle).astimezone().isoformat()
    assert await rows(site, since=tokyo) == await rows(site, since=middle)


async def test_pages_follow_each_other_without_a_gap_though_rows_arrive_meanwhile(site: HttpSite) -> None:
    everything = await rows(site)
    collected: list[dict[str, Any]] = []
    query: dict[str, str | int] = {"limit": 7}
    while True:
        page = (await site.admin.get("/v1/audit", params=query)).json()
        assert len(page["rows"]) <= 7
        collected += page["rows"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
        await site.say("help")
    assert collected == everything


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("cursor=x", "bad_cursor"),
        ("cursor=1.2.3", "bad_cursor"),
        ("limit=0", "invalid_request"),
        ("limit=1001", "invalid_request"),
        ("since=2026-11-22T09:00:00", "invalid_request"),
        ("until=2026-11-22", "invalid_request"),
        ("step=dreamt", "invalid_request"),
        ("device=a%00b", "invalid_request"),
        (f"speaker={'x' * 201}", "invalid_request"),
    ],
)
async def test_a_question_that_cannot_be_answered_is_refused(site: HttpSite, query: str, code: str) -> None:
    problem_of(await site.admin.get(f"/v1/audit?{query}"), 422, code)


async def test_csv_has_the_wanted_rows_oldest_first_and_no_cell_is_a_formula(
    site: HttpSite, turns: dict[str, Any]
) -> None:
    response = await site.admin.get("/v1/audit.csv", params={"turn_id": turns["formula"]["turn_id"]})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert "audit.csv" in response.headers["content-disposition"]
    table = list(csv.DictReader(io.StringIO(response.text)))
    assert tuple(table[0]) == COLUMNS
    assert [row["step"] for row in table] == ["heard", "understood", "answered"]
    assert table[0]["transcript"] == "'" + '=cmd|" /C calc"!A0'
    everything = (await site.admin.get("/v1/audit.csv")).text
    assert len(everything.splitlines()) == len(await rows(site)) + 1
    assert "圧縮機1を起動しないで" in everything
    nothing = (await site.admin.get("/v1/audit.csv?device=nothing")).text
    assert nothing.strip() == ",".join(COLUMNS)


async def test_sentences_that_were_not_understood_come_most_frequent_first(site: HttpSite) -> None:
    missed = (await site.admin.get("/v1/audit/not-understood")).json()
    assert (missed[0]["text"], missed[0]["language"], missed[0]["count"]) == ("the quick brown fox", "en", 2)
    assert abs((datetime.now(UTC) - datetime.fromisoformat(missed[0]["last_at"])).total_seconds()) < 300
    assert len((await site.admin.get("/v1/audit/not-understood?limit=1")).json()) == 1


async def test_verification_finds_a_row_that_was_edited(tmp_path: Path, broker: Mosquitto) -> None:
    async with running_site(tmp_path, broker) as service, http_site(service) as site:
        stopped = await site.say("emergency stop")
        whole = (await site.admin.get("/v1/audit/verification")).json()
        assert (whole["is_intact"], whole["first_bad_seq"], whole["reason"]) == (True, None, None)
        assert whole["head_seq"] == whole["rows"] > 5
        rows_ = await service.log.turn(stopped["turn_id"])
        edited = next(row for row in rows_ if row.entry.step.value == "outcome")
        async with service.database.writing() as connection:
            triggers = await connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in triggers.all():
                await connection.exec_driver_sql(f"DROP TRIGGER {name}")
            await connection.exec_driver_sql("UPDATE audit SET outcome = 'done!' WHERE seq = ?", (edited.seq,))
        found = (await site.admin.get("/v1/audit/verification")).json()
        assert (found["is_intact"], found["first_bad_seq"]) == (False, edited.seq)
        assert found["reason"]
