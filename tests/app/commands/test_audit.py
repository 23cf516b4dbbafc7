"""The log, listed, exported and verified."""

import asyncio
import csv
import io
import json
import sqlite3
from typing import Any

import pytest

from models.audit import Step
from models.audit_writer import AuditWriter
from models.database import Database
from tests.app.commands.terminal import Terminal
from tests.models.entries import NOON, an_entry, some_entries

HOSTILE = "[/b]\x1b[2J=1+1"


@pytest.fixture(autouse=True)
def _filled(wanwan: Terminal) -> None:
    """Record some steps."""

    async def fill() -> None:
        url = f"sqlite:///{wanwan.data / 'wanwan.sqlite'}"
        async with await Database.open(url) as database, AuditWriter(database) as writer:
            await writer.append(*some_entries(5))
            missed: dict[str, Any] = {
                "step": Step.UNDERSTOOD,
                "outcome": "not_understood",
                "intent": None,
                "slots": {},
                "device": None,
            }
            await writer.append(*some_entries(2, speaker="hana", transcript=HOSTILE, **missed))
            await writer.append(an_entry(turn_id="other", transcript="月", **missed))

    asyncio.run(fill())


def edit(wanwan: Terminal, statement: str) -> None:
    """Change the file as nobody should."""
    with sqlite3.connect(wanwan.data / "wanwan.sqlite") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
    connection.close()


def test_the_newest_rows_are_listed_oldest_first_and_no_transcript_garbles_them(wanwan: Terminal) -> None:
    ended = wanwan("audit", "list")
    assert (ended.code, ended.err) == (0, "")
    rows = ended.out.splitlines()[3:-1]
    times = [row.split("│")[2].strip() for row in rows]
    assert (len(times), times) == (8, sorted(times))
    assert "\x1b" not in ended.out
    assert r"[/b]\x1b[2J=1+1" in ended.out
    assert "圧縮機1号機を起動して" in ended.out


def test_filters_and_limit_choose_rows(wanwan: Terminal) -> None:
    whole = wanwan("audit", "list", "--json").json
    assert (len(whole["rows"]), whole["has_older"]) == (8, False)
    assert whole["rows"][0]["slots"] == {"device": "compressor-1"}
    for arguments, count in (
        (["--speaker", "hana"], 2),
        (["--device", "compressor-1"], 5),
        (["--turn", "other"], 1),
        (["--outcome", "done", "--intent", "StartCompressor"], 5),
        (["--station", "nowhere"], 0),
        (["--since", "2026-11-22T12:00:02"], 3),
        (["--since", "2026-11-22T21:00:02+0900"], 3),
        (["--until", "2026-11-22T12:00"], 0),
        (["--until", "2026-11-22"], 0),
    ):
        assert len(wanwan("audit", "list", "--json", *arguments).json["rows"]) == count, arguments
    last = wanwan("audit", "list", "--json", "--limit", "1").json
    assert ([row["turn_id"] for row in last["rows"]], last["has_older"]) == (["turn-4"], True)
    assert last["rows"][0]["at"].startswith(f"{NOON:%Y-%m-%d}")


def test_rows_are_exported_for_spreadsheets_and_for_programs(wanwan: Terminal) -> None:
    table = list(csv.DictReader(io.StringIO(wanwan("audit", "export").out)))
    assert len(table) == 8
    lines = [json.loads(line) for line in wanwan("audit", "export", "--format", "jsonl").out.splitlines()]
    assert [int(row["seq"]) for row in table] == [line["seq"] for line in lines]
    assert HOSTILE in {line["transcript"] for line in lines}
    assert len(wanwan("audit", "export", "--speaker", "hana", "--format", "jsonl").out.splitlines()) == 2


def test_sentences_that_were_not_understood_are_counted(wanwan: Terminal) -> None:
    ended = wanwan("audit", "not-understood")
    assert ended.code == 0
    assert r"\x1b[2J" in ended.out
    sentences = wanwan("audit", "not-understood", "--json", "--limit", "1").json["sentences"]
    assert [(s["text"], s["count"]) for s in sentences] == [(HOSTILE, 2)]


def test_a_whole_chain_is_verified_up_to_its_head(wanwan: Terminal) -> None:
    ended = wanwan("audit", "verify")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("intact: 8 rows; head 8:")
    head = ended.out.strip().rpartition(" ")[2]
    assert wanwan("audit", "verify", "--head", head).code == 0
    assert wanwan("audit", "verify", "--json").json["is_intact"] is True
    known = f"9:{'0' * 64}"
    assert "ends before row 9" in wanwan.failing("audit", "verify", "--head", known)
    assert "row 8 is another" in wanwan.failing("audit", "verify", "--head", f"8:{'0' * 64}")


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit SET outcome = 'failed' WHERE seq = 3", "row 3 was edited; 2 rows before it hold"),
        ("UPDATE audit SET transcript = CAST(x'ff' AS TEXT) WHERE seq = 5", "row 5 was edited; 4 rows"),
        ("DELETE FROM audit WHERE seq = 4", "row 4 is missing; 3 rows"),
    ],
)
def test_a_row_that_was_changed_is_named(wanwan: Terminal, statement: str, found: str) -> None:
    edit(wanwan, statement)
    assert found in wanwan.failing("audit", "verify")
    ended = wanwan("audit", "verify", "--json")
    assert ended.code == 1
    assert ended.json["is_intact"] is False


def test_a_log_that_does_not_exist_is_not_made_by_reading(wanwan: Terminal) -> None:
    missing = wanwan.data / "missing"
    wanwan.set(data=str(missing))
    for command in (["list"], ["export"], ["verify"], ["not-understood"]):
        assert "there is no database" in wanwan.failing("audit", *command)
    assert not missing.exists()
