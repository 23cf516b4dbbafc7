"""What to make of the readings of a sentence: one meaning, a question, or a reason to do nothing.

Nothing is ever guessed. A reading that does nothing wins over one that acts, and two acts are a question.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from intents.compiler import Embedded, OutValue
from intents.intent import (
    ACTING,
    Ambiguous,
    Intent,
    IntentName,
    Interpretation,
    NoAction,
    NoActionReason,
    NotRecognized,
    Recognition,
    Recognized,
)
from intents.lattice import Lattice
from intents.matcher import Filled, Parse, TextSpan
from intents.naming import LeftOpen, Missing, Named, Naming, Several, Unclear
from intents.numerals import NumberSpan
from intents.sentences import Sentences, Template

MOST_CHOICES = 24
"""Devices named in a question; more could not be said anyway."""
_MOST_NUMBERS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One meaning of one template."""

    template: Template
    intent: Intent
    reason: NoActionReason | None = None
    """Why it does nothing; `None` where it is to be taken as it is."""
    details: Mapping[str, str] = field(default_factory=dict)
    of: Intent | None = None
    """What it would have been."""
    is_open: bool = False
    """Whether the device was left open and stands for one of several."""
    is_any_text: bool = False
    """Whether a wildcard took part."""

    @property
    def interpretation(self) -> Interpretation:
        """As it is shown."""
        return Interpretation(intent=self.intent, template=self.template.text, source=str(self.template.place))


