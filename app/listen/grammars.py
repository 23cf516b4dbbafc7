"""What a recogniser expects in each state of a station's dialogue."""

from collections.abc import Mapping
from dataclasses import replace

from app.listen.address import Address
from app.speech.grammar import WordGraph
from app.speech.hearing import FREE
from intents.intent import ACTION_OF, IntentName
from intents.recognizer import Recognizer
from intents.sentences import Sentences, Template
from intents.word_graph import WordGraph as SentenceGraph
from intents.word_graph import build_word_graph

ADDRESSED = "addressed"
"""A hands-free station: the address, alone or before a sentence; and sentences without it, which only a stop passes."""
CONFIRMATION = "confirmation"
"""A challenge waits: confirmations, cancelling, stopping; and as decoys the commands that sound like them."""
CLARIFICATION = "clarification"
"""A question of ours waits: short answers to it, and every sentence."""

_CONFIRMATION_INTENTS = frozenset(
    {
        *ACTION_OF,
        IntentName.CONFIRM,
        IntentName.CANCEL,
        IntentName.STOP_ALL,
        IntentName.REPEAT,
        IntentName.HELP,
        IntentName.NO_ACTION,
    }
)
_FOLLOW_UP = "FollowUp"
"""Stands for the intent of a short answer, which only its question gives it."""


def dialogue_graphs(recognizer: Recognizer, free: SentenceGraph, address: Address | None) -> Mapping[str, WordGraph]:
    """Return the graphs of all states but `FREE`, by name; takes a second for the demo plant.

    `free`: the graph of all sentences (`Recognizer.word_graph`). `address`: where stations of the language are
    hands-free; without it there is no `ADDRESSED`.
    """
    sentences, lexicon = recognizer.sentences, recognizer.lexicon
    asked = [template for template in sentences.templates if template.intent in _CONFIRMATION_INTENTS]
    graphs = {
        CONFIRMATION: build_word_graph(replace(sentences, templates=tuple(asked)), lexicon),
        CLARIFICATION: _either(
            free, build_word_graph(replace(sentences, templates=_short_answers(sentences)), lexicon)
        ),
    }
    if address is None:
        return graphs
    graphs = {name: with_address(graph, address) for name, graph in graphs.items()}
    return {**graphs, ADDRESSED: with_address(free, address)}


def grammar_names(*, is_hands_free: bool) -> tuple[str, ...]:
    """Return the grammars that a station needs."""
    return (ADDRESSED if is_hands_free else FREE, CONFIRMATION, CLARIFICATION)


def with_address(graph: SentenceGraph, address: Address) -> SentenceGraph:
    """Return the same sentences, each with or without the address before it; and the address alone."""
    start = _fresh(graph)
    called, fresh = start + 1, start + 2
    arcs: list[tuple[int, int, str | None]] = [(start, graph.start, None), (called, graph.start, None)]
    for words in address.words:
        here = start
        for word in words[:-1]:
            arcs.append((here, fresh, word))
            here, fresh = fresh, fresh + 1
        arcs.append((here, called, words[-1]))
    finals = graph.finals | {called}
    called_usually = tuple((*address.words[0], *sentence) for sentence in graph.usual) if address.words else ()
    return replace(graph, start=start, finals=finals, arcs=(*graph.arcs, *arcs), usual=(*called_usually, *graph.usual))


def _either(one: SentenceGraph, other: SentenceGraph) -> SentenceGraph:
    """Return the sentences of both."""
    by = _fresh(one)
    moved = tuple((source + by, target + by, word) for source, target, word in other.arcs)
    start = by + _fresh(other)
    return SentenceGraph(
        start=start,
        finals=one.finals | {final + by for final in other.finals},
        arcs=(*one.arcs, *moved, (start, one.start, None), (start, other.start + by, None)),
        wildcards=(*one.wildcards, *((source + by, target + by) for source, target in other.wildcards)),
        usual=(*one.usual, *other.usual),
    )


def _fresh(graph: SentenceGraph) -> int:
    """Return a number that no state has, nor any above it."""
    return 1 + max(
        max(pair) for pair in ((graph.start, *graph.finals), *((s, t) for s, t, _ in graph.arcs), *graph.wildcards)
    )


def _short_answers(sentences: Sentences) -> tuple[Template, ...]:
    phrases = [phrase for group in ("answer", "correction") for phrase in sentences.language.follow_ups.get(group, ())]
    return tuple(
        Template(
            intent=_FOLLOW_UP,
            text=phrase.text,
            expression=phrase.expression,
            place=phrase.place,
            source=str(phrase.place),
        )
        for phrase in phrases
        if phrase.is_spoken
    )
