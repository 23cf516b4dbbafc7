"""Words that a model does not know are heard in a site's spelling and come back as the site writes them."""

from dataclasses import replace

from app.speech.nbest import Heard, Hypothesis
from app.speech.respelling import Respelling
from app.speech.spelling import spellings
from app.speech.sphinx import SphinxDecoder
from app.speech.vosk import VoskTranscriber
from tests.app.speech.spoken import PRACTICE, grammar_of, said, sentences_of

DO_ARE = {"dewar": ("do are", "doer")}


def heard(*words: str) -> Hypothesis:
    said = (Heard(text=word, start_s=at, end_s=at + 1.0) for at, word in enumerate(words))
    return Hypothesis(words=tuple(said), score=-1.0)


def texts(respelling: Respelling, *words: str) -> list[str]:
    return [hypothesis.text for hypothesis in respelling.restored([heard(*words)])]


def test_a_spelling_stands_for_its_word_and_its_time() -> None:
    (found,) = Respelling({("do", "are"): "dewar"}).restored([heard("fill", "do", "are", "three")])
    assert found.text == "fill dewar three"
    assert [(word.start_s, word.end_s) for word in found.words] == [(0, 1), (1, 3), (3, 4)]


def test_the_longest_spelling_counts_and_each_of_several() -> None:
    respelling = Respelling({("do", "are"): "dewar", ("do", "are", "mother"): "mother-dewar", ("doer",): "dewar"})
    assert texts(respelling, "do", "are", "mother", "doer") == ["mother-dewar dewar"]
    assert texts(respelling, "do", "it") == ["do it"]


def test_what_may_have_been_said_as_it_is_comes_second() -> None:
    respelling = Respelling({("do", "are"): "dewar"}, ["do", "are", "you"])
    assert texts(respelling, "do", "are", "you") == ["dewar you", "do are you"]
    assert texts(respelling, "are", "you") == ["are you"]


def test_a_sites_spelling_is_taken_beside_a_known_word_and_instead_of_ours() -> None:
    known = {"do", "are", "boil", "off", "of", "gas", "bag"}.__contains__
    assert spellings("dewar", known, DO_ARE) == (("do", "are"),)  # "doer" is not known
    assert spellings("dewar's", known, DO_ARE) == (("do", "are"),)
    assert spellings("gas", known, {"gas": ("bag",)}) == (("gas",), ("bag",))
    assert spellings("boil-off", known, {}) == (("boil", "off"),)
    assert spellings("boil-off", known, {"boil-off": ("boil of",)}) == (("boil", "of"),)
    assert spellings("cryostat", known, {"cryostat": ("cry oh stat",)}) == ()


def test_a_word_is_listened_for_in_every_spelling() -> None:
    grammar = grammar_of("fill dewar one").respelled({"dewar": [("do", "are"), ("doer",)]})
    assert sentences_of(grammar) == {"fill do are one", "fill doer one"}


def test_vosk_hears_english_and_japanese_words_that_its_models_do_not_know() -> None:
    for language, said_as, written, other, sounds_like in (
        ("en", "how full is gas bag two", "how full is gasbag two", "confirm", {"gasbag": ("gas bag",)}),
        ("en", "open valve seven", "open klappe seven", "confirm", {"klappe": ("flapp", "valve")}),
        ("ja", "デュワー 三 の 液面 は", "ヂュワ 三 の 液面 は", "確認", {"ヂュワ": ("デュワー",)}),
    ):
        transcriber = VoskTranscriber(PRACTICE / language)
        transcriber.set_grammar("free", grammar_of(written))
        (unknown,) = sounds_like
        assert transcriber.unknown_words() == [unknown]
        transcriber.set_grammar("free", replace(grammar_of(written, other), sounds_like=sounds_like))
        assert transcriber.unknown_words() == []
        transcript = transcriber.transcribe(said(language, [said_as])[said_as])
        assert transcript.texts[0] == written
        assert [word.text for word in transcript.words] == written.split()
        transcriber.close()


def test_pocketsphinx_hears_words_that_no_dictionary_has() -> None:
    written = "how full is gasbagg two"
    decoder = SphinxDecoder()
    assert decoder.set_grammar("free", grammar_of(written, "confirm")) == {"gasbagg"}
    told = replace(grammar_of(written, "confirm"), sounds_like={"gasbagg": ("gas bag",)})
    assert decoder.set_grammar("free", told) == frozenset()
    spoken = said("en", ["how full is gas bag two"])["how full is gas bag two"]
    assert decoder.decode(spoken, "free") == written
