"""Text as written → what each voice says: words for numbers and units, sentence by sentence, each in its language.

"LHe in dewar-3: 14.7 MPa" → "liquid helium in dewar 3: 14.7 megapascals". Digits stay digits, since both voices read
them well; everything they read badly stands in `pronunciations/`.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.speech.errors import SpeechUnavailableError, UnspeakableTextError
from app.speech.pronounce import Pronouncer
from app.speech.pronunciation import languages, load_pronunciation

LONGEST_TEXT = 2_000
"""Characters: more than two minutes of speech, far beyond any answer."""
LONGEST_SENTENCE = 200
"""Characters given to a voice at once; longer ones are cut at a comma or a space."""

_KANA_KANJI = "぀-ヿ一-鿿㐀-䶿々〆"
_JAPANESE = re.compile(rf"[{_KANA_KANJI}](?:[{_KANA_KANJI}、。0-9.,%°/A-Za-z-]*[{_KANA_KANJI}。])?")
"""Japanese words in an English text, with the figures and units between them."""
_ENGLISH = re.compile(r"(?<![A-Za-z0-9'])(?=[A-Za-z' -]*[a-z]{3})[A-Za-z']++(?:[ -][A-Za-z']++)*(?<![ -])(?![0-9])")
"""Latin words; capitals alone (PLC, L140) are spelled by the Japanese voice, as people do."""
_SENTENCE_END = {"en": re.compile(r"(?<=[.!?;])\s+"), "ja": re.compile(r"(?<=[。!?])\s*")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """What one voice says in one go, in words."""

    language: str
    text: str


class Spoken:
    """How texts are said in every language that has a voice."""

    def __init__(self, extra: Sequence[Path] = ()) -> None:
        """Read the shipped pronunciations and a site's own `extra` files, which win.

        Raises `PronunciationFileError`.
        """
        self._pronouncers = {language: Pronouncer(load_pronunciation(language, extra)) for language in languages()}

    def phrases(self, text: str, language: str) -> tuple[Phrase, ...]:
        """Cut a text into what is said in one go, by which voice.

        Raises `UnspeakableTextError` for a text with no word in it or of more than `LONGEST_TEXT` characters, and
        `SpeechUnavailableError` for a language without a voice.
        """
        if language not in self._pronouncers:
            known = ", ".join(self._pronouncers)
            raise SpeechUnavailableError(f"there is no voice for the language {language!r}, only for {known}")
        if len(text) > LONGEST_TEXT:
            raise UnspeakableTextError(f"the text has {len(text)} characters; at most {LONGEST_TEXT} are spoken")
        phrases = tuple(
            phrase
            for run in self._by_voice(text, language)
            for sentence in _SENTENCE_END[run.language].split(run.text)
            for phrase in _pieces(sentence, run.language)
            if any(character.isalnum() for character in phrase.text)
        )
        if not phrases:
            raise UnspeakableTextError(f"there is no word in {text[:40]!r}")
        return phrases

    def _by_voice(self, text: str, language: str) -> Iterable[Phrase]:
        """Put into words, and give words of the other language to its voice.

        For eSpeak a kanji is a "Chinese letter"; Open JTalk spells English. Japanese is found before an English text is
        put into words, since both have digits; English after, since many Latin words have a Japanese reading.
        """
        english, japanese = self._pronouncers["en"], self._pronouncers["ja"]
        if language == "en":
            for is_japanese, run in _cut(unicodedata.normalize("NFKC", text), _JAPANESE):
                if is_japanese:
                    yield Phrase(language="ja", text=japanese.pronounce(run))
                else:
                    yield Phrase(language="en", text=english.pronounce(run))
        else:
            for is_english, run in _cut(japanese.pronounce(text), _ENGLISH):
                if is_english:
                    yield Phrase(language="en", text=english.pronounce(run))
                else:
                    yield Phrase(language="ja", text=run.strip())


def _cut(text: str, pattern: re.Pattern[str]) -> Iterable[tuple[bool, str]]:
    """Cut a text into what matches (true) and what stands between."""
    end = 0
    for match in pattern.finditer(text):
        yield False, text[end : match.start()]
        yield True, match[0]
        end = match.end()
    yield False, text[end:]


def _pieces(sentence: str, language: str) -> Iterable[Phrase]:
    """Cut an overlong sentence: at a comma, else at a space, else anywhere."""
    while len(sentence) > LONGEST_SENTENCE:
        head = sentence[:LONGEST_SENTENCE]
        cut = max(head.rfind("、"), head.rfind(", ")) + 1 or head.rfind(" ") + 1 or LONGEST_SENTENCE
        yield Phrase(language=language, text=head[:cut].strip())
        sentence = sentence[cut:]
    yield Phrase(language=language, text=sentence.strip())
