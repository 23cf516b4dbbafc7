"""What one parse of a sentence means on this plant: an intent with its slots, or why it does nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from intents.compiler import Compiled, OutValue
from intents.dialogue import DialogueContext
from intents.intent import ACTING, Intent, IntentName, Interpretation, NoActionReason
from intents.lattice import AnyText, Filled, Lattice
from intents.lexicon import DeviceEntry
from intents.matcher import Embedded
from intents.meanings import Meaning
from intents.naming import LeftOpen, Missing, Named, Pronoun, Several, Unclear
from intents.numerals import NumberSpan

MOST_CHOICES = 24
"""Devices named in a question; more could not be said anyway."""
_MOST_NUMBERS = 24
_Needs = tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One meaning of a sentence."""

    intent: Intent
    meaning: Meaning
    filled: tuple[Filled, ...]
    reason: NoActionReason | None = None
    """Why it does nothing; `None` where it is to be taken as it is."""
    details: Mapping[str, str] = field(default_factory=dict)
    of: Intent | None = None
    """What it would have been."""
    is_open: bool = False
    """Whether the device was left open or, for an act, only pointed at ("start it"): then it is asked for."""

    @property
    def has_any_text(self) -> bool:
        """Whether a wildcard took part."""
        return any(isinstance(one.value, AnyText) for one in self.filled)

    @property
    def is_said_idle(self) -> bool:
        """Whether the sentence itself says that nothing is to be done."""
        return self.intent.name == IntentName.NO_ACTION

    def shown(self, lattice: Lattice) -> Interpretation:
        """Return the reading with its template."""
        template = self.meaning.template_for(lattice, self.filled)
        return Interpretation(intent=self.intent, template=template.text, source=template.source)


@dataclass(slots=True, kw_only=True)
class _Said:
    """What the slots of a parse hold, gathered."""

    slots: dict[str, str] = field(default_factory=dict)
    device_slot: str = ""
    kind: str | None = None
    """Of a device that was left open."""
    devices: tuple[str, ...] | None = None
    """Between which a spelled number leaves the choice."""
    trouble: tuple[NoActionReason, dict[str, str]] | None = None
    of: Intent | None = None
    is_by_pronoun: bool = False
    is_of_nothing: bool = False
    """Whether a pronoun stands for no device."""


