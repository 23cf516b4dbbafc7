"""How a sentence is understood: each reading with its template, and what stopped the others, at which word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from intents.dialogue import DialogueContext, context_after
from intents.intent import Ambiguous, Intent, Interpretation, NoAction, NotRecognized, Recognition, Recognized


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A template that does not read the whole sentence."""

    intent: str
    template: str
    source: str
    """`file:line` of the template."""
    reached: int
    """How many tokens it reads; the next one stopped it."""
    stopped_by: str
    """The token that stopped it; empty where the sentence ended too early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All that can be told about one sentence."""

    text: str
    language: str
    tokens: tuple[str, ...]
    """The sentence as it is matched."""
    recognition: Recognition
    readings: tuple[Interpretation, ...]
    """Every reading of the whole sentence, those that do nothing included."""
    stopped: tuple[Stopped, ...]
    """The templates that came farthest without reading all of it."""
    suggestions: tuple[str, ...]
    """Sentences that look alike, where this one is not understood."""
    elapsed_us: int
    """Time for understanding it, microseconds."""
    before: DialogueContext | None = None
    """What the sentence could lean on."""

    @property
    def result(self) -> str:
        """`recognized`, `ambiguous`, `no_action` or `not_recognized`."""
        match self.recognition:
            case Recognized():
                return "recognized"
            case Ambiguous():
                return "ambiguous"
            case NoAction():
                return "no_action"
            case NotRecognized():
                return "not_recognized"

    @property
    def after(self) -> DialogueContext | None:
        """What the sentence leaves for the next one to lean on."""
        return context_after(self.recognition, self.before)

    def __str__(self) -> str:
        """Return lines to read: what it means, each reading with its template, what stopped the others, and where."""
        intent, slots, reason = _outcome(self.recognition)
        lines = [f"{self.result}: {_written(intent or '–', slots)}{f' ({reason})' if reason else ''}"]
        if isinstance(self.recognition, Ambiguous):
            lines += [f"  either {_written(choice.name, choice.slots)}" for choice in self.recognition.choices]
        for reading in self.readings:
            lines.append(f"  read as {_written(reading.intent.name, reading.intent.slots)}")
            lines.append(f"    by {reading.template}  [{reading.source}]")
        for stopped in self.stopped if isinstance(self.recognition, NotRecognized) else ():
            read = " ".join(self.tokens[: stopped.reached])
            by = f"stopped by {stopped.stopped_by!r}" if stopped.stopped_by else "ended too early"
            lines.append(f"  {stopped.intent}: {by} after {read!r}")
            lines.append(f"    {stopped.template}  [{stopped.source}]")
        if isinstance(self.recognition, NotRecognized) and not self.stopped and self.tokens:
            lines.append(f"  no sentence begins with {self.tokens[0]!r}")
        lines += [f"  did you mean: {suggestion}" for suggestion in self.suggestions]
        if self.before is not None:
            lines.append(f"  said before: {_state(self.before)}")
        if self.after is not None:
            lines.append(f"  remembered for the next sentence: {_state(self.after)}")
        lines.append(f"  {self.elapsed_us} µs")
        return "\n".join(lines)

    def to_json(self) -> dict[str, object]:
        """Return what `wanwan explain --json` prints."""
        intent, slots, reason = _outcome(self.recognition)
        return {
            "text": self.text,
            "language": self.language,
            "result": self.result,
            "intent": intent,
            "slots": slots,
            "readings": [
                {"intent": r.intent.name, "slots": dict(r.intent.slots), "template": r.template, "source": r.source}
                for r in self.readings
            ],
            "reason": reason,
            "elapsed_us": self.elapsed_us,
            **({"dialogue": {"before": _shown(self.before), "after": _shown(self.after)}} if self.before else {}),
        }


def _outcome(recognition: Recognition) -> tuple[str | None, dict[str, str], str | None]:
    """Return intent, slots and reason: of a question what its choices share, and the slot that is asked for."""
    match recognition:
        case Recognized(intent=intent):
            return intent.name, dict(intent.slots), None
        case Ambiguous(choices=choices, differs_in=differs_in):
            names = {choice.name for choice in choices}
            return (names.pop() if len(names) == 1 else None), _shared(choices), differs_in
        case NoAction(reason=reason, details=details):
            return "NoAction", dict(details), reason.value
        case NotRecognized():
            return None, {}, None


def _state(context: DialogueContext) -> str:
    if context.asked:
        choices = " or ".join(_written(choice.name, choice.slots) for choice in context.asked)
        return f"asked which {context.asked_for}: {choices}"
    return f"{context.device or 'no device'} is spoken of"


def _shown(context: DialogueContext | None) -> dict[str, object] | None:
    if context is None:
        return None
    asked = [{"intent": choice.name, "slots": dict(choice.slots)} for choice in context.asked]
    return {"device": context.device, "asked_for": context.asked_for or None, "asked": asked}


def _written(intent: str, slots: Mapping[str, str]) -> str:
    return " ".join([intent, *(f"{slot}={value}" for slot, value in slots.items())])


def _shared(choices: Sequence[Intent]) -> dict[str, str]:
    first: Mapping[str, str] = choices[0].slots if choices else {}
    return {slot: value for slot, value in first.items() if all(choice.slots.get(slot) == value for choice in choices)}
