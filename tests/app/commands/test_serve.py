"""The service as a process: what keeps it from starting, and how it starts, stays and ends."""

import asyncio
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.database import Database
from models.operator import KeyRing
from tests.app.commands.terminal import Running, Terminal, run_process, running_process, sentence_of, settings_of
from tests.app.commands.test_plant import BROKEN
from tests.mosquitto import Mosquitto, free_port

QUICK_PLANT = Path(__file__).parents[1] / "quick_plant.yaml"


@pytest.fixture
def refusal(wanwan: Terminal) -> Callable[..., str]:
    """Give what tells why the service does not start with some settings, in one sentence."""

    def told(*arguments: str, **settings: str) -> str:
        for name, value in settings_of(wanwan.data, log_level="warning").items():
            wanwan.set(**{name: str(value)})
        wanwan.set(**{"broker_url": "mqtt://127.0.0.1:1", "plant": str(QUICK_PLANT), **settings})
        return wanwan.failing("serve", "--port", "0", *arguments)

    return told


def test_a_port_in_use_is_told_with_the_remedy_and_nothing_else(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        ended = run_process("serve", "--port", str(port), settings=settings_of(tmp_path))
    assert (ended.code, ended.out) == (1, "")
    told = sentence_of(ended.err)
    assert told.startswith(f"cannot serve on 127.0.0.1:{port}: ")
    assert "--port" in told


def test_a_broker_that_is_none_is_told_and_nothing_else(tmp_path: Path) -> None:
    ended = run_process("serve", "--port", "0", settings=settings_of(tmp_path, broker_url="nonsense"))
    assert (ended.code, ended.out) == (1, "")
    assert "write mqtt://HOST:1883" in sentence_of(ended.err)


def test_an_address_that_is_not_this_machines_is_told(refusal: Callable[..., str]) -> None:
    assert refusal("--host", "192.0.2.1").startswith("cannot serve on 192.0.2.1:0: ")
    assert refusal("--host", "no.such.host.invalid").startswith("cannot serve on no.such.host.invalid:0: ")


def test_a_broken_plant_file_is_told_with_each_line(wanwan: Terminal) -> None:
    file = wanwan.data / "plant.yaml"
    file.write_text(BROKEN)
    wanwan.set(plant=str(file))
    ended = wanwan("serve", "--port", "0")
    assert ended.code == 1
    kind, twice = ended.err.splitlines()
    assert kind.startswith(f"wanwan: {file}:3: ")
    assert twice.startswith(f"wanwan: {file}:5: ")


def test_a_database_that_is_none_is_told(refusal: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "wanwan.sqlite").write_bytes(b"no database " * 1000)
    assert "is not a database" in refusal()
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    assert str(other) in refusal(database_url=f"sqlite:///{other}")
    assert "postgresql://" in refusal(database_url="nonsense")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"broker_url": "http://127.0.0.1"}, "write mqtt://HOST:1883"),
        ({"broker_url": "mqtt://"}, "names no host"),
        ({"broker_url": "mqtt://127.0.0.1:99999"}, "write mqtt://HOST:1883"),
        ({"broker_url": "mqtts://127.0.0.1:1", "broker_ca_file": "/no/ca.pem"}, "WANWAN_BROKER_CA_FILE /no/ca.pem"),
        ({"broker_url": "mqtts://127.0.0.1:1", "broker_certificate_file": str(QUICK_PLANT)}, "cannot be used"),
        ({"languages": '["fr"]'}, "'fr'"),
        ({"recognizer_en": "/no/such/model"}, "there is no recogniser model at /no/such/model"),
        ({"languages": '["ja"]', "recognizer_ja": "pocketsphinx"}, "PocketSphinx hears only en"),
        ({"plant": "/no/such/plant.yaml"}, "/no/such/plant.yaml"),
        ({"data": "/proc/no/such/folder"}, "/proc/no"),
    ],
)
def test_what_keeps_the_service_from_starting_is_told_in_one_sentence(
    refusal: Callable[..., str], settings: dict[str, str], expected: str
) -> None:
    assert expected in refusal(**settings)


def test_a_corrupt_model_and_sentences_of_ones_own_that_are_wrong_are_told(
    refusal: Callable[..., str], tmp_path: Path
) -> None:
    for name in ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLG.fst", "graph/words.txt"):
        file = tmp_path / "models" / "rotten" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"rotten")
    assert "is a damaged Vosk model" in refusal(recognizer_en="rotten")
    own = tmp_path / "sentences" / "en" / "own.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("language: en\nintents:\n  GetLevel:\n    data:\n      - sentences: ['how (full']\n")
    assert "own.yaml:5" in refusal(sentences=str(tmp_path / "sentences"), recognizer_en="none")


