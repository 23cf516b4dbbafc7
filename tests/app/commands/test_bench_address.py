"""The benchmark of the address: recordings one by one, and as a stream at an open microphone."""

import json
import shutil
from pathlib import Path

import pytest

from tests.app.commands.terminal import Terminal
from tests.app.speech.address_recordings import ADDRESS, ORDERS, OTHERS, SAID

SOME = (SAID[1], SAID[3], SAID[7])
NONE = (*OTHERS[:3], ORDERS[0])


@pytest.fixture
def recordings(tmp_path: Path) -> tuple[str, ...]:
    for name, files in (("address", SOME), ("others", NONE[:2]), ("further", NONE[2:])):
        (tmp_path / name).mkdir()
        for file in files:
            shutil.copy(file, tmp_path / name)
    others = ("--negatives", str(tmp_path / "others"), "--negatives", str(tmp_path / "further"))
    return ("--positives", str(tmp_path / "address"), *others)


def test_every_address_is_heard_and_no_other_word(wanwan: Terminal, recordings: tuple[str, ...]) -> None:
    done = wanwan("bench", "address", "--address", ADDRESS, *recordings, "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found.keys() == {"heard", "false", "negatives", "hours"}
    assert found["heard"] == 1.0
    assert found["false"] == 0
    assert found["negatives"] == len(NONE)
    assert 0.002 < found["hours"] < 0.02
    assert f"{len(SOME)} of {len(SOME)} heard" in done.err


def test_what_is_another_address_is_not_heard(wanwan: Terminal, recordings: tuple[str, ...]) -> None:
    done = wanwan("bench", "address", "--address", "hey jarvis", *recordings, "--json")
    assert json.loads(done.out)["heard"] == 0.0


def test_nothing_in_a_stream_of_other_speech_and_noise_opens_a_station(
    wanwan: Terminal, recordings: tuple[str, ...]
) -> None:
    noise = ("--noise", str(ORDERS[1]))  # somebody talks beneath the others
    done = wanwan("bench", "address", "--address", ADDRESS, *recordings, "--stream-hours", "0.01", *noise, "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["false"] == 0
    assert found["negatives"] >= 4
    assert found["hours"] == 0.01


def test_addresses_in_a_stream_open_a_station(wanwan: Terminal, recordings: tuple[str, ...]) -> None:
    said = recordings[1]
    done = wanwan(
        *("bench", "address", "--address", ADDRESS, "--positives", said, "--negatives", said),
        *("--stream-hours", "0.005"),
    )
    assert done.code == 0, done.err
    row = [cell.strip() for cell in done.out.splitlines()[3].split("│")[1:-1]]
    assert row[0] == "1.000"
    assert int(row[1]) >= int(row[2]) * 0.8 >= 4


def test_what_cannot_be_measured_is_refused(wanwan: Terminal, recordings: tuple[str, ...], tmp_path: Path) -> None:
    unspeakable = wanwan("bench", "address", "--address", "qlxw", *recordings)
    assert (unspeakable.code, "no dictionary tells how 'qlxw'" in unspeakable.err) == (1, True)
    alone = wanwan("bench", "address", "--address", ADDRESS, *recordings, "--noise", str(ORDERS[0]))
    assert (alone.code, "belongs to" in alone.err) == (2, True)
    (tmp_path / "empty").mkdir()
    nothing = wanwan("bench", "address", "--address", ADDRESS, *recordings[:2], "--negatives", str(tmp_path / "empty"))
    assert (nothing.code, "there is no WAV in" in nothing.err) == (1, True)
