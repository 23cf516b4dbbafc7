"""Pages, turns, history and statistics."""

from collections.abc import AsyncIterator
from datetime import timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.audit import AuditEntry, Step
from models.audit_columns import columns_of, entry_of
from models.audit_query import MAX_PAGE, AuditFilter, AuditLog, MissedSentence
from models.audit_writer import AuditWriter
from models.chain import EMPTY
from models.database import Database
from models.errors import BadCursorError
from tests.models.entries import NOON, an_entry, some_entries

AWKWARD = (
    "two\nlines\r\nand 2026-11-22T12:00:00Z FORGED row",
    "tab\tbell\x07escape\x1b[31m nul-free \x01\x1f\x7f",
    "圧縮機1号機を起動して 𠮷野家 e\u0301 ﾊﾝｶｸ",
    "'; DROP TABLE audit; --",
    "\u2028line separator\u2029 \u202eright to left",
    "\ufeff\u200b",
    "",
)


async def pages(log: AuditLog, wanted: AuditFilter, *, limit: int) -> AsyncIterator[list[int]]:
    """Yield the numbers of each page's rows up to the last page."""
    cursor = None
    while True:
        page = await log.page(wanted, limit=limit, cursor=cursor)
        yield [recorded.seq for recorded in page.entries]
        if page.next_cursor is None:
            return
        cursor = page.next_cursor


async def test_pages_go_from_new_to_old_without_gap_or_repetition(writer: AuditWriter, log: AuditLog) -> None:
    await writer.append(*some_entries(25))
    found = [page async for page in pages(log, AuditFilter(), limit=10)]
    assert found == [list(range(25, 15, -1)), list(range(15, 5, -1)), list(range(5, 0, -1))]


async def test_a_page_that_fits_exactly_is_the_last(writer: AuditWriter, log: AuditLog) -> None:
    await writer.append(*some_entries(10))
    assert [len(page) async for page in pages(log, AuditFilter(), limit=5)] == [5, 5]


async def test_rows_that_arrive_meanwhile_shift_nothing(writer: AuditWriter, log: AuditLog) -> None:
    await writer.append(*some_entries(6))
    first = await log.page(limit=3)
    await writer.append(*(an_entry(at=NOON + timedelta(hours=1)) for _ in range(4)))
    second = await log.page(limit=3, cursor=first.next_cursor)
    assert [recorded.seq for recorded in (*first.entries, *second.entries)] == [6, 5, 4, 3, 2, 1]


async def test_rows_of_the_same_microsecond_are_told_apart(writer: AuditWriter, log: AuditLog) -> None:
    await writer.append(*(an_entry() for _ in range(7)))
    assert [page async for page in pages(log, AuditFilter(), limit=3)] == [[7, 6, 5], [4, 3, 2], [1]]


async def test_a_row_that_came_late_stands_at_its_own_time(writer: AuditWriter, log: AuditLog) -> None:
    await writer.append(an_entry(at=NOON), an_entry(at=NOON + timedelta(seconds=2)))
    await writer.append(an_entry(at=NOON + timedelta(seconds=1)))
    assert [recorded.seq for recorded in (await log.page()).entries] == [2, 3, 1]


async def test_a_cursor_we_did_not_give_is_refused(sqlite: Database) -> None:
    for cursor in ("", "1", "1.2.3", "x.1", "1.x", "1.1; DROP TABLE audit", "9" * 30 + ".1", "１.２"):
        with pytest.raises(BadCursorError):
            await AuditLog(sqlite).page(cursor=cursor)


async def test_a_page_of_no_or_too_many_rows_is_refused(sqlite: Database) -> None:
    for limit in (0, -1, MAX_PAGE + 1):
        with pytest.raises(ValueError, match="1 to 1000"):
            await AuditLog(sqlite).page(limit=limit)


async def test_each_filter_finds_what_it_names(writer: AuditWriter, log: AuditLog) -> None:
    other = an_entry(
        at=NOON + timedelta(minutes=1),
        device="valve-7",
        speaker="tanaka",
        station="tablet",
        intent="OpenValve",
        outcome="refused",
        step=Step.DECIDED,
        turn_id="other",
    )
    await writer.append(an_entry(), other)
    for wanted in (
        AuditFilter(device="valve-7"),
        AuditFilter(speaker="tanaka"),
        AuditFilter(station="tablet"),
        AuditFilter(intent="OpenValve"),
        AuditFilter(outcome="refused"),
        AuditFilter(step=Step.DECIDED),
        AuditFilter(turn_id="other"),
        AuditFilter(since=NOON + timedelta(minutes=1)),
        AuditFilter(device="valve-7", speaker="tanaka", outcome="refused", until=NOON + timedelta(minutes=2)),
    ):
        assert [recorded.entry for recorded in (await log.page(wanted)).entries] == [other], wanted
    before = await log.page(AuditFilter(until=NOON + timedelta(minutes=1)))
    assert [recorded.seq for recorded in before.entries] == [1]
    assert (await log.page(AuditFilter(device="valve-7", speaker="yamada"))).entries == ()