def test_a_second_service_on_the_same_embedded_broker_port_is_told(refusal: Callable[..., str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert f"127.0.0.1:{port}" in refusal(broker_url="", embedded_broker_port=str(port))


def key_in(folder: Path, role: str = "admin") -> dict[str, str]:
    """Make a key in the database of a service."""

    async def make() -> str:
        async with await Database.open(f"sqlite:///{folder / 'wanwan.sqlite'}") as database:
            return (await KeyRing(database).create("hana", role)).key

    return {"Authorization": f"Bearer {asyncio.run(make())}"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    """Give a client with an administrator's key; its address is set when the service serves."""
    with httpx.Client(headers=key_in(tmp_path), timeout=30) as opened:
        yield opened


def connect(client: httpx.Client, service: Running) -> None:
    """Point the client to the service once it serves."""
    client.base_url = httpx.URL(service.wait_for("serving on").split("serving on ")[1].split()[0])


def wait_for_status(client: httpx.Client, status: int) -> dict[str, Any]:
    """Return what /readyz says once it has this status."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            response = client.get("/readyz")
        except httpx.TransportError:
            response = None
        if response is not None and response.status_code == status:
            ready: dict[str, Any] = response.json()
            return ready
        time.sleep(0.02)
    pytest.fail(f"/readyz never said {status}")


def say(client: httpx.Client, text: str) -> dict[str, Any]:
    sentence = {"text": text, "station": "control-desk", "language": "en"}
    reply: dict[str, Any] = client.post("/v1/utterances", json=sentence).json()
    return reply


def start_compressor(client: httpx.Client) -> None:
    """Ask for a start until the plant has been heard from and it is to be confirmed."""
    deadline = time.monotonic() + 30
    while (reply := say(client, "start compressor one"))["status"] != "needs_confirmation":
        assert time.monotonic() < deadline, reply
        time.sleep(0.02)


def test_without_a_broker_the_service_runs_and_is_ready_once_there_is_one(tmp_path: Path, client: httpx.Client) -> None:
    broker = Mosquitto(tmp_path)
    settings = settings_of(tmp_path, broker_url=f"mqtt://127.0.0.1:{broker.port}", plant=QUICK_PLANT)
    with running_process("serve", "--port", "0", log=tmp_path / "log", settings=settings) as service:
        connect(client, service)
        assert wait_for_status(client, 503)["is_plant_connected"] is False
        assert say(client, "start compressor one")["reason"] == "refused_plant_unreachable"
        broker.start()
        try:
            assert wait_for_status(client, 200)["is_ready"] is True
        finally:
            broker.kill()
        wait_for_status(client, 503)
        assert service.end(signal.SIGTERM) == 0
    assert "Traceback" not in service.said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_service_that_is_told_to_end_follows_its_command_to_the_outcome_first(
    tmp_path: Path, client: httpx.Client, mosquitto: Mosquitto, number: signal.Signals
) -> None:
    broker_url = f"mqtt://127.0.0.1:{mosquitto.port}"
    settings = settings_of(tmp_path, broker_url=broker_url, plant=QUICK_PLANT, command_expires_s=1)
    simulate = ("simulate", "--broker", broker_url, "--plant", str(QUICK_PLANT), "--fault", "compressor-1=ack-no-act")
    with (
        running_process(*simulate, log=tmp_path / "plant.log") as plant,
        running_process("serve", "--port", "0", log=tmp_path / "log", settings=settings) as service,
    ):
        plant.wait_for("ready")
        connect(client, service)
        wait_for_status(client, 200)
        start_compressor(client)
        # the asker goes away while the command is under way
        with pytest.raises(httpx.ReadTimeout):
            client.post(
                "/v1/utterances",
                json={"text": "confirm start compressor one", "station": "control-desk"},
                timeout=httpx.Timeout(30, read=0.2),
            )
        assert service.end(number) == 0
    with sqlite3.connect(tmp_path / "wanwan.sqlite") as connection:
        steps = connection.execute("SELECT step, outcome FROM audit ORDER BY seq DESC LIMIT 3").fetchall()
    connection.close()
    assert [step for step, _ in reversed(steps)] == ["commanded", "outcome", "answered"]
    assert steps[0][1] == "unknown"
    assert "Traceback" not in service.said


def test_the_embedded_broker_and_a_simulator_with_the_same_settings_find_each_other(
    tmp_path: Path, client: httpx.Client
) -> None:
    settings = settings_of(tmp_path, plant=QUICK_PLANT, embedded_broker_port=free_port())
    with (
        running_process("simulate", "--instant", log=tmp_path / "plant.log", settings=settings) as plant,
        running_process("serve", "--port", "0", log=tmp_path / "log", settings=settings) as service,
    ):
        connect(client, service)
        assert "a site runs Mosquitto" in service.wait_for("embedded broker on 127.0.0.1")
        plant.wait_for("ready")
        start_compressor(client)
        assert say(client, "confirm start compressor one")["status"] == "done"
        assert plant.end(signal.SIGTERM) == 0
        assert service.end(signal.SIGTERM) == 0
