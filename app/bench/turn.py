"""Turns by text: question to answer, command to done, many commands at once; real broker, devices as a process."""

import asyncio
import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from ruamel.yaml import YAML

from app.bench.figures import Figure, at_least, at_most, percentile
from app.config import Settings
from app.demo.processes import free_port, running, wait_for_line
from app.reply import Reply, Status
from app.service import Service, run_service
from app.utterance import Speaker, Utterance
from devices.plant import Role

VALVES = 100
OPERATOR = Speaker(name="bench", role=Role.OPERATOR)


async def measure_turns(questions: int, commands: int, sustained_s: float) -> list[Figure]:
    """Measure turns in a service of this process, a device process that acts at once, and Mosquitto where installed."""
    with tempfile.TemporaryDirectory(prefix="wanwan-bench-") as name:
        folder = Path(name)
        async with _bench(folder) as service:
            return [
                *await _questions(service, questions),
                *await _commands(service, commands),
                *await _sustained(service, sustained_s),
            ]


async def _questions(service: Service, count: int) -> list[Figure]:
    figures = []
    for language, text in (("en", "what is the pressure of bank one"), ("ja", "カードル1の圧力は")):
        taken = [await _timed(service, text, language, Status.ANSWERED) for _ in range(count)]
        what = f"typed question to answer text, {language}"
        figures.append(at_most(f"{what}, p50", percentile(taken, 50) * 1e3, 10, "ms", count))
        figures.append(at_most(f"{what}, p99", percentile(taken, 99) * 1e3, 10, "ms", count))
    return figures


async def _commands(service: Service, count: int) -> list[Figure]:
    taken: list[float] = []
    for number in range(count // 2):
        valve = number % VALVES + 1
        await _take(service, f"open valve {valve}", Status.NEEDS_CONFIRMATION)
        taken.append(await _timed(service, f"confirm open valve {valve}", "en", Status.DONE))
        taken.append(await _timed(service, f"close valve {valve}", "en", Status.DONE))
    what = "typed command to done, device acts at once, synchronous FULL"
    return [
        at_most(f"{what}, p50", percentile(taken, 50) * 1e3, 25, "ms", len(taken)),
        at_most(f"{what}, p99", percentile(taken, 99) * 1e3, 60, "ms", len(taken)),
    ]


async def _sustained(service: Service, seconds: float) -> list[Figure]:
    """Let 40 people at 40 stations each work their own valves for a while."""
    done = 0
    end = time.perf_counter() + seconds

    async def work(person: int) -> None:
        nonlocal done
        station = f"bench-{person}"
        valves = range(person % VALVES + 1, VALVES + 1, 40)
        while time.perf_counter() < end:
            for valve in valves:
                await _take(service, f"open valve {valve}", Status.NEEDS_CONFIRMATION, station=station)
                await _take(service, f"confirm open valve {valve}", Status.DONE, station=station)
                await _take(service, f"close valve {valve}", Status.DONE, station=station)
                done += 2

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for person in range(40):
            group.create_task(work(person))
    rate = done / (time.perf_counter() - started)
    return [at_least("commands to done, sustained over different devices", rate, 200, "/s", done)]


async def _timed(service: Service, text: str, language: str, expected: Status) -> float:
    started = time.perf_counter()
    await _take(service, text, expected, language=language)
    return time.perf_counter() - started


async def _take(service: Service, text: str, *expected: Status, station: str = "bench", language: str = "en") -> Reply:
    reply = await service.turn.take(
        Utterance(texts=(text,), station=station, is_without_station=True, speaker=OPERATOR, language=language)
    )
    if reply.status not in expected:
        raise RuntimeError(f"{text!r} was {reply.status} ({reply.speech}), expected {' or '.join(expected)}")
    return reply


@contextlib.asynccontextmanager
async def _bench(folder: Path) -> AsyncIterator[Service]:
    plant = folder / "plant.yaml"
    with plant.open("w", encoding="utf-8") as file:
        YAML().dump(_plant(), file)
    with _broker(folder) as url:
        settings = Settings(
            data=folder,
            database_url=None,
            plant=plant,
            broker_url=url,
            embedded_broker_port=free_port(1883),
            recognizer_en="none",
            recognizer_ja="none",
            speech_out=False,
        )
        async with run_service(settings) as service:
            host = f"wanwan:{service.broker.password}@127.0.0.1" if url is None else "127.0.0.1"
            target = f"mqtt://{host}:{service.broker.port}"
            arguments = ["simulate", "--plant", str(plant), "--broker", target, "--instant"]
            log = folder / "plant.log"
            with running(arguments, {}, log) as devices:
                await asyncio.to_thread(wait_for_line, devices, "ready", log)
                while len(service.bus.states()) < len(service.plant.devices):  # noqa: ASYNC110 - retained states come in
                    await asyncio.sleep(0.05)
                for number in range(1, VALVES + 1):
                    await _take(service, f"close valve {number}", Status.DONE, Status.ANSWERED)
                yield service


def _plant() -> dict[str, object]:
    valves = [{"id": f"valve-{n}", "kind": "valve", "number": n} for n in range(1, VALVES + 1)]
    bank = {"id": "bank-1", "kind": "cylinder_bank", "number": 1, "capacity_m3": 2}
    site = {"id": "bench", "name": {"en": "Bench", "ja": "試験"}, "timezone": "UTC", "reference_temperature_c": 0}
    return {"site": site, "devices": [bank, *valves], "stations": []}


@contextlib.contextmanager
def _broker(folder: Path) -> Iterator[str | None]:
    """Run Mosquitto on a free port; without it, the embedded broker is used (None)."""
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/sbin")
    if program is None:
        yield None
        return
    port = free_port(0)
    file = folder / "mosquitto.conf"
    file.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n", encoding="utf-8")
    process = subprocess.Popen([program, "-c", str(file)], stderr=subprocess.DEVNULL)  # noqa: S603 - found above
    try:
        _wait_for_port(port)
        yield f"mqtt://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait_for_port(port: int, timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1.0).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
