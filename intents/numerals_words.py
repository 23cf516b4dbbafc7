"""Numbers of a language written in words with blanks: "one hundred and twenty", "oh three", "fourteen point seven"."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from intents.numerals import LONGEST_NUMBER, NumberSpan, plain
from intents.tokens import Tokens

_DIGITS = re.compile(r"\d+")
_DECIMAL = re.compile(r"\d+\.\d+")
_TEN, _HUNDRED, _THOUSAND = 10, 100, 1000
_PAIR = 2
"""Words of a number such as "twenty five"."""
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")


@dataclass(frozen=True, kw_only=True)
class WordNumerals:
    """The number words of one language, from its `numbers.yaml`."""

    units: Mapping[str, int]
    """zero … nineteen"""
    tens: Mapping[str, int]
    scales: Mapping[str, int]
    """hundred, thousand, …"""
    digits: Mapping[str, int]
    """Words that are a digit only beside others: oh."""
    joiners: frozenset[str]
    """and, between a scale and what follows it."""
    points: tuple[str, ...]
    """Between whole and fraction, the usual one first."""
    minus: frozenset[str]
    one: frozenset[str]
    """Words that mean 1 before a scale: a."""
    ordinals: Mapping[str, int]

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        """Words that a number may begin with."""
        return frozenset().union(self.units, self.tens, self.scales, self.digits, self.ordinals, self.minus, self.one)

    def is_numeric(self, token: str) -> bool:
        """Tell whether a token is a number or part of one by itself."""
        return (
            token in self.units
            or token in self.tens
            or token in self.scales
            or token in self.ordinals
            or token[:1].isdecimal()
        )

    def may_open(self, token: str) -> bool:
        """Tell whether a number may begin with a token."""
        return token in self._beginnings or token[:1].isdecimal()

    def read(self, tokens: Tokens) -> "WordNumbers":
        """Find the numbers of a text."""
        texts = tokens.texts
        numbers = WordNumbers(numerals=self, texts=texts, inside=[False] * (len(texts) + 1))
        at = 0
        while at < len(texts):
            token = texts[at]
            end = self._run(texts, at) if self.may_open(token) else at
            if end == at:
                at += 1
                continue
            for boundary in range(at + 1, end):
                numbers.inside[boundary] = True
            numbers.runs[at] = end
            at = end
        return numbers

    def spoken(self, number: int) -> tuple[str, ...]:
        """Return the words for 0 to 9999."""
        if number >= _THOUSAND:
            rest = self.spoken(number % _THOUSAND) if number % _THOUSAND else ()
            return (*self.spoken(number // _THOUSAND), _word(self.scales, _THOUSAND), *rest)
        if number >= _HUNDRED:
            rest = self.spoken(number % _HUNDRED) if number % _HUNDRED else ()
            return (_word(self.units, number // _HUNDRED), _word(self.scales, _HUNDRED), *rest)
        if number in self.units.values():
            return (_word(self.units, number),)
        ten = _word(self.tens, number - number % _TEN)
        return (ten, _word(self.units, number % _TEN)) if number % _TEN else (ten,)

    def zeros_spoken(self) -> Sequence[tuple[str, ...]]:
        """Return other words for zero beside digits, the usual one."""
        return [(word,) for word, digit in self.digits.items() if digit == 0][:1]

    def point_spoken(self) -> Sequence[str]:
        """Return the usual word for the point."""
        return self.points[:1]

    def ordinals_spoken(self) -> Sequence[tuple[str, ...]]:
        """Return the ordinals that are one word."""
        return [(word,) for word in self.ordinals]

    def _run(self, texts: Sequence[str], at: int) -> int:
        """Return the end of the longest run of tokens from `at` on that belong to one number."""
        end = at
        is_dash = not texts[at].isalpha() and at > 0 and self.is_numeric(texts[at - 1])
        if (texts[at] in self.minus and not is_dash) or (
            texts[at] in self.one and texts[at + 1 : at + 2] and texts[at + 1] in self.scales
        ):
            end += 1
        while end < len(texts) and self._belongs(texts, end, has_begun=end > at and texts[end - 1] not in self.minus):
            end += 1
        return at if end == at + 1 and not self.is_numeric(texts[at]) else end

    def _belongs(self, texts: Sequence[str], place: int, *, has_begun: bool) -> bool:
        """Tell whether a token belongs to the number before it, or begins one."""
        token = texts[place]
        after = texts[place + 1] if place + 1 < len(texts) else ""
        if has_begun and (texts[place - 1] in self.ordinals or _ORDINAL.fullmatch(texts[place - 1])):
            return False
        if self.is_numeric(token):
            return True
        if token in self.digits:
            return has_begun or self._is_digit(after)
        if not has_begun:
            return False
        is_joined = token in self.joiners and texts[place - 1] in self.scales and self.is_numeric(after)
        return is_joined or (token in self.points and (self._is_digit(after) or after in self.tens))

    def _is_digit(self, token: str) -> bool:
        return token in self.units or token in self.digits or token.isdecimal()

    def read_run(self, run: Sequence[str], end: int) -> tuple[NumberSpan | None, bool]:
        """Return what a run of tokens up to `end` makes, and whether it is an ordinal."""
        is_ordinal, value = self._ordinal(run)
        if is_ordinal:
            return (None if value is None else NumberSpan(end, plain(value))), True
        return self._number(run, end), False

    def _number(self, run: Sequence[str], end: int) -> NumberSpan | None:
        sign = -1 if run[0] in self.minus else 1
        words = run[1:] if sign < 0 else run
        point = next((k for k, word in enumerate(words) if word in self.points), None)
        whole = words if point is None else words[:point]
        value, parts = self._whole(whole)
        if value is None or len(str(value)) > LONGEST_NUMBER:
            return None
        if point is not None:
            fraction = self._fraction(words[point + 1 :])
            if fraction is None or len(fraction) > LONGEST_NUMBER or value != int(value):
                return None
            value, parts = Decimal(f"{int(value)}.{fraction}"), ()
        return NumberSpan(end, plain(sign * value), parts)

    def _whole(self, words: Sequence[str]) -> tuple[Decimal | None, tuple[str, ...]]:
        if len(words) == 1 and (_DIGITS.fullmatch(words[0]) or _DECIMAL.fullmatch(words[0])):
            return Decimal(words[0]), ()
        value = self._cardinal(words)
        return (Decimal(value), ()) if value is not None else self._spelled(words)

    def _cardinal(self, words: Sequence[str]) -> int | None:
        """Read "one hundred and twenty"; `None` where the words make no such number."""
        for scale_word, scale in sorted(self.scales.items(), key=lambda item: -item[1]):
            if scale_word in words:
                at = (
                    len(words) - 1 - list(reversed(words)).index(scale_word)
                    if scale == 1
                    else list(words).index(scale_word)
                )
                before, after = words[:at], words[at + 1 :]
                times = 1 if not before or (len(before) == 1 and before[0] in self.one) else self._cardinal(before)
                if after and after[0] in self.joiners:
                    after = after[1:]
                rest = self._cardinal(after) if after else 0
                return None if not times or rest is None or rest >= scale else times * scale + rest
        if len(words) == 1:
            word = words[0]
            if _DIGITS.fullmatch(word):
                return int(word) if len(word) <= LONGEST_NUMBER else None
            return self.units.get(word, self.tens.get(word))
        if len(words) == _PAIR and words[0] in self.tens:
            unit = self.units.get(words[1], 0)
            return self.tens[words[0]] + unit if 0 < unit < _TEN else None
        return None

    def _spelled(self, words: Sequence[str]) -> tuple[Decimal | None, tuple[str, ...]]:
        """Read "two five", "one oh three", "one twenty": numbers below 100 set side by side."""
        parts: list[str] = []
        at = 0
        while at < len(words):
            if words[at] in self.digits:
                parts.append(str(self.digits[words[at]]))
                at += 1
                continue
            length = 2 if at + 1 < len(words) and self._cardinal(words[at : at + 2]) is not None else 1
            value = self._cardinal(words[at : at + length])
            if value is None or value >= _HUNDRED or (_DIGITS.fullmatch(words[at]) and len(words[at]) > 1):
                return None, ()
            parts.append(str(value))
            at += length
        if any(len(part) > 1 for part in parts[:-1]) or not _PAIR <= len(parts) <= LONGEST_NUMBER:
            return None, ()
        return Decimal("".join(parts)), tuple(parts) if parts[0] != "0" else ()

    def _fraction(self, words: Sequence[str]) -> str | None:
        """Read what follows the point: single digits, or one number ("twenty five")."""
        if not words:
            return None
        if len(words) == 1 and words[0].isdecimal():
            return words[0]
        digits = [str(self.digits.get(word, self.units.get(word, word))) for word in words]
        if all(len(digit) == 1 and digit.isdecimal() for digit in digits):
            return "".join(digits)
        value = self._cardinal(words)
        return None if value is None or not _TEN <= value < _HUNDRED else str(value)

    def _ordinal(self, run: Sequence[str]) -> tuple[bool, Decimal | None]:
        last = run[-1]
        written = _ORDINAL.fullmatch(last)
        if not written and not any(word in self.ordinals for word in run):
            return False, None
        if written:
            return True, Decimal(written.group(1)) if len(run) == 1 and len(last) <= LONGEST_NUMBER else None
        value = self.ordinals.get(last)
        if value is None:
            return True, None
        if len(run) == 1:
            return True, Decimal(value)
        ten = self.tens.get(run[0], 0) if len(run) == _PAIR and value < _TEN else 0
        return True, Decimal(ten + value) if ten else None


@dataclass(frozen=True, slots=True, kw_only=True)
class WordNumbers:
    """The numbers of one text; read when they are asked for."""

    numerals: WordNumerals
    texts: tuple[str, ...]
    inside: list[bool]
    runs: dict[int, int] = field(default_factory=dict)
    """Where tokens that belong to one number begin and end."""
    read: dict[int, tuple[NumberSpan | None, bool]] = field(default_factory=dict)

    def at(self, index: int) -> Sequence[NumberSpan]:
        """Return the numbers that begin at a token."""
        span, is_ordinal = self._run_at(index)
        return () if span is None or is_ordinal else (span,)

    def ordinals_at(self, index: int) -> Sequence[NumberSpan]:
        """Return the ordinals that begin at a token."""
        span, is_ordinal = self._run_at(index)
        return (span,) if span is not None and is_ordinal else ()

    def _run_at(self, index: int) -> tuple[NumberSpan | None, bool]:
        found = self.read.get(index)
        if found is None:
            end = self.runs.get(index)
            found = (None, False) if end is None else self.numerals.read_run(self.texts[index:end], end)
            self.read[index] = found
        return found


def _word(words: Mapping[str, int], value: int) -> str:
    return next(word for word, number in words.items() if number == value)
