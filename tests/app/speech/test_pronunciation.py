"""Pronunciations are YAML that a site can add to; a mistake is told with its line and a remedy."""

from pathlib import Path

import pytest

from app.speech.errors import PronunciationFileError, SpeechUnavailableError
from app.speech.pronunciation import languages, load_pronunciation
from app.speech.spoken import Spoken


def test_every_language_says_the_same_units() -> None:
    english, japanese = (set(load_pronunciation(language).units) for language in languages())
    assert english - japanese == {"yen", "yen/L"}
    assert japanese - english == {"L/日", "L/年", "円/L"}


def test_site_file_adds_to_the_shipped_words_and_wins(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("language: en\nwords: {Okayama: O K, TCF: tank of cold fluid}\nunits: {bar: [bar, bars]}\n")
    spoken = Spoken([site])
    assert [phrase.text for phrase in spoken.phrases("TCF in Okayama at 2 bar, 1 MPa", "en")] == [
        "tank of cold fluid in O K at 2 bars, 1 megapascal"
    ]
    assert [phrase.text for phrase in spoken.phrases("2 bar", "ja")] == ["2バール"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("language: en\nwords:\n  He: [helium]\n", r"site.yaml:3: `He` needs a text on both sides"),
        ("language: en\nwords:\n  1: one\n", r"site.yaml:3: `1` needs a text on both sides"),
        ("language: en\nunits:\n  MPa: [a, b, c]\n", r"site.yaml:3: `MPa` needs"),
        ("language: en\nwords: yes\n", r"site.yaml:2: `words` is no table"),
        ("language: en\nword:\n  He: helium\n", r"site.yaml:2: `word` means nothing here. Use language"),
        ("language: en\nsymbols:\n  %: percent\n", r"site.yaml:3: .*quotes"),
        ("language: ja\npatterns:\n  - ['(', 'x']\n", r"site.yaml:3: `\(` is no regular expression"),
        ("language: ja\npatterns:\n  - ['a', '\\g<7>']\n", r"site.yaml:3: `a` is no regular expression"),
        ("language: ja\npatterns: {a: b}\n", r"site.yaml:2: `patterns` is no list of pairs"),
        ("language: en\nnumbers: {minus: x}\n", r"site.yaml:2: `numbers` needs minus"),
        ("- language\n", r"site.yaml:1: this is no table"),
        ("", r"site.yaml:1: this is no table"),
        ("\x00", r"site.yaml"),
    ],
)
def test_mistake_in_a_site_file_is_told_with_line_and_remedy(tmp_path: Path, content: str, complaint: str) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(content)
    with pytest.raises(PronunciationFileError, match=complaint):
        Spoken([site])


def test_missing_site_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PronunciationFileError, match="cannot be read"):
        Spoken([tmp_path / "none.yaml"])


def test_language_without_a_file_is_an_error() -> None:
    with pytest.raises(SpeechUnavailableError, match="'fr'"):
        load_pronunciation("fr")
