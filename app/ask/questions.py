"""Every question finds the file that answers it."""

from collections.abc import Mapping

from app.answer import Answer, say
from app.ask.alarms import acknowledge_alarms, answer_alarms
from app.ask.asked import Asked, PlantView
from app.ask.condition import answer_status
from app.ask.conversion import answer_conversion
from app.ask.history import answer_history
from app.ask.measured import QUANTITY_OF, answer_measured
from app.ask.rates import answer_boil_off, answer_time_to_full
from app.place import Place
from app.reply import Status
from app.watch_plant import PlantWatch
from devices.clock import Clock
from devices.plant import Plant
from intents.answer import Answers
from intents.intent import Intent, IntentName
from models.audit_query import AuditLog
from models.errors import DatabaseError


class Questions:
    """Answers intents that move nothing."""

    def __init__(
        self,
        *,
        plant: Plant,
        view: PlantView,
        watch: PlantWatch,
        log: AuditLog,
        answers: Mapping[str, Answers],
        clock: Clock,
    ) -> None:
        """`answers`: by language."""
        self._plant = plant
        self._view = view
        self._watch = watch
        self._log = log
        self._answers = answers
        self._clock = clock

    async def answer(self, intent: Intent, place: Place) -> Answer:
        """Answer one question, note or acknowledgement (which the turn has recorded already)."""
        asked = Asked(
            intent=intent,
            plant=self._plant,
            view=self._view,
            answers=self._answers[place.language],
            now=self._clock.now(),
        )
        match intent.name:
            case name if name in QUANTITY_OF:
                return answer_measured(asked)
            case IntentName.GET_STATUS:
                return answer_status(asked)
            case IntentName.GET_BOIL_OFF:
                return answer_boil_off(asked, self._watch.trends)
            case IntentName.GET_TIME_TO_FULL:
                return answer_time_to_full(asked, self._watch.trends)
            case IntentName.GET_HISTORY:
                return await self._history(asked)
            case IntentName.CONVERT:
                return answer_conversion(asked)
            case IntentName.LIST_ALARMS:
                self._watch.judge()
                return answer_alarms(asked, self._watch.alarms)
            case IntentName.ACKNOWLEDGE_ALARM:
                self._watch.judge()
                return acknowledge_alarms(asked, self._watch.alarms)
            case IntentName.ADD_NOTE:
                return say(Status.DONE, "note_taken", text=intent.slots["text"])
            case IntentName.HELP:
                return say(Status.ANSWERED, "help")
            case _:
                return say(Status.NOT_UNDERSTOOD, "not_understood")

    async def _history(self, asked: Asked) -> Answer:
        try:
            return await answer_history(asked, self._log)
        except DatabaseError:
            return say(Status.FAILED, "audit_unavailable")
