"""What was said and asked before, which a short sentence may lean on: "two", "its pressure?", "no, valve eight"."""

from dataclasses import dataclass

from intents.intent import Ambiguous, Intent, NoAction, NoActionReason, NotRecognized, Recognition, Recognized


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueContext:
    """What a station's last turn left open. Who keeps it lets it expire."""

    asked: tuple[Intent, ...] = ()
    """The choices of a question that was asked and not yet answered."""
    asked_for: str = ""
    """The slot in which they differ."""
    intent: Intent | None = None
    """What was meant last; its device is what "it" stands for."""

    @property
    def device(self) -> str | None:
        """The device that was spoken of last, if it was exactly one."""
        device = self.intent.slots.get("device") if self.intent is not None else None
        return None if device == "all" else device


def context_after(found: Recognition, before: DialogueContext | None = None) -> DialogueContext | None:
    """Return what a turn leaves for the next one; `before`: what the turn itself could lean on."""
    match found:
        case Recognized(intent=intent) if "device" in intent.slots:
            return DialogueContext(intent=intent)
        case Ambiguous(choices=choices, differs_in=differs_in):
            return DialogueContext(asked=choices, asked_for=differs_in, intent=before.intent if before else None)
        case NoAction(reason=NoActionReason.NO_SUCH_DEVICE, intent=intent) if intent is not None:
            return DialogueContext(intent=intent)
        case NotRecognized():
            return before
        case _:
            # Whatever else was understood, a "no" above all, leaves no question of ours open.
            return DialogueContext(intent=before.intent) if before is not None and before.intent is not None else None
