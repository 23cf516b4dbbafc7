"""`wanwan listen` speaks with a station, and says plainly what it cannot do."""

import asyncio
from pathlib import Path

import pytest

from app.channels.microphone import Loudspeaker, _chosen
from app.errors import SoundDeviceError
from app.speech.wav import to_wav
from tests.app.commands.terminal import Terminal

REAL = [("Headset", 1), ("USB microphone", 2)]
NONE = [("Discard all samples (playback) or generate zero samples (capture)", 0)]


@pytest.mark.parametrize("devices", [[], NONE])
def test_a_machine_without_a_microphone_is_told_what_to_do(devices: list[tuple[str, int]]) -> None:
    with pytest.raises(SoundDeviceError, match=r"no microphone; see with `arecord -l`.*--file WAV"):
        _chosen(devices, None, "microphone")


def test_a_device_is_chosen_by_part_of_its_name() -> None:
    assert _chosen(REAL, None, "microphone") is None
    assert _chosen(REAL, "usb", "microphone") == 2
    with pytest.raises(SoundDeviceError, match=r"no microphone is called 'jack'; there are: Headset; USB microphone"):
        _chosen(REAL, "jack", "microphone")


async def test_a_loudspeaker_gives_what_is_asked_for_and_tells_when_all_has_sounded() -> None:
    speaker = Loudspeaker()
    device = speaker.feed()
    next(device)
    assert device.send(4) == bytes(8)
    speaker.play(b"abcdefghij")
    speaker.play(b"kl")
    waiting = asyncio.create_task(speaker.played())
    assert (device.send(4), device.send(4)) == (b"abcdefgh", b"ijkl\0\0\0\0")
    assert not waiting.done()
    assert device.send(4) == bytes(8)
    await asyncio.wait_for(waiting, 1)


def test_without_a_service_it_says_how_to_start_one(wanwan: Terminal, tmp_path: Path) -> None:
    wav = tmp_path / "said.wav"
    wav.write_bytes(to_wav(bytes(3200), 16_000))
    wanwan.set(port="1")
    assert "no service listens at http://127.0.0.1:1" in wanwan.failing("listen", "--file", str(wav), "--fast")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        (b"hello", "not a WAV"),
        (to_wav(bytes(1600), 8000), "8000 Hz, as telephones have"),
    ],
)
def test_a_file_that_cannot_be_spoken_is_refused_with_a_remedy(
    wanwan: Terminal, tmp_path: Path, content: bytes | None, says: str
) -> None:
    wav = tmp_path / "said.wav"
    if content is not None:
        wav.write_bytes(content)
    assert says in wanwan.failing("listen", "--file", str(wav))
