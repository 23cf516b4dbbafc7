"""A model that is removed or damaged while the service runs is still heard with; a new start says why it cannot be."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.speech.errors import HearingFailedError, ModelBrokenError, ModelMissingError
from app.speech.hear import Recording
from app.speech.hearing import open_hearing
from app.speech.vosk import VoskTranscriber
from tests.app.speech.spoken import PRACTICE, grammar_of, graph_of, said


@pytest.fixture(scope="module")
def speech() -> dict[str, Recording]:
    return {text: Recording(pcm=pcm) for text, pcm in said("en", ["stop everything", "confirm"]).items()}


def truncated(model: Path) -> None:
    for file in model.rglob("*"):
        if file.is_file():
            with file.open("r+b") as stream:
                stream.truncate(10)


@pytest.mark.parametrize(
    ("spoil", "error"), [(shutil.rmtree, ModelMissingError), (truncated, ModelBrokenError)], ids=["removed", "damaged"]
)
async def test_stop_is_still_heard_when_the_model_is_gone_from_the_disk(
    tmp_path: Path, speech: dict[str, Recording], spoil: Callable[[Path], None], error: type[Exception]
) -> None:
    model = shutil.copytree(PRACTICE / "en", tmp_path / "mine")
    hearing = await open_hearing({"en": str(model)}, {"en": {"free": graph_of("stop everything")}}, models=tmp_path)
    try:
        spoil(model)
        # At once, so that recognisers are made anew; and with a grammar that it had not.
        heard = await asyncio.gather(*(hearing.transcribe(speech["stop everything"], "en") for _ in range(4)))
        assert [transcript.texts[0] for transcript in heard] == ["stop everything"] * 4
        await hearing.learn("en", {"asked": graph_of("confirm", "cancel")})
        assert (await hearing.transcribe(speech["confirm"], "en", "asked")).texts[0] == "confirm"
        with pytest.raises(error):
            await open_hearing({"en": str(model)}, {}, models=tmp_path)
    finally:
        await hearing.close()


def test_an_utterance_that_outlives_its_model_fails_with_an_error_of_ours() -> None:
    transcriber = VoskTranscriber(PRACTICE / "en")
    transcriber.set_grammar("free", grammar_of("confirm"))
    first, second = transcriber.begin(), transcriber.begin()
    first.feed(bytes(3_200))  # takes the one recogniser that is ready
    transcriber.close()
    with pytest.raises(HearingFailedError, match="was closed"):
        second.feed(bytes(3_200))
    assert first.finish().texts == ()
