"""The address by a recogniser that is given nothing to expect but the address: for languages without a sound model.

Vosk's `[unk]` stands for all other speech. Models differ in how readily they hear it, and their word confidence is near
1 for anything (measured on the practice models); so the address must also be alone in the best hypothesis, or followed
by other speech only, and last as long as its sounds take.
"""

from collections.abc import Sequence
from typing import Final

from app.speech.address import AddressHeard
from app.speech.grammar import Arc, Grammar
from app.speech.nbest import REJECTED
from app.speech.transcribe import SAMPLE_RATE_HZ, Transcriber

ADDRESS: Final = "address"
"""The grammar's name."""
_LEAST_CONFIDENCE: Final = 0.5
"""Where another hypothesis is as likely as the address, it is not taken."""
_LEAST_S: Final = 0.3
_BEFORE, _SAID, _BEHIND = range(3)
"""States: nothing was said, the address was, anything behind it was."""


def address_grammar(phrases: Sequence[str]) -> Grammar:
    """Return the phrases, words parted by blanks, each alone or with any words behind it."""
    arcs: list[Arc] = []
    fresh = _BEHIND + 1
    for phrase in phrases:
        words = phrase.lower().split()
        places = [_BEFORE, *range(fresh, fresh + len(words) - 1), _SAID]
        fresh += len(words) - 1
        arcs += list(zip(places, places[1:], words, strict=False))
    return Grammar(start=_BEFORE, finals=frozenset({_SAID, _BEHIND}), arcs=tuple(arcs), wildcards=((_SAID, _BEHIND),))


class GrammarSpotter:
    """Listens for an address with a recogniser (implements `AddressSpotter`)."""

    def __init__(self, transcriber: Transcriber, phrases: Sequence[str]) -> None:
        """Add a grammar to `transcriber`, whose owner closes it; `phrases`: words parted by blanks."""
        self._transcriber = transcriber
        self._phrases = {tuple(phrase.lower().split()) for phrase in phrases}
        transcriber.set_grammar(ADDRESS, address_grammar(phrases))

    def listen(self, pcm: bytes) -> AddressHeard | None:
        """Judge one utterance; see `AddressSpotter`."""
        heard = self._transcriber.transcribe(pcm, ADDRESS)
        words = tuple(heard.texts[0].split()) if heard.texts else ()
        for phrase in self._phrases:
            behind = words[len(phrase) :]
            if words[: len(phrase)] != phrase or set(behind) - {REJECTED}:
                continue
            own = heard.words[: len(phrase)]
            score = min((word.confidence for word in own), default=1.0)
            begin_s = own[0].start_s if own else 0.0
            end_s = own[-1].end_s if own else len(pcm) / (2 * SAMPLE_RATE_HZ)
            if score >= _LEAST_CONFIDENCE and end_s - begin_s >= _LEAST_S:
                return AddressHeard(score=score, end_s=end_s, is_alone=not behind)
        return None
