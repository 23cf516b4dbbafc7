"""Sentences spoken over HTTP, heard by the practice models, and answered in speech."""

import asyncio
import io
import math
import struct
import wave
from collections.abc import AsyncIterator
from functools import cache
from urllib.parse import unquote

import httpx
import pytest
import pytest_asyncio

from app.service import Service
from app.speech.frames import VOICE_RATE_HZ
from app.speech.resample import as_heard
from app.speech.speak import Voice
from tests.app.api.http_site import HttpSite, http_site, listening, problem_of
from tests.app.site import running_site
from tests.mosquitto import Mosquitto

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTIONS = {"en": "what is the level of dewar three", "ja": "デュワー3の液面は"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(broker: Mosquitto, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """Run a site that hears and speaks."""
    folder = tmp_path_factory.mktemp("site")
    async with running_site(
        folder, broker, recognizer_en="practice", recognizer_ja="practice", speech_out=True
    ) as service:
        yield service


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def spoken() -> dict[str, bytes]:
    """Have the questions said by the product's own voices."""
    async with Voice() as voice:
        return {language: as_heard((await voice.say(text, language)).wav) for language, text in QUESTIONS.items()}


@cache
def silence(*, seconds: float = 1.0, rate: int = 16_000, channels: int = 1, width: int = 2) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate)
        writer.writeframes(bytes(int(seconds * rate) * channels * width))
    return file.getvalue()


def hour() -> bytes:
    """Make a WAV whose header says that it lasts an hour."""
    whole = bytearray(silence())
    whole[40:44] = struct.pack("<I", 3600 * 32_000)
    return bytes(whole)


BAD_RECORDINGS = {
    "empty": (b"", 422, "audio_empty", "0 bytes"),
    "without a sample": (silence(seconds=0), 422, "audio_empty", "0 samples"),
    "truncated": (silence()[:20_000], 422, "audio_truncated", "19956 are there"),
    "truncated in its header": (silence()[:30], 422, "audio_truncated", "header"),
    "stereo": (silence(channels=2), 415, "audio_wrong_format", "stereo"),
    "44.1 kHz": (silence(rate=44_100), 415, "audio_wrong_format", "44100 Hz"),
    "8-bit": (silence(width=1), 415, "audio_wrong_format", "8-bit"),
    "an MP3": (b"ID3\x04" + bytes(1000), 415, "audio_not_wav", "no WAV"),
    "text": (b"what is the level of dewar three", 415, "audio_not_wav", "no WAV"),
    "an hour by its header": (hour(), 413, "audio_too_long", "3600 s"),
    "61 s": (silence(seconds=61), 413, "audio_too_long", "61 s"),
}


@pytest.mark.parametrize("name", BAD_RECORDINGS)
async def test_bad_recording_is_a_problem_with_its_turn_a_row_and_no_command(site: HttpSite, name: str) -> None:
    recording, status, code, found = BAD_RECORDINGS[name]
    before = await site.commands()
    response = await site.operator.post("/v1/utterances/audio?station=control-desk", content=recording)
    problem = problem_of(response, status, code)
    assert found in problem["detail"]
    assert problem["speech"]
    rows = await site.service.log.turn(problem["turn_id"])
    assert [row.entry.step.value for row in rows] == ["heard", "answered"]
    assert (rows[0].entry.reason, rows[0].entry.station) == (code, "control-desk")
    assert found in rows[0].entry.detail["problem"]
    assert await site.commands() == before


@pytest.mark.parametrize("promised", [3600 * 32_000, 0xFFFF_FFFF])
async def test_an_hour_of_sound_is_refused_without_being_taken_in(site: HttpSite, promised: int) -> None:
    taken = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal taken
        yield silence()[:40] + struct.pack("<I", promised)
        while taken < 3600 * 32_000:
            taken += 100_000
            yield bytes(100_000)

    response = await site.operator.post("/v1/utterances/audio", content=pieces())
    problem_of(response, 413, "audio_too_long")
    assert taken < 3_000_000


async def test_a_client_that_sends_an_hour_all_the_same_still_gets_the_sentence(site: HttpSite) -> None:
    headers = {"Authorization": site.operator.headers["Authorization"]}
    async with listening(site.service) as url, httpx.AsyncClient(base_url=url, headers=headers) as client:
        response = await client.post("/v1/utterances/audio", content=hour() + bytes(20_000_000))
        problem_of(response, 413, "audio_too_long")
        response = await client.post("/v1/utterances", content=bytes(1_000_000))
        problem_of(response, 413, "body_too_large")
        assert (await client.post("/v1/utterances", json={"text": "help"})).status_code == 200


@pytest.mark.parametrize("language", QUESTIONS)
async def test_a_spoken_question_is_heard_and_answered(site: HttpSite, spoken: dict[str, bytes], language: str) -> None:
    response = await site.operator.post(f"/v1/utterances/audio?language={language}", content=spoken[language])
    assert response.status_code == 200, response.text
    reply = response.json()
    assert (reply["status"], reply["intent"], reply["slots"]) == ("answered", "GetLevel", {"device": "dewar-3"})
    transcript = reply["transcript"]
    assert set(transcript) == {"texts", "words", "engine", "audio_s", "decode_s"}
    assert transcript["engine"].startswith("vosk:")
    assert transcript["texts"]
    assert transcript["audio_s"] == pytest.approx((len(spoken[language]) - 44) / 32_000, abs=0.01)
    assert all(0 <= word["confidence"] <= 1 for word in transcript["words"])
    heard = (await site.service.log.turn(reply["turn_id"]))[0].entry
    assert heard.transcript == transcript["texts"][0]
    assert heard.detail["engine"] == transcript["engine"]


async def test_the_station_of_a_recording_gives_its_language(site: HttpSite, spoken: dict[str, bytes]) -> None:
    response = await site.operator.post("/v1/utterances/audio?station=room-mic", content=spoken["ja"])
    assert response.json()["language"] == "ja"
    assert response.json()["intent"] == "GetLevel"


async def test_silence_is_a_reply_that_nothing_was_heard(site: HttpSite) -> None:
    response = await site.operator.post("/v1/utterances/audio", content=silence())
    assert response.status_code == 200
    reply = response.json()
    assert (reply["status"], reply["reason"], reply["transcript"]["texts"]) == ("not_understood", "nothing_heard", [])


@pytest.mark.parametrize("language", QUESTIONS)
async def test_an_answer_can_be_had_as_sound(site: HttpSite, spoken: dict[str, bytes], language: str) -> None:
    response = await site.operator.post(
        f"/v1/utterances/audio?language={language}", content=spoken[language], headers={"Accept": "audio/wav"}
    )
    check_speech(response)
    assert response.headers["x-wanwan-status"] == "answered"
    rows = await site.service.log.turn(response.headers["x-wanwan-turn-id"])
    assert rows[-1].entry.detail["speech"] == unquote(response.headers["x-wanwan-speech"])


async def test_a_typed_sentence_can_be_answered_as_sound_and_it_comes_in_pieces(site: HttpSite) -> None:
    headers = {"Accept": "audio/wav", "Authorization": site.operator.headers["Authorization"]}
    async with (
        listening(site.service) as url,
        httpx.AsyncClient(base_url=url, headers=headers) as client,
        client.stream("POST", "/v1/utterances", json={"text": "help", "language": "en"}) as response,
    ):
        assert response.headers["content-type"] == "audio/wav"
        assert response.headers["transfer-encoding"] == "chunked"
        await response.aread()
    check_speech(response)


def check_speech(response: httpx.Response) -> None:
    """See that a response is a WAV that a player can play as it comes, with sound in it."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "audio/wav"
    content = response.content
    assert content[:4] == b"RIFF"
    assert content[8:16] == b"WAVEfmt "
    encoding, channels, rate_hz, _, _, bits = struct.unpack("<HHIIHH", content[20:36])
    assert (encoding, channels, rate_hz, bits) == (1, 1, VOICE_RATE_HZ, 16)
    assert content[36:40] == b"data"
    samples = struct.unpack(f"<{(len(content) - 44) // 2}h", content[44:])
    assert len(samples) > VOICE_RATE_HZ / 2
    assert math.sqrt(sum(s * s for s in samples) / len(samples)) > 300


@pytest.mark.parametrize(
    ("accept", "is_sound"),
    [
        ("audio/wav", True),
        ("audio/*", True),
        ("audio/wav, application/json;q=0.5", True),
        ("application/json, audio/wav;q=0.5", False),
        ("application/json, audio/wav", False),
        ("*/*", False),
        ("", False),
        ("audio/wav;q=x", False),
        ("audio/wav;q=0", False),
        ("text/html", False),
    ],
)
async def test_json_is_sent_unless_sound_is_preferred(site: HttpSite, accept: str, is_sound: bool) -> None:
    response = await site.operator.post("/v1/utterances", json={"text": "help"}, headers={"Accept": accept})
    assert (response.headers["content-type"] == "audio/wav") is is_sound


async def test_a_problem_is_never_sound(site: HttpSite) -> None:
    response = await site.operator.post("/v1/utterances/audio", content=b"x", headers={"Accept": "audio/wav"})
    problem_of(response, 415, "audio_not_wav")


async def test_a_listener_that_goes_away_takes_nothing_down(site: HttpSite) -> None:
    headers = {"Accept": "audio/wav", "Authorization": site.operator.headers["Authorization"]}
    async with listening(site.service) as url:
        for _ in range(3):
            async with (
                httpx.AsyncClient(base_url=url, headers=headers) as client,
                client.stream("POST", "/v1/utterances", json={"text": "help"}) as response,
            ):
                await anext(response.aiter_bytes())
        after = await asyncio.gather(*(site.say("help") for _ in range(3)))
    assert {reply["status"] for reply in after} == {"answered"}


async def test_where_nothing_hears_or_speaks_it_says_so(
    broker: Mosquitto, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with running_site(tmp_path_factory.mktemp("deaf"), broker) as service, http_site(service) as site:
        heard = await site.operator.post("/v1/utterances/audio", content=silence())
        problem = problem_of(heard, 503, "no_recognizer")
        assert (await site.steps(problem["turn_id"])) == ["heard", "answered"]
        said = await site.operator.post("/v1/utterances", json={"text": "help"}, headers={"Accept": "audio/wav"})
        problem = problem_of(said, 503, "speech_off")
        assert (await site.steps(problem["turn_id"])) == ["heard", "understood", "answered"]
