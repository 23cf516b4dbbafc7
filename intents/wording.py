"""How numbers, units, ages, lists and device names are written in one language; the words come from the answer file."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from intents.errors import AnswerError

Values = Mapping[str, object]

_DIGITS = re.compile(r"[0-9]+")
_NAMES = re.compile(r"\{([a-z_]+)")
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400
_NOW_BELOW_S = 2.0
_SECONDS_BELOW_S = 90.0
_MINUTES_BELOW_S = 90.0 * _MINUTE_S
_HOURS_BELOW_S = 48.0 * _HOUR_S
_TWO_PARTS_BELOW_H = 10
_RANGE_FROM = 4


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Counted(_Part):
    """A phrase for one and for several."""

    one: str
    """The phrase for exactly one."""
    other: str
    """The phrase for any other number."""


class Unit(Counted):
    """How a quantity is rounded and named."""

    significant: int = Field(ge=1, le=12)
    """Figures kept; an integer part is never shortened."""
    decimals: int = Field(ge=0, le=6)
    """Never more than these."""
    rounding: Literal["half_up", "down"] = "half_up"
    """`down` where rounding up would hide that a limit is passed (oxygen) or claim perfection (purity)."""


class Name(_Part):
    """How a device's name stands in a sentence."""

    numbered: str
    """For names that end in a number."""
    other: str
    """For all others."""


class Numbers(_Part):
    """How whole numbers are spoken."""

    words: tuple[str, ...]
    """From zero on; empty where figures are kept."""
    tens: Mapping[int, str]
    tens_and_ones: str
    minus: str
    range: str
    """Four or more numbers in a row."""


class Durations(_Part):
    """How ages and durations are spoken."""

    now: str
    """An age below two seconds."""
    ago: str
    second: Counted
    minute: Counted
    hour: Counted
    day: Counted
    two: str
    """Hours with minutes."""


class Lists(_Part):
    """What stands between the items of a list."""

    between: str
    last_and: str
    last_or: str
    parts: str
    """Between items that are phrases."""


class Moments(_Part):
    """How a time of day is spoken."""

    today: str
    yesterday: str
    other: str
    months: tuple[str, ...] = Field(min_length=12, max_length=12)


