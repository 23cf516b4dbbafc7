"""Words that were listened for in a site's spelling come back as the site writes them: "do are" as "dewar"."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from app.speech.nbest import Heard, Hypothesis


class Respelling:
    """A site's spellings of words, as one model hears them."""

    def __init__(self, pieces: Mapping[tuple[str, ...], str], other_words: Collection[str] = ()) -> None:
        """`pieces`: for each spelling the word that it stands for. `other_words`: what else the sentences say."""
        self._words = dict(pieces)
        self._lengths = sorted({len(spelling) for spelling in pieces}, reverse=True)
        self._is_said_too = {spelling for spelling in pieces if set(spelling) <= set(other_words)}

    def restored(self, heard: Sequence[Hypothesis]) -> list[Hypothesis]:
        """Return hypotheses with the words that were meant.

        Where a spelling's words could have been said as they are, that hypothesis is kept, behind the other.
        """
        return [found for hypothesis in heard for found in self._ways(hypothesis)] if self._words else list(heard)

    def _ways(self, hypothesis: Hypothesis) -> Iterator[Hypothesis]:
        words: list[Heard] = []
        is_sure = True
        at = 0
        while at < len(hypothesis.words):
            spelling = self._spelling_at(hypothesis.words, at)
            if spelling:
                first, last = hypothesis.words[at], hypothesis.words[at + len(spelling) - 1]
                words.append(Heard(text=self._words[spelling], start_s=first.start_s, end_s=last.end_s))
                is_sure = is_sure and spelling not in self._is_said_too
            else:
                words.append(hypothesis.words[at])
            at += len(spelling) or 1
        yield Hypothesis(words=tuple(words), score=hypothesis.score)
        if not is_sure:
            yield hypothesis

    def _spelling_at(self, words: Sequence[Heard], at: int) -> tuple[str, ...]:
        """Return the longest spelling that begins at a word; empty when none does."""
        for length in self._lengths:
            spelling = tuple(word.text for word in words[at : at + length])
            if spelling in self._words:
                return spelling
        return ()
