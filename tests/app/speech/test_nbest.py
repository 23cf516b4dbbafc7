"""Several hypotheses become one transcript that does not say more than was heard."""

import math

import pytest

from app.speech.nbest import Heard, Hypothesis, contracted, transcript_of
from app.speech.transcribe import Transcript


def hypothesis(text: str, score: float) -> Hypothesis:
    return Hypothesis(
        words=tuple(Heard(text=word, start_s=at, end_s=at + 1) for at, word in enumerate(text.split())), score=score
    )


def transcript(*hypotheses: Hypothesis) -> Transcript:
    return transcript_of(hypotheses, engine="test", audio_s=1.0, decode_s=0.1)


def test_the_best_text_comes_first_and_none_comes_twice() -> None:
    heard = transcript(
        hypothesis("open valve one", 3), hypothesis("open valve one", 2), hypothesis("open valve two", 1)
    )
    assert heard.texts == ("open valve one", "open valve two")


def test_a_word_is_as_sure_as_the_hypotheses_that_have_it_there() -> None:
    heard = transcript(hypothesis("start compressor one", math.log(3)), hypothesis("stop compressor one", math.log(1)))
    assert [word.text for word in heard.words] == ["start", "compressor", "one"]
    assert [word.confidence for word in heard.words] == pytest.approx([0.75, 1.0, 1.0])


def test_a_word_at_another_time_is_another_word() -> None:
    heard = transcript(hypothesis("one two", 0), hypothesis("two one", 0))
    assert [word.confidence for word in heard.words] == pytest.approx([0.5, 0.5])


def test_a_guess_without_the_rejected_part_is_not_offered() -> None:
    assert transcript(hypothesis("[unk] start one", 2), hypothesis("start one", 1)).texts == ("[unk] start one",)


def test_a_guess_with_a_rejected_part_is_not_offered_beside_a_whole_one() -> None:
    assert transcript(hypothesis("start one", 2), hypothesis("[unk] one", 1)).texts == ("start one",)


def test_contractions_heard_in_pieces_are_written_as_one_word() -> None:
    (word, other) = contracted(hypothesis("do n't start", 0).words)
    assert (word.text, word.start_s, word.end_s) == ("don't", 0, 2)
    assert other.text == "start"


@pytest.mark.parametrize("hypotheses", [(), (hypothesis("", 0),), (hypothesis("", 1), hypothesis("stop", 0))])
def test_silence_gives_no_text(hypotheses: tuple[Hypothesis, ...]) -> None:
    heard = transcript(*hypotheses)
    assert (heard.texts, heard.words) == ((), ())
