"""Say that again: slower, louder, as usual; each station keeps its manner, and no other station's changes."""

from pathlib import Path

import pytest

from app.manner import How, changed, settings_of
from app.reply import Status
from app.service import Service
from devices.plant import FASTEST_RATE, SLOWEST_RATE, StationVoice
from intents.answer import Answers
from intents.sentences import languages, load_sentences
from tests.app.site import running_site, say
from tests.mosquitto import Mosquitto

USUAL = StationVoice(rate=0.9, volume=0.5)


@pytest.mark.parametrize("language", languages())
def test_every_manner_has_sentences_and_words_in_each_language(language: str) -> None:
    asked = {t.slots["how"] for t in load_sentences(language).templates if t.intent == "Repeat" and "how" in t.slots}
    assert asked == set(How)
    answers = Answers.load(language)
    for how in How:
        for code in ("voice_changed", "voice_at_limit"):
            assert how not in answers.say(code, how=how, text=None).split()


@pytest.mark.parametrize(
    ("there", "back"), [(How.SLOWER, How.FASTER), (How.LOUDER, How.QUIETER), (How.QUIETER, How.LOUDER)]
)
def test_a_step_and_the_one_back_lead_to_where_one_was(there: How, back: How) -> None:
    voice = changed(USUAL, there, USUAL)
    assert voice != USUAL
    returned = changed(voice, back, USUAL)
    assert (returned.rate, returned.volume) == pytest.approx((USUAL.rate, USUAL.volume), rel=0.01)


@pytest.mark.parametrize("how", How)
def test_no_number_of_requests_leaves_what_a_voice_can_do(how: How) -> None:
    voice = StationVoice()
    for _ in range(20):
        voice = changed(voice, how, USUAL)
        assert SLOWEST_RATE <= voice.rate <= FASTEST_RATE
        assert 0 < voice.volume <= 1
        settings_of(voice)


def test_a_mute_station_can_be_made_louder_but_not_quieter() -> None:
    mute = StationVoice(volume=0)
    assert changed(mute, How.LOUDER, mute).volume > 0
    assert changed(mute, How.QUIETER, mute) == mute


def test_back_to_normal_is_the_stations_own() -> None:
    voice = StationVoice(rate=2, volume=1)
    assert changed(voice, How.NORMAL_SPEED, USUAL) == StationVoice(rate=0.9, volume=1)
    assert changed(voice, How.NORMAL_VOLUME, USUAL) == StationVoice(rate=2, volume=0.5)
    assert changed(voice, How.NORMAL, USUAL) == USUAL


async def words_per_minute(service: Service, station: str) -> int:
    return (await say(service, "cancel", station=station)).voice.words_per_minute


async def test_the_last_answer_is_repeated_slower_and_the_station_stays_so(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with running_site(tmp_path, mosquitto) as service:
        asked = await say(service, "how many litres is three cubic metres")
        again = await say(service, "more slowly please")
        assert (again.status, again.reason, again.speech) == (Status.ANSWERED, "repeat", asked.speech)
        assert again.slots == {"how": "slower"}
        slow = again.voice.words_per_minute
        assert slow < asked.voice.words_per_minute
        assert await words_per_minute(service, "control-desk") == slow
        assert await words_per_minute(service, "tablet") == asked.voice.words_per_minute
        japanese = await say(service, "もっとゆっくり", language="ja")
        assert japanese.voice.words_per_minute < slow
        assert await words_per_minute(service, "control-desk") == japanese.voice.words_per_minute
        back = await say(service, "普通の速さで", language="ja")
        assert back.voice == asked.voice


async def test_at_the_limit_it_is_told_and_the_answer_repeated(tmp_path: Path, mosquitto: Mosquitto) -> None:
    async with running_site(tmp_path, mosquitto) as service:
        asked = await say(service, "how many litres is three cubic metres")
        louder = await say(service, "louder")
        assert louder.reason == "voice_at_limit"
        assert louder.speech == f"I cannot speak louder. {asked.speech}"
        assert (await say(service, "say that again")).speech == asked.speech


@pytest.mark.parametrize(("language", "text"), [("en", "slower"), ("ja", "もっとゆっくり")])
async def test_before_anything_was_said_the_manner_is_confirmed(
    tmp_path: Path, mosquitto: Mosquitto, language: str, text: str
) -> None:
    async with running_site(tmp_path, mosquitto) as service:
        changed_to = await say(service, text, language=language)
        assert changed_to.reason == "voice_changed"
        assert changed_to.voice.words_per_minute < 165
        assert (await say(service, "say that again")).reason == "repeat_nothing"