class Resolver:
    """Turns parses into a result."""

    def __init__(self, sentences: Sentences, naming: Naming) -> None:
        self._sentences = sentences
        self._naming = naming
        self._language = sentences.language.code

    def resolve(self, lattice: Lattice, parses: Iterable[Parse]) -> Recognition:
        """Return what the parses of one text mean together."""
        readings = [r for parse in parses for r in self.readings(lattice, parse.template, parse.filled)]
        plain_readings = [r for r in readings if not r.is_any_text or r.intent.name == IntentName.NO_ACTION]
        if any(r.reason is None for r in plain_readings):
            readings = plain_readings
        good = [r for r in readings if r.reason is None]
        idle = [r for r in readings if r.reason is not None]
        said_idle = [r for r in idle if r.intent.name == IntentName.NO_ACTION]
        if said_idle and all(r.intent.name in ACTING for r in good):
            return self._no_action(lattice.text, said_idle, readings)
        if good:
            return self._choose(lattice.text, _most_literal(good))
        return self._no_action(lattice.text, sorted(idle, key=_gravity), readings)

    def interpretations(self, lattice: Lattice, parses: Iterable[Parse]) -> tuple[Interpretation, ...]:
        """Return every reading as it is shown."""
        readings = (r for parse in parses for r in self.readings(lattice, parse.template, parse.filled))
        found: dict[tuple[object, ...], Interpretation] = {}
        for reading in readings:
            found.setdefault((_key(reading.intent), reading.template.place), reading.interpretation)
        return tuple(found.values())

    def agree(self, found: Sequence[Recognition], texts: Sequence[str], language: str) -> Recognition:
        """Return the best of several transcripts' meanings, or a question where an act is in doubt."""
        understood = [r for r in found if not isinstance(r, NotRecognized)]
        if not understood:
            return found[0] if found else NotRecognized(text=texts[0] if texts else "", language=language)
        best = understood[0]
        meanings = dict.fromkeys(_meanings(understood))
        acts = [intent for intent in meanings if intent[0] in ACTING]
        if not acts or len(meanings) == 1 or isinstance(best, NoAction):
            return best
        if isinstance(best, Recognized) and best.intent.name not in ACTING:
            return best
        choices = {_key(c): c for r in understood for c in _choices(r)}
        if len(choices) == 1 and not any(isinstance(r, NoAction) for r in understood):
            return best
        doubt = next((r for r in understood if isinstance(r, NoAction)), None)
        if doubt is not None:
            return doubt
        listed = tuple(choices.values())[:MOST_CHOICES]
        interpretations = tuple(i for r in understood for i in r.interpretations)
        return Ambiguous(
            text=best.text,
            language=language,
            choices=listed,
            differs_in=_difference(listed),
            interpretations=interpretations,
        )

    def readings(self, lattice: Lattice, template_index: int, filled: Sequence[Filled]) -> list[Reading]:
        """Return what one parse means: several readings where the device is open, one otherwise."""
        template = self._sentences.templates[template_index]
        slots: dict[str, str] = {}
        devices: tuple[str, ...] | None = None
        device_slot = ""
        trouble: tuple[NoActionReason, dict[str, str]] | None = None
        is_any_text = False
        of: Intent | None = None
        for slot, value in filled:
            match value:
                case str() | OutValue():
                    slots[slot] = value if isinstance(value, str) else value.value
                case NumberSpan():
                    slots[slot] = value.value
                case TextSpan(start=start, end=end):
                    slots[slot] = lattice.tokens.original(lattice.text, start, end)
                    is_any_text = True
                case Named(device_id=device_id):
                    slots[slot] = device_id
                case LeftOpen(kind=kind):
                    devices, device_slot = tuple(d.device_id for d in self._naming.of_kind.get(kind, ())), slot
                    slots[slot] = ""
                case Unclear(device_ids=device_ids):
                    devices, device_slot = device_ids, slot
                    slots[slot] = ""
                case Missing(kind=kind, number=number):
                    details = {"kind": kind, "number": number, "existing": self._existing(kind)}
                    trouble = trouble or (NoActionReason.NO_SUCH_DEVICE, details)
                case Several(reason=reason):
                    trouble = (NoActionReason(reason), {})
                case Embedded(template=inner, filled=inner_filled):
                    inside = self.readings(lattice, inner, inner_filled)
                    of = of or (inside[0].intent if inside and not inside[0].is_open else None)
        slots.update(template.slots)
        if template.requires and devices is None and not {"device", "kind"} & slots.keys() and trouble is None:
            devices, device_slot = tuple(d for d in self._naming.device_by_id if self._fits(template, d)), "device"
        return self._with_devices(template, slots, devices, device_slot, trouble, of, is_any_text)

    def _with_devices(
        self,
        template: Template,
        slots: dict[str, str],
        devices: tuple[str, ...] | None,
        device_slot: str,
        trouble: tuple[NoActionReason, dict[str, str]] | None,
        of: Intent | None,
        is_any_text: bool,
    ) -> list[Reading]:
        if template.intent == IntentName.NO_ACTION:
            return [self._said_idle(template, slots, devices, of, is_any_text)]

        def reading(filled: dict[str, str], **more: object) -> Reading:
            return Reading(
                template=template,
                intent=Intent(name=template.intent, slots=filled),
                is_any_text=is_any_text,
                **more,  # type: ignore[arg-type]
            )

        if trouble is not None:
            kept = {slot: value for slot, value in slots.items() if value}
            return [reading(kept, reason=trouble[0], details=trouble[1], of=Intent(name=template.intent, slots=kept))]
        if devices is None:
            lacking = self._lacking(template, slots)
            if lacking is not None:
                return [reading(slots, reason=NoActionReason.NO_SUCH_ACTION, details=lacking)]
            return [reading(slots)]
        fitting = [d for d in devices if self._fits(template, d)]
        if not fitting:
            kind = self._naming.device_by_id[devices[0]].kind if devices else ""
            slots.pop(device_slot, None)
            details = {"kind": kind, **template.requires}
            return [reading(slots, reason=NoActionReason.NO_SUCH_ACTION, details=details)]
        is_open = len(fitting) > 1
        return [reading({**slots, device_slot: device}, is_open=is_open) for device in fitting[:MOST_CHOICES]]

    def _said_idle(
        self,
        template: Template,
        slots: dict[str, str],
        devices: tuple[str, ...] | None,
        of: Intent | None,
        is_any_text: bool,
    ) -> Reading:
        reason = slots.pop("reason", NoActionReason.SMALL_TALK)
        of_name = slots.pop("of", None)
        slots = {slot: value for slot, value in slots.items() if value}
        if devices is not None and len(devices) == 1:
            slots["device"] = devices[0]
        if of_name is not None:
            of = Intent(name=of_name, slots=slots)
        details = {
            slot: value for slot, value in (of.slots if of else slots).items() if slot in ("device", "kind", "action")
        }
        return Reading(
            template=template,
            intent=Intent(name=IntentName.NO_ACTION, slots={"reason": reason, **slots}),
            reason=NoActionReason(reason),
            details=details,
            of=of,
            is_any_text=is_any_text,
        )

    def _fits(self, template: Template, device_id: str) -> bool:
        device = self._naming.device_by_id[device_id]
        quantity, action = template.requires.get("quantity"), template.requires.get("action")
        return (quantity is None or quantity in device.quantities) and (action is None or action in device.actions)

    def _lacking(self, template: Template, slots: Mapping[str, str]) -> dict[str, str] | None:
        if not template.requires:
            return None
        device = slots.get("device", "")
        if device in self._naming.device_by_id:
            if self._fits(template, device):
                return None
            return {"device": device, "kind": self._naming.device_by_id[device].kind, **template.requires}
        kind = slots.get("kind", "")
        of_kind = self._naming.of_kind.get(kind, ())
        if not kind or any(self._fits(template, d.device_id) for d in of_kind):
            return None
        return {"kind": kind, **template.requires}

    def _existing(self, kind: str) -> str:
        """Return the numbers of a kind: `1,2,3`, or `1-5000` where they are many."""
        numbers = self._naming.numbers_of(kind)
        if len(numbers) <= _MOST_NUMBERS:
            return ",".join(map(str, numbers))
        return f"{numbers[0]}-{numbers[-1]}"

    def _choose(self, text: str, good: Sequence[Reading]) -> Recognition:
        by_meaning: dict[tuple[str, frozenset[tuple[str, str]]], Intent] = {_key(r.intent): r.intent for r in good}
        choices = tuple(by_meaning.values())
        interpretations = tuple(dict.fromkeys((r.intent.name, r.template.text, str(r.template.place)) for r in good))
        shown = tuple(
            Interpretation(
                intent=next(
                    r.intent for r in good if r.template.text == t and str(r.template.place) == s and r.intent.name == n
                ),
                template=t,
                source=s,
            )
            for n, t, s in interpretations
        )
        if len(choices) == 1:
            return Recognized(text=text, language=self._language, intent=choices[0], interpretations=shown)
        return Ambiguous(
            text=text,
            language=self._language,
            choices=choices[:MOST_CHOICES],
            differs_in=_difference(choices),
            interpretations=shown,
        )

    def _no_action(self, text: str, idle: Sequence[Reading], readings: Sequence[Reading]) -> NoAction:
        chosen = idle[0]
        of = chosen.of
        if of is None and chosen.intent.name != IntentName.NO_ACTION:
            of = chosen.intent
        return NoAction(
            text=text,
            language=self._language,
            reason=chosen.reason or NoActionReason.SMALL_TALK,
            intent=of,
            details=chosen.details,
            interpretations=tuple(r.interpretation for r in readings[:MOST_CHOICES]),
        )


