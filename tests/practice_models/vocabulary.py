"""The words and sentences that the shipped models were built for, kept in `vocabulary/LANG` as text.

`sentences.txt` are sampled from the product, a line each; `lexicon.txt` is Kaldi's, a line a pronunciation. They change
only when `collect` is run: a model can be rebuilt byte for byte although the product's sentences go on changing.
"""

from pathlib import Path

from tests.practice_models.language import language_data
from tests.practice_models.languages import language_of
from tests.practice_models.lexicon import lexicon_of, of_text, to_text
from tests.practice_models.model_directory import Vocabulary
from tests.practice_models.product import Product

_SENTENCES = 4000


def collect(language: str) -> None:
    """Sample the product's sentences and find the pronunciations of all words."""
    data, product = language_data(language), Product(language)
    sentences = product.sentences(_SENTENCES)
    words = product.grammar.words | set(data.address.split()) | set(data.everyday_words)
    lexicon = lexicon_of(language_of(language), data, [*sentences, data.address], words)
    directory = _directory(language)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "sentences.txt").write_text("".join(f"{sentence}\n" for sentence in sentences), encoding="utf-8")
    (directory / "lexicon.txt").write_text(to_text(lexicon), encoding="utf-8")
    print(f"{len(sentences)} sentences, {len(lexicon)} words, {sum(map(len, lexicon.values()))} pronunciations")


def kept_sentences(language: str) -> list[str]:
    """Return what `collect` sampled."""
    return (_directory(language) / "sentences.txt").read_text(encoding="utf-8").splitlines()


def kept_vocabulary(language: str) -> Vocabulary:
    """Return what the shipped model is built for."""
    lexicon = of_text((_directory(language) / "lexicon.txt").read_text(encoding="utf-8"))
    data = language_data(language)
    sentences = [sentence.split() for sentence in kept_sentences(language)]
    # Each word once by itself, so that the address and everyday words can be heard without a grammar too.
    return Vocabulary(
        lexicon=lexicon, sentences=[*sentences, data.address.split(), *([word] for word in sorted(lexicon))]
    )


def _directory(language: str) -> Path:
    return Path(__file__).with_name("vocabulary") / language
