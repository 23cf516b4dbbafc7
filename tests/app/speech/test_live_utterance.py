"""Speech is decoded while it is spoken, with the same result as afterwards."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.speech.errors import HearingFailedError, UnknownGrammarError
from app.speech.hear import Recording
from app.speech.hearing import Hearing, open_hearing
from app.speech.live_utterance import LiveUtterance
from app.speech.transcribe import Transcript
from tests.app.speech.spoken import graph_of, said

EN = ("open valve seven", "confirm", "cancel that")
JA = ("圧縮機 一 を 起動", "確認")
GRAPHS = {"en": {"free": graph_of(*EN)}, "ja": {"free": graph_of(*JA)}}
QUIET = bytes(16_000)
FRAME = 1024


@pytest.fixture(scope="module")
def speech() -> dict[str, bytes]:
    return {text: QUIET + pcm + QUIET for text, pcm in (said("en", EN) | said("ja", JA)).items()}


async def speak(hearing: Hearing, language: str, pcm: bytes) -> tuple[Transcript, list[str]]:
    """Feed frames as they come from a microphone, and see what was heard meanwhile."""
    utterance = hearing.begin(language)
    partials = []
    for at in range(0, len(pcm), FRAME):
        utterance.feed(pcm[at : at + FRAME])
        await asyncio.sleep(0)
        partials.append(utterance.partial)
    return await utterance.finish(), partials


async def test_speech_fed_in_frames_is_heard_as_if_it_came_at_once(speech: dict[str, bytes], tmp_path: Path) -> None:
    hearing = await open_hearing({"en": "practice", "ja": "practice"}, GRAPHS, models=tmp_path)
    try:
        spoken = [("en", text) for text in EN] + [("ja", text) for text in JA]
        heard = await asyncio.gather(*(speak(hearing, language, speech[text]) for language, text in spoken))
        for (language, text), (transcript, _) in zip(spoken, heard, strict=True):
            whole = await hearing.transcribe(Recording(pcm=speech[text]), language)
            assert transcript.texts[0] == whole.texts[0] == text
            assert transcript.audio_s == pytest.approx(len(speech[text]) / 32_000)
            assert transcript.words[0].start_s == pytest.approx(whole.words[0].start_s, abs=0.1)
    finally:
        await hearing.close()


async def test_pocketsphinx_hears_the_whole_utterance_at_its_end(speech: dict[str, bytes], tmp_path: Path) -> None:
    hearing = await open_hearing({"en": "pocketsphinx"}, {"en": GRAPHS["en"]}, models=tmp_path)
    try:
        transcript, partials = await speak(hearing, "en", speech["open valve seven"])
        assert transcript.texts[0] == "open valve seven"
        assert set(partials) == {""}
    finally:
        await hearing.close()


async def test_an_abandoned_utterance_leaves_nothing_to_the_next(speech: dict[str, bytes], tmp_path: Path) -> None:
    hearing = await open_hearing({"en": "practice"}, {"en": GRAPHS["en"]}, models=tmp_path)
    try:
        abandoned = hearing.begin("en")
        abandoned.feed(speech["open valve seven"])
        await abandoned.abandon()
        abandoned.feed(speech["open valve seven"])
        assert (await speak(hearing, "en", speech["confirm"]))[0].texts[0] == "confirm"
    finally:
        await hearing.close()


async def test_silence_and_no_sound_at_all_are_heard_as_nothing(tmp_path: Path) -> None:
    hearing = await open_hearing({"en": "practice"}, {"en": GRAPHS["en"]}, models=tmp_path)
    try:
        assert (await speak(hearing, "en", QUIET * 4))[0].texts == ()
        assert (await hearing.begin("en").finish()).texts == ()
    finally:
        await hearing.close()


async def test_a_grammar_that_was_not_learned_is_told_at_the_end(speech: dict[str, bytes], tmp_path: Path) -> None:
    hearing = await open_hearing({"en": "practice"}, {"en": GRAPHS["en"]}, models=tmp_path)
    try:
        utterance = hearing.begin("en", "asked")
        utterance.feed(speech["confirm"])
        with pytest.raises(UnknownGrammarError, match="asked"):
            await utterance.finish()
    finally:
        await hearing.close()


class Stuck:
    """Decoding that goes on until it is released."""

    def __init__(self) -> None:
        self.release = threading.Event()

    def feed(self, pcm: bytes) -> None:
        self.release.wait()

    def partial(self) -> str:
        return ""

    def finish(self) -> Transcript:
        raise AssertionError

    def abandon(self) -> None:
        pass


async def test_decoding_that_never_ends_is_given_up() -> None:
    stuck = Stuck()
    with ThreadPoolExecutor(1) as workers:
        utterance = LiveUtterance(lambda: stuck, workers, timeout_s=0.05)
        utterance.feed(bytes(16_000))
        with pytest.raises(HearingFailedError, match=r"longer than 0.05 s after the end of 0.5 s of sound"):
            await utterance.finish()
        stuck.release.set()
