"""Many stations that listen at once: how soon they know what was said, whether they keep up, what each one costs."""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
from ruamel.yaml import YAML

from app.bench.figures import Figure, at_most, percentile
from app.channels.listen_client import ListenClient, Start, listening
from app.config import DEMO_PLANT, Settings
from app.demo.processes import free_port, running, wait_until_ready
from app.listen.address import addresses
from app.listen.grammars import ADDRESSED, CONFIRMATION, dialogue_graphs
from app.speech.hearing import FREE, open_hearing
from app.speech.resample import resample_pcm
from app.speech.speak import Voice
from app.speech.transcribe import SAMPLE_RATE_HZ
from app.speech.wav import from_wav
from app.vocabulary import recognizer_for
from devices.plant_file import load_plant
from models.database import Database
from models.operator import KeyRing

_SAID = {
    "en": ("hey helium what is the level of dewar three", "hey helium status of compressor one"),
    "ja": ("ねえヘリウムデュワー3の液面を教えて", "ねえヘリウム圧縮機1の状態は"),
}
_PIECE_S = 0.04
_PIECE_BYTES = round(_PIECE_S * SAMPLE_RATE_HZ) * 2
_PAUSE_S = 1.5
_LATE_S = 1.0
"""A transcript that comes later than this after the last word comes from a service that has fallen behind."""
_SEED = 1


@dataclass(slots=True, kw_only=True)
class _Heard:
    """What was measured at all stations."""

    cpu_per_second: float = 0.0
    """Processor time of the service, of one station in one second."""

    after_end_point_ms: list[float] = field(default_factory=list)
    after_last_word_ms: list[float] = field(default_factory=list)
    taken: int = 0


