"""The languages there is a practice model of."""

from functools import lru_cache

from tests.practice_models.english import English
from tests.practice_models.japanese import Japanese
from tests.practice_models.language import Language, language_data

LANGUAGES = ("en", "ja")


@lru_cache(maxsize=len(LANGUAGES))
def language_of(code: str) -> Language:
    """Return the language `code`, with its data file."""
    match code:
        case "en":
            return English(language_data(code))
        case "ja":
            return Japanese(language_data(code))
        case _:
            raise ValueError(f"there is no practice model of {code}; there are {', '.join(LANGUAGES)}")
