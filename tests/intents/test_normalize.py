import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.sentences import load_sentences

NORMALIZERS = {language: load_sentences(language).language.normalizer for language in ("en", "ja")}


@pytest.mark.parametrize(
    ("said", "tokens"),
    [
        ("What's the level?", "what 's the level"),
        ("What’s the level", "what 's the level"),
        ("don't open valve25!", "dont open valve 25"),
        ("boil-off, 25%", "boil off 25 percent"),
        ("DEWAR three's", "dewar three 's"),
        ("valve-7.", "valve 7"),
        ("ｖａｌｖｅ　７", "valve 7"),
        ("the 2nd valve", "the 2nd valve"),
        ("\t open \x00 valve\n7 ", "open valve 7"),
        ("14.7MPa", "14.7 mpa"),
        ("valve 1, 2 and 3", "valve 1 , 2 and 3"),
    ],
)
def test_english_is_folded_to_words(said: str, tokens: str) -> None:
    assert " ".join(NORMALIZERS["en"].tokens(said).texts) == tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("デュワー", "デュワ"),
        ("デュワー", "でゅわー"),
        ("ﾃﾞｭﾜｰ", "デュワー"),
        ("圧縮機 1 を 起動 し て", "圧縮機1を起動して"),
        ("コンプレッサー２。", "コンプレッサ2"),
        ("ヴァルブ", "ブァルブ"),
        ("５０％", "50パーセント"),
        ("メモ、着霜", "メモ 着霜"),
    ],
)
def test_japanese_is_folded_alike_however_it_is_written(one: str, other: str) -> None:
    assert NORMALIZERS["ja"].tokens(one).texts == NORMALIZERS["ja"].tokens(other).texts


@given(st.text(), st.sampled_from(["en", "ja"]))
def test_every_token_knows_where_it_stood(text: str, language: str) -> None:
    tokens = NORMALIZERS[language].tokens(text)
    assert all(tokens.texts)
    assert list(tokens.starts) == sorted(tokens.starts)
    for start, end in zip(tokens.starts, tokens.ends, strict=True):
        assert 0 <= start < end <= len(text)
    if tokens.texts:
        assert tokens.original(text, 0, len(tokens.texts)) in text


@given(st.text(alphabet="1２一二〇に点てん。、 　ー？あいデュワ弁aＡ", max_size=12))
def test_text_of_plain_characters_is_read_as_any_other_text(text: str) -> None:
    """A sign that means nothing makes the reader look at every character with care."""
    plain, careful = NORMALIZERS["ja"].tokens(text), NORMALIZERS["ja"].tokens(f"{text}☃")
    assert plain == careful
