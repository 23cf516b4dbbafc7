import random
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from app.vocabulary import recognizer_for
from devices.plant_file import DEMO_PLANT_FILE, load_plant
from intents.intent import Ambiguous, NoAction, NotRecognized
from intents.recognizer import Recognizer
from intents.word_graph import WordGraph
from tests.intents.words import ENGLISH, lexicon, recognizer


@cache
def engine(language: str) -> Recognizer:
    return recognizer_for(load_plant(DEMO_PLANT_FILE), language)


@cache
def graph(language: str) -> WordGraph:
    return engine(language).word_graph()


class Walker:
    """Tells what a graph accepts."""

    def __init__(self, graph: WordGraph) -> None:
        self.graph = graph
        self.empty: defaultdict[int, list[int]] = defaultdict(list)
        self.spoken: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
        for source, target, word in graph.arcs:
            if word is None:
                self.empty[source].append(target)
            else:
                self.spoken[source, word].append(target)

    def closed(self, states: Iterable[int]) -> set[int]:
        found = set(states)
        waiting = list(found)
        while waiting:
            for target in self.empty[waiting.pop()]:
                if target not in found:
                    found.add(target)
                    waiting.append(target)
        return found

    def accepts(self, said: str) -> bool:
        states = self.closed([self.graph.start])
        for word in said.split():
            states = self.closed(t for state in states for t in self.spoken.get((state, word), ()))
        return not states.isdisjoint(self.graph.finals)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "start compressor one"),
        ("en", "please open valve twelve"),
        ("en", "what's the level in dewar three"),
        ("en", "start compressor ninety nine"),
        ("en", "open valve two five"),
        ("en", "do not start compressor one"),
        ("en", "is valve seven open please"),
        ("en", "confirm start compressor one"),
        ("ja", "圧縮機 一 を 起動 し て"),
        ("ja", "圧縮機 九 十 九 を 起動 し て"),
        ("ja", "三 番 デュワー の 液面 は"),
    ],
)
def test_recognisers_listen_for_what_is_said_and_for_what_comes_near(language: str, said: str) -> None:
    assert Walker(graph(language)).accepts(said)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "the quick brown fox"), ("en", "start"), ("ja", "今日 は いい 天気")]
)
def test_recognisers_listen_for_nothing_else(language: str, said: str) -> None:
    assert not Walker(graph(language)).accepts(said)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_graph_stays_small_and_without_a_way_back(language: str) -> None:
    found = graph(language)
    assert len(found.arcs) < 80_000
    targets: defaultdict[int, list[int]] = defaultdict(list)
    entries: defaultdict[int, int] = defaultdict(int)
    for source, target, _ in found.arcs:
        targets[source].append(target)
        entries[target] += 1
    states = {found.start, *targets, *entries}
    free = [state for state in states if not entries[state]]
    done = 0
    while free:
        done += 1
        for target in targets[free.pop()]:
            entries[target] -= 1
            if not entries[target]:
                free.append(target)
    assert done == len(states)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_word_can_be_spelled_as_it_is_matched(language: str) -> None:
    spell = engine(language).sentences.language.normalizer.spell
    assert [word for word in graph(language).words if not spell(word)] == []
    assert all(word == word.lower() or language == "ja" for word in graph(language).words)


def test_most_of_what_the_graph_allows_is_understood() -> None:
    """The graph is wider than the sentences, but not so wide that a recogniser would hear nonsense as a rule."""
    found = graph("en")
    ways: defaultdict[int, list[tuple[int, str | None]]] = defaultdict(list)
    for source, target, word in found.arcs:
        ways[source].append((target, word))
    rng = random.Random(1)
    understood = 0
    for _ in range(300):
        state, words = found.start, []
        while ways[state] and not (state in found.finals and rng.random() < 0.5):
            state, word = rng.choice(ways[state])
            words.extend([word] if word else [])
        understood += not isinstance(engine("en").recognize(" ".join(words)), NotRecognized)
    assert understood > 60


def test_wildcard_is_marked_and_no_arc(tmp_path: Path) -> None:
    small = recognizer(tmp_path, ENGLISH).word_graph()
    assert small.wildcards
    assert not Walker(small).accepts("note frost")
    assert Walker(small).accepts("stop everything")


def test_numbers_beyond_99_are_listened_for_where_devices_have_them(tmp_path: Path) -> None:
    small = Walker(recognizer(tmp_path, ENGLISH, lexicon("en", valves=[7, 120])).word_graph())
    assert small.accepts("open valve one hundred twenty")
    assert not small.accepts("open valve one hundred twenty one")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_near_commands_are_heard_and_answered(language: str) -> None:
    said = {"en": "start compressor four", "ja": "圧縮機 四 を 起動 し て"}[language]
    assert Walker(graph(language)).accepts(said)
    found = engine(language).recognize(said)
    assert isinstance(found, NoAction)
    assert not isinstance(found, Ambiguous)
