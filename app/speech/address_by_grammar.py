"""The address by a recogniser that is given nothing to expect but the address: for languages without a sound model.

Vosk's `[unk]` stands for all other speech. Models differ in how readily they hear it, and their word confidence is near
1 for anything (measured on the practice models); so the address must also come first in the best hypothesis, and last
as long as its sounds take.
"""

from collections.abc import Sequence
from typing import Final

from app.speech.address import AddressHeard
from app.speech.grammar import Arc, Grammar
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
        self._phrases = frozenset("".join(phrase.lower().split()) for phrase in phrases)
        transcriber.set_grammar(ADDRESS, address_grammar(phrases))

    def listen(self, pcm: bytes) -> AddressHeard | None:
        """Judge one utterance; see `AddressSpotter`."""
        heard = self._transcriber.transcribe(pcm, ADDRESS)
        said = heard.texts[0].split() if heard.texts else []
        # A model may part the words in its own way: 液体 ヘリウム, 液体ヘリウム.
        count = next((n for n in range(1, len(said) + 1) if "".join(said[:n]) in self._phrases), 0)
        own = heard.words[:count]
        score = min((word.confidence for word in own), default=1.0)
        begin_s, end_s = (own[0].start_s, own[-1].end_s) if own else (0.0, len(pcm) / (2 * SAMPLE_RATE_HZ))
        if count == 0 or score < _LEAST_CONFIDENCE or end_s - begin_s < _LEAST_S:
            return None
        return AddressHeard(score=score, end_s=end_s, is_alone=count == len(said))
