"""Short sentences that lean on the one before: an answer ("two"), a correction ("no, valve eight"), the same again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from intents.automaton import Automaton
from intents.dialogue import DialogueContext
from intents.errors import TemplateError
from intents.intent import ACTING, Intent, Interpretation, NoAction, NoActionReason, Recognition, Recognized
from intents.language import DevicePhrase, Language
from intents.lattice import Lattice, Sources
from intents.matcher import Parse, Run
from intents.naming import Missing, Named, Naming
from intents.numerals import NumberSpan
from intents.sketch import Rules, build_network


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUps:
    """The follow-ups of one language on one plant."""

    language: str
    naming: Naming
    phrases: Sequence[tuple[str, DevicePhrase]]
    """With the group that each belongs to."""
    automaton: Automaton
    sources: Sources

    def follow(self, lattice: Lattice, context: DialogueContext) -> Recognition | None:
        """Return what a short sentence means after what was said before; `None` if it means nothing then."""
        parses = Run(self.automaton, self.sources, lattice, 0).parses(len(lattice.tokens.texts))
        found: dict[object, Recognition] = {}
        for parse in parses:
            recognition = self._meaning(lattice, parse, context)
            if recognition is not None:
                key = (type(recognition), _intent_of(recognition))
                found.setdefault(str(key), recognition)
        return next(iter(found.values())) if len(found) == 1 else None

    def _meaning(self, lattice: Lattice, parse: Parse, context: DialogueContext) -> Recognition | None:
        group, phrase = self.phrases[parse.meaning]
        value = next((one.value for one in parse.filled), None)
        if group == "answer":
            base = context.asked[0] if context.asked and context.asked_for == "device" else None
        else:
            base = context.intent
        if base is None or "device" not in base.slots or (group == "again" and base.name in ACTING):
            return None
        meant = self._device(value, base.slots["device"])
        shown = Interpretation(intent=base, template=phrase.text, source=str(phrase.place))
        if isinstance(meant, Missing):
            numbers = ",".join(map(str, self.naming.numbers_of(meant.kind)[:_MOST_NUMBERS]))
            return NoAction(
                text=lattice.text,
                language=self.language,
                reason=NoActionReason.NO_SUCH_DEVICE,
                details={"kind": meant.kind, "number": meant.number, "existing": numbers},
                interpretations=(shown,),
            )
        if meant is None or (group == "answer" and all(meant != choice.slots["device"] for choice in context.asked)):
            return None
        if group != "answer" and not self._is_alike(meant, base.slots["device"]):
            return None
        intent = Intent(name=base.name, slots={**base.slots, "device": meant})
        return Recognized(
            text=lattice.text,
            language=self.language,
            intent=intent,
            interpretations=(replace(shown, intent=intent),),
        )

    def _device(self, value: object, like: str) -> str | Missing | None:
        """Return the device that was named, by itself or as a number of the kind that was spoken of."""
        if isinstance(value, Named):
            return value.device_id
        if isinstance(value, Missing):
            return value
        kind = self.naming.device_by_id[like].kind if like in self.naming.device_by_id else None
        if not isinstance(value, NumberSpan) or kind is None:
            return None
        found = self.naming.by_number.get((kind, int(value.value))) if value.value.isdecimal() else None
        return found or Missing(kind, value.value)

    def _is_alike(self, device: str, like: str) -> bool:
        """Tell whether what was said of one device can be said of another."""
        one, other = self.naming.device_by_id[device], self.naming.device_by_id.get(like)
        return other is not None and (one.quantities, one.actions) == (other.quantities, other.actions)


_MOST_NUMBERS = 24


def build_follow_ups(language: Language, naming: Naming, rules: Rules) -> FollowUps:
    """Prepare the follow-ups of a language; raises `TemplateError`."""
    phrases = [(group, phrase) for group, members in language.follow_ups.items() for phrase in members]
    networks = []
    for _, phrase in phrases:
        try:
            networks.append(build_network(phrase.expression, rules, language.normalizer.spell))
        except TemplateError as exc:
            raise phrase.place.error(f"{exc} (in: {phrase.text})") from exc
    sources = Sources(naming.sources)
    return FollowUps(
        language=language.code, naming=naming, phrases=phrases, automaton=Automaton(networks), sources=sources
    )


def _intent_of(found: Recognition) -> object:
    match found:
        case Recognized(intent=intent):
            return intent.name, sorted(intent.slots.items())
        case NoAction(reason=reason, details=details):
            return reason, sorted(details.items())
        case _:
            return None
