"""The address: what an utterance must begin with to be meant for a station that always listens."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ruamel.yaml import YAML

from app.speech.transcribe import Transcript
from devices.plant import Plant

_DEFAULTS = Path(__file__).with_name("address.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The address of one language."""

    phrases: tuple[str, ...]
    """Each as it may be said, words parted by blanks."""
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare to find it at the beginning of a text, however the text is spaced and punctuated."""
        either = "|".join(_spaced(phrase) for phrase in sorted(self.phrases, key=len, reverse=True))
        object.__setattr__(self, "_pattern", re.compile(rf"\W*(?:{either})\W*(.*?)\W*", re.DOTALL | re.IGNORECASE))

    @property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """The words of each phrase, for grammars."""
        return tuple(tuple(phrase.lower().split()) for phrase in self.phrases)

    def behind(self, text: str) -> str | None:
        """Return what follows the address, "" when nothing does; `None` for a text that does not begin with it."""
        found = self._pattern.fullmatch(unicodedata.normalize("NFKC", text))
        return found[1] if found else None


class AddressBySound(Protocol):
    """A second opinion on whether an utterance begins with the address, by its sound rather than its text."""

    async def is_addressed(self, pcm: bytes, language: str, transcript: Transcript) -> bool:
        """Judge an utterance whose best text begins with the address; `pcm` is all of it, 16 kHz."""
        ...


def addresses(plant: Plant, languages: Sequence[str]) -> Mapping[str, Address]:
    """Return the address of each language: the site's own, else the product's."""
    product: Mapping[str, Sequence[str]] = YAML(typ="safe", pure=True).load(_DEFAULTS)
    return {
        language: Address(phrases=tuple(plant.site.address.get(language) or product.get(language, ())))
        for language in languages
        if plant.site.address.get(language) or language in product
    }


def _spaced(phrase: str) -> str:
    """Allow blanks and punctuation between all characters; an English word must not go on behind it."""
    characters = [re.escape(c) for c in unicodedata.normalize("NFKC", phrase) if c.isalnum()]
    return r"[\W_]*".join(characters) + (r"\b" if phrase.isascii() else "")
