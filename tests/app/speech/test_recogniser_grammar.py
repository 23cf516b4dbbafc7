"""One word graph becomes a small exact grammar, a short list of phrases for Vosk, and JSGF."""

import itertools
from dataclasses import replace

import pocketsphinx
from hypothesis import given
from hypothesis import strategies as st

from app.speech.exact import exact, folded
from app.speech.grammar import BEGIN, END, compile_grammar
from app.speech.jsgf import to_jsgf
from app.speech.phrases import covering_phrases, made_up_sentences, vosk_phrases
from app.speech.spelling import spell
from tests.app.speech.spoken import Arc, Graph, exactly, grammar_of, graph_of, sentences_of

WORDS = st.sampled_from(["open", "close", "valve", "one", "two", "not", "the"])
SENTENCES = st.lists(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=12)


def pairs(sentence: str) -> set[tuple[str, str]]:
    words = ["<s>", *sentence.split(), "</s>"]
    return set(itertools.pairwise(words))


@given(SENTENCES)
def test_a_grammar_has_exactly_the_sentences_of_its_graph(sentences: list[str]) -> None:
    graph = exactly(grammar_of(*sentences))
    assert sentences_of(grammar_of(*sentences)) == set(sentences)
    assert all(graph.accepts(sentence.split()) for sentence in sentences)
    assert not graph.accepts([*sentences[0].split(), "again"])


@given(SENTENCES)
def test_an_exact_graph_does_not_depend_on_the_order_of_its_sentences(sentences: list[str]) -> None:
    assert exactly(grammar_of(*sentences)) == exactly(grammar_of(*reversed(sentences)))


def test_an_exact_graph_is_as_small_as_it_can_be() -> None:
    graph = exactly(grammar_of(*(f"{verb} the valve {n}" for verb in ("open", "close") for n in ("one", "two", "six"))))
    assert len(graph.arcs) == 5  # before and after each of the four words
    assert len(list(graph.transitions())) == 7


def test_a_folded_graph_has_the_same_sentences_in_fewer_words() -> None:
    nouns = ("bag", "bank", "dewar", "valve", "room")
    graph = exactly(
        grammar_of(*(f"{verb} {n} now" for verb in ("open", "shut") for n in nouns), *nouns, "open it", "shut me")
    )
    arcs = folded(graph)
    assert sum(word is not None for _, _, word in arcs) < len(list(graph.transitions()))
    assert exactly(compile_grammar(Graph(arcs=arcs, finals=sorted(graph.finals)))) == graph


@given(SENTENCES)
def test_folding_changes_no_sentence(sentences: list[str]) -> None:
    graph = exactly(grammar_of(*sentences))
    assert exactly(compile_grammar(Graph(arcs=folded(graph), finals=sorted(graph.finals)))) == graph


def test_a_graph_that_would_grow_too_large_is_given_up() -> None:
    assert exact(grammar_of("a b c d e f"), most_states=4) is None


@given(SENTENCES)
def test_phrases_hold_every_pair_of_neighbours_and_no_other(sentences: list[str]) -> None:
    phrases = covering_phrases(grammar_of(*sentences))
    assert set().union(*map(pairs, phrases)) == set().union(*map(pairs, sentences))


@given(SENTENCES)
def test_made_up_sentences_are_sentences_and_always_the_same(sentences: list[str]) -> None:
    grammar = grammar_of(*sentences)
    made_up = list(made_up_sentences(grammar, 30))
    assert len(made_up) == 30
    assert set(made_up) <= set(sentences)
    assert made_up == list(made_up_sentences(grammar, 30))


def test_few_words_hold_many_pairs() -> None:
    numbers = [f"n{n}" for n in range(40)]
    phrases = covering_phrases(grammar_of(*(f"is {a} above {b}" for a in numbers for b in numbers)))
    assert sum(len(phrase.split()) for phrase in phrases) < 250  # of 160 words that 40 phrases need at least


