"""Alarms: what is wrong now, and that somebody knows of it."""

from app.answer import Answer, say
from app.ask.asked import Asked
from app.reply import Status
from devices.alarm import Alarm, AlarmKind, Alarms


def answer_alarms(asked: Asked, alarms: Alarms) -> Answer:
    """List the alarms, the most urgent first; only those of a device, or those nobody acknowledged, where so asked."""
    device_id = asked.intent.slots.get("device")
    active = [a for a in alarms.active() if device_id in {None, "all", a.device}]
    only_open = asked.intent.slots.get("ask") == "unacknowledged"
    wanted = [a for a in active if not (only_open and a.is_acknowledged)]
    if not wanted:
        return say(Status.ANSWERED, "alarms_none_unacknowledged" if active else "alarms_none")
    items = [_item(asked, alarm) for alarm in wanted]
    return say(Status.ANSWERED, "alarms_list", count=len(items), items=items)


def acknowledge_alarms(asked: Asked, alarms: Alarms) -> Answer:
    """Note that the speaker knows of the alarms of a device, or of all."""
    device_id = asked.intent.slots.get("device")
    device = asked.plant.device(device_id) if device_id not in {None, "all"} else None
    changed = alarms.acknowledge(device.device_id if device else None)
    name = asked.name(device) if device else None
    if not changed:
        return say(Status.ANSWERED, "alarm_none_to_acknowledge", device=name)
    return say(Status.DONE, "alarm_acknowledged", count=len(changed), device=name)


def _item(asked: Asked, alarm: Alarm) -> str:
    age_s = (asked.now - alarm.since).total_seconds()
    if alarm.device is None:
        return asked.answers.say("alarm_unreachable", age_s=age_s)
    values: dict[str, object] = {
        "device": asked.name(asked.plant.device(alarm.device)),
        "quantity": alarm.measurement,
        "value": alarm.value,
        "unit": alarm.unit,
        "fault": alarm.detail,
        "age_s": age_s,
    }
    codes = {
        AlarmKind.LOW: "alarm_low",
        AlarmKind.HIGH: "alarm_high",
        AlarmKind.FAULT: "alarm_fault",
        AlarmKind.SENSOR: "alarm_sensor",
        AlarmKind.OFFLINE: "alarm_offline",
    }
    return asked.answers.say(codes[alarm.kind], **values)
