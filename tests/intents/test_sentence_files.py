from pathlib import Path

import pytest

from intents.compiler import compile_sentences
from intents.errors import TemplateError, UnknownLanguageError
from intents.lexicon import Lexicon
from intents.recognizer import Recognizer
from intents.sentences import languages, load_sentences, read_sentences
from tests.intents.words import lexicon, recognizer, short


def error_of(folder: Path, text: str) -> str:
    file = folder / "site.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        compile_sentences(read_sentences([file]), Lexicon())
    return str(caught.value).replace(str(folder), "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("language: en\nintents:\n  A: {data: [{sentences: ['(x']}]}\n", "/site.yaml:3:28: '(' is never closed"),
        (
            "language: en\nintents:\n  A:\n    data:\n      - sentences:\n          - x <y>\n",
            "/site.yaml:6:13: there is no rule <y>",
        ),
        (
            "language: en\nintents:\n  A:\n    data:\n      - sentences:\n          - 'x {y}'\n",
            "/site.yaml:6:14: there is no list {y}",
        ),
        ("language: en\nintents:\n  A:\n    data:\n      - sentences: ['[x] [y]']\n", "/site.yaml:5:22: every word"),
        (
            "language: en\nintents:\n  A:\n    data:\n      - slots: {a: b}\n",
            "/site.yaml:5:9: this block of A has no sentences",
        ),
        ("language: ja\nintents: {}\n", "/site.yaml:1:11: this file is in 'ja'"),
        ("language: en\nintentions: {}\n", "/site.yaml:2:1: 'intentions' is no key"),
        ("language: en\nlists: {v: {range: {from: 5, to: 1}}}\n", "/site.yaml:2:20: the range 5 to 1 by 1 is empty"),
        ("language: en\nlists: {v: {range: {from: five, to: 9}}}\n", "/site.yaml:2:27: 'five' is no whole number"),
        ("language: en\nlists: {v: {}}\n", "/site.yaml:2:12: a list has exactly one of"),
        ("language: en\nexpansion_rules: {a: x, a: y}\n", "/site.yaml:2:25: 'a' stands here twice"),
        ("language: en\nexpansion_rules: {article: x}\n", "/site.yaml:2:28: the rule <article> is defined twice"),
        ("language: en\n  intents: {}\n", "/site.yaml:2:10: mapping values are not allowed here"),
        (
            "language: en\nexpansion_rules: {a: '<b>', b: '<a>'}\nintents: {A: {data: [{sentences: [x <a>]}]}}\n",
            "contains itself (a → b → a)",
        ),
        ("language: en\n", "the files for 'en' hold no sentence"),
    ],
)
def test_mistake_in_a_file_is_reported_at_its_place(tmp_path: Path, text: str, message: str) -> None:
    assert message in error_of(tmp_path, text)


def test_file_that_is_not_there_or_not_utf8_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="cannot be read: No such file"):
        read_sentences([tmp_path / "none.yaml"])
    (tmp_path / "latin.yaml").write_bytes("language: en # é".encode("latin-1"))
    with pytest.raises(TemplateError, match="is not UTF-8 at byte 15"):
        read_sentences([tmp_path / "latin.yaml"])


def test_unknown_language_names_those_there_are() -> None:
    with pytest.raises(UnknownLanguageError, match="'fr'; there are: en, ja"):
        load_sentences("fr")
    with pytest.raises(UnknownLanguageError):
        load_sentences("../en")
    assert languages() == ("en", "ja")


def test_site_adds_sentences_rules_and_spellings_of_its_own(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(
        "language: en\nexpansion_rules: {boss: 'the boss wants'}\nreadings: {compressor: [squeezer]}\n"
        "intents: {StartCompressor: {data: [{sentences: ['<boss> {device} alive'], requires: {action: start}}]}}\n",
        encoding="utf-8",
    )
    engine = Recognizer(load_sentences("en", [site]), lexicon("en"))
    assert short(engine.recognize("the boss wants compressor two alive")) == "StartCompressor device=compressor-2"
    assert short(engine.recognize("the boss wants squeezer two alive")) == "StartCompressor device=compressor-2"


def test_lists_know_steps_fractions_and_multipliers(tmp_path: Path) -> None:
    engine = recognizer(
        tmp_path,
        "language: en\n"
        "intents: {Set: {data: [{sentences: "
        "['steps {fives}', 'half {halves}', 'any {any}', 'percent {share}', 'here {0..9,3:n}']}]}}\n"
        "lists:\n"
        "  fives: {range: {from: 0, to: 20, step: 5}}\n"
        "  halves: {range: {from: 0, to: 3, fractions: halves}}\n"
        "  any: {range: {from: 0, to: 3, fractions: true}}\n"
        "  share: {range: {from: 0, to: 100, multiplier: 0.01}}\n",
    )
    expected = {
        "steps fifteen": "Set fives=15",
        "steps sixteen": "?",
        "steps 25": "?",
        "half 2.5": "Set halves=2.5",
        "half two point six": "?",
        "any two point six": "Set any=2.6",
        "percent forty": "Set share=0.4",
        "here six": "Set n=6",
        "here seven": "?",
    }
    assert {text: short(engine.recognize(text)) for text in expected} == expected


def test_words_that_touch_a_choice_are_one_word(tmp_path: Path) -> None:
    engine = recognizer(
        tmp_path,
        "language: en\n"
        "intents: {A: {data: [{sentences: ['turn[ the] light[s] (on|off)', '(red;green;blue) lamp']}]}}\n",
    )
    assert short(engine.recognize("turn lights on")) == "A"
    assert short(engine.recognize("turn the light off")) == "A"
    assert short(engine.recognize("turn light s on")) == "?"
    assert short(engine.recognize("blue red green lamp")) == "A"
    assert short(engine.recognize("blue blue green lamp")) == "?"
