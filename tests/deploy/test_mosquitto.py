import asyncio
import contextlib
import gc
import warnings
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from app.reply import Status
from app.service import run_service
from devices.freshness import Freshness
from devices.link import LinkDown, LinkUp, Message, Will
from devices.mqtt import MqttLink, MqttSettings, Tls
from devices.plant_file import load_plant
from devices.simulator.clock import MachineClock
from devices.simulator.serve import serve
from devices.simulator.simulation import Simulation
from tests.app.site import QUICK_PLANT_FILE, recognizers_of, say, settings_for
from tests.deploy.site_broker import SiteBroker, make_certs, revoke
from tests.devices.until import until

CHANNELS = ("command", "reply", "state", "status")
IDENTITIES = ("wanwan", "valve-1", "valve-2")
DEVICES = ("valve-1", "valve-2", "meter-1", "meter-2", "meter-revoked", "bag-1", "bank-1", "compressor-1")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteBroker]:
    certs = tmp_path_factory.mktemp("certs")
    make_certs(certs, "localhost", *DEVICES)
    make_certs(certs, "localhost", "meter-expired", days=-1)
    revoke(certs, "meter-revoked")
    broker = SiteBroker(tmp_path_factory.mktemp("broker"), certs)
    broker.start()
    yield broker
    broker.kill()


@contextlib.asynccontextmanager
async def connected(settings: MqttSettings, will: Will | None = None) -> AsyncIterator[tuple[MqttLink, list[Message]]]:
    """Connect, subscribe to everything, and collect what is said from then on."""
    link, heard, is_up = MqttLink(settings, MachineClock(), will), list[Message](), asyncio.Event()

    async def listen() -> None:
        async with contextlib.aclosing(link.events(["wanwan/#", "other/#"])) as events:
            async for event in events:
                match event:
                    case LinkUp():
                        is_up.set()
                    case Message(is_retained=False):
                        heard.append(event)
                    case LinkDown():
                        return

    async with asyncio.TaskGroup() as group:
        listening = group.create_task(listen())
        async with asyncio.timeout(10):
            await is_up.wait()
        yield link, heard
        listening.cancel()


async def let_in(connections: Mapping[str, MqttSettings]) -> dict[str, bool]:
    """Tell which connections are made."""

    async def is_made(settings: MqttSettings) -> bool:
        link = MqttLink(replace(settings, connect_timeout_s=2), MachineClock())
        async with asyncio.timeout(10), contextlib.aclosing(link.events(["wanwan/#"])) as events:
            return isinstance(await anext(events), LinkUp)

    with warnings.catch_warnings():
        # paho leaves the socket of a handshake that failed to the garbage collector
        warnings.simplefilter("ignore", ResourceWarning)
        made = await asyncio.gather(*map(is_made, connections.values()))
        gc.collect()
    return dict(zip(connections, made, strict=True))


async def test_service_commands_and_listens_and_a_device_speaks_for_itself_only(broker: SiteBroker) -> None:
    topics = [f"wanwan/v1/okayama/{device}/{channel}" for device in ("valve-1", "valve-2") for channel in CHANNELS]
    async with contextlib.AsyncExitStack() as stack:
        peers = {name: await stack.enter_async_context(connected(broker.settings_for(name))) for name in IDENTITIES}
        for writer, (link, _) in peers.items():
            for topic in (*topics, "wanwan/v1/okayama/valve-1", "other/topic"):
                await link.publish(topic, f"{writer} > {'/'.join(topic.split('/')[-2:])}".encode())
        # What follows arrives last: the broker has confirmed everything before it.
        for device in ("valve-1", "valve-2"):
            await peers["wanwan"][0].publish(f"wanwan/v1/okayama/{device}/command", b"end")
        await peers["valve-1"][0].publish("wanwan/v1/okayama/valve-1/state", b"end")
        await until(lambda: all(messages and messages[-1].payload == b"end" for _, messages in peers.values()))
        heard = {name: {m.payload.decode() for m in messages[:-1]} for name, (_, messages) in peers.items()}
    assert heard == {
        "wanwan": {
            "valve-1 > valve-1/reply",
            "valve-1 > valve-1/state",
            "valve-1 > valve-1/status",
            "valve-2 > valve-2/reply",
            "valve-2 > valve-2/state",
            "valve-2 > valve-2/status",
        },
        "valve-1": {"wanwan > valve-1/command"},
        "valve-2": {"wanwan > valve-2/command"},
    }


