"""The condition a device is in: its state and mode, as it last said."""

from app.answer import Answer, say
from app.ask.asked import Asked
from app.reply import Status
from devices.plant import Device


def answer_status(asked: Asked) -> Answer:
    """Answer for one device, or for all of a kind."""
    if asked.intent.slots["device"] == "all":
        items = [_item(asked, device) for device in asked.devices()]
        return say(Status.ANSWERED, "all_of_kind", items=items)
    device = asked.device()
    name, state = asked.name(device), asked.view.state_of(device.device_id)
    if state is None:
        return say(Status.ANSWERED, "status_missing", device=name)
    age_s = (asked.now - state.at).total_seconds()
    values: dict[str, object] = {"device": name, "kind": device.kind.name, "state": state.state, "age_s": age_s}
    if not state.is_online:
        return say(Status.ANSWERED, "device_offline", **values)
    if age_s > device.kind.state_stale_after_s:
        return say(Status.ANSWERED, "status_stale", **values)
    values |= {"mode": state.mode, "fault": state.fault}
    match device.kind.name:
        case "valve":
            is_between = state.state in {"OPENING", "CLOSING", "FAULT"}
            values["percent"] = state.values.get("position_pct") if is_between else None
            return say(Status.ANSWERED, "status_valve", **values)
        case "liquefier":
            values["value"] = state.values.get("production_l_per_h") if state.state == "RUNNING" else None
            return say(Status.ANSWERED, "status_liquefier", **values)
        case _:
            return say(Status.ANSWERED, "status", **values)


def _item(asked: Asked, device: Device) -> str:
    state = asked.view.state_of(device.device_id)
    if state is None or not state.is_online:
        return asked.answers.say("item_offline", device=asked.name(device))
    return asked.answers.say("item_status", device=asked.name(device), state=state.state, kind=device.kind.name)
