"""Text → what was meant: every reading of the whole sentence, and what to make of them."""

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from intents.automaton import Automaton
from intents.compiler import compile_sentences
from intents.dialogue import DialogueContext
from intents.explain import Explanation, Stopped
from intents.intent import Ambiguous, IntentName, Interpretation, NotRecognized, Recognition, Recognized
from intents.lattice import Lattice, lattice_of
from intents.lexicon import Lexicon
from intents.matcher import Run
from intents.normalize import Writing
from intents.reading import Reader, Reading
from intents.resolve import Shown, agree, resolve
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
        self._reader = Reader(self._compiled)
        self._warm_up()

    @property
    def language(self) -> str:
        """`en`, `ja`."""
        return self.sentences.language.code

    def recognize(self, text: str, context: DialogueContext | None = None) -> Recognition:
        """Return what a sentence means; it must be understood in full, to the last word.

        `context`: what was said before, for sentences that lean on it ("two", "its pressure?"). A sentence that stands
        by itself means the same with and without.
        """
        lattice = self._lattice(text)
        if lattice is None:
            return NotRecognized(text=text, language=self.language, stopped_at=0)
        run = self._run(lattice)
        readings = self._readings(lattice, run, context)
        if not readings:
            followed = self._compiled.follow_ups.follow(lattice, context) if context is not None else None
            if followed is not None:
                return followed
            return NotRecognized(text=text, language=self.language, stopped_at=run.furthest)
        return resolve(lattice, self.language, readings)

    def recognize_nbest(self, texts: Sequence[str], context: DialogueContext | None = None) -> Recognition:
        """Return what the best transcript that is understood means; where they disagree on an act, that is a question.

        Where none is understood, the result suggests sentences like the best one.
        """
        found = agree([self.recognize(text, context) for text in texts], self.language)
        if isinstance(found, NotRecognized) and found.text.strip():
            return replace(found, suggestions=self.suggest(found.text))
        return found

    def suggest(self, text: str) -> tuple[str, ...]:
        """Return sentences that would be understood and look like `text`; never to be acted on."""
        return self._suggester.suggest(text)

    def explain(self, text: str, context: DialogueContext | None = None) -> Explanation:
        """Return how a sentence is understood, and what stopped the templates that came close."""
        began = time.perf_counter_ns()
        recognition = self.recognize(text, context)
        elapsed_us = (time.perf_counter_ns() - began) // 1000
        lattice = self._lattice(text)
        readings: tuple[Interpretation, ...] = ()
        stopped: tuple[Stopped, ...] = ()
        if lattice is not None:
            readings = tuple(Shown(lattice, self._readings(lattice, self._run(lattice), context)))
            readings = readings or tuple(getattr(recognition, "interpretations", ()))
            stopped = self._stopped(lattice)
        return Explanation(
            text=text,
            language=self.language,
            tokens=lattice.tokens.texts if lattice else (),
            recognition=recognition,
            readings=readings,
            stopped=stopped,
            suggestions=self.suggest(text) if isinstance(recognition, NotRecognized) and lattice else (),
            elapsed_us=elapsed_us,
            before=context,
        )

    def word_graph(self) -> WordGraph:
        """Return all that recognisers should listen for."""
        return build_word_graph(self.sentences, self.lexicon)

    def sample(self, rng: random.Random) -> str:
        """Return a made-up sentence, words parted by blanks."""
        return self._sampler.sample(rng).text

    def sample_of(self, rng: random.Random, template: Template | None = None, *, is_brief: bool = False) -> Sample:
        """Return a made-up sentence and its template; `is_brief` leaves out most of what is optional."""
        return self._sampler.sample(rng, template, is_brief=is_brief)

    def _warm_up(self) -> None:
        """Understand a sentence of each template, so that the first ones said are not slower than the rest."""
        rng = random.Random(0)
        for template in self._sampler.templates():
            self.recognize(self._sampler.sample(rng, template, is_brief=True).text)

    @cached_property
    def _sampler(self) -> Sampler:
        return Sampler(self.sentences, self.lexicon)

    @cached_property
    def _suggester(self) -> Suggester:
        joint = " " if self.sentences.language.normalizer.writing is Writing.WORDS else ""
        return Suggester(self._sampler, joint, lambda text: isinstance(self.recognize(text), Recognized | Ambiguous))

    def _lattice(self, text: str) -> Lattice | None:
        if len(text) > MOST_CHARACTERS:
            return None
        normalizer = self.sentences.language.normalizer
        tokens = normalizer.tokens(text)
        if not tokens.texts:
            return None
        skips = self._compiled.skips.find(tokens.texts)
        respellings = self._compiled.respeller.find(tokens.texts)
        return lattice_of(text, tokens, normalizer.numerals.read(tokens), skips, respellings)

    def _run(self, lattice: Lattice) -> Run:
        self._compiled.automaton.forget_if_full()
        return Run(self._compiled.automaton, self._compiled.sources, lattice, 0, self._compiled.own)

    def _readings(self, lattice: Lattice, run: Run, context: DialogueContext | None) -> list[Reading]:
        parses = run.parses(len(lattice.tokens.texts))
        read = self._reader.readings
        return [reading for parse in parses for reading in read(lattice, parse.meaning, parse.filled, context)]

    def _near_templates(self, lattice: Lattice) -> list[Template]:
        """Return the templates of the meanings that read farthest into a text."""
        furthest = self._compiled.automaton.furthest_of(self._run(lattice).reached)
        meanings = self._compiled.meanings
        nearest = sorted(furthest, key=lambda n: (-furthest[n], meanings[n].intent == IntentName.NO_ACTION, n))
        return [template for number in nearest[:_MOST_STOPPED] for template in meanings[number].templates]

    def _stopped(self, lattice: Lattice) -> tuple[Stopped, ...]:
        templates = self._near_templates(lattice)
        networks = self._compiled.networks
        automaton = Automaton(
            [networks.network(networks.start_of(template.expression)) for template in templates],
            self._compiled.wildcards,
        )
        run = Run(automaton, self._compiled.sources, lattice, 0)
        texts = lattice.tokens.texts
        complete = {parse.meaning for parse in run.parses(len(texts))}
        furthest = automaton.furthest_of(run.reached)
        near = sorted(
            (-place, templates[index].intent == IntentName.NO_ACTION, len(templates[index].text), index)
            for index, place in furthest.items()
            if place and index not in complete
        )
        return tuple(
            Stopped(
                intent=templates[index].intent,
                template=templates[index].text,
                source=str(templates[index].place),
                reached=-place,
                stopped_by=texts[-place] if -place < len(texts) else "",
            )
            for place, _, _, index in near[:_MOST_STOPPED]
        )
