"""The bus against odd devices on a real Mosquitto."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.clock import SystemClock
from devices.bus import Bus
from devices.command import Command
from devices.errors import NoSuchDeviceError
from devices.freshness import Freshness
from devices.mqtt import MqttLink, MqttSettings
from devices.outcome import Done, Expired, Failed, Outcome, Rejected, Unknown
from devices.payload import Result
from devices.plant import Action
from devices.topics import Channel
from tests.devices.odd_device import OddDevice, obeys, odd_device
from tests.devices.small_plant import CLOSE, OPEN, PLANT, START, STOP, command_for
from tests.devices.until import until
from tests.mosquitto import Mosquitto, free_port

QUICK = 0.4
"""How long the commands of these tests last, in seconds; an outcome that needs no deadline does not wait for it."""


@contextlib.asynccontextmanager
async def a_bus(broker: Mosquitto, retry_s: float = 0.05) -> AsyncIterator[Bus]:
    async with Bus(
        PLANT, MqttLink(MqttSettings(port=broker.port), SystemClock()), SystemClock(), retry_s=retry_s
    ) as bus:
        async with asyncio.timeout(10):
            await bus.wait_connected()
        yield bus


def quickly(action: Action) -> Action:
    return replace(action, within_s=QUICK)


def a_command(
    device: str = "valve-7", action: Action = OPEN, command_id: str = "c-1", lasts_s: float = QUICK
) -> Command:
    return command_for(device, action, datetime.now(UTC), command_id=command_id, lasts_s=lasts_s)


async def silent(device: OddDevice, command: Command) -> None:
    """Take the command and say nothing."""


async def test_a_good_device_brings_it_about(mosquitto: Mosquitto) -> None:
    settings = MqttSettings(port=mosquitto.port)
    async with a_bus(mosquitto) as bus, odd_device(settings, obeys) as device:
        await until(lambda: bus.freshness("valve-7") is Freshness.FRESH)
        command = a_command(lasts_s=10)
        outcome = await bus.send(command, OPEN)
    assert isinstance(outcome, Done)
    assert outcome.before is not None
    assert (outcome.before.state, outcome.after.state) == ("CLOSED", "OPEN")
    assert outcome.after.at > command.issued_at
    assert device.commands == [command]


async def test_a_device_that_acknowledges_and_does_not_act_is_unknown(mosquitto: Mosquitto) -> None:
    async def lazy(device: OddDevice, command: Command) -> None:
        await device.reply(command.command_id, Result.ACCEPTED)
        await device.reply(command.command_id, Result.DONE)

    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), lazy):
        await until(lambda: bus.state_of("valve-7"))
        outcome = await bus.send(a_command(), quickly(OPEN))
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "no_new_state"


async def test_an_old_state_said_again_after_the_command_is_no_proof(mosquitto: Mosquitto) -> None:
    async def repeats_itself(device: OddDevice, command: Command) -> None:
        await device.reply(command.command_id, Result.ACCEPTED)
        await device.say("OPEN", at=command.issued_at - timedelta(seconds=1))

    async with (
        a_bus(mosquitto) as bus,
        odd_device(MqttSettings(port=mosquitto.port), repeats_itself, first_state="OPEN"),
    ):
        await until(lambda: bus.state_of("valve-7"))
        outcome = await bus.send(a_command(), quickly(OPEN))
    assert isinstance(outcome, Unknown)


async def test_a_device_whose_clock_is_ahead_proves_nothing(mosquitto: Mosquitto) -> None:
    async def from_the_future(device: OddDevice, command: Command) -> None:
        await device.reply(command.command_id, Result.ACCEPTED)
        await device.say("OPEN", at=command.issued_at + timedelta(hours=1))

    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), from_the_future) as device:
        await until(lambda: bus.state_of("valve-7"))
        outcome = await bus.send(a_command(), quickly(OPEN))
        assert bus.freshness("valve-7") is Freshness.CLOCK_AHEAD
        await device.say("CLOSED")
        await until(lambda: bus.freshness("valve-7") is Freshness.FRESH)
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize(
    ("result", "kind"), [(Result.REJECTED, Rejected), (Result.FAILED, Failed), (Result.EXPIRED, Expired)]
)
async def test_the_device_s_own_refusal_is_the_outcome(
    mosquitto: Mosquitto, result: Result, kind: type[Outcome]
) -> None:
    async def refuses(device: OddDevice, command: Command) -> None:
        await device.reply(command.command_id, result, "local_mode")

    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), refuses):
        await until(lambda: bus.state_of("valve-7"))
        outcome = await bus.send(a_command(lasts_s=10), OPEN)
    assert isinstance(outcome, kind)
    assert not isinstance(outcome, Done)
    assert outcome.reason == "local_mode"


async def test_an_unanswered_command_is_sent_again_with_the_same_id_until_it_expires(mosquitto: Mosquitto) -> None:
    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), silent) as device:
        outcome = await bus.send(command := a_command(lasts_s=1), OPEN)
        sent = len(device.commands)
    assert outcome == Unknown(reason="no_acknowledgement", before=outcome.before, after=outcome.after)
    assert sent >= 3
    assert set(map(repr, device.commands)) == {repr(command)}


async def test_a_first_message_that_was_lost_is_made_good_by_the_second(mosquitto: Mosquitto) -> None:
    async def hard_of_hearing(device: OddDevice, command: Command) -> None:
        if len(device.commands) > 1:
            await device.reply(command.command_id, Result.ACCEPTED)
            await device.say("OPEN")

    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), hard_of_hearing) as device:
        outcome = await bus.send(a_command(lasts_s=10), OPEN)
    assert isinstance(outcome, Done)
    assert len(device.commands) == 2


async def test_a_reply_to_another_s_command_changes_nothing(mosquitto: Mosquitto) -> None:
    async def answers_another(device: OddDevice, command: Command) -> None:
        await device.reply("c-99", Result.REJECTED, "interlock")

    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), answers_another):
        outcome = await bus.send(a_command(), OPEN)
        assert bus.refused_messages >= 1
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "no_acknowledgement"


async def test_a_device_cannot_answer_for_another(mosquitto: Mosquitto) -> None:
    settings = MqttSettings(port=mosquitto.port)
    async with (
        a_bus(mosquitto) as bus,
        odd_device(settings, silent),
        odd_device(settings, silent, "compressor-1", "READY") as liar,
    ):
        sending = asyncio.create_task(bus.send(a_command(), OPEN))
        await liar.reply("c-1", Result.REJECTED, "interlock")
        outcome = await sending
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("channel", [Channel.STATE, Channel.REPLY, Channel.STATUS])
@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x00\xff",
        b"{",
        b"[]",
        b'{"at":"2026-11-22T09:30:00Z","state":"MELTED"}',
        b'{"at":"2026-11-22T09:30:00Z","state":"OPEN","position_pct":NaN}',
        b'{"command_id":"c-1","result":"perhaps"}',
        b'{"command_id":"c-1"}',
    ],
)
async def test_garbage_is_counted_and_changes_nothing(mosquitto: Mosquitto, channel: Channel, payload: bytes) -> None:
    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), obeys) as device:
        await until(lambda: bus.freshness("valve-7") is Freshness.FRESH)
        before = bus.state_of("valve-7")
        await device.raw(channel, payload)
        await until(lambda: bus.refused_messages == 1)
        assert bus.state_of("valve-7") == before
        assert isinstance(await bus.send(a_command(lasts_s=10), OPEN), Done)


async def test_a_flood_of_garbage_does_not_hold_up_a_command(
    mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), obeys) as device:
        await until(lambda: bus.freshness("valve-7") is Freshness.FRESH)
        await asyncio.gather(*(device.raw(Channel.STATE, b"garbage") for _ in range(500)))
        assert isinstance(await bus.send(a_command(lasts_s=10), OPEN), Done)
        await until(lambda: bus.refused_messages == 500)
    assert len([r for r in caplog.records if r.name == "devices.bus"]) <= 10


async def test_a_foreign_device_is_no_device_of_the_plant(mosquitto: Mosquitto) -> None:
    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), silent, "stranger-1", "OPEN"):
        await until(lambda: bus.refused_messages == 2)
        assert "stranger-1" not in bus.states()
        with pytest.raises(NoSuchDeviceError):
            bus.state_of("stranger-1")
        with pytest.raises(NoSuchDeviceError):
            await bus.send(a_command("stranger-1"), OPEN)


async def test_a_second_command_is_rejected_before_anything_is_sent(mosquitto: Mosquitto) -> None:
    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), silent) as device:
        first = asyncio.create_task(bus.send(a_command(command_id="c-1"), OPEN))
        await until(lambda: device.commands)
        second = await bus.send(a_command(command_id="c-2", action=CLOSE), CLOSE)
        await first
    assert isinstance(second, Rejected)
    assert second.reason == "busy"
    assert {c.command_id for c in device.commands} == {"c-1"}


async def test_a_stop_overrides_a_start(mosquitto: Mosquitto) -> None:
    async def starts_slowly(device: OddDevice, command: Command) -> None:
        if command.action == "stop":
            await obeys(device, command)

    settings = MqttSettings(port=mosquitto.port)
    async with a_bus(mosquitto) as bus, odd_device(settings, starts_slowly, "compressor-1", "READY") as device:
        start = asyncio.create_task(bus.send(a_command("compressor-1", START, "c-1", 10), START))
        await until(lambda: device.commands)
        stopped = await bus.send(a_command("compressor-1", STOP, "c-2", 10), STOP)
        started = await start
        sent = len(device.commands)
        await bus.send(a_command("compressor-1", STOP, "c-3", 10), STOP)
        assert [c.command_id for c in device.commands[sent:]] == ["c-3"]
    assert isinstance(stopped, Done)
    assert isinstance(started, Unknown)
    assert started.reason == "overridden_by_stop"


async def test_two_stops_both_go_out_and_end_in_what_the_plant_shows(mosquitto: Mosquitto) -> None:
    async def stops_once_both_are_here(device: OddDevice, command: Command) -> None:
        if {c.command_id for c in device.commands} == {"c-1", "c-2"}:
            await device.say("READY")

    settings = MqttSettings(port=mosquitto.port)
    async with a_bus(mosquitto) as bus, odd_device(settings, stops_once_both_are_here, "compressor-1", "RUNNING"):
        both = await asyncio.gather(
            bus.send(a_command("compressor-1", STOP, "c-1", 10), STOP),
            bus.send(a_command("compressor-1", STOP, "c-2", 10), STOP),
        )
    assert [type(outcome) for outcome in both] == [Done, Done]


async def test_nothing_starts_while_a_stop_is_on_its_way(mosquitto: Mosquitto) -> None:
    settings = MqttSettings(port=mosquitto.port)
    async with a_bus(mosquitto) as bus, odd_device(settings, silent, "compressor-1", "RUNNING") as device:
        stop = asyncio.create_task(bus.send(a_command("compressor-1", STOP, "c-1"), STOP))
        await until(lambda: device.commands)
        start = await bus.send(a_command("compressor-1", START, "c-2"), START)
        await stop
    assert isinstance(start, Rejected)
    assert start.reason == "busy"


async def test_without_a_broker_nothing_is_sent_and_the_plant_is_unreachable() -> None:
    link = MqttLink(MqttSettings(port=free_port()), SystemClock())
    async with Bus(PLANT, link, SystemClock()) as bus:
        outcome = await bus.send(a_command(lasts_s=10), OPEN)
        assert not bus.is_connected
        assert bus.freshness("valve-7") is Freshness.MISSING
    assert outcome == Expired(reason="plant_unreachable")


async def test_a_command_that_is_too_late_is_not_sent(mosquitto: Mosquitto) -> None:
    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), obeys) as device:
        await until(lambda: bus.state_of("valve-7"))
        outcome = await bus.send(command_for("valve-7", OPEN, datetime.now(UTC) - timedelta(seconds=11)), OPEN)
        assert isinstance(await bus.send(a_command(command_id="c-2", lasts_s=10), OPEN), Done)
    assert isinstance(outcome, Expired)
    assert outcome.reason == "too_late"
    assert {c.command_id for c in device.commands} == {"c-2"}


@pytest.mark.parametrize("accepts", [True, False])
async def test_a_broker_stopped_in_the_middle_of_a_command_never_ends_in_done(
    mosquitto: Mosquitto, accepts: bool
) -> None:
    async def accepts_or_not(device: OddDevice, command: Command) -> None:
        if accepts:
            await device.reply(command.command_id, Result.ACCEPTED)

    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), accepts_or_not) as device:
        await until(lambda: bus.freshness("valve-7") is Freshness.FRESH)
        sending = asyncio.create_task(bus.send(a_command(lasts_s=0.8), quickly(OPEN)))
        await until(lambda: device.commands)
        mosquitto.kill()
        outcome = await sending
        assert bus.freshness("valve-7") is Freshness.OFFLINE
        assert not any(state.is_online for state in bus.states().values())
    assert isinstance(outcome, Unknown)
    assert outcome.reason in {"connection_lost", "no_acknowledgement"}


async def test_a_broker_that_returns_in_time_lets_the_command_end_well(mosquitto: Mosquitto) -> None:
    async def deaf_at_first(device: OddDevice, command: Command) -> None:
        if is_back:
            await obeys(device, command)

    is_back = False
    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), deaf_at_first) as device:
        sending = asyncio.create_task(bus.send(a_command(lasts_s=20), OPEN))
        await until(lambda: device.commands)
        mosquitto.kill()
        await until(lambda: not bus.is_connected)
        is_back = True
        device.commands.clear()
        mosquitto.start()
        outcome = await sending
    assert isinstance(outcome, Done)
    assert {c.command_id for c in device.commands} == {"c-1"}


async def test_a_frozen_broker_ends_in_unknown_at_the_deadline(mosquitto: Mosquitto) -> None:
    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), obeys):
        await until(lambda: bus.state_of("valve-7"))
        mosquitto.freeze()
        outcome = await bus.send(a_command(), quickly(OPEN))
        mosquitto.thaw()
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "no_acknowledgement"


async def test_a_stop_waits_for_a_broker_that_is_just_coming_back(mosquitto: Mosquitto) -> None:
    settings = MqttSettings(port=mosquitto.port)
    async with a_bus(mosquitto) as bus, odd_device(settings, obeys, "compressor-1", "RUNNING"):
        await until(lambda: bus.state_of("compressor-1"))
        mosquitto.kill()
        await until(lambda: not bus.is_connected)
        stopping = asyncio.create_task(bus.send(a_command("compressor-1", STOP, lasts_s=20), STOP))
        await asyncio.sleep(0)
        mosquitto.start()
        outcome = await stopping
    assert isinstance(outcome, Done)


async def test_a_device_that_dies_is_offline_and_online_again_when_it_returns(mosquitto: Mosquitto) -> None:
    settings = MqttSettings(port=mosquitto.port)
    async with a_bus(mosquitto) as bus:
        async with odd_device(settings, obeys) as device:
            await until(lambda: bus.freshness("valve-7") is Freshness.FRESH)
            await device.link.publish(device.topic(Channel.STATUS), b"offline", is_retained=True)
            await until(lambda: bus.freshness("valve-7") is Freshness.OFFLINE)
            assert not bus.is_online("valve-7")
        async with odd_device(settings, obeys):
            await until(lambda: bus.freshness("valve-7") is Freshness.FRESH)


async def test_an_older_state_that_comes_late_is_not_believed(mosquitto: Mosquitto) -> None:
    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), silent) as device:
        await until(lambda: bus.state_of("valve-7"))
        await device.say("OPEN", at=datetime.now(UTC) - timedelta(seconds=60))
        await device.say("OPENING")
        await until(lambda: (s := bus.state_of("valve-7")) is not None and s.state == "OPENING")
        with bus.changes() as changes:
            await device.say("OPEN", at=datetime.now(UTC) - timedelta(seconds=60))
            await device.say("CLOSED")
            assert (await anext(changes)).state == "CLOSED"


async def test_readings_have_an_age_and_unknown_values_are_left_out(mosquitto: Mosquitto) -> None:
    settings = MqttSettings(port=mosquitto.port)
    async with a_bus(mosquitto) as bus, odd_device(settings, silent, "dewar-3", "NORMAL") as device:
        now = datetime.now(UTC)
        await device.say("NORMAL", at=now, measured_at=now - timedelta(minutes=30), level_pct=72.0, spin=3.0)
        await until(lambda: bus.reading("dewar-3", "level_pct"))
        reading = bus.reading("dewar-3", "level_pct", now)
        assert reading is not None
        assert (reading.value, reading.unit, reading.age_s, reading.is_stale) == (72.0, "%", 1800.0, False)
        assert bus.reading("dewar-3", "pressure_kpa") is None
        state = bus.state_of("dewar-3")
        assert state is not None
        assert state.values == {"level_pct": 72.0}


async def test_late_answers_are_told(mosquitto: Mosquitto) -> None:
    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), silent) as device:
        await until(lambda: bus.state_of("valve-7"))
        with bus.late_news() as news:
            command = a_command(lasts_s=0.1)
            assert isinstance(await bus.send(command, quickly(OPEN)), Unknown)
            await device.reply("c-1", Result.ACCEPTED)
            late = await anext(news)
            assert (late.command, late.reply and late.reply.result) == (command, Result.ACCEPTED)
            await device.say("OPEN")
            shown = await anext(news)
            assert shown.state is not None
            assert (shown.state.state, shown.outcome) == ("OPEN", late.outcome)
            await device.say("OPEN")
            await device.reply("c-1", Result.DONE)
            told = await anext(news)
            assert told.reply is not None
            assert told.reply.result is Result.DONE


async def test_commands_are_published_to_be_forgotten(mosquitto: Mosquitto) -> None:
    """A broker that kept a command would hand it to a device that connects hours later."""
    settings = MqttSettings(port=mosquitto.port)
    async with a_bus(mosquitto) as bus:
        async with odd_device(settings, obeys):
            await until(lambda: bus.state_of("valve-7"))
            assert isinstance(await bus.send(a_command(lasts_s=10), OPEN), Done)
        async with odd_device(settings, obeys) as again:
            assert isinstance(await bus.send(a_command(action=CLOSE, command_id="c-2", lasts_s=10), CLOSE), Done)
    assert [c.command_id for c in again.commands] == ["c-2"]


async def test_a_bus_that_closes_lets_go_of_whoever_waits(mosquitto: Mosquitto) -> None:
    async with odd_device(MqttSettings(port=mosquitto.port), silent) as device:
        async with a_bus(mosquitto) as bus:
            sending = asyncio.create_task(bus.send(a_command(lasts_s=60), OPEN))
            await until(lambda: device.commands)
        outcome = await sending
    assert isinstance(outcome, Unknown)
    assert outcome.reason == "abandoned"


async def test_whoever_gives_up_frees_the_device(mosquitto: Mosquitto) -> None:
    async with a_bus(mosquitto) as bus, odd_device(MqttSettings(port=mosquitto.port), silent) as device:
        sending = asyncio.create_task(bus.send(a_command(lasts_s=60), OPEN))
        await until(lambda: device.commands)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        device._answer = obeys
        assert isinstance(await bus.send(a_command(command_id="c-2", lasts_s=10), OPEN), Done)
