"""The running service: every part put together, started and stopped in order."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from app.act import Acting
from app.ask.questions import Questions
from app.broker_settings import embedded_settings, own_broker, site_broker
from app.clock import SystemClock
from app.config import Settings
from app.confirm import Confirmations
from app.keep_readings import forget_old_readings, keep_readings
from app.late_news import record_late_news
from app.listen.judge_address import open_address_judge
from app.listen.listeners import Listeners, ListenersSettings
from app.speech.errors import (
    AudioError,
    GrammarTooLargeError,
    HearingFailedError,
    HearingUnavailableError,
    SpeechUnavailableError,
)
from app.speech.hear import hear, largest_wav_bytes, too_large
from app.speech.hearing import FREE, Hearing, open_hearing
from app.speech.speak import Voice
from app.turn import Turn, TurnSettings
from app.utterance import InputProblem, Speaker, Utterance
from app.vocabulary import recognizer_for
from app.watch_plant import PlantWatch
from devices.bus import Bus
from devices.clock import Clock
from devices.mqtt import MqttLink, MqttSettings
from devices.plant import Plant
from devices.plant_file import load_plant
from intents.answer import Answers
from intents.recognizer import Recognizer
from models.audit_query import AuditLog
from models.audit_writer import AuditWriter
from models.database import Database
from models.errors import ModelsError
from models.operator import KeyRing
from models.reading import ReadingStore

logger = logging.getLogger(__name__)

TURN_END_TIMEOUT_S = 35.0
"""How long a service that is told to stop follows commands under way: a compressor may take 30 s."""
SPILL_RETRY_S = 5.0
"""How often rows that wait in the spill file are offered to the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the ways in need of a running service."""

    settings: Settings
    clock: Clock
    plant: Plant
    bus: Bus
    turn: Turn
    database: Database
    audit: AuditWriter
    log: AuditLog
    keys: KeyRing
    readings: ReadingStore
    hearing: Hearing
    listeners: Listeners
    voice: Voice | None
    broker: MqttSettings

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages served, the default first."""
        return tuple(self.settings.languages)

    @property
    def max_recording_bytes(self) -> int:
        """The largest recording worth receiving."""
        return largest_wav_bytes(self.settings.max_recording_s)

    def language_at(self, station: str) -> str:
        """Return the language of a station, the default one for others."""
        known = self.plant.stations.get(station)
        return known.language if known else self.settings.languages[0]

    async def hear(
        self,
        wav: bytes,
        *,
        station: str,
        speaker: Speaker,
        is_without_station: bool = False,
        language: str | None = None,
        challenge_id: str | None = None,
    ) -> Utterance:
        """Turn a recording into an utterance; what is wrong with it becomes the utterance's problem."""
        spoken = language or self.language_at(station)
        texts: tuple[str, ...] = ()
        transcript, problem = None, None
        try:
            if len(wav) > self.max_recording_bytes:
                raise too_large(len(wav), self.settings.max_recording_s)
            recording = await asyncio.to_thread(hear, wav, longest_s=self.settings.max_recording_s)
            transcript = await self.hearing.transcribe(recording, spoken)
            texts = transcript.texts
        except AudioError as exc:
            values = {"limit_s": self.settings.max_recording_s}
            problem = InputProblem(code=exc.code, message=str(exc), values=values)
        except HearingUnavailableError as exc:
            problem = InputProblem(code="no_recognizer", message=str(exc), values={"language": spoken})
        except HearingFailedError as exc:
            problem = InputProblem(code="hearing_failed", message=str(exc))
        return Utterance(
            texts=texts,
            station=station,
            is_without_station=is_without_station,
            speaker=speaker,
            language=language,
            challenge_id=challenge_id,
            transcript=transcript,
            problem=problem,
            detail={"channel": "audio"},
        )


@asynccontextmanager
async def run_service(
    settings: Settings, clock: Clock | None = None, *, recognizers: Mapping[str, Recognizer] | None = None
) -> AsyncIterator[Service]:
    """Start every part, yield the service, and stop everything in reverse order.

    `recognizers`: compiled already, by language, where several services understand the same plant.

    Raises `PlantFileError`, `DatabaseError`, `ModelError`, `BrokerError` or `TemplateError`, each with a remedy.
    A broker that is away is no error: the service says that the plant cannot be reached, and tries again by itself.
    """
    clock = clock or SystemClock()
    plant = load_plant(settings.plant)
    answers = {language: Answers.load(language) for language in settings.languages}
    async with AsyncExitStack() as stack:
        wanted = {language: settings.recognizer_for(language) for language in settings.languages}
        # Models load in threads and child processes while this thread compiles the sentences.
        opening = asyncio.create_task(
            open_hearing(wanted, {}, models=settings.models_dir, sounds_like=plant.site.sounds_like),
            name="open-hearing",
        )
        stack.push_async_callback(_close_hearing, opening)
        database = await stack.enter_async_context(await Database.open(settings.effective_database_url))
        readings = await stack.enter_async_context(await ReadingStore.open(settings.effective_database_url))
        audit = await stack.enter_async_context(AuditWriter(database))
        await audit.take_in_spill(settings.spill_file)
        if settings.broker_url:
            broker = site_broker(settings)
        else:
            own = stack.enter_context(own_broker(settings))
            broker = embedded_settings(own)
            logger.warning("embedded broker on %s:%s; a site runs Mosquitto (WANWAN_BROKER_URL)", own.host, own.port)
        if recognizers is None:
            recognizers = await asyncio.to_thread(_compile_sentences, plant, settings)
        hearing = await opening
        voice = Voice() if settings.speech_out else None
        if voice is not None:
            stack.push_async_callback(voice.close)
        bus = await stack.enter_async_context(Bus(plant, MqttLink(broker, clock), clock))
        log = AuditLog(database)
        watch = await stack.enter_async_context(PlantWatch(plant, bus, clock))
        questions = Questions(plant=plant, view=bus, watch=watch, log=log, answers=answers, clock=clock)
        acting = Acting(
            plant=plant,
            link=bus,
            answers=answers,
            confirmations=Confirmations(clock, settings.confirmation_expires_s),
            clock=clock,
            command_expires_s=settings.command_expires_s,
        )
        turn = Turn(
            plant=plant,
            recognizers=recognizers,
            answers=answers,
            audit=audit,
            questions=questions,
            acting=acting,
            clock=clock,
            settings=TurnSettings(
                default_language=settings.languages[0],
                max_text_chars=settings.max_text_chars,
                dialogue_expires_s=settings.dialogue_expires_s,
                spill_file=settings.spill_file,
            ),
        )
        listeners = _listeners(plant, recognizers, clock, settings)
        listeners.sound = await asyncio.to_thread(open_address_judge, plant, listeners.addresses, wanted.get("en", ""))
        if listeners.sound is not None:
            stack.push_async_callback(listeners.sound.close)
        service = Service(
            settings=settings,
            clock=clock,
            plant=plant,
            bus=bus,
            turn=turn,
            database=database,
            audit=audit,
            log=log,
            keys=KeyRing(database, clock.now),
            readings=readings,
            hearing=hearing,
            listeners=listeners,
            voice=voice,
            broker=broker,
        )
        await stack.enter_async_context(_background(service, recognizers))
        # The compiled sentences are millions of objects that live for ever: no collection need walk them again.
        gc.collect()
        gc.freeze()
        try:
            yield service
        finally:
            await turn.finish(TURN_END_TIMEOUT_S)


