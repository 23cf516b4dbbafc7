"""`HCLG.fst`: phones to words and words in one graph, as large public models have it. For tests of such models."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.practice_models.graphs import Pronunciation, add_pronunciation, words_by_pairs
from tests.practice_models.model_directory import ACOUSTIC_MODEL, graph_files, phones_of, write_files
from tests.practice_models.openfst import Arc, Fst, Order
from tests.practice_models.phones import BLANK_BETWEEN_WORDS, PhoneSet, forward_id, loop_id
from tests.practice_models.shipped import UNKNOWN_COSTS, directory_of
from tests.practice_models.vocabulary import kept_vocabulary


def write_static_model(language: str, sentences: Sequence[Sequence[str]], directory: Path) -> None:
    """Write a model of the shipped weights that knows just these sentences' words, and takes no run-time grammar."""
    phones, kept = phones_of(directory_of(language)), kept_vocabulary(language)
    known = {word for sentence in sentences for word in sentence}
    lexicon = {word: kept.lexicon[word] for word in sorted(known)}
    words = ("<eps>", *lexicon)
    files = graph_files(phones, kept, UNKNOWN_COSTS)
    kept_names = ("conf/mfcc.conf", "conf/model.conf", "graph/phones.txt", "graph/phones/word_boundary.int")
    write_files(
        directory,
        {name: files[name] for name in kept_names}
        | {
            ACOUSTIC_MODEL: (directory_of(language) / ACOUSTIC_MODEL).read_bytes(),
            "graph/HCLG.fst": _composed(words_by_pairs(sentences, words), words, lexicon, phones).to_bytes(Order.INPUT),
            "graph/words.txt": "".join(f"{word} {label}\n" for label, word in enumerate(words)).encode(),
        },
    )


def _composed(
    grammar: Fst, words: Sequence[str], lexicon: Mapping[str, Sequence[Pronunciation]], phones: PhoneSet
) -> Fst:
    """Put each word's pronunciations in the place of its arc, with optional blanks between words."""
    graph = Fst()
    entries = [0, *(graph.add_state() for _ in grammar.arcs[1:])]
    starts = [graph.add_state() for _ in grammar.arcs]
    for state, (entry, start) in enumerate(zip(entries, starts, strict=True)):
        blank = graph.add_state()
        graph.add_arc(entry, Arc(target=start))
        graph.add_arc(entry, Arc(target=blank, input=forward_id(BLANK_BETWEEN_WORDS)))
        graph.add_arc(blank, Arc(target=blank, input=loop_id(BLANK_BETWEEN_WORDS)))
        graph.add_arc(blank, Arc(target=start))
        if state in grammar.final:
            graph.final[start] = grammar.final[state]
        for arc in grammar.arcs[state]:
            if not arc.input:  # the back-off: no word
                graph.add_arc(start, Arc(target=starts[arc.target], cost=arc.cost))
                continue
            chosen = graph.add_state()
            graph.add_arc(start, Arc(target=chosen, cost=arc.cost))
            for pronunciation in lexicon[words[arc.input]]:
                add_pronunciation(graph, (chosen, entries[arc.target]), arc.input, pronunciation, phones)
    return graph
