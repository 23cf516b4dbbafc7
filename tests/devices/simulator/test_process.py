"""The simulator as a process of its own."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator

import pytest

from devices.broker import EmbeddedBroker
from devices.mqtt import MqttSettings
from devices.plant import Plant
from devices.simulator.__main__ import main
from devices.simulator.errors import BrokerUrlError
from devices.simulator.run import broker_of
from devices.topics import Channel
from tests.devices.simulator.listener import listening
from tests.devices.until import until
from tests.mosquitto import Mosquitto


@contextlib.asynccontextmanager
async def process(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "devices.simulator",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


async def test_it_prints_ready_serves_the_demo_plant_and_leaves_in_order_on_a_signal(
    mosquitto: Mosquitto, demo_plant: Plant
) -> None:
    url = f"mqtt://127.0.0.1:{mosquitto.port}"
    async with process("--broker", url, "--instant", "--seed", "3", "--fault", "valve-7=local-mode") as simulator:
        assert simulator.stdout is not None
        async with asyncio.timeout(30):
            assert await simulator.stdout.readline() == b"ready\n"
        async with listening(MqttSettings(port=mosquitto.port), demo_plant) as service:
            await until(lambda: list(service.statuses().values()).count(b"online") == len(demo_plant.devices))
            assert all(service.of(device, Channel.STATE) for device in demo_plant.devices)
            await service.command("valve-7", "open")
            await service.command("valve-8", "close")
            await until(lambda: service.replies("valve-7") and len(service.replies("valve-8")) == 2)
            assert service.replies("valve-7")[0].reason == "local_mode"
            assert service.results("valve-8") == ["accepted", "done"]
            simulator.send_signal(signal.SIGTERM)
            output, errors = await asyncio.wait_for(simulator.communicate(), 10)
            await until(lambda: list(service.statuses().values()).count(b"offline") == len(demo_plant.devices))
        assert (simulator.returncode, output, errors) == (0, b"", b"")


async def test_it_waits_for_its_broker_with_one_line_and_comes_back(mosquitto: Mosquitto, demo_plant: Plant) -> None:
    mosquitto.stop()
    async with process("--broker", f"mqtt://127.0.0.1:{mosquitto.port}") as simulator:
        assert simulator.stdout is not None
        assert simulator.stderr is not None
        async with asyncio.timeout(30):
            line = await simulator.stderr.readline()
            assert b"dewar-1 is not connected to the broker, trying on" in line
            mosquitto.start()
            assert await simulator.stdout.readline() == b"ready\n"
        simulator.send_signal(signal.SIGINT)
        output, errors = await asyncio.wait_for(simulator.communicate(), 10)
        assert (simulator.returncode, output, errors) == (0, b"", b"")


async def test_the_broker_says_offline_for_every_device_of_a_killed_process(
    mosquitto: Mosquitto, demo_plant: Plant
) -> None:
    async with process("--broker", f"mqtt://127.0.0.1:{mosquitto.port}") as simulator:
        assert simulator.stdout is not None
        async with asyncio.timeout(30):
            await simulator.stdout.readline()
        async with listening(MqttSettings(port=mosquitto.port), demo_plant) as service:
            simulator.send_signal(signal.SIGKILL)
            await until(lambda: list(service.statuses().values()).count(b"offline") == len(demo_plant.devices))


async def test_the_embedded_broker_carries_the_whole_demo_plant(demo_plant: Plant) -> None:
    with EmbeddedBroker() as broker:
        url = f"mqtt://{broker.username}:{broker.token}@127.0.0.1:{broker.port}"
        settings = MqttSettings(port=broker.port, username=broker.username, password=broker.token)
        async with process("--broker", url, "--instant") as simulator, listening(settings, demo_plant) as service:
            await until(lambda: list(service.statuses().values()).count(b"online") == len(demo_plant.devices), 30)
            await service.command("valve-7", "open")
            await until(lambda: service.results("valve-7") == ["accepted", "done"])
            simulator.send_signal(signal.SIGTERM)
            await until(lambda: list(service.statuses().values()).count(b"offline") == len(demo_plant.devices))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fault", "valve-99=stuck"], "there is no device 'valve-99'"),
        (["--fill", "bag-1=half"], "as in bag-1=10"),
        (["--fill", "bag-1=120"], "outside 0 to 100 %"),
        (["--fill", "bank-1=30"], "outside 0 to 20 MPa"),
        (["--fill", "valve-1=30"], "holds nothing"),
        (["--fill", "bag-9=30"], "no device 'bag-9'"),
        (["--speed", "0"], "outside 0 to 3600"),
        (["--speed", "nan"], "outside 0 to 3600"),
        (["--broker", "127.0.0.1:1883"], "not mqtt://HOST"),
        (["--broker", "mqtt://host:no"], "is not a URL"),
        (["--plant", "/nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_wrong_usage_is_one_clear_sentence(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""


def test_help_lists_every_fault(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert "clock-skew=±SECONDS" in shown
    assert "no-start" in shown


def test_a_broker_url_may_carry_user_password_and_encryption() -> None:
    plain = broker_of("mqtt://broker.example")
    assert (plain.host, plain.port, plain.username, plain.tls) == ("broker.example", 1883, None, None)
    full = broker_of("mqtts://simulator:p%40ss@broker.example:8884/")
    assert (full.port, full.username, full.password) == (8884, "simulator", "p@ss")
    assert full.tls is not None


@pytest.mark.parametrize("url", ["http://host", "mqtt://", "mqtt://host/path", ""])
def test_what_is_no_broker_is_refused(url: str) -> None:
    with pytest.raises(BrokerUrlError, match="as in mqtt://"):
        broker_of(url)
