"""Late news: what is heard of a command after its outcome was told goes into the log, under the turn that asked."""

import logging
from dataclasses import replace

from app.operate import shown
from devices.bus import Bus
from devices.late import LateNews
from models.audit import AuditEntry, Step
from models.audit_query import AuditLog
from models.audit_writer import AuditWriter
from models.errors import ModelsError

logger = logging.getLogger(__name__)


async def record_late_news(bus: Bus, log: AuditLog, audit: AuditWriter) -> None:
    """Record late replies and late proofs for ever; the outcome that was told stays as it was told."""
    with bus.late_news() as news:
        async for item in news:
            try:
                row = await log.command(item.command.command_id)
                if row is not None:
                    await audit.append(_entry(item, row.entry))
            except ModelsError as exc:
                logger.warning("late news of command %s were not recorded: %s", item.command.command_id, exc)


def _entry(item: LateNews, commanded: AuditEntry) -> AuditEntry:
    heard = "done" if item.state is not None else item.reply.result.value if item.reply is not None else "unknown"
    return replace(
        commanded,
        at=item.received_at,
        step=Step.OUTCOME,
        new_state=shown(item.state) if item.state is not None else "not known",
        outcome=f"late_{heard}",
        reason=item.reply.reason if item.reply is not None else None,
        detail={},
    )
