import asyncio
import contextlib
import gc
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import psutil
import pytest

from app.clock import SystemClock
from devices.errors import PlantUnreachableError, PublishUnconfirmedError
from devices.link import LinkDown, LinkEvent, LinkUp, Message, Will
from devices.mqtt import MqttLink, MqttSettings, Tls, Version
from tests.devices.until import until
from tests.mosquitto import Mosquitto, free_port, missing


@contextlib.asynccontextmanager
async def listening(
    settings: MqttSettings, *filters: str, will: Will | None = None, is_up: bool = True
) -> AsyncIterator[tuple[MqttLink, list[LinkEvent]]]:
    link, events = MqttLink(settings, SystemClock(), will), list[LinkEvent]()

    async def listen() -> None:
        async with contextlib.aclosing(link.events(filters)) as stream:
            async for event in stream:
                events.append(event)

    task = asyncio.create_task(listen(), name="test listener")
    try:
        if is_up:
            await until(lambda: LinkUp() in events)
        yield link, events
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def payloads(events: Sequence[LinkEvent]) -> list[bytes]:
    return [event.payload for event in events if isinstance(event, Message)]


def connections_to(port: int) -> list[int]:
    """Return the descriptors of our connections to a port."""
    return [c.fd for c in psutil.Process().net_connections("tcp") if c.raddr and c.raddr.port == port]


@pytest.mark.parametrize("version", Version)
async def test_what_is_published_arrives_in_order(mosquitto: Mosquitto, version: Version) -> None:
    async with listening(MqttSettings(port=mosquitto.port, version=version), "x/#") as (link, events):
        for number in range(20):
            await link.publish("x/y", str(number).encode())
        await until(lambda: len(payloads(events)) == 20)
    assert payloads(events) == [str(number).encode() for number in range(20)]


async def test_small_messages_are_not_held_back(mosquitto: Mosquitto) -> None:
    async with listening(MqttSettings(port=mosquitto.port)):
        (ours,) = connections_to(mosquitto.port)
        with socket.socket(fileno=socket.dup(ours)) as same:
            assert same.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


async def test_a_retained_message_is_known_as_such(mosquitto: Mosquitto) -> None:
    settings = MqttSettings(port=mosquitto.port)
    async with listening(settings, "x/#") as (link, events):
        await link.publish("x/y", b"kept", is_retained=True)
        await until(lambda: payloads(events))
        async with listening(settings, "x/#") as (_, later):
            await until(lambda: payloads(later))
    assert [e.is_retained for e in events if isinstance(e, Message)] == [False]
    assert [e.is_retained for e in later if isinstance(e, Message)] == [True]


async def test_publishing_without_a_connection_raises_at_once() -> None:
    link = MqttLink(MqttSettings(port=free_port()), SystemClock())
    with pytest.raises(PlantUnreachableError, match="not connected"):
        await link.publish("x/y", b"1")


async def test_nothing_is_delivered_late_after_the_broker_returns(mosquitto: Mosquitto) -> None:
    async with listening(MqttSettings(port=mosquitto.port), "x/#") as (link, events):
        mosquitto.kill()
        # The first may still go into the dead socket, the second finds it dead, the third finds no connection.
        for number in range(3):
            with pytest.raises((PlantUnreachableError, PublishUnconfirmedError)):
                await link.publish("x/y", f"late {number}".encode())
        await until(lambda: any(isinstance(e, LinkDown) for e in events))
        with pytest.raises(PlantUnreachableError):
            await link.publish("x/y", b"late")
        mosquitto.start()
        await until(lambda: events.count(LinkUp()) == 2)
        await link.publish("x/y", b"fresh")
        await until(lambda: payloads(events))
    assert payloads(events) == [b"fresh"]


async def test_what_a_frozen_broker_did_not_confirm_is_not_sent_again(mosquitto: Mosquitto) -> None:
    async with listening(MqttSettings(port=mosquitto.port, publish_timeout_s=0.2), "x/#") as (link, events):
        mosquitto.freeze()
        with pytest.raises(PublishUnconfirmedError):
            await link.publish("x/y", b"late")
        mosquitto.kill(thaw=False)
        mosquitto.start()
        await until(lambda: events.count(LinkUp()) == 2)
        await link.publish("x/y", b"fresh")
        await until(lambda: b"fresh" in payloads(events))
    assert payloads(events) == [b"fresh"]


async def test_it_connects_by_itself_to_a_broker_that_comes_later(mosquitto: Mosquitto) -> None:
    mosquitto.stop()
    async with listening(MqttSettings(port=mosquitto.port), "x/#", is_up=False) as (link, events):
        await until(lambda: events)
        assert isinstance(events[0], LinkDown)
        assert not link.is_connected
        mosquitto.start()
        await until(lambda: LinkUp() in events)
        assert link.is_connected


