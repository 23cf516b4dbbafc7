"""What a station takes for a sentence of its plant from sound that is none."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from app.bench.errors import NothingToMeasureError
from app.bench.listening import LONGEST_S, Listener
from app.commands.output import print_table, visible
from app.listen.address import addresses
from app.listen.events import Dialogue, Verdict
from app.listen.gate import Gate
from app.listen.grammars import ADDRESSED, dialogue_graphs
from app.speech.errors import HearingFailedError
from app.speech.grammar import WordGraph
from app.speech.hear import Recording, hear
from app.speech.hearing import FREE
from app.speech.transcribe import SAMPLE_RATE_HZ, Transcriber
from app.vocabulary import recognizer_for
from devices.plant_file import load_plant
from intents.intent import ACTING, Ambiguous, NotRecognized, Recognition, Recognized
from intents.recognizer import Recognizer

_PIECE_S = 12.0
"""Longer recordings (noise) are heard in pieces, as end-pointing would cut them."""
_SHORTEST_S = 1.0
_STATIONS = {FREE: "addressed", ADDRESSED: "always_listening"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseAccepts:
    """What one kind of station made of recordings that say nothing to it."""

    station: str
    """`addressed` (push-to-talk: all it hears is meant for it) or `always_listening` (only what begins with the
    address, and stops)."""
    n: int
    understood: float
    """Share of which something was understood, also what does nothing."""
    commands: float
    """Share that would have done something, or have been asked about."""
    heard: tuple[str, ...]
    """The texts of those."""


def measure_false_accepts(listener: Listener, folder: Path, plant_file: Path) -> list[FalseAccepts]:
    """Hear every WAV of a folder with the grammars of a plant.

    Raises `NothingToMeasureError`, `PlantFileError`, `ModelError`s, `AudioError`s.
    """
    pieces = list(_pieces(folder))
    if not pieces:
        raise NothingToMeasureError(f"there is no WAV in {folder}")
    plant = load_plant(plant_file)
    recognizer = recognizer_for(plant, listener.language, plant_file.parent / "sentences")
    address = addresses(plant, [listener.language]).get(listener.language)
    free = recognizer.word_graph()
    graphs: dict[str, WordGraph] = {FREE: free}
    if address is not None:
        graphs[ADDRESSED] = dialogue_graphs(recognizer, free, address)[ADDRESSED]
    gates = {FREE: Gate(address=address, is_hands_free=False, understand=recognizer.recognize)}
    if address is not None:
        gates[ADDRESSED] = Gate(address=address, is_hands_free=True, understand=recognizer.recognize)
    with listener.opened(graphs) as transcriber:
        return [
            _measure(transcriber, recognizer, pieces, grammar, gate, listener.progress)
            for grammar, gate in gates.items()
        ]


def _measure(
    transcriber: Transcriber,
    recognizer: Recognizer,
    pieces: Sequence[Recording],
    grammar: str,
    gate: Gate,
    progress: Callable[[str], None],
) -> FalseAccepts:
    understood = 0
    heard: list[str] = []
    station = _STATIONS[grammar]
    for done, piece in enumerate(pieces):
        if done and done % 50 == 0:
            progress(f"{station}: {done} of {len(pieces)}")
        try:
            texts = transcriber.transcribe(piece.pcm, grammar).texts
        except HearingFailedError as exc:  # a station says so, and does nothing
            progress(str(exc))
            continue
        judged = gate.judge(texts, Dialogue.CLOSED)
        if judged.verdict is not Verdict.TAKEN:
            continue
        found = recognizer.recognize_nbest(judged.texts)
        understood += not isinstance(found, NotRecognized)
        if _would_act(found):
            heard.append(judged.texts[0])
    progress(f"{station}: {len(heard)} commands in {len(pieces)} recordings")
    return FalseAccepts(
        station=station,
        n=len(pieces),
        understood=understood / len(pieces),
        commands=len(heard) / len(pieces),
        heard=tuple(heard),
    )


def _would_act(found: Recognition) -> bool:
    match found:
        case Recognized(intent=intent):
            return intent.name in ACTING
        case Ambiguous(choices=choices):
            return any(choice.name in ACTING for choice in choices)
        case _:
            return False


def _pieces(folder: Path) -> Iterator[Recording]:
    """Read the WAVs of a folder; a long one in pieces."""
    piece_bytes = int(_PIECE_S * SAMPLE_RATE_HZ) * 2
    for path in sorted(folder.rglob("*.wav")):
        pcm = hear(path, longest_s=LONGEST_S).pcm
        for at in range(0, len(pcm), piece_bytes):
            if at == 0 or len(pcm) - at >= _SHORTEST_S * SAMPLE_RATE_HZ * 2:
                yield Recording(pcm=pcm[at : at + piece_bytes])


def print_false_accepts(found: Sequence[FalseAccepts]) -> None:
    """Print a table, and what was heard."""
    print_table(
        ("station", "recordings", "understood", "commands"),
        ((one.station, str(one.n), f"{one.understood:.3f}", f"{one.commands:.3f}") for one in found),
    )
    for one in found:
        for text in one.heard:
            typer.echo(visible(f"{one.station}: {text}"))
