"""What the recogniser hears in a recording."""

import asyncio
from pathlib import Path

import pytest

from app.speech.resample import as_heard
from app.speech.speak import Voice
from app.speech.wav import to_wav
from tests.app.commands.terminal import Terminal, sentence_of

QUICK_PLANT = str(Path(__file__).parents[1] / "quick_plant.yaml")


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Have a question said by the product's own voice."""

    async def say() -> bytes:
        async with Voice() as voice:
            return as_heard((await voice.say("start compressor one", "en")).wav)

    path = tmp_path_factory.mktemp("said") / "question.wav"
    path.write_bytes(asyncio.run(say()))
    return path


def test_a_recording_is_heard_best_text_first(wanwan: Terminal, question: Path) -> None:
    wanwan.set(plant=QUICK_PLANT)
    ended = wanwan("transcribe", str(question), "--engine", "practice")
    assert ended.code == 0, ended
    assert ended.out.splitlines()[0] == "start compressor one"


def test_silence_is_told_and_is_an_object_too(wanwan: Terminal) -> None:
    wanwan.set(plant=QUICK_PLANT)
    file = wanwan.data / "silence.wav"
    file.write_bytes(to_wav(bytes(32_000), 16_000))
    ended = wanwan("transcribe", str(file), "--engine", "practice", "--json")
    assert (ended.code, sentence_of(ended.err)) == (1, "nothing was heard")
    assert ended.json["texts"] == []
    assert ended.json["audio_s"] == 1
    assert {"words", "engine", "decode_s"} <= set(ended.json)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the recording is empty"),
        (b"no sound", "is no WAV"),
        (to_wav(bytes(1000), 44_100), "44100 Hz"),
        (to_wav(bytes(32_000), 16_000)[:10_000], "is cut off"),
    ],
)
def test_a_bad_recording_is_told_with_its_remedy(wanwan: Terminal, content: bytes, expected: str) -> None:
    file = wanwan.data / "bad.wav"
    file.write_bytes(content)
    assert expected in wanwan.failing("transcribe", str(file))


def test_a_file_or_an_engine_that_is_not_there_is_told(wanwan: Terminal) -> None:
    wanwan.set(plant=QUICK_PLANT)
    assert "/no/such.wav" in wanwan.failing("transcribe", "/no/such.wav")
    assert str(wanwan.data) in wanwan.failing("transcribe", str(wanwan.data))
    file = wanwan.data / "silence.wav"
    file.write_bytes(to_wav(bytes(32_000), 16_000))
    assert "typed text works" in wanwan.failing("transcribe", str(file), "--engine", "none")
    assert "/no/model" in wanwan.failing("transcribe", str(file), "--engine", "/no/model")