def test_pairs_are_found_across_empty_arcs() -> None:
    arcs: list[Arc] = [
        (0, 1, "the"),
        (1, 2, None),
        (2, 3, None),
        (3, 4, "valve"),
        (1, 5, None),
        (5, 4, "room"),
        (4, 6, None),
    ]
    assert compile_grammar(Graph(arcs=arcs, finals=[6])).followers == {
        BEGIN: ("the",),
        "the": ("room", "valve"),
        "room": (END,),
        "valve": (END,),
    }


def test_a_graph_with_a_loop_is_covered_too() -> None:
    grammar = compile_grammar(Graph(arcs=[(0, 1, "note"), (1, 1, "word"), (1, 2, "end")], finals=[2]))
    assert exactly(grammar).accepts(["note", "word", "word", "word", "end"])
    assert set().union(*map(pairs, covering_phrases(grammar))) == pairs("note word word end") | pairs("note end")


def test_ways_that_lead_to_no_sentence_are_dropped() -> None:
    grammar = compile_grammar(
        Graph(arcs=[(0, 1, "stop"), (0, 2, "never"), (2, 3, "ends"), (4, 1, "unreached")], finals=[1])
    )
    assert grammar.words == {"stop"}


def test_a_graph_without_sentences_gives_an_empty_grammar() -> None:
    grammar = compile_grammar(Graph(arcs=[(0, 1, "never")], finals=[]))
    assert grammar.is_empty
    assert vosk_phrases(grammar) == ()


def test_sentences_with_an_unheard_word_are_left_out_whole() -> None:
    grammar = grammar_of("do not start", "do start", "stop").without({"not"})
    assert sentences_of(grammar) == {"do start", "stop"}


def test_words_are_respelled_in_every_sentence() -> None:
    grammar = grammar_of("fill dewar one", "dewar").respelled({"dewar": [("do", "are")]})
    assert sentences_of(grammar) == {"fill do are one", "do are"}


def test_a_japanese_word_is_put_together_from_the_fewest_known_pieces() -> None:
    known = {"圧", "縮", "圧縮", "機", "縮機", "号機", "号"}
    assert spell("圧縮機", known.__contains__) == ("圧縮", "機")
    assert spell("圧縮", known.__contains__) == ("圧縮",)
    assert spell("圧縮号機", known.__contains__) == ("圧縮", "号機")
    assert spell("圧力計", known.__contains__) == ()


def test_contractions_in_pieces_become_whole_words() -> None:
    arcs: list[Arc] = [
        (0, 1, "do"),
        (1, 2, None),
        (2, 3, "n't"),
        (2, 3, None),
        (3, 4, "start"),
        (0, 2, "i"),
        (2, 3, "'ll"),
    ]
    assert sentences_of(compile_grammar(Graph(arcs=arcs, finals=[4]))) == {
        *("do start", "don't start", "i start", "i'll start"),
        *("do'll start", "in't start"),  # as in the graph: what may stand side by side is its business
    }


def test_an_end_of_a_contraction_begins_no_sentence() -> None:
    assert sentences_of(grammar_of("'s on", "what 's on")) == {"what's on"}


NOTE = Graph(
    arcs=[(0, 1, "make"), (1, 2, "a"), (2, 3, "note"), (4, 5, "please"), (4, 5, None), (6, 7, "stop"), (0, 7, "stop")],
    finals=[5, 7],
    wildcards=((3, 4), (0, 6)),
)


def test_free_text_is_left_out_of_closed_grammars() -> None:
    grammar = compile_grammar(NOTE)
    assert sentences_of(grammar) == {"stop"}
    assert covering_phrases(grammar) == ("stop",)
    assert set(made_up_sentences(grammar, 9)) == {"stop"}
    assert "make" not in to_jsgf(grammar, name="note", language="en")


