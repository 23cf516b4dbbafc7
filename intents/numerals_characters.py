"""Numbers of a language written without blanks (Japanese): 12, 十二, 〇三, じゅうに, 百二十, 十四点七, 二・五.

Digits and kanji form runs that are never split. Readings in kana occur within other words too (に, し, ご), so they are
offered only where a template wants a number; the longest one counts, except that a particle may follow it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from intents.numerals import LONGEST_NUMBER, NumberSpan, plain
from intents.tokens import Tokens

_TEN = 10
_MYRIAD = 10_000


@dataclass(frozen=True, kw_only=True)
class CharacterNumerals:
    """The numerals of one language, from its `numbers.yaml`; all keys are folded."""

    digits: Mapping[str, int]
    """〇 一 … 九"""
    scales: Mapping[str, int]
    """十 百 千 万"""
    points: frozenset[str]
    """Between the digits of a decimal: `.` ・ 点 てん."""
    minus: frozenset[str]
    readings: Mapping[str, int]
    """Kana for 0–9, 10–90, 100–900, 1000–9000."""
    particles: frozenset[str]
    """What may follow a number in kana and also be the end of a longer one: に."""
    spoken_digits: Mapping[int, str]
    """What recognisers write for 0–9."""
    spoken_point: str
    """What they write between the digits of a decimal."""

    def is_numeric(self, token: str) -> bool:
        """Tell whether a character is a digit or a kanji numeral."""
        return token in self.digits or token in self.scales or token[:1].isdecimal()

    def may_open(self, token: str) -> bool:
        """Tell whether a number may begin with a character."""
        return self.is_numeric(token) or token in self._beginnings

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        return frozenset(word[0] for word in (*self.readings, *self.minus))

    def read(self, tokens: Tokens) -> "CharacterNumbers":
        """Find the numbers of a text."""
        texts = tokens.texts
        numbers = CharacterNumbers(numerals=self, text="".join(texts), inside=[False] * (len(texts) + 1))
        at = 0
        while at < len(texts):
            if not self.is_numeric(texts[at]):
                at += 1
                continue
            end = self._run_end(texts, at)
            sign_length = next((len(m) for m in self.minus if numbers.text.endswith(m, 0, at)), 0)
            start = at - sign_length
            numbers.inside[start + 1 : end] = [True] * (end - start - 1)
            read = self._run(texts[at:end], [tokens.touch(k) for k in range(at, end)])
            if read is not None:
                value, parts = read
                numbers.written[start] = NumberSpan(end, plain(-value if sign_length else value), parts)
            at = end
        return numbers

    def spoken(self, number: int) -> tuple[str, ...]:
        """Return the words for 0 to 9999, each digit and scale a word of its own."""
        if number == 0:
            return (self.spoken_digits[0],)
        found: list[str] = []
        for scale in (1000, 100, 10):
            times, number = divmod(number, scale)
            if times:
                found.extend([self.spoken_digits[times]] if times > 1 else [])
                found.append(next(word for word, value in self.scales.items() if value == scale))
        return (*found, self.spoken_digits[number]) if number else tuple(found)

    def zeros_spoken(self) -> Sequence[tuple[str, ...]]:
        """Return other words for zero: recognisers write it as one of the digits."""
        return [(word,) for word, digit in self.digits.items() if digit == 0][:1]

    def point_spoken(self) -> Sequence[str]:
        """Return what recognisers write for the point."""
        return (self.spoken_point,)

    def ordinals_spoken(self) -> Sequence[tuple[str, ...]]:
        """Return nothing: ordinals are a number and a counter."""
        return ()

    def _run_end(self, texts: Sequence[str], at: int) -> int:
        end = at
        while end < len(texts) and (self.is_numeric(texts[end]) or (end > at and self._is_point(texts, end))):
            end += 1
        return end

    def _is_point(self, texts: Sequence[str], place: int) -> bool:
        return texts[place] in self.points and place + 1 < len(texts) and self._is_digit(texts[place + 1])

    def _is_digit(self, token: str) -> bool:
        return token in self.digits or token.isdecimal()

    def _run(self, run: Sequence[str], touching: Sequence[bool]) -> tuple[Decimal, tuple[str, ...]] | None:
        point = next((k for k, token in enumerate(run) if token in self.points), None)
        whole = self._whole(run[:point], touching[:point])
        if whole is None or point is None:
            return whole
        fraction = [self._digit(token) for token in run[point + 1 :]]
        if None in fraction or len(fraction) > LONGEST_NUMBER:
            return None
        return Decimal(f"{whole[0]}.{''.join(map(str, fraction))}"), ()

    def _digit(self, token: str) -> int | None:
        return int(token) if token.isdecimal() else self.digits.get(token)

    def _whole(self, run: Sequence[str], touching: Sequence[bool]) -> tuple[Decimal, tuple[str, ...]] | None:
        if len(run) > LONGEST_NUMBER:
            return None
        if any(token in self.scales for token in run):
            value = self._scaled(run)
            return None if value is None else (Decimal(value), ())
        digits = "".join(str(self._digit(token)) for token in run)
        is_one_number = all(token.isdecimal() for token in run) and all(touching[1:])
        is_spelled = len(run) > 1 and not is_one_number and digits[0] != "0"
        return Decimal(digits), tuple(digits) if is_spelled else ()

    def _scaled(self, run: Sequence[str]) -> int | None:
        """Read 百二十, 2万5千; `None` where the order is none (十百)."""
        total = section = 0
        least = _MYRIAD
        pending: str = ""
        for token in run:
            scale = self.scales.get(token)
            if scale is None:
                if pending and not (token.isdecimal() and pending.isdecimal()):
                    return None
                pending += token if token.isdecimal() else ""
                if not token.isdecimal():
                    pending = f"{self.digits[token]} "
                continue
            times = int(pending) if pending else None
            pending = ""
            if times == 0:
                return None
            if scale == _MYRIAD:
                if total or not (section or times):
                    return None
                total, section, least = (section + (times or 0)) * _MYRIAD, 0, _MYRIAD
            elif scale >= least:
                return None
            else:
                section, least = section + (1 if times is None else times) * scale, scale
        if pending and int(pending) >= least:
            return None
        return total + section + (int(pending) if pending else 0)

    def kana(self, text: str, at: int) -> list[NumberSpan]:
        """Return the numbers read in kana from `at` on."""
        found: dict[int, int] = {}
        self._cardinals(text, at, 0, _MYRIAD, found)
        if not found:
            return []
        decimals = dict(self._decimals(text, found))
        longest = max(found)
        spans = [
            NumberSpan(end, str(value))
            for end, value in found.items()
            if end == longest or text[end:longest] in self.particles
        ]
        spans.extend(NumberSpan(end, plain(value)) for end, value in decimals.items())
        spelled_end, digits = self._spelled(text, at)
        if len(digits) > 1 and spelled_end > longest:
            spans.append(NumberSpan(spelled_end, str(int(digits)), tuple(digits) if digits[0] != "0" else ()))
        return spans

    def _cardinals(self, text: str, at: int, value: int, below: int, found: dict[int, int]) -> None:
        for reading, amount in self._readings_at(text, at):
            magnitude = 10 ** (len(str(amount)) - 1)
            if magnitude < below and (amount or not value):
                end = at + len(reading)
                found[end] = value + amount
                if magnitude > 1:
                    self._cardinals(text, end, value + amount, magnitude, found)

    @cached_property
    def _by_first(self) -> Mapping[str, list[tuple[str, int]]]:
        found: dict[str, list[tuple[str, int]]] = {}
        for reading, amount in self.readings.items():
            found.setdefault(reading[0], []).append((reading, amount))
        return found

    def _readings_at(self, text: str, at: int) -> list[tuple[str, int]]:
        readings = self._by_first.get(text[at : at + 1], ())
        return [(reading, amount) for reading, amount in readings if text.startswith(reading, at)]

    def _decimals(self, text: str, wholes: Mapping[int, int]) -> Iterator[tuple[int, Decimal]]:
        for end, value in wholes.items():
            for point in self.points:
                if text.startswith(point, end):
                    begin = end + len(point)
                    last, digits = self._spelled(text, begin)
                    if not digits:
                        last, digits = self._written_digits(text, begin)
                    if digits:
                        yield last, Decimal(f"{value}.{digits}")

    def _written_digits(self, text: str, at: int) -> tuple[int, str]:
        digits = ""
        while at + len(digits) < len(text) and len(digits) < LONGEST_NUMBER:
            digit = self._digit(text[at + len(digits)])
            if digit is None:
                break
            digits += str(digit)
        return at + len(digits), digits

    def _spelled(self, text: str, at: int) -> tuple[int, str]:
        digits = ""
        while len(digits) < LONGEST_NUMBER:
            step = max(
                ((len(reading), amount) for reading, amount in self._readings_at(text, at) if amount < _TEN),
                default=None,
            )
            if step is None:
                break
            if digits and text[at : at + step[0]] in self.particles:
                break
            at += step[0]
            digits += str(step[1])
        return at, digits


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterNumbers:
    """The numbers of one text."""

    numerals: CharacterNumerals
    text: str
    inside: list[bool]
    written: dict[int, NumberSpan] = field(default_factory=dict)
    kana: dict[int, list[NumberSpan]] = field(default_factory=dict)

    def at(self, index: int) -> Sequence[NumberSpan]:
        """Return the numbers that begin at a character."""
        if index in self.written:
            return (self.written[index],)
        if index not in self.kana:
            self.kana[index] = self.numerals.kana(self.text, index)
        return self.kana[index]

    def ordinals_at(self, index: int) -> Sequence[NumberSpan]:  # noqa: ARG002
        """Return nothing: ordinals are a number and a counter, which is a matter of templates."""
        return ()
