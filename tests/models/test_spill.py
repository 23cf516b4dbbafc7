"""Rows of a stop that wait in a file, and come into the chain once."""

# ruff: noqa: ASYNC240  (small local files, and nothing else runs in the loop)

import asyncio
import itertools
import json
import sqlite3
from pathlib import Path

import pytest

from models.audit import Step
from models.audit_query import AuditLog
from models.audit_verify import verify
from models.audit_writer import AuditWriter
from models.database import Database
from models.errors import AuditUnavailableError, SpillError
from tests.models.entries import NOON, an_entry, some_entries

STOP = an_entry(
    turn_id="stop", step=Step.COMMANDED, action="stop", transcript="停止\nいますぐ\x00", detail={"answer": "停止"}
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give the path of a spill file that does not exist yet, in a folder that does not either."""
    return tmp_path / "state" / "spilled-audit.jsonl"


async def test_spilled_rows_come_into_the_chain_marked_and_with_their_own_time(
    writer: AuditWriter, log: AuditLog, database: Database, file: Path
) -> None:
    await writer.append(an_entry(at=NOON.replace(hour=13)))
    await writer.spill([STOP, an_entry(turn_id="stop", step=Step.OUTCOME)], file)
    assert await writer.take_in_spill(file) == (2, 3)
    commanded, outcome = (recorded.entry for recorded in await log.turn("stop"))
    assert commanded.at == STOP.at
    assert commanded.transcript == "停止\nいますぐ\N{SYMBOL FOR NULL}"
    assert commanded.detail == {"answer": "停止", "spilled": "true"}
    assert outcome.step is Step.OUTCOME
    assert (await verify(database)).is_intact
    assert list(file.parent.iterdir()) == []


async def test_taking_in_without_a_file_does_nothing(writer: AuditWriter, file: Path) -> None:
    assert await writer.take_in_spill(file) == ()


async def test_rows_spilled_while_others_are_taken_in_are_not_lost(
    writer: AuditWriter, log: AuditLog, file: Path
) -> None:
    entries = some_entries(40)
    for entry in entries[:20]:
        await writer.spill([entry], file)
    async with asyncio.TaskGroup() as group:
        taking = [group.create_task(writer.take_in_spill(file)) for _ in range(5)]
        for entry in entries[20:]:
            group.create_task(writer.spill([entry], file))
    seqs = [task.result() for task in taking]
    seqs.append(await writer.take_in_spill(file))
    assert sorted(itertools.chain.from_iterable(seqs)) == list(range(1, 41))
    assert {recorded.entry.turn_id for recorded in (await log.page()).entries} == {entry.turn_id for entry in entries}


async def test_a_crash_between_commit_and_removal_adds_nothing_twice(
    writer: AuditWriter, log: AuditLog, file: Path
) -> None:
    await writer.spill([STOP], file)
    kept = file.read_bytes()
    assert await writer.take_in_spill(file) == (1,)
    file.with_name(file.name + ".taking").write_bytes(kept)  # as if the process had died before removing it
    await writer.spill([an_entry(turn_id="later")], file)
    assert await writer.take_in_spill(file) == (2,)
    assert len(await log.turn("stop")) == 1


async def test_a_row_committed_after_its_caller_gave_up_is_not_added_again(
    writer: AuditWriter, log: AuditLog, file: Path
) -> None:
    await writer.append(STOP)
    await writer.spill([STOP, an_entry(turn_id="stop", step=Step.OUTCOME)], file)
    assert len(await writer.take_in_spill(file)) == 1
    assert [recorded.entry.step for recorded in await log.turn("stop")] == [Step.COMMANDED, Step.OUTCOME]


async def test_a_stop_that_gives_up_waiting_for_the_log_is_in_the_chain_once(sqlite: Database, file: Path) -> None:
    blocker = sqlite3.connect(str(sqlite.path), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    async with AuditWriter(sqlite) as writer:
        appending = asyncio.create_task(writer.append(STOP))
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # now the writer's thread waits for the lock
        appending.cancel()
        await writer.spill([STOP], file)
        blocker.execute("ROLLBACK")
        blocker.close()
        await writer.take_in_spill(file)
        assert len(await AuditLog(sqlite).turn("stop")) == 1


async def test_a_line_cut_short_by_a_crash_is_put_aside_and_harms_no_other(
    writer: AuditWriter, log: AuditLog, file: Path
) -> None:
    await writer.spill(some_entries(2), file)
    whole = file.read_text()
    file.write_text(whole + whole[:50])
    await writer.spill([STOP], file)
    assert await writer.take_in_spill(file) == (1, 2, 3)
    assert len(await log.turn("stop")) == 1
    assert file.with_name(file.name + ".damaged").read_text() == whole[:50] + "\n"


async def test_lines_that_are_no_rows_are_put_aside(writer: AuditWriter, file: Path) -> None:
    lines = "".join(line + "\n" for line in ("[]", "{}", "null", '{"at_us": "x"}', "\ufffd"))
    file.parent.mkdir()
    file.write_text(lines)
    assert await writer.take_in_spill(file) == ()
    assert file.with_name(file.name + ".damaged").read_text() == lines


async def test_spilling_works_while_the_database_does_not(sqlite: Database, file: Path) -> None:
    assert sqlite.path is not None
    gone = sqlite.path.with_suffix(".gone")
    async with AuditWriter(sqlite) as writer:
        sqlite.path.rename(gone)
        with pytest.raises(AuditUnavailableError):
            await writer.append(STOP)
        await writer.spill([STOP], file)
        with pytest.raises(AuditUnavailableError):
            await writer.take_in_spill(file)
        assert file.exists()  # by this the service knows that rows wait
        gone.rename(sqlite.path)
        assert await writer.take_in_spill(file) == (1,)
    await writer.spill([STOP], file)  # a closed writer still spills
    assert json.loads(file.read_text())["turn_id"] == "stop"


async def test_a_stop_spills_at_once_while_others_wait_for_the_database(sqlite: Database, file: Path) -> None:
    async with AuditWriter(sqlite) as writer:
        await writer.spill(some_entries(1), file)
        blocker = sqlite3.connect(str(sqlite.path), isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        taking = asyncio.create_task(writer.take_in_spill(file))
        while file.exists():  # noqa: ASYNC110  (a file has no event)
            await asyncio.sleep(0)
        await writer.spill([STOP], file)
        assert not taking.done()
        blocker.execute("ROLLBACK")
        blocker.close()
        assert await taking == (1, 2)


async def test_a_spill_file_that_cannot_be_written_is_reported(writer: AuditWriter, tmp_path: Path) -> None:
    with pytest.raises(SpillError, match="could not be kept"):
        await writer.spill([STOP], tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(SpillError, match="could not be kept"):
        await writer.spill([STOP], tmp_path / "file" / "spill.jsonl")
