"""PocketSphinx hears real people order coffee by the coffee grammar alone, in a process that can be killed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from pocketsphinx import get_model_path

from app.speech.errors import GrammarTooLargeError, HearingFailedError, UnknownGrammarError
from app.speech.grammar import compile_grammar
from app.speech.hear import hear
from app.speech.hearing import open_hearing
from app.speech.sphinx import SphinxDecoder
from app.speech.sphinx_process import SphinxTranscriber
from intents.intent import Recognized
from intents.lexicon import Lexicon
from intents.recognizer import Recognizer
from intents.sentences import read_sentences
from tests.app.speech.spoken import COFFEE, Arc, Graph, coffee_labels, grammar_of, said

LABELS = coffee_labels()


@pytest.fixture(scope="module")
def coffee() -> Recognizer:
    return Recognizer(read_sentences([COFFEE / "sentences.yaml"]), Lexicon(devices=(), kinds=()))


@pytest.fixture(scope="module")
def transcriber(coffee: Recognizer) -> Iterator[SphinxTranscriber]:
    transcriber = SphinxTranscriber()
    transcriber.set_grammar("free", compile_grammar(coffee.word_graph()))
    transcriber.set_grammar("asked", grammar_of("confirm", "cancel"))
    yield transcriber
    transcriber.close()


def recording(name: str) -> bytes:
    return hear(COFFEE / name).pcm


@pytest.mark.parametrize("name", sorted(LABELS))
def test_an_order_of_a_person_is_heard_and_understood(
    coffee: Recognizer, transcriber: SphinxTranscriber, name: str
) -> None:
    heard = transcriber.transcribe(recording(name))
    understood = coffee.recognize(heard.texts[0])
    assert isinstance(understood, Recognized)
    assert dict(understood.intent.slots) == LABELS[name]
    assert heard.engine == "pocketsphinx:en-us"
    assert 0 < heard.decode_s < heard.audio_s


def test_every_word_of_the_coffee_grammar_has_a_pronunciation(transcriber: SphinxTranscriber) -> None:
    assert transcriber.unknown_words() == []


def test_silence_is_nothing_heard(transcriber: SphinxTranscriber) -> None:
    assert transcriber.transcribe(bytes(64_000)).texts == ()


def test_each_grammar_hears_only_its_own_sentences(transcriber: SphinxTranscriber) -> None:
    pcm = said("en", ["cancel"])["cancel"]
    assert transcriber.transcribe(pcm, "asked").texts == ("cancel",)
    assert transcriber.transcribe(pcm).texts != ("cancel",)
    with pytest.raises(UnknownGrammarError, match="'asked', 'free'"):
        transcriber.transcribe(pcm, "missing")


@pytest.mark.parametrize("name", sorted(LABELS))
def test_speech_that_is_none_of_the_sentences_is_nothing_heard(plant_commands: SphinxDecoder, name: str) -> None:
    assert plant_commands.decode(recording(name), "free") == ""


def test_a_command_of_the_same_sentences_is_heard(plant_commands: SphinxDecoder) -> None:
    pcm = said("en", ["open valve three"])["open valve three"]
    assert plant_commands.decode(pcm, "free") == "open valve three"


@pytest.fixture(scope="module")
def plant_commands() -> SphinxDecoder:
    decoder = SphinxDecoder()
    commands = [f"{verb} {number}" for verb in ("open valve", "start compressor") for number in ("one", "three")]
    decoder.set_grammar("free", grammar_of(*commands, "what is the pressure of the gas bag"))
    return decoder


def test_words_of_helium_plants_have_pronunciations_and_others_are_reported() -> None:
    decoder = SphinxDecoder()
    assert decoder.set_grammar("free", grammar_of("liquefier dewar purifier kelvin megapascals litres")) == frozenset()
    assert decoder.set_grammar("free", grammar_of("the liquefier's gas's tank's bag's pressure")) == frozenset()
    assert decoder.set_grammar("free", grammar_of("open the frobnicator", "frobnicate")) == {
        "frobnicator",
        "frobnicate",
    }
    assert decoder.decode(recording(next(iter(LABELS))), "free") == ""


@pytest.fixture(scope="module")
def beyond() -> Graph:
    """No two of these words may be followed by the same ones: 560 states with 559 ways each."""
    dictionary = Path(get_model_path()) / "en-us" / "cmudict-en-us.dict"
    words = [line.split()[0] for line in dictionary.read_text().splitlines() if line[0].isalpha() and "(" not in line]
    words = words[:560]
    first: list[Arc] = [(0, number, word) for number, word in enumerate(words, 1)]
    second: list[Arc] = [(n, 561, word) for n in range(1, 561) for m, word in enumerate(words, 1) if m != n]
    return Graph(arcs=[*first, *second], finals=[561])


def test_a_grammar_beyond_what_can_be_searched_is_refused(beyond: Graph) -> None:
    with pytest.raises(GrammarTooLargeError, match="install a Vosk model"):
        SphinxDecoder().set_grammar("free", compile_grammar(beyond))


async def test_auto_starts_without_hearing_where_the_grammar_is_beyond_pocketsphinx(
    beyond: Graph, tmp_path: Path
) -> None:
    hearing = await open_hearing({"en": "auto"}, {"en": {"free": beyond}}, models=tmp_path)
    try:
        (state,) = hearing.states
        assert state.engine is None
        assert "too large for PocketSphinx" in state.reason
    finally:
        await hearing.close()


def test_a_process_that_dies_is_replaced_with_its_grammars() -> None:
    transcriber = SphinxTranscriber()
    try:
        transcriber.set_grammar("free", grammar_of("cancel", "confirm"))
        pcm = said("en", ["confirm"])["confirm"]
        os.kill(transcriber.pid, signal.SIGKILL)
        texts: list[str] = []
        while not texts:
            try:
                texts = list(transcriber.transcribe(pcm).texts)
            except HearingFailedError:  # it was asked before the system had taken note of its death
                continue
        assert texts == ["confirm"]
    finally:
        transcriber.close()


def test_an_utterance_that_takes_too_long_is_given_up_and_the_next_is_heard() -> None:
    transcriber = SphinxTranscriber(timeout_s=0.5)
    try:
        transcriber.set_grammar("free", grammar_of("cancel"))
        os.kill(transcriber.pid, signal.SIGSTOP)
        with pytest.raises(HearingFailedError, match=r"took longer than 0\.5 s"):
            transcriber.transcribe(bytes(1_920_000))  # a minute: more than a line holds that nobody reads
        assert transcriber.transcribe(bytes(64_000)).texts == ()
    finally:
        transcriber.close()


def test_a_closed_recogniser_says_so() -> None:
    transcriber = SphinxTranscriber()
    transcriber.set_grammar("free", grammar_of("cancel"))
    transcriber.close()
    transcriber.close()
    with pytest.raises(HearingFailedError, match="closed"):
        transcriber.transcribe(bytes(64_000))


def test_the_recordings_are_those_of_the_labels() -> None:
    assert sorted(path.name for path in Path(COFFEE).glob("*.wav")) == sorted(LABELS)
