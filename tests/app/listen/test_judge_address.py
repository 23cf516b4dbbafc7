"""An address that was read counts only if it also sounds like one."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from app.listen.address import Address
from app.listen.judge_address import AddressJudge, open_address_judge
from app.speech.address import AddressHeard
from app.speech.address_by_sound import SoundSpotter
from app.speech.errors import HearingFailedError
from app.speech.transcribe import Transcript
from devices.plant import Plant
from tests.app.speech.address_recordings import ADDRESS, ORDERS, OTHERS, SAID, sound

ADDRESSES = {"en": Address(phrases=(ADDRESS,))}


def read(text: str) -> Transcript:
    return Transcript(texts=(text,), words=(), engine="pocketsphinx:en-us", audio_s=1.0, decode_s=0.0)


@dataclass
class Failing:
    """A spotter whose recogniser died."""

    def listen(self, pcm: bytes) -> AddressHeard | None:
        raise HearingFailedError("it died")


@pytest.fixture
async def judge() -> AsyncIterator[AddressJudge]:
    judge = AddressJudge({"en": SoundSpotter([ADDRESS])}, ADDRESSES)
    yield judge
    await judge.close()


async def test_what_sounds_like_the_address_is_addressed(judge: AddressJudge) -> None:
    assert await judge.is_addressed(sound(SAID[1]), "en", read(ADDRESS))
    assert await judge.is_addressed(sound(SAID[1]) + sound(ORDERS[0]), "en", read(f"{ADDRESS} open valve three"))


async def test_what_sounds_otherwise_is_not_addressed_whatever_was_read(judge: AddressJudge) -> None:
    for file in (*OTHERS[:3], *ORDERS[:2]):
        assert not await judge.is_addressed(sound(file), "en", read(ADDRESS))
        assert not await judge.is_addressed(sound(file), "en", read(f"{ADDRESS} open valve three"))


async def test_an_address_read_alone_must_be_all_that_was_said(judge: AddressJudge) -> None:
    assert not await judge.is_addressed(sound(SAID[1]) + sound(ORDERS[0]), "en", read(ADDRESS))


async def test_a_language_whose_sounds_are_unknown_is_judged_by_what_was_read(judge: AddressJudge) -> None:
    assert await judge.is_addressed(bytes(32_000), "ja", read("ねえ ヘリウム"))


async def test_what_cannot_be_judged_is_not_addressed() -> None:
    judge = AddressJudge({"en": Failing()}, ADDRESSES)
    assert not await judge.is_addressed(sound(SAID[1]), "en", read(ADDRESS))
    await judge.close()
    await judge.close()


async def test_people_are_judged_by_sound_where_a_station_always_listens(demo_plant: Plant) -> None:
    judge = open_address_judge(demo_plant, ADDRESSES, "pocketsphinx")
    assert judge is not None
    assert await judge.is_addressed(sound(SAID[1]), "en", read(ADDRESS))
    await judge.close()


@pytest.mark.parametrize("recognizer", ["practice", "none"])
def test_synthesized_voices_are_not_judged_by_sound(demo_plant: Plant, recognizer: str) -> None:
    assert open_address_judge(demo_plant, ADDRESSES, recognizer) is None


def test_an_address_that_nobody_can_pronounce_is_judged_by_what_was_read(demo_plant: Plant) -> None:
    assert open_address_judge(demo_plant, {"en": Address(phrases=("hey xmlyz",))}, "auto") is None
    assert open_address_judge(demo_plant, {}, "auto") is None