class Wording(_Part):
    """Everything but the sentences of an answer file; `write` brings a value into a form of it."""

    name: Name
    numbers: Numbers
    units: Mapping[str, Unit]
    """By unit code, or unit code and quantity (`% purity`); `other` for any other."""
    durations: Durations
    lists: Lists
    moments: Moments
    counts: Mapping[str, Counted]
    words: Mapping[str, Mapping[str, str | Mapping[str, str]]]
    """Tables of words by code; a word may depend on the value `kind`; `other` serves codes that are not listed."""

    def write(self, value: object, form: str, values: Values) -> str:
        """Write `value` in a form such as `name`, `as MPa`, `ago`, `word states`; `values` are all of the sentence.

        Raises:
            AnswerError: the form is unknown or does not take such a value.

        """
        head, _, rest = form.partition(" ")
        writer = _FORMS.get(head)
        if writer is None:
            raise AnswerError(f"there is no form {form!r}; there are: {', '.join(sorted(filter(None, _FORMS)))}")
        return writer(self, value, rest, values)

    def also_needed(self, form: str) -> frozenset[str]:
        """Return the names of other values that a form reads, so that a missing one is known before it is spoken."""
        head, _, rest = form.partition(" ")
        if head == "in":
            return frozenset({rest.partition(" ")[0]})
        if head == "count" and rest in self.counts:
            phrases = (self.counts[rest].one, self.counts[rest].other)
            return frozenset(name for phrase in phrases for name in _NAMES.findall(phrase)) - {"number"}
        return frozenset()

    def _plain(self, value: object, _rest: str, _values: Values) -> str:
        return _decimal_text(Decimal(str(value))) if isinstance(value, float) else str(value)

    def _device(self, value: object, _rest: str, _values: Values) -> str:
        name = str(value)
        return (self.name.numbered if name[-1:].isdigit() else self.name.other).format(name=name)

    def _spoken(self, value: object, _rest: str, _values: Values) -> str:
        return _DIGITS.sub(lambda digits: self._number(int(digits.group()), "", {}), str(value))

    def _number(self, value: object, _rest: str, _values: Values) -> str:
        if not isinstance(value, int):
            text = str(value)
            return self._number(int(text), "", {}) if _DIGITS.fullmatch(text) else text
        if value < 0 and self.numbers.words:
            return self.numbers.minus.format(number=self._number(-value, "", {}))
        if 0 <= value < len(self.numbers.words):
            return self.numbers.words[value]
        tens = self.numbers.tens.get(value - value % 10)
        if tens is None:
            return str(value)
        return (
            tens
            if value % 10 == 0
            else self.numbers.tens_and_ones.format(tens=tens, ones=self.numbers.words[value % 10])
        )

    def _in_unit(self, value: object, rest: str, values: Values) -> str:
        source, _, style = rest.partition(" ")
        code = values.get(source)
        if not isinstance(code, str) or not code:
            raise AnswerError(f"{source!r} should be the code of a unit, not {code!r}")
        return self._as_unit(value, f"{code} {style or values.get('quantity', '')}".strip(), values)

    def _as_unit(self, value: object, rest: str, _values: Values) -> str:
        code = rest.partition(" ")[0]
        unit = self.units.get(rest) or self.units.get(code) or self.units["other"]
        number = _rounded(_number_of(value), unit)
        text = _decimal_text(number)
        return (unit.one if number == 1 else unit.other).format(number=text, unit=code)

    def _duration(self, value: object, _rest: str, _values: Values) -> str:
        seconds = max(0.0, float(_number_of(value)))
        if seconds < _SECONDS_BELOW_S:
            return _counted(self.durations.second, round(seconds))
        if seconds < _MINUTES_BELOW_S:
            return _counted(self.durations.minute, round(seconds / _MINUTE_S))
        if seconds >= _HOURS_BELOW_S:
            return _counted(self.durations.day, round(seconds / _DAY_S))
        hours, minutes = divmod(round(seconds / (10 * _MINUTE_S)) * 10, 60)
        if hours >= _TWO_PARTS_BELOW_H or minutes == 0:
            return _counted(self.durations.hour, round(seconds / _HOUR_S))
        return self.durations.two.format(
            first=_counted(self.durations.hour, hours), second=_counted(self.durations.minute, minutes)
        )

    def _ago(self, value: object, _rest: str, _values: Values) -> str:
        if _number_of(value) < _NOW_BELOW_S:
            return self.durations.now
        return self.durations.ago.format(duration=self._duration(value, "", {}))

    def _moment(self, value: object, _rest: str, values: Values) -> str:
        if not isinstance(value, datetime):
            raise AnswerError(f"a moment is a datetime in the site's time zone, not {value!r}")
        now = values.get("now")
        today = now.date() if isinstance(now, datetime) else None
        pattern = self.moments.other
        if today is not None and value.date() == today:
            pattern = self.moments.today
        elif today is not None and value.date() == today - timedelta(days=1):
            pattern = self.moments.yesterday
        month = self.moments.months[value.month - 1]
        return pattern.format(hour=value.hour, minute=value.minute, day=value.day, month=month)

    def _and(self, value: object, rest: str, values: Values) -> str:
        return self._joined(value, rest, values, self.lists.between, self.lists.last_and)

    def _or(self, value: object, rest: str, values: Values) -> str:
        return self._joined(value, rest, values, self.lists.between, self.lists.last_or)

    def _list(self, value: object, rest: str, values: Values) -> str:
        return self._joined(value, rest, values, self.lists.parts, self.lists.parts)

    def _joined(self, value: object, form: str, values: Values, between: str, last: str) -> str:
        items = _items(value)
        numbers = [item for item in items if isinstance(item, int)]
        if len(numbers) == len(items) >= _RANGE_FROM and numbers == list(range(numbers[0], numbers[-1] + 1)):
            first, final = (self._number(end, "", {}) for end in (numbers[0], numbers[-1]))
            return self.numbers.range.format(first=first, last=final)
        texts = [self.write(item, form or ("number" if isinstance(item, int) else ""), values) for item in items]
        return last.join([between.join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)

    def _word(self, value: object, rest: str, values: Values) -> str:
        if rest not in self.words:
            raise AnswerError(f"there is no table {rest!r} of words; there are: {', '.join(self.words)}")
        table, code = self.words[rest], str(value)
        word = table.get(code, table.get("other", code))
        if not isinstance(word, str):
            word = word.get(str(values.get("kind", "")), word.get("other", code))
        return word.format(word=code) if "{" in word else word

    def _count(self, value: object, rest: str, values: Values) -> str:
        if rest not in self.counts:
            raise AnswerError(f"there is no {rest!r} under counts; there are: {', '.join(self.counts)}")
        count = value if isinstance(value, int) else len(_items(value))
        phrase = self.counts[rest].one if count == 1 else self.counts[rest].other
        return phrase.format(**{**values, "number": self._number(count, "", {})})


_FORMS: Mapping[str, Callable[[Wording, object, str, Values], str]] = {
    "": Wording._plain,  # noqa: SLF001 - the table of this class's own methods
    "name": Wording._device,  # noqa: SLF001
    "spoken": Wording._spoken,  # noqa: SLF001
    "number": Wording._number,  # noqa: SLF001
    "in": Wording._in_unit,  # noqa: SLF001
    "as": Wording._as_unit,  # noqa: SLF001
    "duration": Wording._duration,  # noqa: SLF001
    "ago": Wording._ago,  # noqa: SLF001
    "moment": Wording._moment,  # noqa: SLF001
    "and": Wording._and,  # noqa: SLF001
    "or": Wording._or,  # noqa: SLF001
    "list": Wording._list,  # noqa: SLF001
    "word": Wording._word,  # noqa: SLF001
    "count": Wording._count,  # noqa: SLF001
}


def _items(value: object) -> Sequence[object]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise AnswerError(f"a list is needed here, not {value!r}")
    return value


def _number_of(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise AnswerError(f"a number is needed here, not {value!r}")
    try:
        return Decimal(str(value))
    except ArithmeticError as exc:
        raise AnswerError(f"a number is needed here, not {value!r}") from exc


def _rounded(number: Decimal, unit: Unit) -> Decimal:
    integer_figures = max(0, number.adjusted() + 1) if number else 1
    decimals = min(unit.decimals, max(0, unit.significant - integer_figures))
    rounding = ROUND_DOWN if unit.rounding == "down" else ROUND_HALF_UP
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=rounding)


def _decimal_text(number: Decimal) -> str:
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _counted(phrase: Counted, count: int) -> str:
    return (phrase.one if count == 1 else phrase.other).format(number=count)
