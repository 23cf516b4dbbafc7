"""A service as a process of its own: start, memory, and spoken questions to the first sound of the answer."""

import asyncio
import os
import tempfile
import time
from pathlib import Path

import httpx
import psutil

from app.bench.figures import Figure, at_most, percentile
from app.bench.first_sound import measure_first_sound
from app.config import DEMO_PLANT, Settings
from app.demo.processes import free_port, running, wait_for_line, wait_until_ready
from app.speech.resample import as_heard
from app.speech.speak import Voice
from app.speech.wav import duration_s, from_wav
from models.database import Database
from models.operator import KeyRing

QUESTIONS = {
    "en": ("what is the discharge pressure of compressor one please", 300.0),
    "ja": ("圧縮機一の吐出圧を教えてください", 450.0),
}
"""What is asked, about 3 s of speech, and the limit in milliseconds."""


async def measure_audio(count: int) -> list[Figure]:
    """Measure start, memory and answers of a service with both practice models and both voices loaded."""
    with tempfile.TemporaryDirectory(prefix="wanwan-bench-") as name:
        folder = Path(name)
        port, broker_port = free_port(0), free_port(1883)
        environment = {
            "WANWAN_DATA": name,
            "WANWAN_PLANT": str(DEMO_PLANT),
            "WANWAN_PORT": str(port),
            "WANWAN_EMBEDDED_BROKER_PORT": str(broker_port),
            "WANWAN_BROKER_PASSWORD": "bench",
            "WANWAN_RECOGNIZER_EN": "practice",
            "WANWAN_RECOGNIZER_JA": "practice",
        }
        async with await Database.open(Settings(data=folder).effective_database_url) as database:
            key = (await KeyRing(database).create("bench", "operator")).key
        started = time.perf_counter()
        log, url = folder / "service.log", f"http://127.0.0.1:{port}"
        with running(["serve"], environment, log) as service:
            await asyncio.to_thread(wait_until_ready, service, url, log)
            ready_s = time.perf_counter() - started
            with running(["simulate"], environment, folder / "plant.log") as plant:
                await asyncio.to_thread(wait_for_line, plant, "ready", folder / "plant.log")
                answers = [f for language in QUESTIONS for f in await _ask(url, key, language, count)]
                answers += [f for language in QUESTIONS for f in await measure_first_sound(url, key, language, count)]
                memory = at_most("service with both languages loaded, memory", _memory_mb(service.pid), 450, "MB")
        return [at_most("ready to serve after start", ready_s, 5, "s"), memory, *answers]


async def _ask(url: str, key: str, language: str, count: int) -> list[Figure]:
    text, limit_ms = QUESTIONS[language]
    voice = Voice()
    wav = as_heard((await voice.say(text, language)).wav)
    await voice.close()
    headers = {"Authorization": f"Bearer {key}", "Accept": "audio/wav", "Content-Type": "audio/wav"}
    taken: list[float] = []
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
        for _ in range(count + 2):
            started = time.perf_counter()
            path = f"/v1/utterances/audio?language={language}"
            async with client.stream("POST", path, content=wav) as response:
                if response.headers.get("X-Wanwan-Status") != "answered":
                    raise RuntimeError(f"{text!r} was not answered: {await response.aread()!r}")
                chunks = response.aiter_raw()
                header = await anext(chunks)
                if len(header) <= 44:  # noqa: PLR2004 - a WAV header alone is not a sound
                    await anext(chunks)
                taken.append((time.perf_counter() - started) * 1e3)
                async for _chunk in chunks:
                    pass
    taken = taken[2:]  # the first two load what a service that runs has loaded
    pcm, rate_hz = from_wav(wav)
    what = f"spoken question of {duration_s(pcm, rate_hz):.1f} s to the first sound of the answer, {language}"
    return [
        at_most(f"{what}, p50", percentile(taken, 50), limit_ms, "ms", count),
        at_most(f"{what}, p99", percentile(taken, 99), limit_ms * 2, "ms", count),
    ]


def _memory_mb(pid: int) -> float:
    """Return the memory of a process and its children; pages that they share are counted once (PSS, Linux)."""
    process = psutil.Process(pid)
    every = [process, *process.children(recursive=True)]
    if os.path.exists("/proc/self/smaps_rollup"):  # noqa: PTH110 - not a path of ours
        return sum(p.memory_full_info().pss for p in every) / 1e6
    return sum(p.memory_info().rss for p in every) / 1e6