_GRAVITY = (
    NoActionReason.NEGATED,
    NoActionReason.HYPOTHETICAL,
    NoActionReason.REPORTED,
    NoActionReason.QUESTION_ABOUT_ACT,
    NoActionReason.SEVERAL_COMMANDS,
    NoActionReason.ALTERNATIVES,
    NoActionReason.NO_SUCH_DEVICE,
    NoActionReason.NO_SUCH_ACTION,
    NoActionReason.BARE_YES,
    NoActionReason.SMALL_TALK,
)


def _most_literal(good: Sequence[Reading]) -> Sequence[Reading]:
    """Of readings that all hold a wildcard, keep those that leave it the least: "note that …" keeps no "that"."""
    if not all(reading.is_any_text for reading in good):
        return good
    left = [sum(map(len, reading.intent.slots.values())) for reading in good]
    return [reading for reading, characters in zip(good, left, strict=True) if characters == min(left)]


def _gravity(reading: Reading) -> int:
    return _GRAVITY.index(reading.reason) if reading.reason is not None else len(_GRAVITY)


def _key(intent: Intent) -> tuple[str, frozenset[tuple[str, str]]]:
    return intent.name, frozenset(intent.slots.items())


def _choices(found: Recognition) -> tuple[Intent, ...]:
    match found:
        case Recognized(intent=intent):
            return (intent,)
        case Ambiguous(choices=choices):
            return choices
        case _:
            return ()


def _meanings(found: Iterable[Recognition]) -> list[tuple[str, frozenset[tuple[str, str]]]]:
    return [_key(choice) for r in found for choice in _choices(r)]


def _difference(choices: Sequence[Intent]) -> str:
    if len({choice.name for choice in choices}) > 1:
        return "intent"
    slots = dict.fromkeys(slot for choice in choices for slot in choice.slots)
    return next((slot for slot in slots if len({choice.slots.get(slot) for choice in choices}) > 1), "intent")