def test_free_text_can_be_stood_for_by_a_word() -> None:
    grammar = compile_grammar(NOTE).with_wildcards_as("[unk]")
    graph = exactly(grammar)
    assert graph.accepts(["make", "a", "note", "[unk]"])
    assert graph.accepts(["make", "a", "note", "[unk]", "[unk]", "please"])
    assert graph.accepts(["[unk]", "stop"])
    assert not graph.accepts(["make", "a", "note"])


def test_it_is_known_which_words_open_a_note() -> None:
    grammar = compile_grammar(NOTE)
    assert grammar.opens_wildcard(["make", "a", "note"])
    assert not grammar.opens_wildcard(["make", "a"])
    assert not grammar.opens_wildcard([])  # what follows that free text has an end of its own
    assert not grammar.opens_wildcard(["stop"])


def test_punctuation_is_not_listened_for() -> None:
    assert sentences_of(grammar_of("はい 、 起動", "停止 ・ 停止")) == {"はい 起動", "停止 停止"}


def test_an_english_word_is_taken_apart_only_at_a_hyphen_or_as_a_contraction() -> None:
    known = {"boil", "off", "no", "w", "do", "n't", "i", "'ll"}
    assert spell("don't", known.__contains__) == ("do", "n't")
    assert spell("i'll", known.__contains__) == ("i", "'ll")
    assert spell("off's", known.__contains__) == ("off",)
    assert spell("won't", known.__contains__) == ()
    assert spell("boil-off", known.__contains__) == ("boil", "off")
    assert spell("now", known.__contains__) == ()
    assert spell("boil-over", known.__contains__) == ()


def test_jsgf_is_read_by_pocketsphinx_and_means_the_same() -> None:
    exact_arcs: list[Arc] = [
        (0, 1, "open"),
        (1, 2, "valve"),
        (2, 3, "one"),
        (2, 3, "two"),
        (1, 4, None),
        (0, 4, "stop"),
    ]
    grammar = compile_grammar(Graph(arcs=exact_arcs, finals=[3, 4]))
    text = to_jsgf(grammar, name="plant", language="en")
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


def test_an_empty_grammar_is_jsgf_that_hears_nothing() -> None:
    text = to_jsgf(compile_grammar(Graph(arcs=[], finals=[])), name="plant", language="en")
    assert "public <sentence> = <VOID>;" in text


def test_empty_arcs_change_no_exact_graph() -> None:
    arcs: list[Arc] = [(7, 8, None), (8, 3, "a"), (3, 4, None), (4, 9, "b"), (3, 9, "c")]
    assert exactly(compile_grammar(Graph(arcs=arcs, finals=[9], start=7))) == exactly(grammar_of("a b", "a c"))


def test_usual_sentences_are_phrases_where_the_grammar_has_all_their_pairs() -> None:
    graph = graph_of("open valve one", "open valve two", "close valve one")
    usual = (("open", "valve", "two"), ("close", "valve", "two"), ("valve", "one"), ("open", "valve", "nine"))
    grammar = compile_grammar(replace(graph, usual=usual))
    # "close valve two" is no sentence, but a bigram cannot tell: each of its pairs is in one.
    assert list(vosk_phrases(grammar))[len(covering_phrases(grammar)) :] == ["open valve two", "close valve two"]


def test_usual_sentences_are_respelled_contracted_and_filled_as_the_grammar_is() -> None:
    graph = Graph(
        arcs=[(0, 1, "note"), (0, 3, "do"), (3, 4, "n't"), (4, 2, "start")],
        finals=[2],
        wildcards=((1, 2),),
        usual=(("note", "*"), ("do", "n't", "start")),
    )
    grammar = compile_grammar(graph).respelled({"start": [("go",), ("run",)]})
    phrases = vosk_phrases(grammar.with_wildcards_as("[unk]"))
    assert phrases[-2:] == ("note [unk]", "don't go")
    assert "note [unk]" not in vosk_phrases(grammar)