async def test_times_of_any_zone_are_the_same_moment(writer: AuditWriter, log: AuditLog) -> None:
    in_japan = NOON.astimezone(timezone(timedelta(hours=9)))
    await writer.append(an_entry(at=in_japan))
    assert len((await log.page(AuditFilter(since=in_japan, until=NOON + timedelta(microseconds=1)))).entries) == 1
    with pytest.raises(ValueError, match="no time zone"):
        await log.page(AuditFilter(since=NOON.replace(tzinfo=None)))


async def test_any_text_comes_back_as_it_went_in(writer: AuditWriter, log: AuditLog) -> None:
    for text in AWKWARD:
        entry = an_entry(
            speaker=text, transcript=text, nbest=(text, text), slots={"text": text}, reason=text, detail={text: text}
        )
        await writer.append(entry)
        (recorded,) = (await log.page(AuditFilter(speaker=text))).entries
        assert recorded.entry == entry


async def test_what_no_database_can_hold_is_replaced(writer: AuditWriter, log: AuditLog) -> None:
    await writer.append(an_entry(speaker="nul\x00", transcript="half \ud83d", slots={"text": "\x00\udc00"}))
    (recorded,) = (await log.page()).entries
    assert recorded.entry.speaker == "nul\N{SYMBOL FOR NULL}"
    assert recorded.entry.transcript == "half \N{REPLACEMENT CHARACTER}"
    assert recorded.entry.slots == {"text": "\x00\N{REPLACEMENT CHARACTER}"}


@given(text=st.text(), items=st.lists(st.text()), values=st.dictionaries(st.text(), st.text()))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_columns_hold_all_of_an_entry(text: str, items: list[str], values: dict[str, str]) -> None:
    text = text.replace("\x00", "")
    entry = an_entry(transcript=text, nbest=tuple(items), slots=values, detail=values, reason=text)
    assert entry_of(columns_of(entry)) == entry


async def test_the_last_outcome_of_a_device_is_found(writer: AuditWriter, log: AuditLog) -> None:
    def outcome(minute: int, **changes: str) -> AuditEntry:
        return an_entry(at=NOON + timedelta(minutes=minute), **changes)

    await writer.append(
        outcome(0, speaker="first"),
        outcome(1, speaker="second"),
        outcome(2, action="stop", speaker="stopper"),
        outcome(3, outcome="unknown", speaker="third"),
        outcome(4, device="compressor-2", speaker="elsewhere"),
        an_entry(at=NOON + timedelta(minutes=5), step=Step.COMMANDED, speaker="not yet"),
    )
    for wanted, speaker in (
        ({"action": "start", "outcome": "done"}, "second"),
        ({"action": "start"}, "third"),
        ({"outcome": "done"}, "stopper"),
        ({}, "third"),
    ):
        found = await log.last(device="compressor-1", **wanted)  # type: ignore[arg-type]
        assert found is not None
        assert found.entry.speaker == speaker, wanted
    assert await log.last(device="compressor-1", action="set_mode") is None


async def test_commands_without_an_outcome_are_found(writer: AuditWriter, log: AuditLog) -> None:
    def row(step: Step, command_id: str | None, minute: int) -> AuditEntry:
        return an_entry(step=step, command_id=command_id, at=NOON + timedelta(minutes=minute))

    await writer.append(
        row(Step.COMMANDED, "finished", 0),
        row(Step.COMMANDED, "lost", 1),
        row(Step.OUTCOME, "finished", 2),
        row(Step.COMMANDED, "also lost", 3),
        row(Step.ANSWERED, "also lost", 4),
        row(Step.OUTCOME, None, 5),
    )
    assert [recorded.entry.command_id for recorded in await log.open_commands()] == ["lost", "also lost"]
    later = await log.open_commands(since=NOON + timedelta(minutes=2))
    assert [recorded.entry.command_id for recorded in later] == ["also lost"]


async def test_sentences_not_understood_are_counted(writer: AuditWriter, log: AuditLog) -> None:
    def heard(text: str, minute: int, outcome: str | None = "not_understood", language: str = "en") -> AuditEntry:
        at = NOON + timedelta(minutes=minute)
        return an_entry(step=Step.UNDERSTOOD, transcript=text, outcome=outcome, at=at, language=language)

    await writer.append(
        heard("fill her up", 0),
        heard("fill her up", 4),
        heard("満タンで", 1, language="ja"),
        heard("start compressor one", 2, outcome=None),
        an_entry(step=Step.ANSWERED, transcript="fill her up", outcome="not_understood"),
    )
    assert await log.not_understood() == (
        MissedSentence(text="fill her up", language="en", count=2, last_at=NOON + timedelta(minutes=4)),
        MissedSentence(text="満タンで", language="ja", count=1, last_at=NOON + timedelta(minutes=1)),
    )
    assert [missed.text for missed in await log.not_understood(limit=1)] == ["fill her up"]
    assert [missed.count for missed in await log.not_understood(since=NOON + timedelta(minutes=2))] == [1]


async def test_the_head_of_an_empty_log_is_the_beginning(writer: AuditWriter, log: AuditLog) -> None:
    assert await log.head() == EMPTY
    await writer.append(*some_entries(3))
    (newest, *_) = (await log.page()).entries
    head = await log.head()
    assert (head.seq, head.hash) == (newest.seq, newest.hash)
