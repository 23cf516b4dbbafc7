"""Text → what was meant: every reading of the whole sentence, and what to make of them."""

from collections.abc import Sequence

from intents.compiler import Compiled, compile_sentences
from intents.intent import NotRecognized, Recognition
from intents.lattice import Lattice
from intents.lexicon import Lexicon
from intents.matcher import Run
from intents.resolve import Resolver
from intents.sentences import Sentences

MOST_CHARACTERS = 2_000
"""Longer text is nobody's sentence."""


class Recognizer:
    """Understands one language on one plant; compiled once, then used by any number of turns of one thread."""

    def __init__(self, sentences: Sentences, lexicon: Lexicon) -> None:
        self.sentences = sentences
        self.lexicon = lexicon
        self._compiled: Compiled = compile_sentences(sentences, lexicon)
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
        """Return what the best transcript that is understood means; transcripts that disagree on an act are asked about."""
        found = [self.recognize(text) for text in texts]
        return self._resolver.agree(found, texts, self.language)

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
