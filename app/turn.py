"""One turn: hear → recognize → decide → operate → answer. The only way to the plant."""

import asyncio
import logging
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.act import Acting
from app.answer import Answer, render, say
from app.ask.questions import Questions
from app.ask.repeat import answer_repeat
from app.ask.unclear import answer_ambiguous, answer_no_action, answer_not_understood
from app.manner import settings_of
from app.metrics import count_turn
from app.place import Place, StationMemory, dialogue_id, station_of
from app.record import AuditSink, TurnRecord
from app.reply import Reply, Status
from app.utterance import Utterance
from devices.clock import Clock
from devices.plant import Plant
from intents.answer import Answers
from intents.dialogue import context_after
from intents.errors import AnswerError
from intents.intent import ACTION_OF, Ambiguous, Intent, IntentName, NoAction, NotRecognized, Recognition, Recognized
from intents.recognizer import Recognizer
from models.audit import Step
from models.errors import AuditUnavailableError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnSettings:
    """What a site may choose about turns."""

    default_language: str
    max_text_chars: int
    dialogue_expires_s: float
    spill_file: Path


class Turn:
    """Takes utterances, one after the other or many at once, from every way in."""

    def __init__(
        self,
        *,
        plant: Plant,
        recognizers: Mapping[str, Recognizer],
        answers: Mapping[str, Answers],
        audit: AuditSink,
        questions: Questions,
        acting: Acting,
        clock: Clock,
        settings: TurnSettings,
    ) -> None:
        """Put the steps together; each of them can be another implementation."""
        self._plant = plant
        self._recognizers = recognizers
        self._answers = answers
        self._audit = audit
        self._questions = questions
        self._acting = acting
        self._clock = clock
        self._settings = settings
        self._memories: dict[str, StationMemory] = {}
        self._running: set[asyncio.Task[Reply]] = set()

    async def take(self, utterance: Utterance) -> Reply:
        """Take one utterance to its answer.

        A caller that goes away does not stop a turn: what was commanded is followed to its outcome and recorded.
        """
        task = asyncio.create_task(self._take(utterance), name=f"turn-{utterance.station}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def leave(self, utterance: Utterance, challenge_id: str | None) -> None:
        """Let a listener go: the challenge that it left open dies, and what was wrong, if anything, gets a row.

        `utterance`: where it was, with a problem where it was sent away.
        """
        place = self._place(utterance)
        if utterance.problem is not None:
            self._record_heard(place)
        if challenge_id is not None:
            await self._acting.abandon(challenge_id, place)
        await place.record.commit_or_spill()

    async def finish(self, timeout_s: float) -> None:
        """Wait for the turns under way, at most `timeout_s`, then let go of them."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _take(self, utterance: Utterance) -> Reply:
        began_s = self._clock.monotonic()
        place = self._place(utterance)
        self._record_heard(place)
        recognition: Recognition | None = None
        try:
            problem = self._problem(utterance)
            if problem is not None:
                answer = problem
            else:
                recognition = self._recognize(place)
                self._record_understood(recognition, place)
                answer = await self._act(recognition, place)
        except AuditUnavailableError:
            logger.exception("the audit log cannot be written")
            answer = say(Status.REFUSED, "refused_audit_unavailable")
        except Exception:
            logger.exception("turn %s failed", place.record.turn_id)
            answer = say(Status.FAILED, "internal_error")
        speech = self._words(answer, place)
        await self._record_answered(answer, speech, place)
        intent = intent_of(recognition)
        if intent is None or intent.name != IntentName.REPEAT:
            place.memory.last_speech = speech
        reply = Reply(
            turn_id=place.record.turn_id,
            status=answer.status,
            speech=speech,
            language=place.language,
            intent=intent.name if intent else None,
            slots=intent.slots if intent else {},
            transcript=utterance.transcript,
            commands=answer.commands,
            challenge=answer.challenge,
            readings=answer.readings,
            reason=answer.code,
            voice=settings_of(place.voice),
        )
        count_turn(reply, self._clock.monotonic() - began_s)
        return reply

    def _words(self, answer: Answer, place: Place) -> str:
        """Put the answer into words; a sentence that cannot be written must not hide what the plant did."""
        answers = self._answers[place.language]
        try:
            return render(answer, answers)
        except AnswerError:
            logger.exception("turn %s: no words for %s", place.record.turn_id, answer)
            return answers.say("internal_error")

    def _place(self, utterance: Utterance) -> Place:
        station = station_of(utterance, self._plant, self._settings.default_language)
        language = utterance.language or station.language
        if language not in self._recognizers:
            language = self._settings.default_language
        record = TurnRecord(
            sink=self._audit,
            clock=self._clock,
            turn_id=uuid.uuid4().hex,
            utterance=utterance,
            language=language,
            spill_file=self._settings.spill_file,
        )
        memory = self._memories.setdefault(dialogue_id(utterance), StationMemory())
        return Place(station=station, language=language, utterance=utterance, record=record, memory=memory)

    def _recognize(self, place: Place) -> Recognition:
        """Understand the utterance, leaning on what was just said at the same station."""
        memory, now_s = place.memory, self._clock.monotonic()
        context = memory.context_at(now_s)
        recognition = self._recognizers[place.language].recognize_nbest(place.utterance.texts, context)
        following = context_after(recognition, context)
        if following is not context:
            memory.context, memory.context_until_s = following, now_s + self._settings.dialogue_expires_s
        return recognition

    def _problem(self, utterance: Utterance) -> Answer | None:
        """Judge what came in before anybody tries to understand it."""
        if utterance.problem is not None:
            return say(Status.NOT_UNDERSTOOD, utterance.problem.code, **utterance.problem.values)
        if not any(text.strip() for text in utterance.texts):
            return say(Status.NOT_UNDERSTOOD, "text_empty" if utterance.transcript is None else "nothing_heard")
        limit = self._settings.max_text_chars
        longest = max(len(text) for text in utterance.texts)
        if longest > limit:
            return say(Status.NOT_UNDERSTOOD, "text_too_long", characters=longest, limit=limit)
        if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\t\n\r" for text in utterance.texts for c in text):
            return say(Status.NOT_UNDERSTOOD, "text_unreadable")
        return None

    async def _act(self, recognition: Recognition, place: Place) -> Answer:
        match recognition:
            case Recognized(intent=intent):
                return await self._act_on(intent, place)
            case NoAction():
                return answer_no_action(recognition, self._plant, self._answers[place.language])
            case Ambiguous():
                return answer_ambiguous(recognition, self._plant, self._answers[place.language])
            case NotRecognized():
                return answer_not_understood(recognition)

    async def _act_on(self, intent: Intent, place: Place) -> Answer:
        match intent.name:
            case IntentName.STOP_ALL:
                return await self._acting.stop_all(place)
            case IntentName.CONFIRM:
                return await self._acting.confirm(intent, place)
            case IntentName.CANCEL:
                return await self._acting.cancel(place)
            case name if name in ACTION_OF:
                return await self._acting.wish(intent, place)
            case IntentName.REPEAT:
                return answer_repeat(intent, place)
            case IntentName.ADD_NOTE | IntentName.ACKNOWLEDGE_ALARM:
                place.record.add(Step.DECIDED, intent=intent.name, slots=intent.slots, outcome="allowed")
                await place.record.commit()
                return await self._questions.answer(intent, place)
            case _:
                return await self._questions.answer(intent, place)

    def _record_heard(self, place: Place) -> None:
        utterance, limit = place.utterance, self._settings.max_text_chars
        detail = dict(utterance.detail)
        if utterance.transcript is not None:
            detail["engine"] = utterance.transcript.engine
        if utterance.problem is not None:
            detail["problem"] = utterance.problem.message
        texts = tuple(text[:limit] for text in utterance.texts)
        place.record.add(
            Step.HEARD,
            transcript=texts[0] if texts else None,
            nbest=texts,
            reason=utterance.problem.code if utterance.problem else None,
            detail=detail,
        )

    def _record_understood(self, recognition: Recognition, place: Place) -> None:
        intent = intent_of(recognition)
        columns: dict[str, object] = {}
        if intent is not None:
            columns = {"intent": intent.name, "slots": intent.slots, "device": intent.slots.get("device")}
        match recognition:
            case NoAction(reason=reason):
                columns["reason"] = reason.value
            case Ambiguous(differs_in=slot):
                columns["reason"] = f"ambiguous_{slot}"
            case NotRecognized():
                columns |= {"outcome": "not_understood", "transcript": next(iter(place.utterance.texts), None)}
        place.record.add(Step.UNDERSTOOD, **columns)

    async def _record_answered(self, answer: Answer, speech: str, place: Place) -> None:
        place.record.add(Step.ANSWERED, outcome=answer.status.value, reason=answer.code, detail={"speech": speech})
        await place.record.commit_or_spill()


def intent_of(recognition: Recognition | None) -> Intent | None:
    """Return the one intent that a recognition is about, if there is one; left open, what its choices share."""
    match recognition:
        case Recognized(intent=intent):
            return intent
        case NoAction(reason=reason, details=details):
            return Intent(name=IntentName.NO_ACTION, slots={**details, "reason": reason.value})
        case Ambiguous(choices=choices) if len({choice.name for choice in choices}) == 1:
            common = set.intersection(*(set(choice.slots.items()) for choice in choices))
            return Intent(name=choices[0].name, slots=dict(common))
        case _:
            return None
