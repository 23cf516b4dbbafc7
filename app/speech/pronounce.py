"""Puts numbers, units, ids, dates, words and symbols of a text into words, by a language's `Pronunciation`."""

import re
import unicodedata
from collections.abc import Iterable

from app.speech.pronunciation import Pronunciation

_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_KANJI = r"一-鿿㐀-䶿々〆"
_INAUDIBLE = ("C", "So", "Sk", "M")
"""Unicode categories that nobody can say: control characters, emoji, modifiers, stray accents."""
_KEPT = frozenset("°")
_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)(?:[T ](?=\d{2}:))?", re.ASCII)
_TIME = re.compile(
    r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?(?![\d:])", re.ASCII
)
_DEVICE_ID = re.compile(r"(?<![\w-])([A-Za-z]+(?:[-_][A-Za-z]+)*)[-_](\d+)(?![\d-])", re.ASCII)


class Pronouncer:
    """One language's pronunciation, compiled."""

    def __init__(self, pronunciation: Pronunciation) -> None:
        """Compile the tables; longer entries win."""
        self._words = pronunciation.words
        self._units = pronunciation.units
        self._symbols = pronunciation.symbols
        self._patterns = pronunciation.patterns
        self._numbers = pronunciation.numbers
        units = "|".join(re.escape(unit) for unit in _longest_first(self._units))
        number = rf"(?<![\w.,])(?P<minus>[-−])?(?P<number>{_NUMBER})"
        self._range = re.compile(
            rf"(?<![\w.,-])({_NUMBER}) ?[-−–~〜] ?({_NUMBER})(?= ?(?:{units})(?![A-Za-z])|[^\w.,-]|[.,]?(?:\s|$))",
            re.ASCII,
        )
        self._measure = re.compile(rf"{number} ?(?P<unit>{units})(?![A-Za-z0-9/])", re.ASCII)
        self._bare_number = re.compile(rf"{number}(?!\d)", re.ASCII)
        self._word = re.compile("|".join(_whole_word(word) for word in _longest_first(self._words)))
        self._symbol = re.compile("|".join(re.escape(symbol) for symbol in _longest_first(self._symbols)))

    def pronounce(self, text: str) -> str:
        """Text as written → text as spoken, on one line."""
        text = _audible(unicodedata.normalize("NFKC", text))
        text = _DATE.sub(self._say_date, text)
        text = _TIME.sub(self._say_time, text)
        text = _DEVICE_ID.sub(self._say_device, text)
        text = self._range.sub(lambda match: self._numbers.range.format(first=match[1], last=match[2]), text)
        text = self._measure.sub(self._say_measure, text)
        text = self._bare_number.sub(self._say_number, text)
        for pattern, replacement in self._patterns:
            text = pattern.sub(replacement, text)
        text = self._word.sub(lambda match: self._words[match[0]], text)
        text = self._symbol.sub(lambda match: self._symbols[match[0]], text)
        return re.sub(r"\s+", " ", text).strip()

    def _say_date(self, match: re.Match[str]) -> str:
        year, month, day = int(match[1]), int(match[2]), int(match[3])
        if not 1 <= month <= len(self._numbers.months):
            return match[0]
        date = self._numbers.date.format(year=year, month=self._numbers.months[month - 1], day=day)
        return f"{date} " if match[0].endswith(("T", " ")) else date

    def _say_time(self, match: re.Match[str]) -> str:
        hour, minute = int(match[1]), int(match[2])
        return (self._numbers.time if minute else self._numbers.full_hour).format(hour=hour, minute=minute)

    def _say_device(self, match: re.Match[str]) -> str:
        name = self._words.get(match[1], re.sub("[-_]", " ", match[1]))
        return self._numbers.device.format(name=name, number=match[2])

    def _say_measure(self, match: re.Match[str]) -> str:
        unit = self._units[match["unit"]]
        words = unit.one if match["number"] == "1" else unit.many
        return self._numbers.measure.format(number=self._say_number(match), unit=words)

    def _say_number(self, match: re.Match[str]) -> str:
        return (self._numbers.minus if match["minus"] else "") + match["number"].replace(",", "")


def _audible(text: str) -> str:
    """Put a space in the place of what nobody can say."""
    return "".join(
        " " if character not in _KEPT and unicodedata.category(character).startswith(_INAUDIBLE) else character
        for character in text
    )


def _longest_first(written: Iterable[str]) -> list[str]:
    return sorted(written, key=len, reverse=True)


def _whole_word(word: str) -> str:
    """Match no part of a word: Latin beside no Latin, a digit after no digit, a single kanji beside no kanji."""
    pattern = re.escape(word)
    if word[0].isascii() and word[0].isalpha():
        return rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z])"
    if word[0].isdigit():
        return rf"(?<![\d.,]){pattern}"
    if len(word) == 1:
        return rf"(?<![{_KANJI}]){pattern}(?![{_KANJI}])"
    return pattern
