"""The shipped models are what their sources make, know the demo plant's words, and hear the product's own voice."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from app.speech.vosk import VoskTranscriber
from tests.app.speech.spoken import said
from tests.practice_models.languages import LANGUAGES
from tests.practice_models.model_directory import phones_of
from tests.practice_models.product import Product
from tests.practice_models.shipped import built_graph, directory_of

HEARD: Mapping[str, list[str]] = YAML(typ="safe").load(Path(__file__).with_name("data") / "heard.yaml")


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def product(language: str) -> Product:
    return Product(language)


@pytest.fixture(scope="module")
def transcriber(language: str, product: Product) -> Iterator[VoskTranscriber]:
    transcriber = VoskTranscriber(directory_of(language))
    transcriber.set_grammar("free", product.grammar)
    yield transcriber
    transcriber.close()


def test_shipped_graphs_are_what_the_kept_words_build(language: str) -> None:
    directory = directory_of(language)
    built = built_graph(language, phones_of(directory))
    assert [name for name, content in built.items() if (directory / name).read_bytes() != content] == []


def test_nothing_else_is_shipped(language: str) -> None:
    directory = directory_of(language)
    shipped = {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}
    assert shipped == {"am/final.mdl", *built_graph(language, phones_of(directory))}


def test_every_word_of_the_demo_plant_is_known(transcriber: VoskTranscriber) -> None:
    unknown = [word for word in transcriber.unknown_words() if any(sign.isalnum() for sign in word)]
    assert unknown == [], "new words in the sentences: run `make practice-models REBUILD=1`"


def test_the_products_own_voice_is_understood(language: str, product: Product, transcriber: VoskTranscriber) -> None:
    speech = said(language, HEARD[language])
    heard = {text: transcriber.transcribe(pcm).texts for text, pcm in speech.items()}
    assert {text: texts for text, texts in heard.items() if not product.means_the_same(texts, text)} == {}
