from collections.abc import Callable

import pytest

from app.confirm import Confirmations, NotConfirmed, Pending
from app.wish import Wish
from devices.plant import Plant
from tests.manual_clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def confirmations(clock: ManualClock) -> Confirmations:
    return Confirmations(clock, expires_s=10.0)


@pytest.fixture
def wish(demo_plant: Plant) -> Callable[[str, str], Wish]:
    def make(device_id: str, action: str) -> Wish:
        device = demo_plant.device(device_id)
        return Wish(device=device, action=device.action(action))

    return make


MakeWish = Callable[[str, str], Wish]


async def ask(confirmations: Confirmations, wish: Wish, station: str = "room-mic") -> Pending:
    return await confirmations.ask(station=station, wish=wish, asked_by="hana", turn_id="t1")


async def redeem(
    confirmations: Confirmations,
    device: str = "compressor-1",
    action: str = "start",
    *,
    station: str = "room-mic",
    challenge_id: str | None = None,
) -> Pending | NotConfirmed:
    return await confirmations.redeem(
        station=station, challenge_id=challenge_id, device=device, action=action, value=None
    )


def code(found: Pending | NotConfirmed) -> str:
    return found.code if isinstance(found, NotConfirmed) else "confirmed"


async def test_confirmation_that_names_the_wish_at_the_same_station_in_time_counts_once(
    confirmations: Confirmations, wish: MakeWish
) -> None:
    await ask(confirmations, wish("compressor-1", "start"))
    assert code(await redeem(confirmations)) == "confirmed"
    assert code(await redeem(confirmations)) == "nothing_to_confirm"


async def test_confirmation_at_ten_seconds_counts_and_at_ten_point_one_does_not(
    confirmations: Confirmations, wish: MakeWish, clock: ManualClock
) -> None:
    await ask(confirmations, wish("compressor-1", "start"))
    clock.advance(10.0)
    assert code(await redeem(confirmations)) == "confirmed"
    await ask(confirmations, wish("compressor-1", "start"))
    clock.advance(10.1)
    assert code(await redeem(confirmations)) == "confirmation_expired"
    assert code(await redeem(confirmations)) == "nothing_to_confirm"


async def test_confirmation_from_another_station_does_not_count_and_leaves_the_challenge_open(
    confirmations: Confirmations, wish: MakeWish
) -> None:
    pending = await ask(confirmations, wish("compressor-1", "start"))
    assert code(await redeem(confirmations, station="tablet")) == "confirmation_other_station"
    by_id = await redeem(confirmations, station="tablet", challenge_id=pending.challenge_id)
    assert code(by_id) == "confirmation_other_station"
    assert code(await redeem(confirmations)) == "confirmed"


@pytest.mark.parametrize(
    ("device", "action"), [("compressor-2", "start"), ("compressor-1", "stop"), ("valve-7", "open")]
)
async def test_confirmation_that_names_something_else_does_not_count_and_closes_the_challenge(
    confirmations: Confirmations, wish: MakeWish, device: str, action: str
) -> None:
    await ask(confirmations, wish("compressor-1", "start"))
    assert code(await redeem(confirmations, device, action)) == "confirmation_mismatch"
    assert code(await redeem(confirmations)) == "nothing_to_confirm"


async def test_new_challenge_takes_the_place_of_the_old_one(confirmations: Confirmations, wish: MakeWish) -> None:
    first = await ask(confirmations, wish("compressor-1", "start"))
    await ask(confirmations, wish("valve-7", "open"))
    assert code(await redeem(confirmations, challenge_id=first.challenge_id)) == "nothing_to_confirm"
    assert code(await redeem(confirmations, "valve-7", "open")) == "confirmed"


async def test_cancelled_challenge_cannot_be_confirmed(confirmations: Confirmations, wish: MakeWish) -> None:
    await ask(confirmations, wish("compressor-1", "start"))
    assert await confirmations.cancel("tablet") is None
    assert await confirmations.cancel("room-mic") is not None
    assert code(await redeem(confirmations)) == "nothing_to_confirm"


async def test_expired_challenge_cannot_be_cancelled(
    confirmations: Confirmations, wish: MakeWish, clock: ManualClock
) -> None:
    await ask(confirmations, wish("compressor-1", "start"))
    clock.advance(10.1)
    assert await confirmations.cancel("room-mic") is None
