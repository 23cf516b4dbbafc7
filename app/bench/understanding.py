"""How long understanding takes: sentences, compiling, and texts made to be slow, on small and large plants."""

import gc
import multiprocessing
import random
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.bench.figures import Figure, at_most, percentile
from app.vocabulary import lexicon_of
from devices.plant_file import DEMO_PLANT_FILE, load_plant
from intents.example import load_examples
from intents.lexicon import DeviceEntry, Lexicon
from intents.recognizer import Recognizer
from intents.sentences import languages, load_sentences

MANY_DEVICES = 10_000
_LONGEST_TEXT = 1_000
_ROUNDS = 5
_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one process measured."""

    sentence_us: Sequence[float]
    """Of each sentence, the median of some rounds."""
    compile_s: float
    compiled_mb: float
    """What the process grew by while compiling."""
    slow_text_ms: Sequence[float]
    """Of each text of 1,000 characters."""


def measure_understanding(sentences: int, texts: int, files: Sequence[Path] = ()) -> list[Figure]:
    """Measure each language on the demo plant and on one of 10,000 devices, each in a process of its own.

    `files`: labelled sentences, by the language that their names end with, to measure instead of made-up ones.
    """
    figures = []
    context = multiprocessing.get_context("spawn")
    for language in languages():
        for devices in (None, MANY_DEVICES):
            with context.Pool(1) as pool:
                said = [one.say for file in files if file.stem.endswith(language) for one in load_examples(file)]
                found = pool.apply(measure, (language, devices, sentences, texts, said))
            where = f"{language}, {devices or 'demo'} devices"
            count = len(found.sentence_us)
            figures += [
                at_most(f"{where}: sentence p50", percentile(found.sentence_us, 50) / 1000, 0.2, "ms", count),
                at_most(f"{where}: sentence p99", percentile(found.sentence_us, 99) / 1000, 0.2, "ms", count),
                at_most(f"{where}: slowest text", max(found.slow_text_ms), 5.0, "ms", len(found.slow_text_ms)),
                at_most(f"{where}: compile", found.compile_s, 2.0, "s"),
                at_most(f"{where}: memory", found.compiled_mb, 150.0, "MB"),
            ]
    return figures


def measure(language: str, devices: int | None, sentences: int, texts: int, said: Sequence[str] = ()) -> Measured:
    """Measure one language on one plant; `devices`: of a made-up plant instead of the demo's; `said`: what to say."""
    lexicon = lexicon_of(load_plant(DEMO_PLANT_FILE), language)
    if devices is not None:
        lexicon = enlarged(lexicon, devices)
    loaded = load_sentences(language)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    recognizer = Recognizer(loaded, lexicon)
    compile_s = time.perf_counter() - began
    compiled_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024
    rng = random.Random(_SEED)
    said = said or [recognizer.sample_of(rng, is_brief=True).text for _ in range(sentences)]
    gc.collect()
    gc.freeze()
    return Measured(
        sentence_us=[_time_us(recognizer, text) for text in said],
        compile_s=compile_s,
        compiled_mb=compiled_mb,
        slow_text_ms=[_time_us(recognizer, text) / 1000 for text in slow_texts(recognizer, rng, texts)],
    )


def enlarged(lexicon: Lexicon, devices: int) -> Lexicon:
    """Return a lexicon of many devices: the numbered kinds of another, each many times; one in five has a name."""
    kinds = list(dict.fromkeys(device.kind for device in lexicon.devices if device.number is not None))
    one_of = {device.kind: device for device in lexicon.devices}
    made: list[DeviceEntry] = []
    for index in range(devices):
        kind, number = kinds[index % len(kinds)], index // len(kinds) + 1
        names = (f"{one_of[kind].kind} {number} {index}",) if index % 5 == 0 else ()
        made.append(replace(one_of[kind], device_id=f"{kind}-{number}", number=number, names=names))
    return Lexicon(devices=tuple(made), kinds=lexicon.kinds)


def slow_texts(recognizer: Recognizer, rng: random.Random, count: int) -> list[str]:
    """Return texts of 1,000 characters put together from what the templates know, in ways that go on for long."""
    found = []
    for index in range(count):
        pieces = [recognizer.sample(rng) for _ in range(4)]
        words = [word for piece in pieces for word in piece.split()]
        match index % 4:
            case 0:
                text = f"{rng.choice(pieces)} " * _LONGEST_TEXT
            case 1:
                text = f"{rng.choice(words)} " * _LONGEST_TEXT
            case 2:
                text = " ".join(rng.choice(words) for _ in range(_LONGEST_TEXT))
            case _:
                text = " ".join([rng.choice(words), *(recognizer.sample(rng) for _ in range(_LONGEST_TEXT // 10))])
        found.append(text[:_LONGEST_TEXT])
    return found


def _time_us(recognizer: Recognizer, text: str) -> float:
    spent = []
    for _ in range(_ROUNDS):
        began = time.perf_counter_ns()
        recognizer.recognize(text)
        spent.append((time.perf_counter_ns() - began) / 1000)
    return sorted(spent)[_ROUNDS // 2]
