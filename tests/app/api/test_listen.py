"""People speak with the plant over a real WebSocket, heard by the practice models, until simulated valves move."""

import asyncio
import gc
import json
import random
import struct
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio

from app.errors import ServiceAnswerError
from app.listen.flow import AHEAD_S
from app.service import Service
from app.speech.frames import VOICE_RATE_HZ
from app.speech.resample import resample_pcm
from app.speech.speak import Voice
from app.speech.wav import from_wav
from tests.app.api.listening_site import PAUSE, person_at, sent_away, undeafened
from tests.app.site import commanded, running_site
from tests.devices.until import until
from tests.mosquitto import Mosquitto

pytestmark = pytest.mark.asyncio(loop_scope="module")

SENTENCES = {
    "en": (
        "hey helium",
        "open valve seven",
        "hey helium open valve seven",
        "confirm opening valve seven",
        "what is the level of dewar three",
        "hey helium what is the level of dewar three",
        "stop everything",
        "start compressor one",
        "open valve four",
        "confirm opening valve four",
    ),
    "ja": (
        "ねえヘリウム",
        "バルブ2を開けて",
        "ねえヘリウムバルブ2を開けて",
        "バルブ2の開放を確認",
        "デュワー3の液面は",
        "圧縮機1を起動して",
    ),
}
ROOM = {"station": "room-mic"}
"""Hands-free, in the demo plant."""
DESK = {"station": "control-desk"}
"""Push-to-talk."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def spoken() -> dict[str, bytes]:
    """Have the sentences said by the product's own voices: mono PCM16, 16 kHz."""
    async with Voice() as voice:
        return {
            text: resample_pcm(*from_wav((await voice.say(text, language)).wav))
            for language, texts in SENTENCES.items()
            for text in texts
        }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(broker: Mosquitto, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """Run a site that hears and speaks."""
    async with running_site(
        tmp_path_factory.mktemp("site"),
        broker,
        recognizer_en="practice",
        recognizer_ja="practice",
        speech_out=True,
        listen_longest_s=4,
        listen_sessions=5,
        listen_sessions_per_key=3,
    ) as service:
        yield service


async def reasons(service: Service) -> list[str | None]:
    """Return the reasons of the newest rows, oldest first."""
    page = await service.log.page(limit=20)
    return [row.entry.reason for row in reversed(page.entries)]


# ---- what must be shown


@pytest.mark.parametrize(
    ("language", "valve", "address", "wish", "confirmation"),
    [
        ("en", "valve-7", "hey helium", "open valve seven", "confirm opening valve seven"),
        ("ja", "valve-2", "ねえヘリウム", "バルブ2を開けて", "バルブ2の開放を確認"),
    ],
)
async def test_an_address_a_wish_and_its_confirmation_by_voice_move_a_valve(
    running: Service,
    url: str,
    key: str,
    spoken: dict[str, bytes],
    language: str,
    valve: str,
    address: str,
    wish: str,
    confirmation: str,
) -> None:
    await undeafened(running, "room-mic")
    async with person_at(url, key, **ROOM, language=language) as person:
        assert person.client.ready["listening"] == "hands_free"
        assert await person.say(spoken[address]) == "address_alone"
        await until(lambda: person.of("audio_end", kind="earcon"))
        assert person.of("listening", dialogue="open")
        asked = await person.ask(spoken[wish])
        assert (asked["status"], asked["slots"]) == ("needs_confirmation", {"device": valve})
        assert person.of("listening", dialogue="confirmation")
        await undeafened(running, "room-mic")
        done = await person.ask(spoken[confirmation])
        assert (done["status"], done["command"]["outcome"]) == ("done", "done")
        assert done["transcript"]["engine"] == f"vosk:{language}"
    state = running.bus.state_of(valve)
    assert state is not None
    assert state.state == "OPEN"
    rows = [(row.entry.step.value, row.entry.station) for row in await running.log.turn(done["turn_id"])]
    assert rows[0] == ("heard", "room-mic")
    assert {"confirmed", "commanded", "outcome", "answered"} <= {step for step, _ in rows}


async def test_a_station_that_always_listens_does_nothing_of_what_is_said_to_others(
    running: Service, url: str, key: str, spoken: dict[str, bytes]
) -> None:
    before = len(await commanded(running)), await reasons(running)
    await undeafened(running, "room-mic")
    for language, own, other in (
        ("en", "start compressor one", "圧縮機1を起動して"),
        ("ja", "圧縮機1を起動して", "start compressor one"),
    ):
        async with person_at(url, key, **ROOM, language=language) as person:
            assert await person.say(spoken[own]) == "not_addressed"
            assert await person.say(spoken[other]) in {"not_addressed", "nothing_heard"}
            assert not person.of("reply")
            assert {event["text"] for event in person.of("final")} == {""}
            assert not person.of("partial")
    assert (len(await commanded(running)), await reasons(running)) == before


async def test_a_stop_is_heard_without_the_address(
    running: Service, url: str, key: str, spoken: dict[str, bytes]
) -> None:
    await undeafened(running, "room-mic")
    async with person_at(url, key, **ROOM, language="en") as person:
        reply = await person.ask(spoken["stop everything"])
        assert reply["intent"] == "StopAll"
        assert {command["device"] for command in reply["commands"]} == {"compressor-1", "compressor-2"}


async def test_our_own_voice_is_not_heard_while_it_plays(
    running: Service, url: str, key: str, spoken: dict[str, bytes]
) -> None:
    """A loudspeaker beside the microphone: the answer comes back as it is sent, and nobody reports it as played."""
    await undeafened(running, "room-mic")
    async with person_at(url, key, **ROOM, language="en") as person:
        await person.say(spoken["hey helium what is the level of dewar three"])
        await until(lambda: person.of("audio_end", kind="answer"))
        heard = len(person.of("speech_started"))
        echo = resample_pcm(bytes(person.sound), VOICE_RATE_HZ)[: 32_000 * 2]
        await person.send(echo)
        await person.heard_all()
        assert len(person.of("speech_started")) == heard
        # The same sound is speech to a station that is not deaf.
        await person.client.played()
        await undeafened(running, "room-mic")
        await person.say(echo)
        assert len(person.of("speech_started")) > heard


async def test_all_microphones_of_a_station_are_deaf_while_it_speaks(
    running: Service, url: str, key: str, spoken: dict[str, bytes]
) -> None:
    await undeafened(running, "room-mic")
    async with person_at(url, key, **ROOM, language="en") as one, person_at(url, key, **ROOM, language="en") as other:
        await one.say(spoken["hey helium what is the level of dewar three"])
        await until(lambda: one.of("audio_end", kind="answer"))
        await other.send(spoken["stop everything"] + PAUSE)
        await other.heard_all()
        assert not other.of("speech_started")


async def test_push_to_talk_needs_no_address(running: Service, url: str, key: str, spoken: dict[str, bytes]) -> None:
    await undeafened(running, "control-desk")
    async with person_at(url, key, **DESK) as person:
        assert person.client.ready["address"] == []
        sentence = spoken["what is the level of dewar three"]
        await person.send(sentence[:48_000])
        await until(lambda: person.of("partial"))  # heard while it is spoken
        await person.send(sentence[48_000:])
        await person.client.end()
        await until(lambda: person.of("reply"))
        (reply,) = person.of("reply")
        assert (reply["status"], reply["intent"]) == ("answered", "GetLevel")
        (final,) = person.of("final")
        assert final["text"] == "what is the level of dewar three"


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
async def test_other_rates_are_heard_as_well(
    running: Service, url: str, key: str, spoken: dict[str, bytes], rate_hz: int
) -> None:
    async with person_at(url, key, rate_hz=rate_hz, audio=False, language="en") as person:
        assert person.client.ready["station"] == "http"
        await person.send(resample_pcm(spoken["what is the level of dewar three"], 16_000, rate_hz))
        await person.client.end()
        await until(lambda: person.of("reply"))
        assert person.of("reply")[0]["intent"] == "GetLevel"
        assert not person.of("audio")


# ---- what nobody said


async def test_silence_and_noise_at_a_button_are_answered_and_recorded(running: Service, url: str, key: str) -> None:
    chance = random.Random(1)
    noise = b"".join(struct.pack("<h", round(chance.gauss(0, 2000))) for _ in range(16_000))
    async with person_at(url, key, audio=False, language="en") as person:
        for sound in (bytes(32_000), noise):
            replies = len(person.of("reply"))
            await person.send(sound)
            await person.client.end()
            await until(lambda: len(person.of("reply")) > replies)  # noqa: B023 awaited at once
            assert person.of("reply")[-1]["reason"] == "nothing_heard"
    assert (await reasons(running))[-1] == "nothing_heard"


async def test_clipped_sound_is_heard_or_not_understood_but_breaks_nothing(
    url: str, key: str, spoken: dict[str, bytes]
) -> None:
    samples = struct.unpack(f"<{len(spoken['open valve seven']) // 2}h", spoken["open valve seven"])
    clipped = struct.pack(f"<{len(samples)}h", *(max(-32768, min(32767, 30 * sample)) for sample in samples))
    async with person_at(url, key, audio=False, language="en") as person:
        await person.send(clipped + PAUSE)
        await person.client.end()
        await until(lambda: person.of("reply"))
        assert person.of("reply")[0]["status"] in {"needs_confirmation", "not_understood", "answered", "no_action"}


async def test_somebody_who_never_ends_is_cut_and_told(
    running: Service, url: str, key: str, spoken: dict[str, bytes]
) -> None:
    sentence = spoken["what is the level of dewar three"]
    async with person_at(url, key, audio=False, language="en") as person:
        await person.send((sentence * 5)[: 32_000 * 6])
        await until(lambda: person.of("reply"))
        assert person.of("final")[0]["verdict"] == "too_long"
        assert person.of("reply")[0]["reason"] == "audio_too_long"
    assert "audio_too_long" in await reasons(running)


# ---- bad input

START = {"type": "start", "language": "en"}
FLOOD: list[str | bytes] = [bytes(32_000)] * round(AHEAD_S + 3)

BAD: dict[str, tuple[object, list[str | bytes], int, str, str]] = {
    "odd length": (START, [b"abc"], 4400, "listen_bad_frame", "3 bytes"),
    "no length": (START, [b""], 4400, "listen_bad_frame", "0 bytes"),
    "far too long": (START, [bytes(100_000)], 4400, "listen_bad_frame", "100000 bytes"),
    "no JSON": (START, ["hello"], 4400, "listen_bad_message", "none that is known"),
    "deep JSON": (START, ["[" * 1_900], 4400, "listen_bad_message", "none that is known"),
    "an unknown message": (START, ['{"type": "dance"}'], 4400, "listen_bad_message", "none that is known"),
    "a list": (START, ["[1]"], 4400, "listen_bad_message", "none that is known"),
    "a second start": (START, [json.dumps(START)], 4400, "listen_bad_message", "none that is known"),
    "a flood": (START, FLOOD, 4429, "listen_flood", "as it is recorded"),
    "8 kHz": (None, [json.dumps({**START, "rate_hz": 8000})], 4415, "audio_wrong_format", "8000 Hz"),
    "stereo": (None, [json.dumps({**START, "channels": 2})], 4415, "audio_wrong_format", "2 channel"),
}
"""What is sent after the start message, or instead of it, and how that ends."""


@pytest.mark.parametrize("name", BAD)
async def test_bad_input_ends_the_session_with_a_reason_a_row_and_no_command(
    running: Service, url: str, key: str, name: str
) -> None:
    start, messages, code, reason, says = BAD[name]
    before = len(await commanded(running))
    async with person_at(url, key, audio=False, language="en") as other:
        ended = await sent_away(url, key, *messages, start=start)
        assert (ended.code, ended.reason) == (code, reason)
        assert ended.error["type"] == "error"
        assert ended.error["code"] == reason
        assert says in ended.error["message"]
        await until(lambda: running.listeners.count == 1)
        await other.heard_all()
    assert (await reasons(running))[-1] == reason
    assert len(await commanded(running)) == before


@pytest.mark.parametrize(
    ("first", "code", "reason", "says"),
    [
        ("hello", 4400, "listen_bad_message", "start message is wrong"),
        (b"\0\0", 4400, "listen_bad_message", "start message is wrong"),
        ('{"type": "start", "rate_hz": "fast"}', 4400, "listen_bad_message", "rate_hz"),
        ('{"type": "start", "colour": 1}', 4400, "listen_bad_message", "colour"),
        ('{"type": "start", "station": "cellar"}', 4404, "station_unknown", "control-desk"),
        ('{"type": "start", "language": "fr"}', 4404, "language_unknown", "en, ja"),
    ],
)
async def test_a_wrong_start_is_refused_with_a_remedy(
    url: str, key: str, first: str | bytes, code: int, reason: str, says: str
) -> None:
    ended = await sent_away(url, key, first)
    assert (ended.code, ended.reason) == (code, reason)
    assert says in ended.error["message"]


async def test_a_message_beyond_all_measure_is_not_even_taken(running: Service, url: str, key: str) -> None:
    ended = await sent_away(url, key, bytes(1_000_000), start=START)
    assert ended.code == 1009
    await until(lambda: running.listeners.count == 0)
    assert (await reasons(running))[-1] == "listen_bad_message"


async def test_nobody_listens_without_a_key_and_a_browser_may_put_it_into_the_first_message(
    running: Service, url: str, key: str
) -> None:
    for wrong, reason in ((None, "key_missing"), (f"wk_{'0' * 10}_{'0' * 64}", "key_unknown")):
        ended = await sent_away(url, wrong, json.dumps(START))
        assert (ended.code, ended.reason) == (4401, reason)
    ended = await sent_away(url, None, json.dumps({**START, "key": key}), '{"type": "dance"}')
    assert ended.reason == "listen_bad_message"
    made = await running.keys.create("tablet", "operator", station="tablet")
    ended = await sent_away(url, made.key, json.dumps({**START, "station": "control-desk"}))
    assert (ended.code, ended.reason) == (4403, "station_of_another_key")


async def test_who_always_listens_and_sends_nothing_is_sent_away(
    running: Service, url: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running.settings, "listen_stall_s", 0.2)
    ended = await sent_away(url, key, start={**START, **ROOM})
    assert (ended.code, ended.reason) == (4408, "listen_stalled")
    assert (await reasons(running))[-1] == "listen_stalled"


async def test_a_button_that_is_not_pressed_may_rest(
    running: Service, url: str, key: str, spoken: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running.settings, "listen_stall_s", 0.2)
    async with person_at(url, key, audio=False, language="en") as person:
        await asyncio.sleep(0.5)  # more than twice what stalls
        await person.heard_all()
        await person.send(spoken["open valve seven"])
        await until(lambda: person.of("error"))
        assert person.of("error")[0]["code"] == "listen_stalled"


async def test_sessions_are_limited_for_each_key_and_in_all(running: Service, url: str, key: str) -> None:
    await until(lambda: running.listeners.count == 0)
    other = (await running.keys.create("kenji", "operator")).key
    fields = {"audio": False, "language": "en"}
    async with person_at(url, key, **fields), person_at(url, key, **fields), person_at(url, key, **fields):
        with pytest.raises(ServiceAnswerError, match="3 stations listen with this key already"):
            async with person_at(url, key, **fields):
                pass
        async with person_at(url, other, **fields), person_at(url, other, **fields):
            with pytest.raises(ServiceAnswerError, match="5 stations listen already"):
                async with person_at(url, other, **fields):
                    pass
    assert (await reasons(running))[-1] == "listeners_full"
    await until(lambda: running.listeners.count == 0)


# ---- clients that leave


async def test_a_client_that_leaves_in_the_middle_of_a_confirmation_takes_the_challenge_with_it(
    running: Service, url: str, key: str, spoken: dict[str, bytes]
) -> None:
    async with person_at(url, key, **DESK, audio=False) as person:
        await person.say(spoken["open valve four"])
        await until(lambda: person.of("reply"))
        challenge = person.of("reply")[0]["challenge"]
    await until(lambda: running.listeners.count == 0)
    page = await running.log.page(limit=1)
    (row,) = page.entries
    assert (row.entry.step.value, row.entry.outcome, row.entry.reason) == ("confirmed", "cancelled", "listener_left")
    assert (row.entry.device, row.entry.station) == ("valve-4", "control-desk")
    assert row.entry.detail["challenge_id"] == challenge["challenge_id"]
    before = len(await commanded(running))
    async with person_at(url, key, **DESK, audio=False) as person:
        await person.say(spoken["confirm opening valve four"])
        await until(lambda: person.of("reply"))
        assert person.of("reply")[0]["reason"] == "nothing_to_confirm"
    assert len(await commanded(running)) == before


async def test_sessions_that_come_and_go_leave_nothing(
    running: Service, url: str, key: str, spoken: dict[str, bytes]
) -> None:
    process, tasks, sizes = psutil.Process(), 0, []
    for number in range(90):
        async with person_at(url, key, **(ROOM if number % 2 else DESK), audio=False, language="en") as person:
            await person.send(spoken["open valve seven"][: 16_000 * (1 + number % 3)])
        await until(lambda: running.listeners.count == 0)
        if number in {29, 59, 89}:
            gc.collect()
            sizes.append(process.memory_info().rss / 1e6)
            tasks = tasks or len(asyncio.all_tasks())
    await until(lambda: len(asyncio.all_tasks()) <= tasks + 1)
    assert sizes[2] - sizes[1] < 10, sizes
