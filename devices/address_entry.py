"""The address of a site's hands-free stations, as its plant file has it."""

import unicodedata
from collections.abc import Mapping
from typing import Final

from devices.kind_file import LANGUAGES
from devices.site_yaml import Entry

_FEWEST_LETTERS: Final = {"en": 7, "ja": 5}
"""A shorter address is found in what people say to each other; these have three syllables or more."""


def read_address(site: Entry) -> Mapping[str, tuple[str, ...]]:
    """Return the phrases by language at `address`, and refuse those that nobody could be heard by."""
    phrases = site.words("address", LANGUAGES)
    if not phrases:
        return {}
    return {
        language: tuple(phrase for phrase in said if _is_usable(site, phrase, language))
        for language, said in phrases.items()
    }


def _is_usable(site: Entry, phrase: str, language: str) -> bool:
    letters = [character for character in unicodedata.normalize("NFKC", phrase) if not character.isspace()]
    strange = next((c for c in letters if not (c.isalpha() or c in "ー'")), None)
    fewest = _FEWEST_LETTERS[language]
    if strange is not None:
        remedy = "write it as it is said, in letters and blanks"
        site.refuse("address", f"address {phrase!r} holds {strange!r}, which is not said", remedy)
    elif len(letters) < fewest:
        remedy = f"take one of three syllables or more, at least {fewest} letters"
        site.refuse("address", f"address {phrase!r} is too short to tell from other words", remedy)
    else:
        return True
    return False