async def test_it_never_pauses_so_long_that_a_returning_broker_is_noticed_late() -> None:
    async with listening(MqttSettings(port=free_port()), is_up=False) as (_, events):
        await until(lambda: len(events) >= 4)
    pauses = [event.retry_in_s for event in events if isinstance(event, LinkDown)]
    assert pauses == sorted(pauses)
    assert max(pauses) <= 2


async def test_a_silent_broker_is_noticed_and_left_without_a_trace(mosquitto: Mosquitto) -> None:
    mosquitto.freeze()
    settings = MqttSettings(port=mosquitto.port, connect_timeout_s=0.1)
    gc.disable()  # or it would close what we forgot
    try:
        async with listening(settings, is_up=False) as (link, events):
            await until(lambda: len(events) >= 3)
            assert not link.is_connected
            assert len(connections_to(mosquitto.port)) <= 1
        await until(lambda: len(asyncio.all_tasks()) == 1)
        assert not connections_to(mosquitto.port)
    finally:
        gc.enable()


async def test_a_frozen_broker_does_not_confirm(mosquitto: Mosquitto) -> None:
    async with listening(MqttSettings(port=mosquitto.port, publish_timeout_s=0.2)) as (link, _):
        mosquitto.freeze()
        with pytest.raises(PublishUnconfirmedError, match="did not confirm"):
            await link.publish("x/y", b"1")
        mosquitto.thaw()


async def test_a_lost_connection_ends_the_wait_for_a_confirmation(mosquitto: Mosquitto) -> None:
    async with listening(MqttSettings(port=mosquitto.port, publish_timeout_s=60)) as (link, _):
        mosquitto.freeze()
        publishing = asyncio.create_task(link.publish("x/y", b"1"))
        await asyncio.sleep(0)
        mosquitto.kill()
        with pytest.raises(PublishUnconfirmedError, match="lost"):
            await publishing


async def test_the_broker_says_our_will_when_we_are_cut_off(mosquitto: Mosquitto) -> None:
    settings = MqttSettings(port=mosquitto.port)
    async with listening(settings, "x/#") as (_, events):
        will = Will(topic="x/status", payload=b"offline")
        async with listening(settings, will=will):
            with socket.socket(fileno=socket.dup(max(connections_to(mosquitto.port)))) as same:
                same.shutdown(socket.SHUT_RDWR)
            await until(lambda: payloads(events))
    assert payloads(events)[0] == b"offline"


async def test_a_wrong_password_is_told_and_tried_again(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path, extra="")
    broker._config.write_text(f"listener {broker.port} 127.0.0.1\nallow_anonymous false\n")
    broker.start()
    try:
        settings = MqttSettings(port=broker.port, username="me", password="wrong")
        async with listening(settings, is_up=False) as (link, events):
            await until(lambda: len(events) >= 2)
            assert not link.is_connected
    finally:
        broker.kill()
    assert all(isinstance(e, LinkDown) and "uthori" in e.reason for e in events)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 and its key."""
    program = shutil.which("openssl")
    if program is None:
        missing("openssl is not installed; these tests need a certificate")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    how = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=broker"
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(certificate), "-keyout", str(key)]
    subprocess.run([program, *how.split(), *files], check=True, capture_output=True)
    return certificate, key


# Paho leaves the socket of a failed handshake to the garbage collector, which is made to run within this test.
@pytest.mark.filterwarnings("ignore:.*ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("is_trusted", [True, False])
async def test_an_encrypted_line_is_made_to_a_broker_that_is_trusted_and_to_no_other(
    tmp_path: Path, certificate: tuple[Path, Path], is_trusted: bool
) -> None:
    broker = Mosquitto(tmp_path, extra=f"certfile {certificate[0]}\nkeyfile {certificate[1]}\nuser root\n")
    broker.start()
    try:
        tls = Tls(ca_file=certificate[0] if is_trusted else None)
        async with listening(MqttSettings(port=broker.port, tls=tls), "x/#", is_up=False) as (link, events):
            await until(lambda: events)
            assert link.is_connected is is_trusted
            if is_trusted:
                await link.publish("x/y", b"secret")
                await until(lambda: payloads(events) == [b"secret"])
            else:
                assert isinstance(events[0], LinkDown)
                assert "certificate" in events[0].reason.lower()
    finally:
        broker.kill()
        gc.collect()


async def test_a_certificate_that_is_not_there_is_told(tmp_path: Path) -> None:
    tls = Tls(ca_file=tmp_path / "nowhere.pem")
    async with listening(MqttSettings(port=free_port(), tls=tls), is_up=False) as (_, events):
        await until(lambda: events)
    assert isinstance(events[0], LinkDown)
    assert "No such file" in events[0].reason


async def test_closing_in_the_middle_of_connecting_leaves_nothing() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        port = deaf.getsockname()[1]
        async with listening(MqttSettings(port=port, connect_timeout_s=0.3), is_up=False):
            await asyncio.sleep(0)
        await until(lambda: len(asyncio.all_tasks()) == 1)
        assert not connections_to(port)
