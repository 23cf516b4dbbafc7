"""How soon an answer is heard once its text is known, at a station that listens."""

import asyncio
import time

from app.bench.figures import Figure, at_most, percentile
from app.channels.listen_client import ListenClient, Start, listening
from app.listen.half_duplex import TAIL_S
from app.speech.resample import resample_pcm
from app.speech.speak import Voice
from app.speech.wav import from_wav

_STATION = "control-desk"
_QUESTION = {"en": "how many litres is {number} cubic metres", "ja": "{number}立方メートルは何リットルですか"}
"""Each has an answer of its own, spoken for the first time."""
_AGAIN = {"en": "say that again", "ja": "もう一度言って"}
"""What was spoken already comes from the cache."""
_LIMIT_MS = 150.0
_PATIENCE_S = 20.0


async def measure_first_sound(url: str, key: str, language: str, count: int) -> list[Figure]:
    """Ask aloud at a listening station; measure from the reply's text to the first sound of it, both as received.

    Raises `TimeoutError` where nothing is answered, `ServiceAnswerError` where the service ends the session.
    """
    fresh: list[float] = []
    again: list[float] = []
    seen: set[str] = set()
    async with Voice() as voice:
        for number in range(2, count + 3):
            for question in (_QUESTION[language].format(number=number), _AGAIN[language]):
                pcm = resample_pcm(*from_wav((await voice.say(question, language)).wav))
                # Each time a new session: in one, recordings may not be sent faster than they are spoken.
                async with listening(url, key, Start(station=_STATION, language=language)) as client:
                    answer, taken_ms = await _ask(client, pcm)
                (again if answer in seen else fresh).append(taken_ms)
                seen.add(answer)
                await asyncio.sleep(2 * TAIL_S)  # the station is deaf for as long after it has spoken
    what = f"text of an answer known to its first sound, listening station, {language}"
    return [
        at_most(f"{what}, p50", percentile(fresh[1:], 50), _LIMIT_MS, "ms", len(fresh) - 1),
        at_most(f"{what}, p95", percentile(fresh[1:], 95), _LIMIT_MS, "ms", len(fresh) - 1),
        at_most(f"{what}, said before, p95", percentile(again[1:], 95), _LIMIT_MS, "ms", len(again) - 1),
    ]


async def _ask(client: ListenClient, sent: bytes) -> tuple[str, float]:
    """Say something; return its answer and the milliseconds from that to its first sound, having taken all of it."""
    for at in range(0, len(sent), 3_200):
        await client.send(sent[at : at + 3_200])
    await client.end()
    answer, known_s, heard_s = "", 0.0, 0.0
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            message = await client.receive()
            if isinstance(message, bytes):
                heard_s = heard_s or time.perf_counter()
            elif message["type"] == "reply":
                answer, known_s = message["speech"], time.perf_counter()
            elif message["type"] == "audio_end":
                await client.played()
                return answer, (heard_s - known_s) * 1e3
