import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.numerals import NumberSpan
from intents.sentences import load_sentences

EN = load_sentences("en").language.normalizer
JA = load_sentences("ja").language.normalizer


def spans(text: str, language: str = "en") -> list[NumberSpan]:
    """Return the numbers that cover the whole of a text."""
    normalizer = EN if language == "en" else JA
    tokens = normalizer.tokens(text)
    return [span for span in normalizer.numerals.read(tokens).at(0) if span.end == len(tokens.texts)]


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("twelve", "12"),
        ("12", "12"),
        ("1,200", "1200"),
        ("007", "7"),
        ("twenty five", "25"),
        ("twenty-five", "25"),
        ("one hundred and twenty", "120"),
        ("a hundred and one", "101"),
        ("one hundred twenty three thousand four hundred and five", "123405"),
        ("fifteen hundred", "1500"),
        ("two million", "2000000"),
        ("fourteen point seven", "14.7"),
        ("one four point seven", "14.7"),
        ("fourteen point oh seven", "14.07"),
        ("zero point two five", "0.25"),
        ("nineteen point twenty five", "19.25"),
        ("14.70", "14.7"),
        ("minus five", "-5"),
        ("-5", "-5"),
        ("negative two point five", "-2.5"),
        ("zero", "0"),
        ("3 thousand", "3000"),
    ],
)
def test_english_numbers_are_exact(said: str, value: str) -> None:
    assert spans(said) == [NumberSpan(len(EN.tokens(said).texts), value)]


@pytest.mark.parametrize(
    ("said", "value", "parts"),
    [
        ("two five", "25", ("2", "5")),
        ("2 5", "25", ("2", "5")),
        ("one oh three", "103", ("1", "0", "3")),
        ("oh three", "3", ()),
        ("one twenty", "120", ("1", "20")),
        ("one twenty five", "125", ("1", "25")),
    ],
)
def test_english_number_that_was_spelled_says_of_what(said: str, value: str, parts: tuple[str, ...]) -> None:
    assert spans(said) == [NumberSpan(len(said.split()), value, parts)]


@pytest.mark.parametrize(
    "said",
    ["twenty twelve", "five twenty hundred", "12 5 7.5", "hundred hundred", "twenty zero", "point five point", "oh"],
)
def test_what_is_no_english_number_is_none(said: str) -> None:
    assert spans(said) == []


@pytest.mark.parametrize(
    "said", ["twenty five", "one hundred and two", "two five", "minus five", "fourteen point seven", "1 2 3"]
)
def test_no_boundary_within_a_number_can_part_it(said: str) -> None:
    tokens = EN.tokens(f"valve {said} percent")
    numbers = EN.numerals.read(tokens)
    length = len(said.split())
    assert list(numbers.inside) == [False, False, *[True] * (length - 1), False, False]
    assert [place for place in range(len(tokens.texts)) if numbers.at(place)] == [1]


@pytest.mark.parametrize(
    ("said", "ends"), [("one and two", [1, 3]), ("one, two", [1, 3]), ("1-3", [1, 3]), ("1/2", [1, 3])]
)
def test_words_and_signs_between_numbers_keep_them_apart(said: str, ends: list[int]) -> None:
    numbers = EN.numerals.read(EN.tokens(said))
    assert [span.end for place in range(3) for span in numbers.at(place)] == ends


@pytest.mark.parametrize(
    ("said", "value"),
    [("second", "2"), ("2nd", "2"), ("twenty fifth", "25"), ("twelfth", "12"), ("twenty second", "22")],
)
def test_english_ordinals(said: str, value: str) -> None:
    tokens = EN.tokens(said)
    numbers = EN.numerals.read(tokens)
    assert [(span.end, span.value) for span in numbers.ordinals_at(0)] == [(len(tokens.texts), value)]
    assert not numbers.at(0)


def test_ordinal_ends_a_number() -> None:
    numbers = EN.numerals.read(EN.tokens("the second one"))
    assert [span.value for span in numbers.ordinals_at(1)] == ["2"]
    assert list(numbers.inside) == [False] * 4


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("12", "12"),
        ("１２", "12"),
        ("十二", "12"),
        ("十 二", "12"),
        ("〇三", "3"),
        ("零三", "3"),
        ("百二十", "120"),
        ("千二百三十四", "1234"),
        ("2万5千", "25000"),
        ("十四点七", "14.7"),
        ("14.7", "14.7"),
        ("二・五", "2.5"),
        ("一点五", "1.5"),
        ("零点二", "0.2"),
        ("じゅうに", "12"),
        ("ジュウニ", "12"),
        ("ひゃくにじゅう", "120"),
        ("さんびゃくろくじゅうご", "365"),
        ("よん", "4"),
        ("し", "4"),
        ("なな", "7"),
        ("しち", "7"),
        ("きゅう", "9"),
        ("く", "9"),
        ("れいてんに", "0.2"),
        ("じゅうよんてんなな", "14.7"),
        ("マイナス5", "-5"),
        ("-5", "-5"),
        ("1,200", "1200"),
    ],
)
def test_japanese_numbers_are_exact(said: str, value: str) -> None:
    assert NumberSpan(len(JA.tokens(said).texts), value) in spans(said, "ja")


@pytest.mark.parametrize(
    ("said", "parts"), [("二五", ("2", "5")), ("2 5", ("2", "5")), ("にご", ("2", "5")), ("一〇三", ("1", "0", "3"))]
)
def test_japanese_number_that_was_spelled_says_of_what(said: str, parts: tuple[str, ...]) -> None:
    assert NumberSpan(len(parts), "".join(parts), parts) in spans(said, "ja")


@pytest.mark.parametrize("said", ["十百", "二十三十", "12一覧"])
def test_what_is_no_japanese_number_is_none(said: str) -> None:
    assert spans(said, "ja") == []


def test_japanese_signs_between_numbers_keep_them_apart() -> None:
    for said in ("1、2", "7ー8", "1,2", "1~3"):
        assert [len(JA.tokens(said).texts), spans(said, "ja")] == [3, []]


def test_kanji_numeral_within_a_word_stays_a_character() -> None:
    assert JA.tokens("警報一覧").texts == ("警", "報", "一", "覧")


@given(st.integers(min_value=0, max_value=9999))
def test_every_number_is_understood_as_we_say_it(number: int) -> None:
    for normalizer in (EN, JA):
        words = normalizer.numerals.spoken(number)
        tokens = normalizer.tokens(" ".join(words))
        read = [span for span in normalizer.numerals.read(tokens).at(0) if span.end == len(tokens.texts)]
        assert [(span.value, span.parts) for span in read] == [(str(number), ())]


@given(
    st.lists(
        st.sampled_from(["one", "twenty", "hundred", "and", "oh", "point", "minus", "7", "12", "valve", "a", "second"])
    )
)
def test_numbers_never_overlap_whatever_is_said(words: list[str]) -> None:
    tokens = EN.tokens(" ".join(words))
    numbers = EN.numerals.read(tokens)
    behind = 0
    for place in range(len(tokens.texts)):
        for span in (*numbers.at(place), *numbers.ordinals_at(place)):
            assert place >= behind
            assert not numbers.inside[place]
            assert not numbers.inside[span.end]
            behind = span.end
