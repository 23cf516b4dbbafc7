"""The single writer: order, group commit, cancellation, closing."""

import asyncio
import sqlite3
from typing import Any

import pytest
from sqlalchemy import event

from models.audit import RecordedEntry
from models.audit_query import AuditFilter, AuditLog
from models.audit_verify import verify
from models.audit_writer import MAX_ROWS_PER_COMMIT, AuditWriter
from models.chain import GENESIS
from models.database import Database
from models.errors import AuditUnavailableError
from tests.models.entries import an_entry, some_entries


def commits_of(database: Database) -> list[Any]:
    """Return a list that grows by one for each commit of the writer's engine."""
    seen: list[Any] = []
    event.listen(database.sync_engine, "commit", seen.append)
    return seen


async def test_an_appended_entry_is_read_back_as_it_was(writer: AuditWriter, log: AuditLog) -> None:
    entry = an_entry()
    (seq,) = await writer.append(entry)
    (recorded,) = (await log.page()).entries
    assert recorded == RecordedEntry(seq=seq, entry=entry, prev_hash=GENESIS, hash=recorded.hash)
    assert seq == 1


async def test_entries_of_one_call_get_neighbouring_numbers_in_their_order(writer: AuditWriter, log: AuditLog) -> None:
    first = await writer.append(*some_entries(3, speaker="one"))
    second = await writer.append(*some_entries(2, speaker="two"))
    assert first + second == (1, 2, 3, 4, 5)
    assert [recorded.entry.turn_id for recorded in await log.turn("turn-1")] == ["turn-1", "turn-1"]


async def test_appending_nothing_writes_nothing(writer: AuditWriter, log: AuditLog) -> None:
    assert await writer.append() == ()
    assert (await log.head()).seq == 0


async def test_many_callers_share_commits_and_each_keeps_its_order(database: Database) -> None:
    callers, calls, rows = 40, 5, 3
    async with AuditWriter(database) as writer:
        commits = commits_of(database)

        async def caller(name: str) -> list[tuple[int, ...]]:
            return [await writer.append(*some_entries(rows, speaker=name)) for _ in range(calls)]

        answers = await asyncio.gather(*(caller(f"caller-{number}") for number in range(callers)))
        assert len(commits) < callers * calls / 4

    everything = sorted(seq for answer in answers for call in answer for seq in call)
    assert everything == list(range(1, callers * calls * rows + 1))
    for answer in answers:
        assert answer == sorted(answer)
        for call in answer:
            assert call == tuple(range(call[0], call[0] + rows))
    log = AuditLog(database)
    for number, answer in enumerate(answers):
        page = await log.page(AuditFilter(speaker=f"caller-{number}"), limit=1000)
        assert {recorded.seq for recorded in page.entries} == {seq for call in answer for seq in call}
    assert (await verify(database)).is_intact


async def test_two_writers_on_one_database_make_one_chain(url: str) -> None:
    async with await Database.open(url) as one, await Database.open(url) as other:
        async with AuditWriter(one) as first, AuditWriter(other) as second:
            answers = await asyncio.gather(
                *(writer.append(*some_entries(2)) for _ in range(30) for writer in (first, second))
            )
        assert sorted(seq for answer in answers for seq in answer) == list(range(1, 121))
        found = await verify(one)
    assert found.is_intact
    assert found.rows == 120


async def test_a_call_larger_than_a_commit_is_still_one_transaction(database: Database) -> None:
    async with AuditWriter(database) as writer:
        commits = commits_of(database)
        small = asyncio.create_task(writer.append(an_entry()))
        large = asyncio.create_task(writer.append(*some_entries(MAX_ROWS_PER_COMMIT + 1)))
        assert await small == (1,)
        assert await large == tuple(range(2, MAX_ROWS_PER_COMMIT + 3))
        assert len(commits) == 2


async def test_closing_commits_what_is_queued(database: Database) -> None:
    writer = AuditWriter(database)
    await writer.__aenter__()
    waiting = [asyncio.create_task(writer.append(an_entry(turn_id=str(number)))) for number in range(20)]
    await asyncio.sleep(0)
    await writer.close()
    assert [await task for task in waiting] == [(number,) for number in range(1, 21)]


async def test_a_closed_writer_refuses(database: Database) -> None:
    async with AuditWriter(database) as writer:
        pass
    with pytest.raises(AuditUnavailableError, match="closed"):
        await writer.append(an_entry())


async def test_a_writer_that_was_not_started_refuses(database: Database) -> None:
    with pytest.raises(AuditUnavailableError):
        await AuditWriter(database).append(an_entry())


async def test_a_caller_that_gives_up_while_queued_leaves_no_row(sqlite: Database) -> None:
    blocker = sqlite3.connect(str(sqlite.path), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    async with AuditWriter(sqlite) as writer:
        committing = asyncio.create_task(writer.append(an_entry(speaker="first")))
        await asyncio.sleep(0)  # let it queue, and the writer take it
        await asyncio.sleep(0)
        gone = asyncio.create_task(writer.append(an_entry(speaker="gone")))
        last = asyncio.create_task(writer.append(an_entry(speaker="last")))
        await asyncio.sleep(0)
        gone.cancel()
        blocker.execute("ROLLBACK")
        blocker.close()
        assert await committing == (1,)
        assert await last == (2,)
    page = await AuditLog(sqlite).page()
    assert [recorded.entry.speaker for recorded in page.entries] == ["last", "first"]


async def test_an_entry_without_a_time_zone_harms_no_one_else(writer: AuditWriter) -> None:
    naive = an_entry().at.replace(tzinfo=None)
    good = asyncio.create_task(writer.append(an_entry()))
    with pytest.raises(ValueError, match="no time zone"):
        await writer.append(an_entry(at=naive))
    assert await good == (1,)


async def test_nobody_waits_for_a_writer_that_was_killed(database: Database) -> None:
    async with AuditWriter(database) as writer:
        assert writer._task is not None
        waiting = asyncio.create_task(writer.append(an_entry()))
        await asyncio.sleep(0)
        writer._task.cancel()
        with pytest.raises(AuditUnavailableError):
            await waiting
        with pytest.raises(AuditUnavailableError):
            await writer.append(an_entry())
        with pytest.raises(asyncio.CancelledError):
            await writer.close()
