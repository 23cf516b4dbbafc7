"""The two decoding graphs that Vosk composes while it decodes: phones to words (HCLr.fst) and words (Gr.fst)."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.practice_models.openfst import Arc, Fst
from tests.practice_models.phones import (
    BLANK_BETWEEN_WORDS,
    BLANK_INSIDE_WORD,
    PhoneSet,
    Place,
    forward_id,
    loop_id,
)

UNKNOWN = "[unk]"
"""Vosk's name of the word for speech that is no word of the grammar."""

Pronunciation = tuple[str, ...]
"""Phones of one way to say a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCosts:
    """What an unknown word costs (natural log units): the knob between rejecting and accepting.

    Too cheap, and plant sentences lose words to it; too dear, and other speech is forced into plant sentences.
    """

    word: float = 5.0
    """For each unknown word."""
    phone: float = 3.5
    """For each phone of it after the first."""


def phones_to_words(
    words: Sequence[str],
    lexicon: Mapping[str, Sequence[Pronunciation]],
    phones: PhoneSet,
    unknown: UnknownCosts,
) -> Fst:
    """Transition-ids in, words out: any sequence of words with optional blanks between words and between phones.

    Each pronunciation is a path of its own with the word on its first arc, so that the composition with the words'
    graph prunes at once and no disambiguation symbols are needed.
    """
    graph = Fst()
    start = graph.add_state()
    blank = graph.add_state()
    graph.add_arc(0, Arc(target=start))
    graph.add_arc(0, Arc(target=blank, input=forward_id(BLANK_BETWEEN_WORDS)))
    graph.add_arc(blank, Arc(target=blank, input=loop_id(BLANK_BETWEEN_WORDS)))
    graph.add_arc(blank, Arc(target=start))
    graph.final[start] = 0.0
    for label, word in enumerate(words):
        for pronunciation in lexicon.get(word, ()):
            add_pronunciation(graph, (start, 0), label, pronunciation, phones)
    if UNKNOWN in words:
        _add_unknown(graph, start, words.index(UNKNOWN), phones, unknown)
    return graph


def _placed(pronunciation: Pronunciation) -> list[tuple[str, Place]]:
    if len(pronunciation) == 1:
        return [(pronunciation[0], Place.SINGLETON)]
    places = [Place.BEGIN, *[Place.INTERNAL] * (len(pronunciation) - 2), Place.END]
    return list(zip(pronunciation, places, strict=True))


def _emit(graph: Fst, source: int, number: int, *, word: int = 0, cost: float = 0.0) -> int:
    """Say one phone, as long as it lasts; returns the state behind it."""
    state = graph.add_state()
    graph.add_arc(source, Arc(target=state, input=forward_id(number), output=word, cost=cost))
    graph.add_arc(state, Arc(target=state, input=loop_id(number)))
    return state


def add_pronunciation(
    graph: Fst, ends: tuple[int, int], word: int, pronunciation: Pronunciation, phones: PhoneSet
) -> None:
    """Say a word one way, between two states; the word is told with the first phone."""
    state, end = ends
    for index, (name, place) in enumerate(_placed(pronunciation)):
        number = phones.number(name, place)
        if index == 0:
            state = _emit(graph, state, number, word=word)
            continue
        blank = _emit(graph, state, BLANK_INSIDE_WORD)
        following = _emit(graph, state, number)
        graph.add_arc(blank, Arc(target=following, input=forward_id(number)))
        state = following
    graph.add_arc(state, Arc(target=end))


def _add_unknown(graph: Fst, start: int, word: int, phones: PhoneSet, costs: UnknownCosts) -> None:
    inside = graph.add_state()
    ready = graph.add_state()
    graph.add_arc(inside, Arc(target=ready))
    graph.add_arc(_emit(graph, inside, BLANK_INSIDE_WORD), Arc(target=ready))
    for name in phones.names:
        for source, place, output, cost, target in (
            (start, Place.SINGLETON, word, costs.word + costs.phone, 0),
            (start, Place.BEGIN, word, costs.word, inside),
            (ready, Place.INTERNAL, 0, costs.phone, inside),
            (ready, Place.END, 0, costs.phone, 0),
        ):
            end = _emit(graph, source, phones.number(name, place), word=output, cost=cost)
            graph.add_arc(end, Arc(target=target))


_DISCOUNT = 0.5


def words_by_pairs(sentences: Iterable[Sequence[str]], words: Sequence[str]) -> Fst:
    """Make of `sentences` the back-off bigram that Vosk itself makes of phrases (vosk-api/src/language_model.cc).

    It serves decoding without a run-time grammar.
    """
    labels = {word: label for label, word in enumerate(words)}
    pairs: dict[str, Counter[str]] = {"": Counter()}
    singles: Counter[str] = Counter()
    end = "</s>"
    for sentence in sentences:
        previous = ""
        for word in (*sentence, end):
            pairs.setdefault(previous, Counter())[word] += 1
            singles[word] += 1
            previous = word
    graph = Fst()
    anywhere = graph.add_state()
    after = {"": 0} | {word: graph.add_state() for word in sorted(singles) if word != end}
    total = singles.total()
    for word, count in sorted(singles.items()):
        cost = -math.log(count / total)
        if word == end:
            graph.final[anywhere] = cost
        else:
            graph.add_arc(anywhere, Arc(target=after[word], input=labels[word], output=labels[word], cost=cost))
    for previous, followers in sorted(pairs.items()):
        state = after[previous]
        graph.add_arc(state, Arc(target=anywhere, cost=-math.log(1 - _DISCOUNT)))
        for word, count in sorted(followers.items()):
            cost = -math.log(count / followers.total() * _DISCOUNT)
            if word == end:
                graph.final[state] = cost
            else:
                graph.add_arc(state, Arc(target=after[word], input=labels[word], output=labels[word], cost=cost))
    return graph
