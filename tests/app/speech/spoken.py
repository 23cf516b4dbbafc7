"""What hearing tests are made of: word graphs of a few sentences, and those said by the product's own voices."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.speech.exact import Exact, exact
from app.speech.grammar import Grammar, compile_grammar
from app.speech.resample import resample
from app.speech.speak import Voice
from app.speech.wav import from_wav

PRACTICE = Path(__file__).parents[3] / "app" / "speech" / "practice"
COFFEE = Path(__file__).parents[2] / "recordings" / "coffee"

Arc = tuple[int, int, str | None]


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A word graph written by hand."""

    arcs: list[Arc]
    finals: list[int]
    start: int = 0
    wildcards: tuple[tuple[int, int], ...] = ()
    usual: tuple[tuple[str, ...], ...] = ()


def graph_of(*sentences: str) -> Graph:
    """Make the graph of just these sentences, words separated by spaces."""
    arcs: list[Arc] = []
    fresh = 2
    for sentence in sentences:
        here = 0
        for word in sentence.split():
            arcs.append((here, fresh, word))
            here, fresh = fresh, fresh + 1
        arcs.append((here, 1, None))
    return Graph(arcs=arcs, finals=[1])


def grammar_of(*sentences: str) -> Grammar:
    """Make the grammar of just these sentences."""
    return compile_grammar(graph_of(*sentences))


def exactly(grammar: Grammar) -> Exact:
    """Make the exact graph of a grammar that is small."""
    graph = exact(grammar, most_states=10_000)
    if graph is None:
        raise ValueError("the grammar is not small")
    return graph


def sentences_of(grammar: Grammar) -> set[str]:
    """List every sentence of a grammar that has finitely many."""
    graph = exactly(grammar)
    found: set[str] = set()
    waiting: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    while waiting:
        state, words = waiting.pop()
        if state in graph.finals:
            found.add(" ".join(words))
        waiting.extend((target, (*words, word)) for word, target in graph.arcs[state].items())
    return found


def said(language: str, texts: Iterable[str]) -> dict[str, bytes]:
    """Have sentences said; returns mono PCM16 at 16 kHz for each. Spaces in Japanese are for the recogniser only."""

    async def all_of_them() -> dict[str, bytes]:
        async with Voice() as voice:
            return {
                text: _at_16_khz((await voice.say(text.replace(" ", "") if language == "ja" else text, language)).wav)
                for text in texts
            }

    return asyncio.run(all_of_them())


def _at_16_khz(wav: bytes) -> bytes:
    pcm, rate_hz = from_wav(wav)
    return resample(np.frombuffer(pcm, "<i2"), rate_hz, 16_000).astype("<i2").tobytes()


def coffee_labels() -> dict[str, dict[str, str]]:
    """Read the slots of each recording."""
    labels = json.loads((COFFEE / "labels.json").read_text())
    return {name: label["slots"] for name, label in labels.items()}
