"""Sentences that do nothing, and sentences that may mean more than one thing: said so, with what to say instead."""

from app.answer import Answer, say
from app.reply import Status
from devices.plant import Plant
from intents.answer import Answers
from intents.intent import ACTION_OF, Ambiguous, Intent, NoAction, NoActionReason, NotRecognized


def answer_no_action(found: NoAction, plant: Plant, answers: Answers) -> Answer:
    """Say why nothing was done, naming the device and what would do it where that is known."""
    values: dict[str, object] = dict(found.details)
    if found.reason is NoActionReason.NO_SUCH_DEVICE:
        kind = plant.kinds.get(found.details.get("kind", ""))
        if kind is not None:
            values["noun"] = kind.nouns[answers.language][0]
            values["plural"] = kind.plurals[answers.language][0]
            values["numbers"] = tuple(d.number for d in plant.of_kind(kind.name) if d.number is not None)
        if "number" in values:
            values["number"] = _whole(str(values["number"]))
    else:
        intent = found.intent
        device_id = found.details.get("device") or (intent.slots.get("device") if intent else None)
        device = plant.devices.get(device_id or "")
        action = found.details.get("action") or (ACTION_OF.get(intent.name) if intent else None)
        values |= {
            "device": device.spoken_name(answers.language) if device else None,
            "action": action,
            "quantity": found.details.get("quantity"),
            "say": _phrase(intent, plant, answers),
        }
    return say(Status.NO_ACTION, f"no_action_{found.reason.value}", **values)


def answer_ambiguous(found: Ambiguous, plant: Plant, answers: Answers) -> Answer:
    """Ask which of the possible meanings was meant."""
    if found.differs_in == "device":
        devices = [plant.device(choice.slots["device"]) for choice in found.choices if choice.slots["device"] != "all"]
        kinds = {device.kind.name for device in devices}
        if len(kinds) == 1 and all(device.number is not None for device in devices):
            noun = devices[0].kind.nouns[answers.language][0]
            numbers = tuple(device.number for device in devices)
            return say(Status.AMBIGUOUS, "ambiguous_device", noun=noun, numbers=numbers)
        names = [device.spoken_name(answers.language) for device in devices]
        return say(Status.AMBIGUOUS, "ambiguous_devices", names=names)
    if found.differs_in in {"intent", "action"}:
        choices = list(dict.fromkeys(_meaning(choice, plant, answers) for choice in found.choices))
        return say(Status.AMBIGUOUS, "ambiguous_intent", choices=choices)
    values = list(dict.fromkeys(choice.slots.get(found.differs_in, "") for choice in found.choices))
    return say(Status.AMBIGUOUS, "ambiguous_value", values=values)


def answer_not_understood(found: NotRecognized) -> Answer:
    """Say that it was not understood, with a sentence that would be."""
    return say(Status.NOT_UNDERSTOOD, "not_understood", suggestion=found.suggestions[0] if found.suggestions else None)


def _phrase(intent: Intent | None, plant: Plant, answers: Answers) -> str | None:
    """Return the sentence that would do what `intent` is, if it is a command to one device."""
    if intent is None or intent.name not in ACTION_OF:
        return None
    device = plant.devices.get(intent.slots.get("device", ""))
    if device is None:
        return None
    mode = intent.slots.get("mode")
    if intent.name == "SetMode" and mode is None:
        return None
    return answers.say(f"say_{ACTION_OF[intent.name]}", device=device.spoken_name(answers.language), mode=mode)


def _meaning(intent: Intent, plant: Plant, answers: Answers) -> str:
    device = plant.devices.get(intent.slots.get("device", ""))
    return answers.say(f"intent_{intent.name}", device=device.spoken_name(answers.language) if device else None)


def _whole(number: str) -> int | str:
    return int(number) if number.isdigit() else number
