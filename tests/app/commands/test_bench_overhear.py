"""The benchmark of other people's talk: nothing of it is acted on, and it would count if it were."""

import asyncio
import shutil
from pathlib import Path

import pytest

from app.speech.resample import as_heard
from app.speech.speak import Voice
from tests.app.commands.terminal import ROOT, Terminal
from tests.app.speech.spoken import COFFEE

WORDS = COFFEE.parent / "address" / "other"
QUICK_PLANT = ROOT / "tests" / "app" / "quick_plant.yaml"
STATION = "  - {id: room-mic, room: hall, language: en, role: operator, listening: hands_free}\n"


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """Give a plant with a station that always listens."""
    file = tmp_path / "plant.yaml"
    file.write_text(QUICK_PLANT.read_text(encoding="utf-8") + STATION, encoding="utf-8")
    return file


def say(folder: Path, *texts: str) -> None:
    """Have the product's own voice record sentences."""

    async def spoken() -> list[bytes]:
        async with Voice() as voice:
            return [as_heard((await voice.say(text, "en")).wav) for text in texts]

    folder.mkdir()
    for text, wav in zip(texts, asyncio.run(spoken()), strict=True):
        (folder / f"{text}.wav").write_bytes(wav)


def test_of_other_peoples_talk_nothing_is_acted_on(wanwan: Terminal, plant: Path) -> None:
    noise = next(COFFEE.glob("*.wav"))  # somebody talks beneath the others
    ended = wanwan(
        *("bench", "overhear", "--other", str(COFFEE), "--other", str(WORDS), "--noise", str(noise)),
        *("--hours", "0.015", "--engine", "practice", "--plant", str(plant), "--json"),
    )
    assert ended.code == 0, ended
    found = ended.json
    assert found["engine"] == "vosk:en"
    assert found["hours"] >= 0.015
    assert found["utterances"] >= 10
    assert sum(found["verdicts"].values()) == found["utterances"]
    counts = {name: found[name] for name in ("addresses", "turns", "challenges", "commands", "failures")}
    assert counts == dict.fromkeys(counts, 0), found


def test_what_is_meant_for_the_station_counts(wanwan: Terminal, plant: Path, tmp_path: Path) -> None:
    say(tmp_path / "ours", "hey helium", "stop everything", "hey helium start compressor one")
    ended = wanwan(
        *("bench", "overhear", "--other", str(tmp_path / "ours"), "--hours", "0.012", "--engine", "practice"),
        *("--plant", str(plant), "--json"),
    )
    assert ended.code == 0, ended
    found = ended.json
    assert found["addresses"] > 0
    assert found["turns"] > 0
    assert found["challenges"] + found["commands"] > 0
    assert "stop everything" in found["texts"]
    assert found["commands"] > 0


def test_what_cannot_be_measured_is_refused(wanwan: Terminal, plant: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    nothing = wanwan.failing("bench", "overhear", "--other", str(tmp_path / "empty"), "--plant", str(plant))
    assert "there is no WAV in" in nothing
    shutil.copy(QUICK_PLANT, tmp_path / "quick.yaml")
    deaf = wanwan.failing("bench", "overhear", "--other", str(COFFEE), "--plant", str(tmp_path / "quick.yaml"))
    assert "no station of" in deaf
    assert "always listens" in deaf
