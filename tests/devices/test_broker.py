import asyncio
import contextlib
import socket
import threading
from datetime import UTC, datetime

import pytest

from app.clock import SystemClock
from devices.broker import EmbeddedBroker
from devices.bus import Bus
from devices.errors import BrokerError
from devices.freshness import Freshness
from devices.link import LinkDown, LinkEvent
from devices.mqtt import MqttLink, MqttSettings
from devices.outcome import Done
from tests.devices.odd_device import obeys, odd_device
from tests.devices.small_plant import OPEN, PLANT, command_for
from tests.devices.until import until


def settings_of(broker: EmbeddedBroker, password: str | None = None) -> MqttSettings:
    return MqttSettings(port=broker.port, username=broker.username, password=password or broker.token)


async def test_a_command_reaches_a_device_and_is_proven() -> None:
    with EmbeddedBroker() as broker:
        link = MqttLink(settings_of(broker), SystemClock())
        async with Bus(PLANT, link, SystemClock()) as bus, odd_device(settings_of(broker), obeys):
            await until(lambda: bus.freshness("valve-7") is Freshness.FRESH)
            outcome = await bus.send(command_for("valve-7", OPEN, datetime.now(UTC)), OPEN)
    assert isinstance(outcome, Done)


async def test_a_bus_that_comes_later_still_learns_the_last_states() -> None:
    with EmbeddedBroker() as broker:
        async with odd_device(settings_of(broker), obeys):
            link = MqttLink(settings_of(broker), SystemClock())
            async with Bus(PLANT, link, SystemClock()) as bus:
                await until(lambda: bus.freshness("valve-7") is Freshness.FRESH)


@pytest.mark.parametrize(("username", "password"), [("wanwan", "wrong"), ("other", None), (None, None)])
async def test_only_who_knows_the_token_gets_in(username: str | None, password: str | None) -> None:
    with EmbeddedBroker(token="right") as broker:
        password = password or (broker.token if username else None)
        link = MqttLink(MqttSettings(port=broker.port, username=username, password=password), SystemClock())
        events: list[LinkEvent] = []
        async with contextlib.aclosing(link.events(["#"])) as stream:
            async for event in stream:
                events.append(event)
                break
    assert isinstance(events[0], LinkDown)


def test_a_token_is_made_anew_for_each_broker() -> None:
    assert EmbeddedBroker().token != EmbeddedBroker().token


def test_it_listens_on_this_machine_alone() -> None:
    with EmbeddedBroker() as broker:
        assert broker.host == "127.0.0.1"
        socket.create_connection((broker.host, broker.port), timeout=5).close()


def test_a_port_in_use_is_told_in_one_sentence() -> None:
    with (
        EmbeddedBroker() as broker,
        pytest.raises(BrokerError, match=f"127.0.0.1:{broker.port}: Address already in use"),
    ):
        EmbeddedBroker(broker.port).start()


def test_a_port_that_is_not_ours_to_open_is_told() -> None:
    with pytest.raises(BrokerError):
        EmbeddedBroker(70_000).start()


def test_it_stops_without_a_trace_and_can_be_followed_by_another_on_its_port(
    caplog: pytest.LogCaptureFixture,
) -> None:
    threads = threading.active_count()
    with EmbeddedBroker() as first:
        port = first.port
    with EmbeddedBroker(port) as second:
        assert second.port == port
        silent = socket.create_connection((second.host, second.port), timeout=5)
    silent.close()
    assert not [record for record in caplog.records if record.name == "asyncio" and record.levelname == "ERROR"]
    assert threading.active_count() == threads
    second.stop()


async def test_a_client_gets_nothing_but_what_it_subscribed_to() -> None:
    with EmbeddedBroker() as broker:
        link = MqttLink(settings_of(broker), SystemClock())
        async with Bus(PLANT, link, SystemClock()) as bus:
            async with odd_device(settings_of(broker), obeys):
                await until(lambda: bus.freshness("valve-7") is Freshness.FRESH)
            # The broker keeps its state now, for the bus; it must not reach a device that listens for commands alone.
            async with odd_device(settings_of(broker), obeys) as device:
                outcome = await bus.send(command_for("valve-7", OPEN, datetime.now(UTC)), OPEN)
        assert [command.action for command in device.commands] == ["open"]
    assert isinstance(outcome, Done)


async def test_clients_that_are_cut_off_by_its_stop_leave_no_error(caplog: pytest.LogCaptureFixture) -> None:
    broker = EmbeddedBroker()
    await asyncio.to_thread(broker.start)
    link = MqttLink(settings_of(broker), SystemClock())
    async with Bus(PLANT, link, SystemClock()) as bus, odd_device(settings_of(broker), obeys):
        await until(lambda: bus.freshness("valve-7") is Freshness.FRESH)
        await asyncio.to_thread(broker.stop)
        await until(lambda: not bus.is_connected)
    assert not [record for record in caplog.records if record.name == "asyncio" and record.levelname == "ERROR"]


async def test_stopping_it_disconnects_its_clients() -> None:
    broker = EmbeddedBroker()
    broker.start()
    link = MqttLink(settings_of(broker), SystemClock())
    async with Bus(PLANT, link, SystemClock()) as bus:
        await bus.wait_connected()
        await asyncio.to_thread(broker.stop)
        await until(lambda: not bus.is_connected)


async def test_bytes_that_are_no_mqtt_do_not_stop_it() -> None:
    with EmbeddedBroker() as broker:
        for garbage in (b"\x00", b"\xff" * 100, b"GET / HTTP/1.1\r\n\r\n", b""):
            with socket.create_connection((broker.host, broker.port), timeout=5) as stranger:
                stranger.sendall(garbage)
        async with Bus(PLANT, MqttLink(settings_of(broker), SystemClock()), SystemClock()) as bus:
            async with asyncio.timeout(10):
                await bus.wait_connected()
