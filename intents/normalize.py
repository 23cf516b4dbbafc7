"""Text as people type it and recognisers write it → the tokens that templates are matched against.

Templates pass through the same function, so both sides fold alike. A language written with blanks gives words, one
written without gives characters.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from intents.numerals import Numerals
from intents.tokens import Tokens

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "′": "'"})
_DASHES = frozenset("-–—−‐‑~〜～ー")
_VOICED = frozenset("ﾞﾟ゙゚")
_THOUSANDS = r"\d{1,3}(?:,\d{3})+(?![\d,])"
_WORD = re.compile(
    rf"{_THOUSANDS}(?:\.\d+)?|\d+(?:st|nd|rd|th)\b|\d+(?:\.\d+)?|'s\b|[^\W\d_]+(?:'[^\W\d_]+)*|\S", re.IGNORECASE
)
_CHARACTER = re.compile(rf"{_THOUSANDS}|\S")
_LARGE_KANA = str.maketrans("ぁぃぅぇぉっゃゅょゎゕゖぢづゔ", "あいうえおつやゆよわかけじずぶ")

_Piece = tuple[str, int, int]
"""A folded token with its place in the composed text."""


class Writing(StrEnum):
    """How a language is written."""

    WORDS = "words"
    CHARACTERS = "characters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalizer:
    """Cuts and folds the text of one language."""

    writing: Writing
    numerals: Numerals
    symbols: Mapping[str, str]
    """Signs that are words: `%` → `percent`."""

    def tokens(self, text: str) -> Tokens:
        """Return the tokens of `text`. Punctuation goes, except between two numbers, which it keeps apart."""
        if self.writing is Writing.CHARACTERS:
            plain = self._plain_characters(text)
            if plain is not None:
                return plain
        characters, places = _composed(text.translate(_APOSTROPHES))
        cut = self._words if self.writing is Writing.WORDS else self._characters
        kept = self._without_punctuation(list(cut(characters)), characters)
        return Tokens(
            tuple(piece[0] for piece in kept),
            tuple(places[piece[1]] for piece in kept),
            tuple(places[piece[2] - 1] + 1 for piece in kept),
        )

    def spell(self, word: str) -> tuple[str, ...]:
        """Return the tokens of a word of a template."""
        return self.tokens(word).texts

    def spell_with_punctuation(self, word: str) -> tuple[str, ...]:
        """Return the tokens of a word of a device phrase, where `,` and `-` between numbers count."""
        return ("-",) if word in _DASHES else self.spell(word) or (word,)

    def _plain_characters(self, text: str) -> Tokens | None:
        """Return the tokens of a text in which each character stands for itself; `None` for any other text."""
        kept: list[str] = []
        places: list[int] = []
        is_numeric = self.numerals.is_numeric
        is_behind_number = False
        for at, character in enumerate(text):
            folded = _FOLDED.get(character)
            if folded is not None:
                if is_behind_number:
                    if is_numeric(folded):
                        return None
                    is_behind_number = False
                kept.append(folded)
                places.append(at)
            elif character not in _PAUSES or (character == "ー" and (at == 0 or text[at - 1] in _PAUSES)):
                return None  # where no vowel stands before it, it is a minus
            elif kept and is_numeric(kept[-1]):
                is_behind_number = True
        return Tokens(tuple(kept), tuple(places), tuple([at + 1 for at in places]))

    def _words(self, characters: str) -> Iterator[_Piece]:
        for match in _WORD.finditer(characters):
            word, start, end = match.group().lower(), match.start(), match.end()
            if word in self.symbols:
                yield from ((part, start, end) for part in self.symbols[word].split())
            elif word[0].isdecimal():
                yield (word.replace(",", ""), start, end)
            elif word.endswith("'s") and word != "'s":
                yield (word[:-2].replace("'", ""), start, end - 2)
                yield ("'s", end - 2, end)
            else:
                yield (word if word in ("'s", "'") else word.replace("'", ""), start, end)

    def _characters(self, characters: str) -> Iterator[_Piece]:
        for match in _CHARACTER.finditer(characters):
            found, at = match.group(), match.start()
            if found in self.symbols:
                yield from ((_folded(part), at, at + 1) for part in self.symbols[found] if part not in _DASHES)
            else:
                for k, one in enumerate(found):
                    if one != "," or k == 0:
                        yield (_folded(one), at + k, at + k + 1 + (found[k + 1 : k + 2] == ","))

    def _without_punctuation(self, pieces: Sequence[_Piece], characters: str) -> list[_Piece]:
        kept: list[_Piece] = []
        for index, piece in enumerate(pieces):
            word, start, end = piece
            if word not in _DASHES and (word == "'s" or word[0].isalnum()):
                kept.append(piece)
                continue
            before = kept[-1][0] if kept else ""
            after, after_start, _ = pieces[index + 1] if index + 1 < len(pieces) else ("", -1, -1)
            is_between_numbers = self.numerals.is_numeric(before) and self.numerals.is_numeric(after)
            is_glued = after_start == end and start > 0 and not characters[start - 1].isspace()
            if is_between_numbers:
                if not (word in _DASHES and is_glued and before.isalpha() and after.isalpha()):
                    kept.append(("-" if word in _DASHES else word, start, end))
            elif word in _DASHES and after_start == end and after[0].isdecimal() and not is_glued:
                kept.append(("-", start, end))
        return kept


def fold_characters(text: str) -> str:
    """Fold a word of a language without blanks, signs and all."""
    return "".join(_folded(one) for one in text if one == "-" or one not in _DASHES)


def _folded(character: str) -> str:
    """Fold a character of a language without blanks: hiragana, full size, lower case."""
    folded = chr(ord(character) - 0x60) if "ァ" <= character <= "ヶ" else character.lower()
    return folded.translate(_LARGE_KANA)


_PAUSES = frozenset(" \u3000、。？！?!ー")
"""What parts nothing but numbers."""
_FOLDED = {
    character: _folded(unicodedata.normalize("NFKC", character))
    for first, last in ("09", "az", "AZ", "０９", "ａｚ", "ＡＺ", "ぁゖ", "ァヺ", "一鿿")
    for character in map(chr, range(ord(first), ord(last) + 1))
}
"""Characters that stand for themselves, folded: each is one character in NFKC too."""


def _composed(text: str) -> tuple[str, Sequence[int]]:
    """Return the NFKC form, and for each of its characters the index of the original character."""
    if text.isascii():
        return text, range(len(text))
    found: list[str] = []
    places: list[int] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and (text[end] in _VOICED or unicodedata.combining(text[end])):
            end += 1
        is_plain = end - start == 1 and "\u3041" <= text[start] <= "\u9fff"
        composed = text[start] if is_plain else unicodedata.normalize("NFKC", text[start:end])
        found.append(composed)
        places.extend([start] * (len(composed) - 1))
        if composed:
            places.append(end - 1)
        start = end
    return "".join(found), places
