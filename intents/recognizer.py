"""Text → what was meant: every reading of the whole sentence, and what to make of them."""

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from intents.compiler import compile_sentences
from intents.explain import Explanation, Stopped
from intents.intent import Interpretation, NotRecognized, Recognition
from intents.lattice import Lattice
from intents.lexicon import Lexicon
from intents.matcher import Run
from intents.normalize import Writing
from intents.resolve import Resolver
from intents.sample import Sample, Sampler
from intents.sentences import Sentences, Template
from intents.suggest import Suggester
from intents.word_graph import WordGraph, build_word_graph

MOST_CHARACTERS = 2_000
"""Longer text is nobody's sentence."""
_MOST_STOPPED = 5


class Recognizer:
    """Understands one language on one plant; compiled once, then used by any number of turns of one thread."""

    def __init__(self, sentences: Sentences, lexicon: Lexicon) -> None:
        self.sentences = sentences
        self.lexicon = lexicon
        self._compiled = compile_sentences(sentences, lexicon)
        self._resolver = Resolver(sentences, self._compiled.naming)

    @property
    def language(self) -> str:
        """`en`, `ja`."""
        return self.sentences.language.code

    def recognize(self, text: str) -> Recognition:
        """Return what a sentence means; it must be understood in full, to the last word."""
        lattice = self._lattice(text)
        if lattice is None:
            return NotRecognized(text=text, language=self.language, stopped_at=0)
        run = self._run(lattice)
        parses = run.parses(len(lattice.tokens.texts))
        if not parses:
            return NotRecognized(text=text, language=self.language, stopped_at=run.furthest)
        return self._resolver.resolve(lattice, parses)

    def recognize_nbest(self, texts: Sequence[str]) -> Recognition:
        """Return what the best transcript that is understood means; transcripts that disagree on an act are asked about.

        Where none is understood, the result suggests sentences like the best one.
        """
        found = self._resolver.agree([self.recognize(text) for text in texts], texts, self.language)
        if isinstance(found, NotRecognized) and found.text.strip():
            return replace(found, suggestions=self.suggest(found.text))
        return found

    def suggest(self, text: str) -> tuple[str, ...]:
        """Return sentences that would be understood and look like `text`; never to be acted on."""
        return self._suggester.suggest(text)

    def explain(self, text: str) -> Explanation:
        """Return how a sentence is understood, and what stopped the templates that came close."""
        began = time.perf_counter_ns()
        recognition = self.recognize(text)
        elapsed_us = (time.perf_counter_ns() - began) // 1000
        lattice = self._lattice(text)
        readings: tuple[Interpretation, ...] = ()
        stopped: tuple[Stopped, ...] = ()
        if lattice is not None:
            run = self._run(lattice)
            readings = self._resolver.interpretations(lattice, run.parses(len(lattice.tokens.texts)))
            stopped = self._stopped(lattice, run)
        return Explanation(
            text=text,
            language=self.language,
            tokens=lattice.tokens.texts if lattice else (),
            recognition=recognition,
            readings=readings,
            stopped=stopped,
            elapsed_us=elapsed_us,
        )

    def word_graph(self) -> WordGraph:
        """Return all that recognisers should listen for."""
        return build_word_graph(self.sentences, self.lexicon)

    def sample(self, rng: random.Random) -> str:
        """Return a made-up sentence, words parted by blanks."""
        return self._sampler.sample(rng).text

    def sample_of(self, rng: random.Random, template: Template | None = None) -> Sample:
        """Return a made-up sentence and its template."""
        return self._sampler.sample(rng, template)

    @cached_property
    def _sampler(self) -> Sampler:
        return Sampler(self.sentences, self.lexicon)

    @cached_property
    def _suggester(self) -> Suggester:
        joint = " " if self.sentences.language.normalizer.writing is Writing.WORDS else ""
        return Suggester(self._sampler, joint)

    def _lattice(self, text: str) -> Lattice | None:
        if len(text) > MOST_CHARACTERS:
            return None
        normalizer = self.sentences.language.normalizer
        tokens = normalizer.tokens(text)
        if not tokens.texts:
            return None
        return Lattice(text, tokens, normalizer.numerals.read(tokens), self._compiled.skips.find(tokens.texts))

    def _run(self, lattice: Lattice) -> Run:
        self._compiled.automaton.forget_if_full()
        return Run(self._compiled.automaton, self._compiled.sources, lattice, 0)

    def _stopped(self, lattice: Lattice, run: Run) -> tuple[Stopped, ...]:
        furthest = self._compiled.automaton.furthest_of(run.reached)
        count = len(lattice.tokens.texts)
        found: list[Stopped] = []
        for index, place in sorted(furthest.items(), key=lambda item: (-item[1], item[0])):
            template = self.sentences.templates[index]
            if 0 < place and len(found) < _MOST_STOPPED and not (place == count and run.is_complete(index)):
                found.append(
                    Stopped(
                        intent=template.intent,
                        template=template.text,
                        source=str(template.place),
                        reached=place,
                        stopped_by=lattice.tokens.texts[place] if place < count else "",
                    )
                )
        return tuple(found)
