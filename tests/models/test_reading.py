"""Readings: kept, asked for, forgotten, and never in the audit's way."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from models.audit_writer import AuditWriter
from models.database import Database
from models.reading import ReadingStore, StoredReading, readings_url
from tests.models.entries import NOON, an_entry


def level(second: int, value: float = 72.5, device: str = "dewar-3") -> StoredReading:
    """Return a level measured some seconds after noon."""
    return StoredReading(
        device=device, measurement="level_pct", measured_at=NOON + timedelta(seconds=second), value=value
    )


@pytest.fixture
async def store(url: str) -> AsyncIterator[ReadingStore]:
    """Give an empty store."""
    async with await ReadingStore.open(url) as opened:
        yield opened


async def test_stored_readings_come_back_oldest_first(store: ReadingStore) -> None:
    readings = [level(second, value=second / 3) for second in range(10)]
    await store.add(reversed(readings))
    assert await store.series("dewar-3", "level_pct") == tuple(readings)


async def test_a_series_is_cut_to_times_and_to_the_newest(store: ReadingStore) -> None:
    await store.add([level(second) for second in range(10)])
    found = await store.series(
        "dewar-3", "level_pct", since=NOON + timedelta(seconds=2), until=NOON + timedelta(seconds=8), limit=3
    )
    assert [reading.measured_at - NOON for reading in found] == [timedelta(seconds=second) for second in (5, 6, 7)]


async def test_devices_and_measurements_are_kept_apart(store: ReadingStore) -> None:
    await store.add([level(0), level(0, device="dewar-4", value=1.0)])
    assert [reading.value for reading in await store.series("dewar-4", "level_pct")] == [1.0]
    assert await store.series("dewar-3", "pressure_kpa") == ()


async def test_the_same_measurement_is_stored_once(store: ReadingStore) -> None:
    await store.add([level(0, value=70.0)])
    await store.add([level(0, value=71.0), level(1, value=72.0)])
    assert [reading.value for reading in await store.series("dewar-3", "level_pct")] == [70.0, 72.0]


async def test_what_is_no_number_is_left_out(store: ReadingStore) -> None:
    await store.add([level(0, float("nan")), level(1, float("inf")), level(2, 5.0)])
    await store.add([])
    assert [reading.value for reading in await store.series("dewar-3", "level_pct")] == [5.0]


async def test_old_readings_are_forgotten(store: ReadingStore) -> None:
    await store.add([level(second, device=f"dewar-{device}") for second in range(3000) for device in (1, 2)])
    assert await store.forget_before(NOON + timedelta(seconds=2990)) == 2990 * 2
    assert len(await store.series("dewar-1", "level_pct")) == 10
    assert await store.forget_before(NOON) == 0


async def test_readings_have_a_file_of_their_own_beside_sqlite(sqlite_url: str) -> None:
    assert readings_url(sqlite_url) == sqlite_url.replace("wanwan.sqlite", "wanwan-readings.sqlite")


async def test_readings_on_postgresql_share_the_database(postgresql_url: str) -> None:
    async with (
        await Database.open(postgresql_url) as database,
        AuditWriter(database) as writer,
        await ReadingStore.open(postgresql_url) as store,
    ):
        await store.add([level(0)])
        assert await writer.append(an_entry()) == (1,)


async def test_audit_rows_do_not_wait_for_readings(sqlite_url: str) -> None:
    async with (
        await Database.open(sqlite_url) as database,
        AuditWriter(database) as writer,
        await ReadingStore.open(sqlite_url) as store,
    ):
        held = sqlite3.connect(sqlite_url.removeprefix("sqlite:///").replace(".sqlite", "-readings.sqlite"))
        held.execute("BEGIN IMMEDIATE")
        storing = asyncio.create_task(store.add([level(0)]))
        assert await writer.append(an_entry()) == (1,)
        assert not storing.done()
        held.rollback()
        held.close()
        await storing