@asynccontextmanager
async def _background(service: Service, recognizers: Mapping[str, Recognizer]) -> AsyncIterator[None]:
    """Run what goes on beside the turns, and stop it at the end."""
    readings = keep_readings(service.plant, service.bus, service.readings, service.clock)
    tasks = [
        asyncio.create_task(_learn_sentences(service, recognizers), name="learn-sentences"),
        asyncio.create_task(_warm_up(service), name="warm-up"),
        asyncio.create_task(_take_in_spill(service), name="take-in-spill"),
        asyncio.create_task(readings, name="keep-readings"),
        asyncio.create_task(forget_old_readings(service.readings, service.clock), name="forget-old-readings"),
        asyncio.create_task(record_late_news(service.bus, service.log, service.audit), name="late-news"),
    ]
    for task in tasks:
        task.add_done_callback(_log_failure)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _log_failure(task: asyncio.Task[None]) -> None:
    """Tell of a background task that ended by itself with an error; the turns go on without it."""
    if not task.cancelled() and (failure := task.exception()) is not None:
        logger.error("%s ended: %s", task.get_name(), failure, exc_info=failure)


def _listeners(plant: Plant, recognizers: Mapping[str, Recognizer], clock: Clock, settings: Settings) -> Listeners:
    return Listeners(
        plant=plant,
        recognizers=recognizers,
        clock=clock,
        settings=ListenersSettings(
            silence_s=settings.listen_silence_s,
            longest_s=settings.listen_longest_s,
            most=settings.listen_sessions,
            most_per_key=settings.listen_sessions_per_key,
            window_s=settings.address_window_s,
            clarification_s=settings.dialogue_expires_s,
        ),
    )


def _compile_sentences(plant: Plant, settings: Settings) -> dict[str, Recognizer]:
    return {language: recognizer_for(plant, language, settings.sentences_dir) for language in settings.languages}


async def _close_hearing(opening: asyncio.Task[Hearing]) -> None:
    await asyncio.wait({opening})
    if not opening.cancelled() and opening.exception() is None:
        await opening.result().close()


async def _learn_sentences(service: Service, recognizers: Mapping[str, Recognizer]) -> None:
    """Give the recognisers their sentences; typed ones are taken meanwhile, spoken ones wait for it.

    Recordings wait for the sentences of one language, listening stations also for those of each state of a dialogue.
    """
    heard = [state.language for state in service.hearing.states if state.engine is not None]
    free = {language: await asyncio.to_thread(recognizers[language].word_graph) for language in heard}
    learned = []
    for language, graph in free.items():
        try:
            await service.hearing.learn(language, {FREE: graph})
            learned.append(language)
        except GrammarTooLargeError as exc:
            logger.warning("%s can only be typed: %s", language, exc)
    for language in learned:
        graphs = await asyncio.to_thread(service.listeners.graphs, language, free[language])
        try:
            await service.hearing.learn(language, graphs)
        except GrammarTooLargeError as exc:
            logger.warning("%s can only be typed: %s", language, exc)
    for recognizer in recognizers.values():
        await asyncio.to_thread(recognizer.suggest, "")  # lest the first sentence not understood wait for it


async def _warm_up(service: Service) -> None:
    if service.voice is not None:
        try:
            await service.voice.warm_up()
        except SpeechUnavailableError as exc:
            logger.warning("a voice is missing; answers come as text: %s", exc)
    await service.hearing.warm_up()


async def _take_in_spill(service: Service) -> None:
    """Offer what waits in the spill file to the log, until it takes it."""
    while True:
        await service.clock.sleep(SPILL_RETRY_S)
        if service.settings.spill_file.exists():
            try:
                taken = await service.audit.take_in_spill(service.settings.spill_file)
                logger.warning("%d audit rows of stops were taken in from the spill file", len(taken))
            except ModelsError as exc:
                logger.warning("spilled audit rows still wait: %s", exc)
