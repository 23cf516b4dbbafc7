"""A station that always listens in a room where people talk of other things: what it takes for something said to it.

The whole product listens, faster than people talk: voice activity, end-pointing, recogniser, address, turn, broker and
simulated plant. The station's time is the sound that it has heard, so that eight seconds are eight seconds of sound.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from app.bench.errors import NothingToMeasureError
from app.bench.room import SEED, played, read_noise, read_recordings
from app.bench.sound_clock import SoundClock
from app.commands.output import print_json, print_table, visible
from app.config import Settings
from app.demo.processes import free_port, running, wait_for_line
from app.listen.events import Ended, Failure, Final, Replied, Verdict
from app.listen.flow import Frames
from app.listen.grammars import grammar_names
from app.listen.half_duplex import HalfDuplex
from app.listen.listener import Listener, Station
from app.listen.listeners import Listeners
from app.listen.outbox import Outbox
from app.service import Service, run_service
from app.speech.live_utterance import LiveUtterance
from app.speech.transcribe import Transcript
from app.speech.voice_activity import FRAME_S
from app.utterance import InputProblem, Speaker, Utterance
from app.vocabulary import recognizer_for
from devices.plant import ListeningMode, Role
from devices.plant_file import load_plant
from intents.recognizer import Recognizer
from models.audit import Step
from models.audit_query import AuditFilter

_LEARN_TIMEOUT_S = 300.0
_PLANT_TIMEOUT_S = 60.0
_MOST_COMMANDS = 1000
"""That are counted."""
_TOLD_EVERY_S = 300.0
"""Of sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Who talks, and who listens."""

    others: Sequence[Path]
    """Folders of WAVs."""
    noise: Path | None
    hours: float
    language: str
    engine: str
    """As `choose_engine` takes it."""
    plant_file: Path
    models: Path
    seed: int = SEED


@dataclass(frozen=True, slots=True, kw_only=True)
class Overheard:
    """What a station made of talk that was not meant for it; all but `hours` and `utterances` should be 0."""

    engine: str
    hours: float
    utterances: int
    """That voice activity and end-pointing found."""
    addresses: int
    """How often the address was heard alone, which opens the station."""
    turns: int
    """What was taken for something said to the plant."""
    challenges: int
    """Commands that the station would have had confirmed."""
    commands: int
    """Sent to the plant."""
    failures: int
    """Utterances that could not be decoded."""
    verdicts: dict[str, int]
    """How often each."""
    texts: tuple[str, ...]
    """What was heard as addresses and turns."""


@dataclass(slots=True, kw_only=True)
class _Told:
    """What the listener told."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    texts: list[str] = field(default_factory=list)
    challenges: int = 0
    failures: int = 0


async def overhear(room: Room, progress: Callable[[str], None]) -> Overheard:
    """Let a hands-free station of a plant hear recordings in random order for so long.

    Raises `NothingToMeasureError`, `AudioError`s, `ModelError`s, `PlantFileError`, `HearingUnavailableError`.
    """
    recordings, noise = read_recordings(room.others), read_noise(room.noise)
    plant = load_plant(room.plant_file)
    hands_free = [name for name, at in plant.stations.items() if at.listening is ListeningMode.HANDS_FREE]
    if not hands_free:
        raise NothingToMeasureError(f"no station of {room.plant_file} always listens; give one `listening: hands_free`")
    with tempfile.TemporaryDirectory(prefix="wanwan-bench-") as name:
        settings = _settings(room, Path(name))
        recognizers = {room.language: recognizer_for(plant, room.language, settings.sentences_dir)}
        async with _site(settings, recognizers) as service:
            async with asyncio.timeout(_LEARN_TIMEOUT_S):
                await service.hearing.ready(room.language, grammar_names(is_hands_free=True))
            (state,) = service.hearing.states
            progress(f"heard by {state.engine}: {state.reason}")
            ear = _Ear(service, recognizers, hands_free[0], room.language, progress)
            await ear.hear(played(recordings, noise, room.hours * 3600, seed=room.seed))
            page = await service.log.page(AuditFilter(step=Step.COMMANDED), limit=_MOST_COMMANDS)
            told = ear.told
            return Overheard(
                engine=str(state.engine),
                hours=round(ear.heard_s / 3600, 4),
                utterances=told.verdicts.total() + told.failures,
                addresses=told.verdicts[Verdict.ADDRESS_ALONE],
                turns=told.verdicts[Verdict.TAKEN],
                challenges=told.challenges,
                commands=len(page.entries),
                failures=told.failures,
                verdicts={verdict.value: count for verdict, count in sorted(told.verdicts.items())},
                texts=tuple(told.texts),
            )


def print_overheard(found: Overheard, *, as_json: bool) -> None:
    """Print a table and what was heard, or one JSON object."""
    if as_json:
        print_json(asdict(found))
        return
    print_table(
        ("heard by", "hours", "utterances", "addresses", "turns", "challenges", "commands", "failures"),
        [
            (
                found.engine,
                f"{found.hours:.3f}",
                *(
                    str(count)
                    for count in (
                        found.utterances,
                        found.addresses,
                        found.turns,
                        found.challenges,
                        found.commands,
                        found.failures,
                    )
                ),
            )
        ],
    )
    print_table(("verdict", "utterances"), ((verdict, str(count)) for verdict, count in found.verdicts.items()))
    for text in found.texts:
        print(visible(text))  # noqa: T201


