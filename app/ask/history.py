"""History: who did it, and when, as the audit log has it."""

from zoneinfo import ZoneInfo

from app.answer import Answer, say
from app.ask.asked import Asked
from app.reply import Status
from models.audit_query import AuditLog


async def answer_history(asked: Asked, log: AuditLog) -> Answer:
    """Answer with the newest command of that action, or of any, that the plant has shown to be done."""
    device = asked.device()
    name = asked.name(device)
    action = asked.intent.slots.get("action")
    row = await log.last(device=device.device_id, action=action, outcome="done")
    if row is None:
        if action is None:
            return say(Status.ANSWERED, "history_nothing", device=name)
        return say(Status.ANSWERED, "history_none", device=name, action=action)
    zone = ZoneInfo(asked.plant.site.timezone)
    return say(
        Status.ANSWERED,
        "history_who" if asked.intent.slots.get("ask") == "who" else "history_when",
        device=name,
        action=row.entry.action,
        at=row.entry.at.astimezone(zone),
        now=asked.now.astimezone(zone),
        who=row.entry.speaker,
        station=row.entry.station,
    )
