"""Review: who asked for what, and what the plant did. For administrators."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from app.api.deps import AdminDep, ServiceDep
from app.api.moment import Moment
from app.api.problems import KEYED, problems
from models.audit import RecordedEntry, Step
from models.audit_export import export_csv
from models.audit_query import AuditFilter
from models.audit_verify import verify

router = APIRouter(prefix="/v1", tags=["audit"], responses=problems(*KEYED))

Name = Annotated[str | None, Query(max_length=200, pattern="^[^\\x00]*$")]
"""PostgreSQL knows no text with a NUL."""


def get_filter(
    since: Moment = None,
    until: Moment = None,
    device: Name = None,
    speaker: Name = None,
    station: Name = None,
    intent: Name = None,
    outcome: Name = None,
    step: Step | None = None,
    turn_id: Name = None,
) -> AuditFilter:
    """Return which rows are wanted."""
    return AuditFilter(
        since=since,
        until=until,
        device=device,
        speaker=speaker,
        station=station,
        intent=intent,
        outcome=outcome,
        step=step,
        turn_id=turn_id,
    )


Cursor = Annotated[
    str | None,
    Query(
        description="`next_cursor` of the page before.",
        json_schema_extra={"pattern": r"^-?[0-9]{1,18}\.[0-9]{1,18}$"},  # a wrong one is refused in our own words
    ),
]
FilterDep = Annotated[AuditFilter, Depends(get_filter)]


class AuditRowOut(BaseModel):
    """One recorded step of a turn."""

    seq: int
    at: datetime
    turn_id: str
    step: Step
    station: str
    speaker: str
    role: str
    language: str
    transcript: str | None
    nbest: list[str]
    intent: str | None
    slots: dict[str, str]
    device: str | None
    action: str | None
    command_id: str | None
    old_state: str | None
    new_state: str | None
    outcome: str | None
    reason: str | None
    detail: dict[str, str]
    hash: str

    @classmethod
    def of(cls, row: RecordedEntry) -> "AuditRowOut":
        """Turn a row into what is sent."""
        entry = row.entry
        fields = {name: getattr(entry, name) for name in cls.model_fields if hasattr(entry, name)}
        return cls(**(fields | {"seq": row.seq, "hash": row.hash, "nbest": list(entry.nbest)}))


class AuditPageOut(BaseModel):
    """Some rows, newest first."""

    rows: list[AuditRowOut]
    next_cursor: str | None
    """Give it as `cursor` for the rows before these."""


class VerificationOut(BaseModel):
    """Whether the chain is whole."""

    is_intact: bool
    rows: int
    head_seq: int
    head_hash: str
    first_bad_seq: int | None
    reason: str | None


class MissedOut(BaseModel):
    """A sentence that was not understood."""

    text: str
    language: str
    count: int
    last_at: datetime


@router.get("/audit")
async def list_audit(
    service: ServiceDep,
    _admin: AdminDep,
    wanted: FilterDep,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> AuditPageOut:
    """Return recorded steps, newest first, a page at a time."""
    page = await service.log.page(wanted, limit=limit, cursor=cursor)
    return AuditPageOut(rows=[AuditRowOut.of(row) for row in page.entries], next_cursor=page.next_cursor)


@router.get("/audit.csv", response_class=StreamingResponse, responses={200: {"content": {"text/csv": {}}}})
async def export_audit(service: ServiceDep, _admin: AdminDep, wanted: FilterDep) -> StreamingResponse:
    """Return recorded steps as CSV, oldest first, however many."""
    texts = export_csv(service.log, wanted)
    first = await anext(texts)  # before anything is sent, so that a database that fails is still a problem

    async def body() -> AsyncIterator[bytes]:
        yield first.encode()
        async for text in texts:
            yield text.encode()

    headers = {"Content-Disposition": "attachment; filename=audit.csv"}
    return StreamingResponse(body(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/audit/verification")
async def verify_audit(service: ServiceDep, _admin: AdminDep) -> VerificationOut:
    """Follow the whole chain and tell whether anything in it was changed."""
    found = await verify(service.database)
    return VerificationOut(
        is_intact=found.is_intact,
        rows=found.rows,
        head_seq=found.head.seq,
        head_hash=found.head.hash,
        first_bad_seq=found.first_bad_seq,
        reason=found.reason.value if found.reason else None,
    )


@router.get("/audit/not-understood")
async def list_not_understood(
    service: ServiceDep, _admin: AdminDep, limit: Annotated[int, Query(ge=1, le=1000)] = 50
) -> list[MissedOut]:
    """Return the sentences that were not understood, the most frequent first."""
    missed = await service.log.not_understood(limit=limit)
    return [MissedOut(text=m.text, language=m.language, count=m.count, last_at=m.last_at) for m in missed]