def _settings(room: Room, folder: Path) -> Settings:
    recognizers = {"recognizer_en": "none", "recognizer_ja": "none", f"recognizer_{room.language}": room.engine}
    fields: dict[str, object] = {
        "data": folder,
        "database_url": None,
        "plant": room.plant_file,
        "models": room.models,
        "languages": [room.language],
        "broker_url": None,
        "embedded_broker_port": free_port(1883),
        "speech_out": False,
        **recognizers,
    }
    return Settings.model_validate(fields)


@asynccontextmanager
async def _site(settings: Settings, recognizers: dict[str, Recognizer]) -> AsyncIterator[Service]:
    """Run the service in this process and the simulated plant in another, and wait until they know each other."""
    async with run_service(settings, recognizers=recognizers) as service:
        target = f"mqtt://wanwan:{service.broker.password}@127.0.0.1:{service.broker.port}"
        arguments = ["simulate", "--plant", str(settings.plant), "--broker", target, "--instant"]
        log = settings.data / "plant.log"
        with running(arguments, {}, log) as devices:
            await asyncio.to_thread(wait_for_line, devices, "ready", log)
            async with asyncio.timeout(_PLANT_TIMEOUT_S):
                while len(service.bus.states()) < len(service.plant.devices):  # noqa: ASYNC110 - retained states come in
                    await asyncio.sleep(0.05)
            yield service


class _Ear:
    """A hands-free station with nobody at it."""

    def __init__(
        self,
        service: Service,
        recognizers: dict[str, Recognizer],
        station: str,
        language: str,
        progress: Callable[[str], None],
    ) -> None:
        self._service = service
        self._clock = SoundClock()
        self._listeners = Listeners(
            plant=service.plant,
            recognizers=recognizers,
            clock=self._clock,
            settings=service.listeners.settings,
            sound=service.listeners.sound,
        )
        self._station = station
        self._language = language
        self._progress = progress
        self._live: LiveUtterance | None = None
        self._outbox = Outbox()
        self.told = _Told()

    @property
    def heard_s(self) -> float:
        """How much sound was heard."""
        return self._clock.monotonic()

    async def hear(self, sounds: Iterator[bytes]) -> None:
        """Hear all, each utterance to its end before what comes after it."""
        half_duplex = HalfDuplex(self._clock)
        with self._listeners.session(
            station=self._station, key_id="bench", language=self._language, half_duplex=half_duplex
        ) as session:
            listener = Listener(
                session,
                Station(
                    language=self._language,
                    begin_decoding=self._begin_decoding,
                    turns=self._service.turn,
                    utterance=self._utterance,
                    voice=None,
                    half_duplex=half_duplex,
                    longest_s=self._service.settings.listen_longest_s,
                    sound=self._listeners.sound,
                ),
                self._outbox,
            )
            receiving = asyncio.create_task(self._receive(), name="bench: receive")
            async with listener.listening():
                frames = Frames()
                for sound in sounds:
                    for frame in frames.take(sound):
                        await self._hear(listener, frame)
                listener.end()
                await listener.settled()
            self._outbox.tell(_ALL)
            await receiving

    async def _hear(self, listener: Listener, frame: bytes) -> None:
        was_hearing = listener.is_hearing
        listener.hear(frame)
        self._clock.advance(FRAME_S)
        if listener.is_hearing and self._live is not None:
            # What was heard so far decides how long a pause may be: it must not come later than it would in a room.
            await self._live.caught_up()
        elif was_hearing:
            await listener.settled()
            self._live = None
        await asyncio.sleep(0)
        if self.heard_s % _TOLD_EVERY_S < FRAME_S:
            turns, opened = self.told.verdicts[Verdict.TAKEN], self.told.verdicts[Verdict.ADDRESS_ALONE]
            self._progress(f"{self.heard_s / 60:.0f} minutes: {opened} addresses, {turns} turns")

    def _begin_decoding(self, grammar: str) -> LiveUtterance:
        self._live = self._service.hearing.begin(self._language, grammar)
        return self._live

    def _utterance(
        self, texts: tuple[str, ...], transcript: Transcript | None, problem: InputProblem | None
    ) -> Utterance:
        return Utterance(
            texts=texts,
            station=self._station,
            speaker=Speaker(name="bench", role=Role.OPERATOR),
            language=self._language,
            transcript=transcript,
            problem=problem,
            detail={"channel": "listen"},
        )

    async def _receive(self) -> None:
        """Count what the listener tells."""
        async for message in self._outbox.messages():
            match message:
                case Final(verdict=verdict, text=text):
                    self.told.verdicts[verdict] += 1
                    if verdict in {Verdict.TAKEN, Verdict.ADDRESS_ALONE}:
                        self.told.texts.append(text)
                case Replied(reply=reply):
                    self.told.challenges += reply.challenge is not None
                case Failure():
                    self.told.failures += 1
                case _ if message is _ALL:
                    return
                case _:
                    pass


_ALL = Ended()
"""Told last."""