async def test_device_leaves_its_will_and_cannot_leave_that_of_another(broker: SiteBroker) -> None:
    settings = replace(broker.settings_for("meter-1"), client_id="meter-1")
    async with connected(broker.settings_for("wanwan")) as (_, heard):
        for device in ("meter-2", "meter-1"):
            will = Will(topic=f"wanwan/v1/okayama/{device}/status", payload=b"offline")
            # The same client id throws the first connection out, as if its cable had been cut.
            async with connected(settings, will), connected(settings) as (link, _):
                await link.publish("wanwan/v1/okayama/meter-1/state", f"after the will of {device}".encode())
        await until(lambda: len(heard) == 3)
    assert [(m.topic.split("/")[-2], m.payload) for m in heard] == [
        ("meter-1", b"after the will of meter-2"),
        ("meter-1", b"offline"),
        ("meter-1", b"after the will of meter-1"),
    ]


async def test_only_valid_certificates_of_the_site_connect(broker: SiteBroker, tmp_path: Path) -> None:
    make_certs(tmp_path, "localhost")
    authority = Tls(ca_file=broker.certs / "ca.crt")
    found = await let_in(
        {
            "no certificate": MqttSettings(host="localhost", port=broker.port, tls=authority),
            "no encryption": MqttSettings(host="localhost", port=broker.port),
            "another authority": broker.settings_for("wanwan", tmp_path),
            "expired": broker.settings_for("meter-expired"),
            "revoked": broker.settings_for("meter-revoked", broker.certs / "revoked"),
            "service": broker.settings_for("wanwan"),
            "device": broker.settings_for("meter-1"),
        }
    )
    assert [name for name, is_let_in in found.items() if is_let_in] == ["service", "device"]


async def test_service_trusts_no_other_broker(broker: SiteBroker, tmp_path: Path) -> None:
    make_certs(tmp_path, "localhost")
    settings = broker.settings_for("wanwan")
    assert settings.tls is not None
    another_authority = replace(settings.tls, ca_file=tmp_path / "ca.crt")
    found = await let_in(
        {
            "certificate of another authority": replace(settings, tls=another_authority),
            "same address by a name that the certificate lacks": replace(settings, host="127.1"),
            "certificate and name": settings,
        }
    )
    assert [name for name, is_let_in in found.items() if is_let_in] == ["certificate and name"]


def test_commands_do_not_wait_for_nagle(broker: SiteBroker) -> None:
    assert "set_tcp_nodelay true" in broker.configuration.splitlines()


def test_names_that_would_take_the_place_of_another_get_no_certificate(tmp_path: Path) -> None:
    for name in ("wanwan", "broker", "ca", "valve/1", "+", "#"):
        with pytest.raises(RuntimeError, match=r"^make_certs.sh: "):
            make_certs(tmp_path, "localhost", name)
    assert not list(tmp_path.iterdir())


def test_certificates_that_exist_are_kept_when_devices_are_added(tmp_path: Path) -> None:
    make_certs(tmp_path, "plant.example,192.0.2.1", "valve-1")
    before = {file.name: file.read_bytes() for file in tmp_path.glob("*.crt")}
    assert make_certs(tmp_path, "localhost", "valve-1", "valve-2") == f"{tmp_path}/valve-2.crt\n"
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert {file.stat().st_mode & 0o077 for file in tmp_path.glob("*.key")} == {0}


async def test_service_commands_a_device_through_the_broker_of_a_site(broker: SiteBroker, tmp_path: Path) -> None:
    settings = settings_for(
        tmp_path,
        broker.port,
        plant=QUICK_PLANT_FILE,
        broker_url=f"mqtts://localhost:{broker.port}",
        broker_ca_file=broker.certs / "ca.crt",
        broker_certificate_file=broker.certs / "wanwan.crt",
        broker_key_file=broker.certs / "wanwan.key",
    )
    async with (
        run_service(settings, recognizers=recognizers_of(QUICK_PLANT_FILE)) as service,
        _devices_of_their_own(broker),
    ):
        await until(lambda: {service.bus.freshness(name) for name in service.plant.devices} == {Freshness.FRESH})
        asked = await say(service, "start compressor one")
        assert asked.status is Status.NEEDS_CONFIRMATION
        done = await say(service, "confirm start compressor one")
        assert done.status is Status.DONE, done.speech
        assert [command.outcome for command in done.commands] == ["done"]


@contextlib.asynccontextmanager
async def _devices_of_their_own(broker: SiteBroker) -> AsyncIterator[None]:
    """Run the simulated plant, each device with a certificate of its own."""
    clock = MachineClock()
    simulation = Simulation(
        load_plant(QUICK_PLANT_FILE), fills={"bag-1": 60.0, "bank-1": 5.0}, is_instant=True, clock=clock
    )
    stop = asyncio.Event()

    def link_of(will: Will) -> MqttLink:
        return MqttLink(broker.settings_for(will.topic.split("/")[-2]), clock, will)

    task = asyncio.create_task(serve(simulation, link_of, stop=stop), name="test: simulated plant")
    try:
        yield
    finally:
        stop.set()
        await task
