"""The real Vosk tells the address from other sentences, in both languages, by the product's own voices."""

from collections.abc import Iterator

import pytest

from app.speech.address_by_grammar import GrammarSpotter
from app.speech.vosk import VoskTranscriber
from tests.app.speech.spoken import PRACTICE, said

PHRASES = {"en": "hey helium", "ja": "ねえ ヘリウム"}
BEFORE_A_SENTENCE = {"en": "hey helium, open valve three", "ja": "ねえヘリウム、バルブ三を開けて"}
OTHERS = {
    "en": ("open valve three", "hey william", "stop everything", "what is the level of dewar three"),
    "ja": ("バルブ三を開けて", "ねえサクラ", "すべて停止", "今日はいい天気ですね"),
}
LANGUAGES = pytest.mark.parametrize("language", ["en", "ja"])


@pytest.fixture(scope="module")
def spotters() -> Iterator[dict[str, GrammarSpotter]]:
    transcribers = {language: VoskTranscriber(PRACTICE / language) for language in PHRASES}
    yield {language: GrammarSpotter(transcribers[language], [phrase]) for language, phrase in PHRASES.items()}
    for transcriber in transcribers.values():
        transcriber.close()


@pytest.fixture(scope="module")
def speech() -> dict[str, bytes]:
    texts = {language: (PHRASES[language], BEFORE_A_SENTENCE[language], *OTHERS[language]) for language in PHRASES}
    return {text: pcm for language in texts for text, pcm in said(language, texts[language]).items()}


@LANGUAGES
def test_the_address_alone_is_heard(
    spotters: dict[str, GrammarSpotter], speech: dict[str, bytes], language: str
) -> None:
    heard = spotters[language].listen(speech[PHRASES[language]])
    assert heard is not None
    assert heard.is_alone
    assert 0.3 < heard.end_s < 1.5


@LANGUAGES
def test_the_address_before_a_sentence_is_heard(
    spotters: dict[str, GrammarSpotter], speech: dict[str, bytes], language: str
) -> None:
    heard = spotters[language].listen(speech[BEFORE_A_SENTENCE[language]])
    assert heard is not None
    assert not heard.is_alone


@LANGUAGES
def test_other_sentences_are_not_the_address(
    spotters: dict[str, GrammarSpotter], speech: dict[str, bytes], language: str
) -> None:
    assert {text: spotters[language].listen(speech[text]) for text in OTHERS[language]} == dict.fromkeys(
        OTHERS[language]
    )


@LANGUAGES
def test_silence_is_not_the_address(spotters: dict[str, GrammarSpotter], language: str) -> None:
    assert spotters[language].listen(bytes(32_000)) is None
