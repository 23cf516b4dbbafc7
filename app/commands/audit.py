"""`wanwan audit`: read, export and verify the log of who asked for what and what the plant did."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from app.commands.exits import fail
from app.config import Settings
from models.audit_export import export_csv, export_json_lines
from models.audit_query import AuditFilter, AuditLog
from models.audit_verify import verify as verify_chain
from models.chain import Head
from models.database import Database

group = typer.Typer(help="Read, export and verify the audit log.", no_args_is_help=True)

T = TypeVar("T")

SinceOption = Annotated[datetime | None, typer.Option(help="From this time on (UTC).")]
UntilOption = Annotated[datetime | None, typer.Option(help="Before this time (UTC).")]
DeviceOption = Annotated[str | None, typer.Option(help="Only rows about this device.")]
SpeakerOption = Annotated[str | None, typer.Option(help="Only rows of this speaker.")]
StationOption = Annotated[str | None, typer.Option(help="Only rows of this station.")]
IntentOption = Annotated[str | None, typer.Option(help="Only rows of this intent.")]
OutcomeOption = Annotated[str | None, typer.Option(help="Only rows with this outcome.")]
TurnOption = Annotated[str | None, typer.Option("--turn", help="Only rows of this turn.")]


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
        since=since.replace(tzinfo=UTC) if since else None,
        until=until.replace(tzinfo=UTC) if until else None,
        device=device,
        speaker=speaker,
        station=station,
        intent=intent,
        outcome=outcome,
        turn_id=turn,
    )


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
) -> None:
    """List the newest recorded steps, oldest of them first."""
    wanted = _filter(since, until, device, speaker, station, intent, outcome, turn)
    page = with_database(lambda database: AuditLog(database).page(wanted, limit=limit))
    table = Table("seq", "time (UTC)", "step", "station", "speaker", "heard or said", "intent", "device", "outcome", "why")
    for row in reversed(page.entries):
        entry = row.entry
        table.add_row(
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
    Console().print(table)


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
    form: Annotated[str, typer.Option("--format", help="csv or jsonl.")] = "csv",
) -> None:
    """Write recorded steps to standard output, oldest first, however many."""
    exporters: dict[str, Callable[[AuditLog, AuditFilter], AsyncIterator[str]]] = {
        "csv": export_csv,
        "jsonl": export_json_lines,
    }
    exporter = exporters.get(form)
    if exporter is None:
        raise typer.BadParameter(f"{form!r} is neither csv nor jsonl", param_hint="--format")
    wanted = _filter(since, until, device, speaker, station, intent, outcome, turn)

    async def write(database: Database) -> None:
        async for text in exporter(AuditLog(database), wanted):
            sys.stdout.write(text)

    with_database(write)


@group.command()
def verify(
    head: Annotated[
        str | None, typer.Option(help="SEQ:HASH noted earlier; finds rows that were cut off at the end since.")
    ] = None,
) -> None:
    """Follow the whole chain and tell whether anything in it was changed; exit 1 if so, naming the first bad row."""
    known = None
    if head is not None:
        seq, _, digest = head.partition(":")
        if not seq.isdigit() or not digest:
            raise typer.BadParameter("write it as SEQ:HASH", param_hint="--head")
        known = Head(seq=int(seq), hash=digest)
    found = with_database(lambda database: verify_chain(database, known_head=known))
    if not found.is_intact:
        reason = found.reason.value if found.reason else "changed"
        fail(f"the audit log was tampered with: row {found.first_bad_seq} is {reason}; {found.rows} rows before it hold")
    typer.echo(f"intact: {found.rows} rows; head {found.head.seq}:{found.head.hash}")


@group.command("not-understood")
def not_understood(limit: Annotated[int, typer.Option(min=1, max=1000)] = 50) -> None:
    """List the sentences that were not understood, the most frequent first."""
    table = Table("count", "language", "sentence", "last (UTC)")
    for missed in with_database(lambda database: AuditLog(database).not_understood(limit=limit)):
        table.add_row(str(missed.count), missed.language, missed.text, f"{missed.last_at:%Y-%m-%d %H:%M}")
    Console().print(table)
