"""One word graph becomes a small exact grammar, a short list of phrases for Vosk, and JSGF."""

import itertools

import pocketsphinx
from hypothesis import given
from hypothesis import strategies as st

from app.speech.grammar import compile_grammar
from app.speech.jsgf import to_jsgf
from app.speech.phrases import covering_phrases
from app.speech.spelling import spell
from tests.app.speech.spoken import Graph, grammar_of, graph_of, sentences_of

WORDS = st.sampled_from(["open", "close", "valve", "one", "two", "not", "the"])
SENTENCES = st.lists(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=12)


def pairs(sentence: str) -> set[tuple[str, str]]:
    words = ["<s>", *sentence.split(), "</s>"]
    return set(itertools.pairwise(words))


@given(SENTENCES)
def test_a_grammar_has_exactly_the_sentences_of_its_graph(sentences: list[str]) -> None:
    grammar = grammar_of(*sentences)
    assert sentences_of(grammar) == set(sentences)
    assert all(grammar.accepts(sentence.split()) for sentence in sentences)
    assert not grammar.accepts([*sentences[0].split(), "again"])


@given(SENTENCES)
def test_a_grammar_does_not_depend_on_the_order_of_its_sentences(sentences: list[str]) -> None:
    assert grammar_of(*sentences) == grammar_of(*reversed(sentences))


@given(SENTENCES)
def test_phrases_are_sentences_and_hold_every_pair_of_neighbours(sentences: list[str]) -> None:
    phrases = covering_phrases(grammar_of(*sentences))
    assert set(phrases) <= set(sentences)
    assert set().union(*map(pairs, phrases)) == set().union(*map(pairs, sentences))


def test_a_grammar_is_as_small_as_it_can_be() -> None:
    grammar = grammar_of(*(f"{verb} the valve {n}" for verb in ("open", "close") for n in ("one", "two", "three")))
    assert len(grammar.arcs) == 5  # before and after each of the four words
    assert sum(map(len, grammar.arcs)) == 7


def test_few_phrases_cover_many_sentences() -> None:
    numbers = [f"n{n}" for n in range(40)]
    grammar = grammar_of(*(f"is {a} above {b}" for a in numbers for b in numbers))
    assert len(covering_phrases(grammar)) == 40


def test_a_graph_with_a_loop_is_covered_too() -> None:
    grammar = compile_grammar(Graph(arcs=[(0, 1, "note"), (1, 1, "word"), (1, 2, "end")], finals=[2]))
    assert grammar.accepts(["note", "word", "word", "word", "end"])
    assert set().union(*map(pairs, covering_phrases(grammar))) == pairs("note word word end") | pairs("note end")


def test_ways_that_lead_to_no_sentence_are_dropped() -> None:
    grammar = compile_grammar(Graph(arcs=[(0, 1, "stop"), (0, 2, "never"), (2, 3, "ends")], finals=[1]))
    assert grammar.words == {"stop"}


def test_a_graph_without_sentences_gives_an_empty_grammar() -> None:
    grammar = compile_grammar(Graph(arcs=[(0, 1, "never")], finals=[]))
    assert grammar.is_empty
    assert covering_phrases(grammar) == ()


def test_sentences_with_an_unheard_word_are_left_out_whole() -> None:
    grammar = grammar_of("do not start", "do start", "stop").without({"not"})
    assert sentences_of(grammar) == {"do start", "stop"}


def test_words_are_respelled_in_every_sentence() -> None:
    grammar = grammar_of("fill dewar one", "dewar").respelled({"dewar": ["do", "are"]})
    assert sentences_of(grammar) == {"fill do are one", "do are"}


def test_a_japanese_word_is_put_together_from_the_fewest_known_pieces() -> None:
    known = {"圧", "縮", "圧縮", "機", "縮機", "号機", "号"}
    assert spell("圧縮機", known.__contains__) == ("圧縮", "機")
    assert spell("圧縮", known.__contains__) == ("圧縮",)
    assert spell("圧縮号機", known.__contains__) == ("圧縮", "号機")
    assert spell("圧力計", known.__contains__) == ()


def test_an_english_word_is_taken_apart_only_at_a_hyphen() -> None:
    known = {"boil", "off", "no", "w"}
    assert spell("boil-off", known.__contains__) == ("boil", "off")
    assert spell("now", known.__contains__) == ()
    assert spell("boil-over", known.__contains__) == ()


def test_jsgf_is_read_by_pocketsphinx_and_means_the_same() -> None:
    text = to_jsgf(grammar_of("open valve one", "open valve two", "open", "stop"), name="plant", language="en")
    assert text.startswith("#JSGF V1.0 UTF-8 en;\ngrammar plant;\npublic <sentence> = <s0>;\n")
    assert "(one | two)" in text
    decoder = pocketsphinx.Decoder(pocketsphinx.Config(lm=None, dict=None, logfn="/dev/null"))
    for word, phones in {"open": "OW P", "valve": "V AE", "one": "W AH", "two": "T UW", "stop": "S T"}.items():
        decoder.add_word(word, phones)
    graph = decoder.parse_jsgf(text)
    assert graph.accept("open valve two")
    assert graph.accept("open")
    assert graph.accept("stop")
    assert not graph.accept("open valve")
    assert not graph.accept("valve two")


def test_empty_arcs_cost_nothing() -> None:
    assert compile_grammar(graph_of("a b", "a c")) == compile_grammar(
        Graph(arcs=[(7, 8, None), (8, 3, "a"), (3, 4, None), (4, 9, "b"), (3, 9, "c")], finals=[9], start=7)
    )
