"""When the bus sends again and when it gives up, by a clock that the test moves and a line that the test holds."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from devices.bus import Bus
from devices.command import Command
from devices.errors import DevicesError, PlantUnreachableError, PublishUnconfirmedError
from devices.link import LinkDown, LinkEvent, LinkUp, Message
from devices.outcome import Done, Expired, Outcome, Unknown
from devices.payload import Reply, Result, encode_reply, encode_state
from devices.plant import Action
from tests.devices.small_plant import OPEN, PLANT, START, STOP, command_for, state_of
from tests.devices.until import until
from tests.manual_clock import ManualClock


class HeldLink:
    """Implements `devices.link.Link`: says what the test lets happen, and notes what was published when."""

    def __init__(self, clock: ManualClock) -> None:
        self.is_connected = False
        self.published: list[tuple[float, str]] = []
        self.error: DevicesError | None = None
        self._clock = clock
        self._events: asyncio.Queue[LinkEvent] = asyncio.Queue()
        self.taken = 0
        self.said = 0

    async def publish(self, topic: str, payload: bytes, *, is_retained: bool = False) -> None:
        assert not is_retained
        self.published.append((self._clock.monotonic() - 1000, topic))
        if self.error is not None:
            raise self.error

    async def events(self, filters: Sequence[str]) -> AsyncGenerator[LinkEvent, None]:
        while True:
            event = await self._events.get()
            self.is_connected = isinstance(event, LinkUp) or (self.is_connected and not isinstance(event, LinkDown))
            yield event
            self.taken += 1

    async def happens(self, event: LinkEvent) -> None:
        self.said += 1
        self._events.put_nowait(event)
        await until(lambda: self.taken == self.said)


@contextlib.asynccontextmanager
async def a_bus(*, is_up: bool = True) -> AsyncIterator[tuple[Bus, HeldLink, ManualClock]]:
    clock = ManualClock()
    link = HeldLink(clock)
    async with Bus(PLANT, link, clock, retry_s=1.0) as bus:
        if is_up:
            await link.happens(LinkUp())
        yield bus, link, clock


async def pass_time(clock: ManualClock, seconds: float) -> None:
    for _ in range(round(seconds * 10)):
        clock.advance(0.1)
        for _ in range(5):
            await asyncio.sleep(0)


def sending(bus: Bus, command: Command, action: Action) -> asyncio.Task[Outcome]:
    return asyncio.create_task(bus.send(command, action))


def reply(result: Result, device: str = "valve-7") -> Message:
    payload = encode_reply(Reply(command_id="c-1", result=result))
    return Message(topic=f"wanwan/v1/okayama/{device}/reply", payload=payload, is_retained=False)


def says(state: str, clock: ManualClock, device: str = "valve-7") -> Message:
    payload = encode_state(state_of(device, state, clock.now()))
    return Message(topic=f"wanwan/v1/okayama/{device}/state", payload=payload, is_retained=False)


async def test_an_unanswered_command_goes_out_every_second_until_it_expires() -> None:
    async with a_bus() as (bus, link, clock):
        task = sending(bus, command_for("valve-7", OPEN, clock.now(), lasts_s=4), OPEN)
        await pass_time(clock, 3.9)
        assert not task.done()
        await pass_time(clock, 0.2)
        outcome = await task
        await pass_time(clock, 10)
    assert [round(when) for when, _ in link.published] == [0, 1, 2, 3]
    assert {topic for _, topic in link.published} == {"wanwan/v1/okayama/valve-7/command"}
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "no_acknowledgement"


async def test_an_acknowledged_command_waits_for_its_effect_and_is_not_sent_again() -> None:
    async with a_bus() as (bus, link, clock):
        task = sending(bus, command_for("compressor-1", START, clock.now(), lasts_s=5), START)
        await until(lambda: link.published)
        await link.happens(reply(Result.ACCEPTED, "compressor-1"))
        await pass_time(clock, 29)
        assert not task.done()
        await link.happens(says("RUNNING", clock, "compressor-1"))
        outcome = await task
    assert len(link.published) == 1
    assert isinstance(outcome, Done)


async def test_an_effect_that_never_comes_is_given_up_at_its_time() -> None:
    async with a_bus() as (bus, link, clock):
        task = sending(bus, command_for("compressor-1", START, clock.now(), lasts_s=5), START)
        await until(lambda: link.published)
        await link.happens(reply(Result.ACCEPTED, "compressor-1"))
        await pass_time(clock, 29.8)
        assert not task.done()
        await pass_time(clock, 0.4)
        outcome = await task
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "no_new_state"


async def test_a_connection_lost_for_good_is_the_reason() -> None:
    async with a_bus() as (bus, link, clock):
        task = sending(bus, command_for("valve-7", OPEN, clock.now(), lasts_s=4), OPEN)
        await until(lambda: link.published)
        await link.happens(LinkDown(reason="gone", retry_in_s=1))
        await pass_time(clock, 4.1)
        outcome = await task
    assert len(link.published) == 1
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "connection_lost"


async def test_a_connection_that_returns_takes_the_same_command_again() -> None:
    async with a_bus() as (bus, link, clock):
        task = sending(bus, command_for("valve-7", OPEN, clock.now(), lasts_s=10), OPEN)
        await until(lambda: link.published)
        await link.happens(LinkDown(reason="gone", retry_in_s=1))
        await pass_time(clock, 3)
        await link.happens(LinkUp())
        await until(lambda: len(link.published) == 2)
        await link.happens(says("OPEN", clock))
        assert isinstance(await task, Done)


async def test_a_command_that_could_not_leave_is_expired_at_once_when_the_line_is_gone() -> None:
    async with a_bus() as (bus, link, clock):
        link.error = PlantUnreachableError("gone")
        task = sending(bus, command_for("valve-7", OPEN, clock.now()), OPEN)
        await until(lambda: link.published)
        await link.happens(LinkDown(reason="gone", retry_in_s=1))
        outcome = await task
    assert isinstance(outcome, Expired)
    assert outcome.reason == "plant_unreachable"


async def test_a_command_that_may_have_left_is_never_called_undone() -> None:
    async with a_bus() as (bus, link, clock):
        link.error = PublishUnconfirmedError("lost")
        task = sending(bus, command_for("valve-7", OPEN, clock.now(), lasts_s=3), OPEN)
        await until(lambda: link.published)
        await link.happens(LinkDown(reason="gone", retry_in_s=1))
        await pass_time(clock, 3.1)
        outcome = await task
    assert isinstance(outcome, Unknown)


async def test_an_ordinary_command_does_not_wait_for_a_broker() -> None:
    async with a_bus(is_up=False) as (bus, _, clock):
        outcome = await bus.send(command_for("valve-7", OPEN, clock.now()), OPEN)
    assert outcome == Expired(reason="plant_unreachable")


async def test_a_stop_waits_three_seconds_for_a_broker_and_then_says_that_it_did_not_go_out() -> None:
    async with a_bus(is_up=False) as (bus, link, clock):
        task = sending(bus, command_for("compressor-1", STOP, clock.now()), STOP)
        await pass_time(clock, 2.9)
        assert not task.done()
        await pass_time(clock, 0.2)
        outcome = await task
    assert outcome == Expired(reason="plant_unreachable")
    assert link.published == []


async def test_a_state_said_before_publishing_proves_nothing() -> None:
    async with a_bus(is_up=False) as (bus, link, clock):
        task = sending(bus, command_for("compressor-1", STOP, clock.now()), STOP)
        await pass_time(clock, 1)
        await link.happens(says("READY", clock, "compressor-1"))
        assert not task.done()
        await pass_time(clock, 2.1)
        assert isinstance(await task, Expired)