class Reader:
    """Reads parses on one plant."""

    def __init__(self, compiled: Compiled) -> None:
        self._meanings = compiled.meanings
        self._naming = compiled.naming
        self._fitting: dict[_Needs, tuple[str, ...]] = {}
        self._existing: dict[str, str] = {}

    def readings(
        self,
        lattice: Lattice,
        meaning_number: int,
        filled: tuple[Filled, ...],
        context: DialogueContext | None = None,
    ) -> list[Reading]:
        """Return what one parse means: one reading, or one for each device where it was left open.

        None where "it" is said of nothing.
        """
        meaning = self._meanings[meaning_number]
        said = self._said(lattice, filled, context)
        if said.is_of_nothing and meaning.intent != IntentName.NO_ACTION:
            return []
        said.slots.update(meaning.slots)
        if meaning.intent == IntentName.NO_ACTION:
            return [self._idle(meaning, filled, said)]
        if said.trouble is not None:
            reason, details = said.trouble
            of = Intent(name=meaning.intent, slots=said.slots)
            return [Reading(intent=of, meaning=meaning, filled=filled, reason=reason, details=details, of=of)]
        if said.kind is None and said.devices is None and not self._names_none(meaning, said):
            return [self._with_named(meaning, filled, said)]
        return self._with_open(meaning, filled, said)

    def _said(self, lattice: Lattice, filled: Sequence[Filled], context: DialogueContext | None) -> _Said:
        said = _Said()
        slots = said.slots
        for slot, _, value, start, end in filled:
            match value:
                case str():
                    slots[slot] = value
                case OutValue(value=text) | NumberSpan(value=text) | Named(device_id=text):
                    slots[slot] = text
                case AnyText():
                    slots[slot] = lattice.tokens.original(lattice.text, start, end)
                case LeftOpen(kind=kind):
                    said.kind, said.device_slot = kind, slot
                case Pronoun():
                    device = context.device if context is not None else None
                    said.is_of_nothing = said.is_of_nothing or device is None
                    said.is_by_pronoun = True
                    slots[slot] = device or ""
                case Unclear(device_ids=device_ids):
                    said.devices, said.device_slot = device_ids, slot
                case Missing(kind=kind, number=number):
                    details = {"kind": kind, "number": number, "existing": self._existing_numbers(kind)}
                    said.trouble = said.trouble or (NoActionReason.NO_SUCH_DEVICE, details)
                case Several(reason=reason):
                    said.trouble = (NoActionReason(reason), {})
                case Embedded(meaning=inner, filled=inner_filled):
                    inside = self.readings(lattice, inner, inner_filled, context)
                    if said.of is None and inside and not inside[0].is_open:
                        said.of = inside[0].of or inside[0].intent
        return said

    def _names_none(self, meaning: Meaning, said: _Said) -> bool:
        """Tell whether a sentence needs a device and names none: then the only one that fits is meant."""
        if not meaning.requires or "device" in said.slots or "kind" in said.slots:
            return False
        said.device_slot = "device"
        return True

    def _with_named(self, meaning: Meaning, filled: tuple[Filled, ...], said: _Said) -> Reading:
        intent = Intent(name=meaning.intent, slots=said.slots)
        lacking = self._lacking(meaning, said.slots) if meaning.requires else None
        if lacking is None:
            is_open = said.is_by_pronoun and meaning.intent in ACTING
            return Reading(intent=intent, meaning=meaning, filled=filled, is_open=is_open)
        reason = NoActionReason.NO_SUCH_ACTION
        return Reading(intent=intent, meaning=meaning, filled=filled, reason=reason, details=lacking)

    def _with_open(self, meaning: Meaning, filled: tuple[Filled, ...], said: _Said) -> list[Reading]:
        if said.devices is not None:
            fitting = tuple(d for d in said.devices if _fits(meaning, self._naming.device_by_id[d]))
        else:
            fitting = self._devices_fitting(meaning, said.kind)
        if not fitting:
            details = {**({"kind": said.kind} if said.kind else {}), **meaning.requires}
            intent = Intent(name=meaning.intent, slots=said.slots)
            reason = NoActionReason.NO_SUCH_ACTION
            return [Reading(intent=intent, meaning=meaning, filled=filled, reason=reason, details=details)]
        return [
            Reading(
                intent=Intent(name=meaning.intent, slots={**said.slots, said.device_slot: device}),
                meaning=meaning,
                filled=filled,
                is_open=len(fitting) > 1,
            )
            for device in fitting
        ]

    def _idle(self, meaning: Meaning, filled: tuple[Filled, ...], said: _Said) -> Reading:
        slots = said.slots
        reason = NoActionReason(slots.pop("reason", NoActionReason.SMALL_TALK))
        of_name = slots.pop("of", None)
        if said.kind is not None:
            of_kind = self._naming.of_kind.get(said.kind, ())
            slots["kind"] = said.kind
            if len(of_kind) == 1:
                slots[said.device_slot] = of_kind[0].device_id
        of = Intent(name=of_name, slots=dict(slots)) if of_name is not None else said.of
        named = {**slots, **(of.slots if of else {}), **(said.trouble[1] if said.trouble else {})}
        return Reading(
            intent=Intent(name=IntentName.NO_ACTION, slots={"reason": reason.value, **slots}),
            meaning=meaning,
            filled=filled,
            reason=reason,
            details={slot: value for slot, value in named.items() if slot in ("device", "kind", "action", "number")},
            of=of,
        )

    def _devices_fitting(self, meaning: Meaning, kind: str | None) -> tuple[str, ...]:
        """Return the first devices that a sentence may be about, of a kind or of any."""
        key = (kind, meaning.requires.get("quantity"), meaning.requires.get("action"))
        found = self._fitting.get(key)
        if found is None:
            found = self._fitting[key] = tuple(
                d for d, _ in zip(self._matching(meaning, kind), range(MOST_CHOICES), strict=False)
            )
        return found

    def _matching(self, meaning: Meaning, kind: str | None) -> Iterator[str]:
        devices = self._naming.lexicon.devices if kind is None else self._naming.of_kind.get(kind, ())
        return (device.device_id for device in devices if _fits(meaning, device))

    def _lacking(self, meaning: Meaning, slots: Mapping[str, str]) -> dict[str, str] | None:
        """Return what the device, or every device of the kind, lacks; `None` for nothing."""
        device = self._naming.device_by_id.get(slots.get("device", ""))
        if device is not None:
            if _fits(meaning, device):
                return None
            return {"device": device.device_id, "kind": device.kind, **meaning.requires}
        kind = slots.get("kind", "")
        if not kind or self._devices_fitting(meaning, kind):
            return None
        return {"kind": kind, **meaning.requires}

    def _existing_numbers(self, kind: str) -> str:
        """Return the numbers of a kind: `1,2,3`, or `1-5000` where they are many."""
        found = self._existing.get(kind)
        if found is None:
            numbers = self._naming.numbers_of(kind)
            few = ",".join(map(str, numbers))
            found = self._existing[kind] = few if len(numbers) <= _MOST_NUMBERS else f"{numbers[0]}-{numbers[-1]}"
        return found


def _fits(meaning: Meaning, device: DeviceEntry) -> bool:
    quantity, action = meaning.requires.get("quantity"), meaning.requires.get("action")
    return (quantity is None or quantity in device.quantities) and (action is None or action in device.actions)