async def measure_listening(stations: int, seconds: float, sessions: int, engine: str) -> list[Figure]:
    """Measure a service as a process of its own, with stations in both languages that speak at random times."""
    with tempfile.TemporaryDirectory(prefix="wanwan-bench-") as name:
        spoken = await _spoken(engine)
        few = len(spoken)
        async with _service(Path(name), stations, engine) as service:
            for language in spoken:  # until the sentences are learned, a session waits
                async with listening(service.url, service.key, Start(station="station-0", language=language)):
                    pass
            _, few_mb = await _speak(service, spoken, few, min(seconds, 15))
            heard, memory_mb = await _speak(service, spoken, stations, seconds)
            grown_mb = await _come_and_go(service, spoken, sessions)
    late = sum(ms > _LATE_S * 1000 for ms in heard.after_last_word_ms)
    count, asked = len(heard.after_end_point_ms), len(heard.after_last_word_ms)
    switch_ms = await _switching_ms(engine)
    return [
        at_most("end-point to final transcript, p50", percentile(heard.after_end_point_ms, 50), 120, "ms", count),
        at_most("end-point to final transcript, p95", percentile(heard.after_end_point_ms, 95), 250, "ms", count),
        at_most("last word to final transcript, p50", percentile(heard.after_last_word_ms, 50), 500, "ms", asked),
        at_most("last word to final transcript, p95", percentile(heard.after_last_word_ms, 95), 750, "ms", asked),
        at_most(f"{stations} stations at once: transcripts more than 1 s late", late, 0, "", asked),
        at_most(f"{stations} stations at once: sentences not taken", asked - heard.taken, 0, "", asked),
        at_most("processor time of a station, of one core", heard.cpu_per_second * 100, 10, "%", stations),
        at_most("memory of each further station", (memory_mb - few_mb) / max(1, stations - few), 15, "MB"),
        at_most("changing the grammar between utterances, p95", percentile(switch_ms, 95), 5, "ms", len(switch_ms)),
        at_most("sessions that come and go: memory grown in the latter half", grown_mb, 10, "MB", sessions),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """A running service."""

    url: str
    key: str
    pid: int

    @property
    def cpu_s(self) -> float:
        """Processor time that the service has used."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    @property
    def memory_mb(self) -> float:
        """Of the process and its children; pages that they share are counted once (PSS, Linux)."""
        process = psutil.Process(self.pid)
        every = [process, *process.children(recursive=True)]
        if os.path.exists("/proc/self/smaps_rollup"):  # noqa: PTH110 - not a path of ours
            return float(sum(p.memory_full_info().pss for p in every) / 1e6)
        return float(sum(p.memory_info().rss for p in every) / 1e6)


@asynccontextmanager
async def _service(folder: Path, stations: int, engine: str) -> AsyncIterator[_Bench]:
    plant = folder / "plant.yaml"
    _write_plant(plant, stations)
    port = free_port(0)
    environment = {
        "WANWAN_DATA": str(folder),
        "WANWAN_PLANT": str(plant),
        "WANWAN_PORT": str(port),
        "WANWAN_EMBEDDED_BROKER_PORT": str(free_port(1883)),
        "WANWAN_RECOGNIZER_EN": engine,
        "WANWAN_RECOGNIZER_JA": engine if engine != "pocketsphinx" else "none",
        "WANWAN_SPEECH_OUT": "false",
        "WANWAN_LISTEN_SESSIONS": "1000",
        "WANWAN_LISTEN_SESSIONS_PER_KEY": "1000",
    }
    async with await Database.open(Settings(data=folder, database_url=None).effective_database_url) as database:
        key = (await KeyRing(database).create("bench", "operator")).key
    log, url = folder / "service.log", f"http://127.0.0.1:{port}"
    with running(["serve"], environment, log) as service:
        await asyncio.to_thread(wait_until_ready, service, url, log)
        yield _Bench(url=url, key=key, pid=service.pid)


def _write_plant(file: Path, stations: int) -> None:
    """Write the demo plant with as many hands-free stations."""
    yaml = YAML()
    plant = yaml.load(DEMO_PLANT)
    plant["stations"] = [
        {"id": f"station-{n}", "language": "en", "role": "operator", "listening": "hands_free"}
        for n in range(max(2, stations))
    ]
    yaml.dump(plant, file)


async def _spoken(engine: str) -> Mapping[str, Sequence[bytes]]:
    """Have the sentences said: mono PCM16, 16 kHz, ending with the last word."""
    heard = ("en",) if engine == "pocketsphinx" else tuple(_SAID)
    async with Voice() as voice:
        return {
            language: [
                _trimmed(resample_pcm(*from_wav((await voice.say(text, language)).wav))) for text in _SAID[language]
            ]
            for language in heard
        }


def _trimmed(pcm: bytes) -> bytes:
    """Cut off what is silent at the end: less than a hundredth of the loudest."""
    samples = np.abs(np.frombuffer(pcm, "<i2").astype(np.int32))
    (loud,) = np.nonzero(samples > samples.max() / 100)
    return pcm[: 2 * (int(loud[-1]) + 1)]


async def _speak(
    service: _Bench, spoken: Mapping[str, Sequence[bytes]], stations: int, seconds: float
) -> tuple[_Heard, float]:
    """Let stations speak at once for a while; return what was measured, and the memory while all are connected."""
    heard = _Heard()
    languages = list(spoken)
    async with AsyncExitStack() as stack:
        clients = []
        for number in range(stations):
            start = Start(station=f"station-{number}", language=languages[number % len(languages)], audio=False)
            clients.append((start, await stack.enter_async_context(listening(service.url, service.key, start))))
        began_s, used_s = time.monotonic(), service.cpu_s
        async with asyncio.TaskGroup() as tasks:
            for number, (start, client) in enumerate(clients):
                station = _Station(client, spoken[str(start.language)], heard, random.Random(_SEED + number))
                tasks.create_task(station.run(seconds))
        heard.cpu_per_second = (service.cpu_s - used_s) / (time.monotonic() - began_s) / stations
        return heard, service.memory_mb


class _Station:
    """Speaks at one station, over and over, with pauses, in real time; and notes when it was understood."""

    def __init__(self, client: ListenClient, said: Sequence[bytes], heard: _Heard, chance: random.Random) -> None:
        self._client = client
        self._said = said
        self._heard = heard
        self._chance = chance
        self._last_word_s = 0.0
        self._answered = asyncio.Event()

    async def run(self, seconds: float) -> None:
        receiving = asyncio.create_task(self._receive())
        loop = asyncio.get_running_loop()
        self._sent_s = loop.time()
        ends_s = self._sent_s + seconds
        try:
            await self._send(bytes(round(self._chance.random() * 2 * SAMPLE_RATE_HZ) * 2))
            while loop.time() < ends_s:
                self._answered.clear()
                await self._send(self._chance.choice(self._said))
                self._last_word_s = self._sent_s
                await self._send(bytes(round(_PAUSE_S * SAMPLE_RATE_HZ) * 2))
                while not self._answered.is_set():
                    await self._send(bytes(_PIECE_BYTES))
        finally:
            receiving.cancel()
            await asyncio.gather(receiving, return_exceptions=True)

    async def _send(self, pcm: bytes) -> None:
        for at in range(0, len(pcm), _PIECE_BYTES):
            piece = pcm[at : at + _PIECE_BYTES]
            await self._client.send(piece)
            self._sent_s += len(piece) / 2 / SAMPLE_RATE_HZ
            await asyncio.sleep(max(0.0, self._sent_s - asyncio.get_running_loop().time()))

    async def _receive(self) -> None:
        while True:
            message = await self._client.receive()
            if isinstance(message, bytes):
                continue
            now_s = asyncio.get_running_loop().time()
            if message["type"] == "final":
                self._heard.after_end_point_ms.append(message["elapsed_s"] * 1000)
                if message["verdict"] == "taken":
                    self._heard.taken += 1
                if message["verdict"] in {"taken", "not_addressed"}:
                    self._heard.after_last_word_ms.append((now_s - self._last_word_s) * 1000)
                    self._answered.set()


async def _come_and_go(service: _Bench, spoken: Mapping[str, Sequence[bytes]], sessions: int) -> float:
    """Open and leave sessions in the middle of a word; return how the memory grew in the latter half."""
    halfway_mb = service.memory_mb
    language, said = next(iter(spoken.items()))
    for number in range(sessions):
        start = Start(station=f"station-{number % 2}", language=language, audio=False)
        async with listening(service.url, service.key, start) as client:
            await client.send(said[0][: SAMPLE_RATE_HZ * 2])
            if number % 2:
                await client.end()
        if number == sessions // 2:
            halfway_mb = service.memory_mb
    return service.memory_mb - halfway_mb


async def _switching_ms(engine: str) -> list[float]:
    """Begin utterances with one grammar after the other; return what each beginning took, to its first sound."""
    plant = load_plant(DEMO_PLANT)
    recognizer = recognizer_for(plant, "en")
    free = recognizer.word_graph()
    graphs = {FREE: free, **dialogue_graphs(recognizer, free, addresses(plant, ("en",))["en"])}
    hearing = await open_hearing({"en": engine}, {"en": graphs}, models=Settings().models_dir)
    taken = []
    try:
        for _ in range(50):
            for grammar in (ADDRESSED, CONFIRMATION):
                began = time.perf_counter()
                utterance = hearing.begin("en", grammar)
                utterance.feed(bytes(1024))
                taken.append((time.perf_counter() - began) * 1000)
                await utterance.finish()
    finally:
        await hearing.close()
    return taken
