"""Make up sentences that the templates allow, for training, suggestions and tests."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from intents.expression import (
    NOTHING,
    Alternative,
    Expression,
    ListRef,
    Permutation,
    RuleRef,
    Text,
)
from intents.expression import (
    Sequence as InOrder,
)
from intents.language import Language
from intents.lexicon import DeviceEntry, KindEntry, Lexicon
from intents.naming import bare_phrases
from intents.sentences import RangeList, SentenceList, Sentences, Template, ValueList, WildcardList

_IN_DIGITS = 0.5
"""How often a number is written in digits."""
_MANY = 1000
_BRIEF = 0.12
"""How often a brief sentence says what it could leave out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A made-up sentence."""

    text: str
    """Words parted by blanks, in Japanese too."""
    template: Template


class Sampler:
    """Makes up sentences of one language for one plant."""

    def __init__(self, sentences: Sentences, lexicon: Lexicon, *, any_words: str | None = None) -> None:
        """`any_words`: what to say where any words may stand; without it some that templates have."""
        self.any_words = any_words
        self.sentences = sentences
        self.lexicon = lexicon
        self.language: Language = sentences.language
        self.kinds: Mapping[str, KindEntry] = {kind.name: kind for kind in lexicon.kinds}
        self._devices = [device for device in lexicon.devices if self._names(device)]
        self._devices_for: dict[tuple[str | None, str | None], Sequence[DeviceEntry]] = {}
        self.spoken = [template for template in sentences.templates if self._can_be_said(template.expression)]
        self.other_words = sorted({word for t in sentences.templates for word in _words(t.expression)})

    def sample(
        self, rng: random.Random, template: Template | None = None, *, is_brief: bool = False, is_plain: bool = False
    ) -> Sample:
        """Return a sentence of a template, of any if none is given.

        `is_brief` leaves out most of what is optional. `is_plain` leaves out all of it, and takes the first of several
        wordings, which is the usual one; only devices and values vary.
        """
        chosen = template or rng.choice(self.spoken)
        devices = self._fitting(chosen)
        run = _Run(self, rng, devices, is_brief=is_brief, is_plain=is_plain)
        return Sample(text=" ".join("".join(run.say(chosen.expression)).split()), template=chosen)

    def _fitting(self, template: Template) -> Sequence[DeviceEntry]:
        needs = (template.requires.get("quantity"), template.requires.get("action"))
        if needs not in self._devices_for:
            fitting = [device for device in self._devices if _fits(template, device)]
            self._devices_for[needs] = fitting or self._devices
        return self._devices_for[needs]

    def words(self) -> set[str]:
        """Return the words that templates, names and small numbers are made of."""
        names = [name for device in self.lexicon.devices[:_MANY] for name in device.names]
        nouns = [noun for kind in self.lexicon.kinds for noun in (*kind.nouns, *kind.plurals)]
        numbers = [word for number in range(100) for word in self.language.normalizer.numerals.spoken(number)]
        rules = [word for rule in self.sentences.rules.values() for word in _words(rule)]
        return {word for text in (*names, *nouns, *numbers, *rules, *self.other_words) for word in text.split()}

    def templates(self) -> Sequence[Template]:
        """Return the templates that sentences can be made of."""
        return self.spoken

    def _can_be_said(self, expression: Expression) -> bool:
        """Tell whether a sentence can be made: a list that the plant leaves empty cannot be filled."""
        match expression:
            case ListRef(list_name="device"):
                return bool(self._devices)
            case ListRef(list_name="kind"):
                return bool(self.lexicon.kinds)
            case RuleRef(rule=rule):
                return self._can_be_said(self.sentences.rules[rule])
            case InOrder(items=items) | Permutation(items=items) | Alternative(items=items):
                return all(self._can_be_said(item) for item in items)
            case _:
                return True

    def _names(self, device: DeviceEntry) -> bool:
        kind = self.kinds.get(device.kind)
        return bool(device.names) or (kind is not None and bool(kind.nouns))


class _Run:
    """One sentence in the making."""

    def __init__(
        self, sampler: Sampler, rng: random.Random, devices: Sequence[DeviceEntry], *, is_brief: bool, is_plain: bool
    ) -> None:
        self._sampler = sampler
        self._is_plain = is_plain
        self._rng = rng
        self._devices = devices
        self._is_brief = is_brief

    def say(self, expression: Expression, local: Mapping[str, str] | None = None) -> list[str]:
        """Return the pieces of a sentence."""
        rng = self._rng
        match expression:
            case Text(text=text):
                return [text]
            case InOrder(items=items):
                return [piece for item in items for piece in self.say(item, local)]
            case Alternative(items=items):
                if self._is_plain:
                    return [] if NOTHING in items else self.say(items[0], local)
                if self._is_brief and items[-1] == NOTHING and rng.random() > _BRIEF:
                    return []
                return self.say(rng.choice(items), local)
            case Permutation(items=items):
                return [piece for item in rng.sample(items, len(items)) for piece in (" ", *self.say(item, local), " ")]
            case RuleRef(rule=rule):
                return self.say(self._sampler.sentences.rules[rule], local)
            case ListRef(list_name=name):
                return [" ", *(self._value(name) if local is None or name not in local else [local[name]]), " "]

    def _value(self, name: str) -> list[str]:
        sampler, rng = self._sampler, self._rng
        sentences = sampler.sentences
        if name == "device":
            return self._device()
        if name == "kind":
            kind = rng.choice(sampler.lexicon.kinds)
            return [rng.choice(kind.plurals or kind.nouns)]
        body = sentences.lists.get(name)
        match body:
            case ValueList(values=values):
                return self.say(rng.choice(values).expression)
            case RangeList(minimum=minimum, maximum=maximum, step=step):
                return [self._number(int(minimum), min(int(maximum), 999), int(step or 1) or 1)]
            case WildcardList():
                if sampler.any_words is not None:
                    return [sampler.any_words]
                words = sampler.other_words
                return [" ".join(rng.choice(words) for _ in range(rng.randint(1, 3)))]
            case SentenceList(intents=intents):
                chosen = rng.choice([t for t in sampler.spoken if t.intent in intents])
                return self.say(chosen.expression)
        first, _, rest = name.partition("..")
        last, _, step_text = rest.partition(",")
        return [self._number(int(first), int(last), int(step_text or 1)) if rest else self._number(0, 99, 1)]

    def _number(self, first: int, last: int, step: int) -> str:
        number = self._rng.randrange(first, last + 1, step)
        return self._written(number)

    def _written(self, number: int) -> str:
        if number < 0 or self._rng.random() < _IN_DIGITS:
            return str(number)
        return " ".join(self._sampler.language.normalizer.numerals.spoken(number))

    def _device(self) -> list[str]:
        sampler, rng = self._sampler, self._rng
        device = rng.choice(self._devices)
        kind = sampler.kinds.get(device.kind)
        ways: list[Expression] = []
        local: dict[str, str] = {}
        for phrase in sampler.language.device_phrases.get("one", ()):
            lists = set(_lists(phrase.expression))
            if "own_name" in lists:
                if device.names:
                    ways.append(phrase.expression)
            elif (
                kind is not None
                and kind.nouns
                and ("n" in lists) == (device.number is not None)
                and "ordinal" not in lists
            ):
                ways.append(phrase.expression)
        if kind is not None and device.number is not None:
            ways.extend(phrase.expression for phrase in bare_phrases(kind))
        if device.names:
            local["own_name"] = rng.choice(device.names)
        if kind is not None and kind.nouns:
            local["noun"] = kind.nouns[0] if self._is_plain else rng.choice(kind.nouns)
        if device.number is not None:
            local["n"] = self._written(device.number)
        return self.say(rng.choice(ways), local) if ways else [device.device_id]


def _fits(template: Template, device: DeviceEntry) -> bool:
    quantity, action = template.requires.get("quantity"), template.requires.get("action")
    return (quantity is None or quantity in device.quantities) and (action is None or action in device.actions)


def _lists(expression: Expression) -> list[str]:
    match expression:
        case ListRef(list_name=name):
            return [name]
        case InOrder(items=items) | Permutation(items=items) | Alternative(items=items):
            return [name for item in items for name in _lists(item)]
        case _:
            return []


def _words(expression: Expression) -> list[str]:
    match expression:
        case Text(text=text):
            return text.split()
        case InOrder(items=items) | Permutation(items=items) | Alternative(items=items):
            return [word for item in items for word in _words(item)]
        case _:
            return []
