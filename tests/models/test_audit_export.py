"""Exports: complete, safe to open, of constant memory."""

import csv
import io
import json
import sqlite3
from datetime import datetime, timedelta
from hashlib import sha256

import psutil

from models.audit import AUDIT
from models.audit_export import BYTE_ORDER_MARK, COLUMNS, export_csv, export_json_lines
from models.audit_query import AuditFilter, AuditLog
from models.audit_writer import AuditWriter
from models.chain import GENESIS, HASHED
from models.database import Database
from tests.models.entries import NOON, STARTED, an_entry, some_entries
from tests.models.test_audit_query import AWKWARD

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")


async def csv_of(log: AuditLog, wanted: AuditFilter | None = None, *, with_bom: bool = False) -> str:
    """Return a whole CSV export."""
    return "".join([part async for part in export_csv(log, wanted or AuditFilter(), with_bom=with_bom)])


async def test_csv_has_each_row_once_oldest_first(writer: AuditWriter, log: AuditLog) -> None:
    await writer.append(*some_entries(2500))
    rows = list(csv.DictReader(io.StringIO(await csv_of(log))))
    assert [row["turn_id"] for row in rows] == [f"turn-{number}" for number in range(2500)]
    assert rows[0]["at"] == "2026-11-22T12:00:00.123456Z"
    assert rows[0]["nbest"] == '["圧縮機1号機を起動して","圧縮機1号機を機動して"]'
    assert rows[0]["reason"] == ""


async def test_an_export_keeps_to_its_filter(writer: AuditWriter, log: AuditLog) -> None:
    await writer.append(*some_entries(1500, device="valve-1"), *some_entries(3, device="valve-2"))
    wanted = AuditFilter(device="valve-2", since=NOON + timedelta(seconds=1))
    assert (await csv_of(log, wanted)).count("\r\n") == 1 + 2


async def test_an_empty_export_is_a_header(log: AuditLog) -> None:
    assert await csv_of(log) == ",".join(COLUMNS) + "\r\n"
    assert [part async for part in export_json_lines(log)] == []


async def test_a_byte_order_mark_comes_first_if_asked_for(log: AuditLog) -> None:
    assert (await csv_of(log, with_bom=True)).startswith(BYTE_ORDER_MARK + "seq,at,")


FORMULAS = (
    '=HYPERLINK("http://evil","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\ufeff=1+1",
    "\u3000＝1+1",
    "＋1",
    "－1",
    "＠x",
)


async def test_no_cell_is_a_formula(sqlite: Database) -> None:
    async with AuditWriter(sqlite) as writer:
        await writer.append(*(an_entry(speaker=text, transcript=text, reason=text) for text in FORMULAS))
    rows = list(csv.DictReader(io.StringIO(await csv_of(AuditLog(sqlite)))))
    assert len(rows) == len(FORMULAS)
    for row in rows:
        for name in ("speaker", "transcript", "reason"):
            assert row[name].startswith("'")
        for value in row.values():
            assert not value.lstrip(" \t\r\n\u3000\ufeff\u200b").startswith(tuple("=+-@＝＋－＠"))


async def test_no_text_can_pass_for_another_row(writer: AuditWriter, log: AuditLog) -> None:
    await writer.append(*(an_entry(transcript=text, speaker=text, detail={"text": text}) for text in AWKWARD))
    exported = await csv_of(log)
    assert len(exported.splitlines()) == 1 + len(AWKWARD)
    assert not {char for char in exported.replace("\r\n", "") if char < " " or "\u202a" <= char <= "\u202e"}
    lines = "".join([part async for part in export_json_lines(log)])
    assert len(lines.splitlines()) == len(AWKWARD)


async def test_json_lines_are_exact(writer: AuditWriter, log: AuditLog) -> None:
    await writer.append(*(an_entry(transcript=text, nbest=(text,), slots={"text": text}) for text in AWKWARD))
    lines = "".join([part async for part in export_json_lines(log)]).splitlines()
    for line, text in zip(lines, AWKWARD, strict=True):
        row = json.loads(line)
        assert tuple(row) == COLUMNS
        assert (row["transcript"], row["nbest"], row["slots"]) == (text, [text], {"text": text})


async def test_the_chain_can_be_verified_from_json_lines_alone(writer: AuditWriter, log: AuditLog) -> None:
    await writer.append(*(an_entry(transcript=text, detail={"b": text, "a": text}) for text in AWKWARD))
    previous = GENESIS
    for line in "".join([part async for part in export_json_lines(log)]).splitlines():
        row = json.loads(line)
        row["at_us"] = (datetime.fromisoformat(row["at"]) - EPOCH) // timedelta(microseconds=1)
        for name in ("nbest", "slots", "detail"):
            row[name] = json.dumps(row[name], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        values = [row[name] for name in HASHED]
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        assert row["prev_hash"] == previous
        assert row["hash"] == sha256(text.encode()).hexdigest()
        previous = row["hash"]
    assert previous == (await log.head()).hash


async def test_fifty_thousand_rows_need_no_more_memory_than_a_few(sqlite: Database) -> None:
    async with AuditWriter(sqlite) as writer:
        await writer.append(STARTED)
    raw = sqlite3.connect(str(sqlite.path))
    raw.execute("DROP TRIGGER audit_continues")
    columns = ", ".join(AUDIT.columns.keys()[1:])
    raw.execute(
        f"INSERT INTO audit SELECT n, {columns} FROM audit, "  # noqa: S608  (our own names)
        "(WITH RECURSIVE more (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM more WHERE n < 50000) SELECT n FROM more)"
    )
    raw.commit()
    raw.close()
    log = AuditLog(sqlite)
    process = psutil.Process()
    before = process.memory_info().rss
    rows = size = most = 0
    async for part in export_csv(log):
        rows += part.count("\r\n")
        size += len(part)
        most = max(most, process.memory_info().rss)
    assert rows == 50_001
    assert size > 15e6
    assert most - before < 40e6  # a thousand rows at a time are some MB as objects; all of them would be 150 MB
