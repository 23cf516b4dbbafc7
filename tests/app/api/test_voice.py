"""Answers are spoken as each station wants them, over HTTP and the WebSocket; a voice that fails holds up nothing."""

import math
import signal
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
import pytest_asyncio

from app.service import Service
from app.speech.earcon import Earcon, earcon
from app.speech.frames import VOICE_RATE_HZ
from app.speech.resample import resample_pcm
from app.speech.speak import Voice
from app.speech.wav import from_wav
from tests.app.api.failing_voice import failing, signal_worker
from tests.app.api.http_site import HttpSite
from tests.app.api.listening_site import person_at, undeafened
from tests.app.site import running_site
from tests.devices.until import until
from tests.mosquitto import Mosquitto

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLANT = Path(__file__).with_name("voices_plant.yaml")
SENTENCES = {
    "en": ("cancel", "help", "what is the level of dewar three", "close valve seven"),
    "ja": ("キャンセルします", "ヘルプ", "デュワー3の液面は", "バルブ7を閉めて"),
}
HEADER_BYTES = 44


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(broker: Mosquitto, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """Run a site that hears and speaks."""
    async with running_site(
        tmp_path_factory.mktemp("site"),
        broker,
        plant=PLANT,
        recognizer_en="practice",
        recognizer_ja="practice",
        speech_out=True,
    ) as service:
        yield service


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voice(running: Service) -> Voice:
    assert running.voice is not None
    return running.voice


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def spoken() -> dict[str, bytes]:
    """Have the sentences said by the product's own voices: mono PCM16, 16 kHz."""
    async with Voice() as voice:
        return {
            text: resample_pcm(*from_wav((await voice.say(text, language)).wav))
            for language, texts in SENTENCES.items()
            for text in texts
        }


async def heard(site: HttpSite, text: str, station: str, language: str = "en") -> httpx.Response:
    """Say something over HTTP and take the answer as sound."""
    body = {"text": text, "station": station, "language": language}
    response = await site.operator.post("/v1/utterances", json=body, headers={"Accept": "audio/wav"})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "audio/wav"
    return response


def loudness(pcm: bytes) -> float:
    samples = struct.unpack(f"<{len(pcm) // 2}h", pcm)
    return math.sqrt(sum(s * s for s in samples) / len(samples))


# ---- each station's own


@pytest.mark.parametrize("language", SENTENCES)
async def test_rate_and_volume_of_the_plant_file_shape_answers_over_http(site: HttpSite, language: str) -> None:
    said = SENTENCES[language][0]
    usual, slow, soft, mute = [
        (await heard(site, said, station, language)).content[HEADER_BYTES:]
        for station in ("desk", "slow-desk", "soft-desk", "mute-desk")
    ]
    assert len(slow) > 1.5 * len(usual)
    assert 0.1 < loudness(soft) / loudness(usual) < 0.6
    assert loudness(mute) < 1


async def test_rate_and_volume_of_the_plant_file_shape_answers_to_listening_stations(
    running: Service, url: str, key: str, spoken: dict[str, bytes]
) -> None:
    lengths_s, sounds = {}, {}
    for station in ("desk", "slow-desk", "soft-desk", "mute-desk"):
        async with person_at(url, key, station=station) as person:
            await person.ask(spoken["cancel"])
            lengths_s[station] = person.of("audio_end", kind="answer")[-1]["duration_s"]
            sounds[station] = bytes(person.sound)
        await undeafened(running, station)
    assert lengths_s["slow-desk"] > 1.5 * lengths_s["desk"]
    assert loudness(sounds["soft-desk"]) < 0.6 * loudness(sounds["desk"])
    assert (lengths_s["mute-desk"], sounds["mute-desk"]) == (0, b"")


async def test_a_station_that_was_asked_to_speak_slower_does_so_until_it_is_told_otherwise(
    running: Service, site: HttpSite, url: str, key: str, spoken: dict[str, bytes]
) -> None:
    usual = await heard(site, "cancel", "bench")
    slower = await heard(site, "slower please", "bench")
    assert unquote(slower.headers["x-wanwan-speech"]) == unquote(usual.headers["x-wanwan-speech"])
    assert len(slower.content) > 1.1 * len(usual.content)
    assert (await heard(site, "cancel", "bench")).content == slower.content
    assert (await heard(site, "cancel", "desk")).content == usual.content
    async with person_at(url, key, station="bench") as person:
        await person.ask(spoken["cancel"])
        assert bytes(person.sound) == slower.content[HEADER_BYTES:]
    await undeafened(running, "bench")
    assert (await heard(site, "normal speed", "bench")).content == usual.content


# ---- voices that fail


@pytest.mark.parametrize("language", SENTENCES)
async def test_a_voice_that_cannot_speak_sounds_an_earcon_over_http_and_what_was_asked_is_done(
    site: HttpSite, voice: Voice, language: str
) -> None:
    async with failing(voice, signal.SIGKILL):
        told = await heard(site, SENTENCES[language][3], "failing", language)
        assert told.content[HEADER_BYTES:].endswith(earcon(Earcon.UNSPOKEN))
    assert told.headers["x-wanwan-speech"]
    steps = await site.steps(told.headers["x-wanwan-turn-id"])
    assert {"heard", "answered"} <= set(steps)
    await voice.say(SENTENCES[language][1], language)  # after whatever was still asked of those that died
    again = await heard(site, SENTENCES[language][3], "failing", language)
    assert earcon(Earcon.UNSPOKEN) not in again.content


@pytest.mark.parametrize("language", SENTENCES)
async def test_a_voice_that_dies_ends_in_an_earcon_and_the_next_command_moves_the_valve(
    running: Service, url: str, key: str, voice: Voice, spoken: dict[str, bytes], language: str
) -> None:
    _, _, question, command = SENTENCES[language]
    async with person_at(url, key, station="dying", language=language) as person:
        async with failing(voice, signal.SIGKILL):
            answered = await person.ask(spoken[question])
            assert (answered["status"], answered["intent"]) == ("answered", "GetLevel")
            assert answered["speech"]
            assert bytes(person.sound) == earcon(Earcon.UNSPOKEN)
            await undeafened(running, "dying")
            moved = await person.ask(spoken[command])
            assert (moved["intent"], moved["slots"]) == ("CloseValve", {"device": "valve-7"})
            assert moved["status"] in {"done", "answered"}
        state = running.bus.state_of("valve-7")
        assert state is not None
        assert state.state == "CLOSED"
        await undeafened(running, "dying")
        await voice.say(command, language)  # after whatever was still asked of those that died
        await person.ask(spoken[question])
        assert len(person.sound) > 2 * len(earcon(Earcon.UNSPOKEN))
        await undeafened(running, "dying")


async def test_a_voice_that_is_killed_in_the_middle_of_an_answer_says_the_rest(
    running: Service, url: str, key: str, voice: Voice, spoken: dict[str, bytes]
) -> None:
    await voice.say("準備", "ja")  # else one that died before would be the first of two failures
    async with person_at(url, key, station="desk", language="ja") as person:
        await person.say(spoken["ヘルプ"])
        await until(lambda: person.sound)
        signal_worker(voice, "ja", signal.SIGKILL)
        await until(lambda: person.of("audio_end", kind="answer"), timeout_s=30)
        (reply,) = person.of("reply")
        assert reply["intent"] == "Help"
        sound = bytes(person.sound)
        await person.client.played()
        await undeafened(running, "desk")
    async with Voice() as other:
        whole = from_wav((await other.say(reply["speech"], "ja")).wav)[0]
    assert abs(len(sound) - len(whole)) < VOICE_RATE_HZ / 10


async def test_while_a_voice_hangs_the_station_hears_the_next_command(
    running: Service, url: str, key: str, voice: Voice, spoken: dict[str, bytes]
) -> None:
    await voice.say("ready", "en")
    async with person_at(url, key, station="hanging", language="en") as person:
        async with failing(voice, signal.SIGSTOP):
            await person.say(spoken["what is the level of dewar three"])
            await until(lambda: person.of("reply"))
            await person.say(spoken["close valve seven"])
            await until(lambda: len(person.of("reply")) > 1)
            assert not person.sound
        await until(lambda: len(person.of("audio_end", kind="answer")) > 1, timeout_s=30)
        assert [reply["intent"] for reply in person.of("reply")] == ["GetLevel", "CloseValve"]
        assert all(end["duration_s"] > 0 for end in person.of("audio_end", kind="answer"))
        await person.client.played()
        await undeafened(running, "hanging")
