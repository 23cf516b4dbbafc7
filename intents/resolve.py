"""What to make of the readings of a sentence: one meaning, a question, or a reason to do nothing.

Nothing is ever guessed. A reading that does nothing wins over one that acts, and two acts are a question.
"""

from collections.abc import Iterable, Sequence
from typing import overload

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
from intents.reading import MOST_CHOICES, Reading

_MOST_SHOWN = 12
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
"""Of several reasons to do nothing, the first is told."""
_HARMLESS_REASONS = frozenset({NoActionReason.NO_SUCH_DEVICE, NoActionReason.NO_SUCH_ACTION})
"""Found out of a reading, these say that it cannot be meant, so another may be; said by a template, or any other
reason, that nothing is meant to be done."""

_Key = tuple[str, frozenset[tuple[str, str]]]


def resolve(lattice: Lattice, language: str, readings: Sequence[Reading]) -> Recognition:
    """Return what the readings of one text mean together; there must be at least one."""
    literal = [r for r in readings if r.is_said_idle or not r.has_any_text]
    if any(r.reason is None for r in literal):
        readings = literal
    good = [r for r in readings if r.reason is None]
    idle = sorted((r for r in readings if r.reason is not None), key=_gravity)
    is_doubtful = any(r.is_said_idle or r.reason not in _HARMLESS_REASONS for r in idle)
    if not good or (is_doubtful and all(r.intent.name in ACTING for r in good)):
        return _no_action(lattice, language, idle, readings)
    return _choose(lattice, language, _most_literal(good))


class Shown(Sequence[Interpretation]):
    """Readings as they are shown, each template once.

    Which template it was is looked for when it is asked for: that takes as long as a good part of understanding.
    """

    __slots__ = ("_found", "_lattice", "_readings")

    def __init__(self, lattice: Lattice, readings: Iterable[Reading]) -> None:
        self._lattice = lattice
        self._readings = readings
        self._found: tuple[Interpretation, ...] | None = None

    @overload
    def __getitem__(self, index: int) -> Interpretation: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Interpretation]: ...
    def __getitem__(self, index: int | slice) -> Interpretation | Sequence[Interpretation]:
        """Return one, or some."""
        return self._all()[index]

    def __len__(self) -> int:
        """Return how many templates read the sentence."""
        return len(self._all())

    def __eq__(self, other: object) -> bool:
        """Compare what is shown."""
        return isinstance(other, Sequence) and self._all() == tuple(other)

    def __hash__(self) -> int:
        """Hash what is shown."""
        return hash(self._all())

    def __repr__(self) -> str:
        """Write what is shown."""
        return repr(self._all())

    def _all(self) -> tuple[Interpretation, ...]:
        if self._found is None:
            found: dict[tuple[str, str], Interpretation] = {}
            for reading in self._readings:
                shown = reading.shown(self._lattice)
                found.setdefault((shown.source, shown.template), shown)
                if len(found) == _MOST_SHOWN:
                    break
            self._found = tuple(found.values())
        return self._found


def agree(found: Sequence[Recognition], language: str) -> Recognition:
    """Return what several transcripts of one utterance, best first, mean together.

    The best one that is understood counts, unless it acts and another says something else: then it is a question, or
    nothing is done.
    """
    understood = [r for r in found if not isinstance(r, NotRecognized)]
    if not understood:
        return found[0] if found else NotRecognized(text="", language=language)
    best = understood[0]
    acts = [choice for choice in _choices(best) if choice.name in ACTING]
    if not acts or any(choice.name == IntentName.STOP_ALL for choice in acts):
        return best
    is_stop = all(choice.name == IntentName.STOP_COMPRESSOR for choice in acts)
    doubt = next((r for r in understood if isinstance(r, NoAction) and _is_doubt(r, is_stop=is_stop)), None)
    if doubt is not None:
        return doubt
    choices = {_key(choice): choice for r in understood for choice in _choices(r)}
    if len(choices) == len(_choices(best)):
        return best
    return Ambiguous(
        text=best.text,
        language=language,
        choices=tuple(choices.values())[:MOST_CHOICES],
        differs_in=_difference(tuple(choices.values())),
        interpretations=tuple(i for r in understood for i in _interpretations(r))[:_MOST_SHOWN],
    )


def _is_doubt(found: NoAction, *, is_stop: bool) -> bool:
    """Tell whether a text that does nothing keeps the best one from acting.

    A number that no device has is as likely to have been said as the one that some device has ("fifteen", "ten"). A
    stop is not held up by it.
    """
    if found.reason is NoActionReason.NO_SUCH_DEVICE:
        return not is_stop
    return found.reason not in _HARMLESS_REASONS


def _choose(lattice: Lattice, language: str, good: Sequence[Reading]) -> Recognition:
    choices = tuple({_key(reading.intent): reading.intent for reading in good}.values())
    shown = Shown(lattice, _one_for_each_parse(good))
    if len(choices) == 1 and not all(reading.is_open for reading in good):
        return Recognized(text=lattice.text, language=language, intent=choices[0], interpretations=shown)
    return Ambiguous(
        text=lattice.text,
        language=language,
        choices=choices[:MOST_CHOICES],
        differs_in=_difference(choices) if len(choices) > 1 else "device",
        interpretations=shown,
    )


def _no_action(lattice: Lattice, language: str, idle: Sequence[Reading], readings: Sequence[Reading]) -> NoAction:
    chosen = idle[0]
    would_be = chosen.of if chosen.of is not None or chosen.is_said_idle else chosen.intent
    return NoAction(
        text=lattice.text,
        language=language,
        reason=chosen.reason or NoActionReason.SMALL_TALK,
        intent=would_be,
        details=chosen.details,
        interpretations=Shown(lattice, _one_for_each_parse(readings)),
    )


def _one_for_each_parse(readings: Sequence[Reading]) -> list[Reading]:
    """Leave one reading of each parse: a device left open gives many of the same sentence."""
    found: dict[tuple[int, object], Reading] = {}
    for reading in readings:
        found.setdefault((id(reading.meaning), reading.filled), reading)
    return list(found.values())


def _most_literal(good: Sequence[Reading]) -> Sequence[Reading]:
    """Of readings that all hold a wildcard, keep those that leave it the least: "note that …" keeps no "that"."""
    if len(good) == 1 or not all(reading.has_any_text for reading in good):
        return good
    left = [sum(map(len, reading.intent.slots.values())) for reading in good]
    return [reading for reading, characters in zip(good, left, strict=True) if characters == min(left)]


def _gravity(reading: Reading) -> int:
    return _GRAVITY.index(reading.reason) if reading.reason is not None else len(_GRAVITY)


def _key(intent: Intent) -> _Key:
    return intent.name, frozenset(intent.slots.items())


def _choices(found: Recognition) -> tuple[Intent, ...]:
    match found:
        case Recognized(intent=intent):
            return (intent,)
        case Ambiguous(choices=choices):
            return choices
        case _:
            return ()


def _interpretations(found: Recognition) -> Sequence[Interpretation]:
    return () if isinstance(found, NotRecognized) else found.interpretations


def _difference(choices: Sequence[Intent]) -> str:
    if len({choice.name for choice in choices}) > 1:
        return "intent"
    slots = dict.fromkeys(slot for choice in choices for slot in choice.slots)
    return next((slot for slot in slots if len({choice.slots.get(slot) for choice in choices}) > 1), "intent")
