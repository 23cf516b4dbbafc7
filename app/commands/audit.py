"""`wanwan audit`: read, export and verify the log of who asked for what and what the plant did."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, TypeVar

import typer

from app.commands.exits import fail
from app.commands.output import print_json, print_table
from app.config import Settings
from models.audit import RecordedEntry
from models.audit_export import export_csv, export_json_lines
from models.audit_query import AuditFilter, AuditLog
from models.audit_verify import verify as verify_chain
from models.chain import Flaw, Head
from models.database import Database

group = typer.Typer(help="Read, export and verify the audit log.", no_args_is_help=True)

T = TypeVar("T")

TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"]
"""How a time may be written; UTC where it has no zone."""

SinceOption = Annotated[
    datetime | None,
    typer.Option(formats=TIMES, metavar="TIME", help="From this time on: 2026-11-22, 2026-11-22T09:00+0900; else UTC."),
]
UntilOption = Annotated[
    datetime | None, typer.Option(formats=TIMES, metavar="TIME", help="Before this time, written as for --since.")
]
DeviceOption = Annotated[str | None, typer.Option(help="Only rows about this device.")]
SpeakerOption = Annotated[str | None, typer.Option(help="Only rows of this speaker.")]
StationOption = Annotated[str | None, typer.Option(help="Only rows of this station.")]
IntentOption = Annotated[str | None, typer.Option(help="Only rows of this intent.")]
OutcomeOption = Annotated[str | None, typer.Option(help="Only rows with this outcome.")]
TurnOption = Annotated[str | None, typer.Option("--turn", help="Only rows of this turn.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


class ExportForm(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSONL = "jsonl"


_FOUND: dict[Flaw, str] = {
    Flaw.EDITED: "row {seq} was edited",
    Flaw.MISSING: "row {seq} is missing",
    Flaw.INSERTED: "row {seq} was inserted before the first one",
    Flaw.NOT_LINKED: "row {seq} does not follow the row before it: one of the two was replaced",
    Flaw.TRUNCATED: "the log ends before row {seq}, which it is known to have had",
    Flaw.OTHER_HEAD: "row {seq} is another than it is known to have been: the log was rewritten",
}


def with_database(work: Callable[[Database], Awaitable[T]]) -> T:
    """Open the database of the settings for reading, do `work`, and close it."""

    async def run() -> T:
        async with await Database.open_read_only(Settings().effective_database_url) as database:
            return await work(database)

    return asyncio.run(run())


def _filter(
    since: datetime | None,
    until: datetime | None,
    device: str | None,
    speaker: str | None,
    station: str | None,
    intent: str | None,
    outcome: str | None,
    turn: str | None,
) -> AuditFilter:
    return AuditFilter(
        since=_with_zone(since),
        until=_with_zone(until),
        device=device,
        speaker=speaker,
        station=station,
        intent=intent,
        outcome=outcome,
        turn_id=turn,
    )


def _with_zone(time: datetime | None) -> datetime | None:
    return time.replace(tzinfo=UTC) if time and time.tzinfo is None else time


@group.command("list")
def list_rows(
    since: SinceOption = None,
    until: UntilOption = None,
    device: DeviceOption = None,
    speaker: SpeakerOption = None,
    station: StationOption = None,
    intent: IntentOption = None,
    outcome: OutcomeOption = None,
    turn: TurnOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many rows at most.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List the newest recorded steps, oldest of them first."""
    wanted = _filter(since, until, device, speaker, station, intent, outcome, turn)
    page = with_database(lambda database: AuditLog(database).page(wanted, limit=limit))
    rows = tuple(reversed(page.entries))
    if as_json:
        print_json({"rows": [_plain(row) for row in rows], "has_older": page.next_cursor is not None})
        return
    print_table(
        ("seq", "time (UTC)", "step", "station", "speaker", "heard or said", "intent", "device", "outcome", "why"),
        (_cells(row) for row in rows),
    )


def _cells(row: RecordedEntry) -> tuple[str, ...]:
    entry = row.entry
    return (
        str(row.seq),
        f"{entry.at:%Y-%m-%d %H:%M:%S}",
        entry.step.value,
        entry.station,
        entry.speaker,
        entry.transcript or entry.detail.get("speech", ""),
        entry.intent or "",
        entry.device or "",
        entry.outcome or "",
        entry.reason or "",
    )


def _plain(row: RecordedEntry) -> dict[str, object]:
    return {"seq": row.seq, **asdict(row.entry), "at": row.entry.at.isoformat(), "hash": row.hash}


@group.command()
def export(
    since: SinceOption = None,
    until: UntilOption = None,
    device: DeviceOption = None,
    speaker: SpeakerOption = None,
    station: StationOption = None,
    intent: IntentOption = None,
    outcome: OutcomeOption = None,
    turn: TurnOption = None,
    form: Annotated[
        ExportForm, typer.Option("--format", help="CSV for people and spreadsheets, JSON Lines complete and exact.")
    ] = ExportForm.CSV,
) -> None:
    """Write recorded steps to standard output, oldest first, however many."""
    exporters: dict[ExportForm, Callable[[AuditLog, AuditFilter], AsyncIterator[str]]] = {
        ExportForm.CSV: export_csv,
        ExportForm.JSONL: export_json_lines,
    }
    wanted = _filter(since, until, device, speaker, station, intent, outcome, turn)

    async def write(database: Database) -> None:
        async for text in exporters[form](AuditLog(database), wanted):
            sys.stdout.write(text)

    with_database(write)


@group.command()
def verify(
    head: Annotated[
        str | None, typer.Option(help="SEQ:HASH noted earlier; finds rows that were cut off at the end since.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Follow the whole chain and tell whether anything in it was changed; exit 1 if so, naming the first bad row."""
    known = None
    if head is not None:
        seq, _, digest = head.partition(":")
        if not seq.isdigit() or not digest:
            raise typer.BadParameter("write it as SEQ:HASH", param_hint="--head")
        known = Head(seq=int(seq), hash=digest)
    found = with_database(lambda database: verify_chain(database, known_head=known))
    if as_json:
        print_json({**asdict(found), "is_intact": found.is_intact})
    if not found.is_intact:
        what = _FOUND[found.reason or Flaw.EDITED].format(seq=found.first_bad_seq)
        fail(f"the audit log was tampered with: {what}; {found.rows} rows before it hold")
    if not as_json:
        typer.echo(f"intact: {found.rows} rows; head {found.head.seq}:{found.head.hash}")


@group.command("not-understood")
def not_understood(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many sentences at most.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List the sentences that were not understood, the most frequent first."""
    missed = with_database(lambda database: AuditLog(database).not_understood(limit=limit))
    if as_json:
        print_json({"sentences": [{**asdict(m), "last_at": m.last_at.isoformat()} for m in missed]})
        return
    print_table(
        ("count", "language", "sentence", "last (UTC)"),
        ((str(m.count), m.language, m.text, f"{m.last_at:%Y-%m-%d %H:%M}") for m in missed),
    )
