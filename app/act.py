"""Act: a wish goes through decision, challenge and confirmation to the plant."""

import asyncio
from collections.abc import Mapping

from app.answer import Answer, say
from app.ask.measured import amounts_of
from app.confirm import Confirmations, NotConfirmed
from app.decide import Allowed, AlreadySo, NeedsConfirmation, Refused, Situation, decide
from app.operate import Operated, PlantLink, operate, outcome_name, shown
from app.place import Place
from app.reply import Challenge, CommandReport, Status
from app.wish import Wish
from devices.clock import Clock
from devices.outcome import Done, Unknown
from devices.plant import Device, Plant, Risk
from intents.answer import Answers
from intents.intent import ACTION_OF, Intent, IntentName
from models.audit import Step


class Acting:
    """Carries out intents that are commands."""

    def __init__(
        self,
        *,
        plant: Plant,
        link: PlantLink,
        answers: Mapping[str, Answers],
        confirmations: Confirmations,
        clock: Clock,
        command_expires_s: float,
    ) -> None:
        """`command_expires_s`: the greatest age at which a device may still act."""
        self._plant = plant
        self._link = link
        self._answers = answers
        self._confirmations = confirmations
        self._clock = clock
        self._command_expires_s = command_expires_s

    async def wish(self, intent: Intent, place: Place) -> Answer:
        """Do what an intent of `ACTION_OF` asks for, as far as it is allowed."""
        device = self._plant.device(intent.slots["device"])
        wish = Wish(device=device, action=device.action(ACTION_OF[intent.name]), value=intent.slots.get("mode"))
        return await self._decide(wish, place, is_confirmed=False)

    async def confirm(self, intent: Intent, place: Place) -> Answer:
        """Redeem a challenge of this station and carry out what it was for, judged again on the present state."""
        slots = intent.slots
        found = await self._confirmations.redeem(
            station=place.dialogue_id,
            challenge_id=place.utterance.challenge_id,
            device=slots.get("device"),
            action=slots.get("action"),
            value=slots.get("mode"),
        )
        row = {"device": slots.get("device"), "action": slots.get("action")}
        if isinstance(found, NotConfirmed):
            place.record.add(Step.CONFIRMED, outcome="refused", reason=found.code, **row)
            return say(Status.REFUSED, found.code, say=self._phrase_to_repeat(found, place))
        place.record.add(
            Step.CONFIRMED,
            outcome="confirmed",
            detail={
                "challenge_id": found.challenge_id,
                "asked_in_turn": found.turn_id,
                "asked_by": found.asked_by,
            },
            **row,
        )
        return await self._decide(found.wish, place, is_confirmed=True)

    async def cancel(self, place: Place) -> Answer:
        """Close the station's challenge."""
        pending = await self._confirmations.cancel(place.dialogue_id)
        if pending is None:
            return say(Status.CANCELLED, "nothing_to_cancel")
        place.record.add(
            Step.CONFIRMED,
            device=pending.wish.device.device_id,
            action=pending.wish.action.name,
            outcome="cancelled",
            detail={"challenge_id": pending.challenge_id},
        )
        return say(Status.CANCELLED, "cancelled", **self._subject(pending.wish, place))

    async def abandon(self, challenge_id: str, place: Place) -> None:
        """Close a challenge whose listener went away before it was answered."""
        pending = await self._confirmations.abandon(place.dialogue_id, challenge_id)
        if pending is not None:
            place.record.add(
                Step.CONFIRMED,
                device=pending.wish.device.device_id,
                action=pending.wish.action.name,
                outcome="cancelled",
                reason="listener_left",
                detail={"challenge_id": pending.challenge_id, "asked_in_turn": pending.turn_id},
            )

    async def stop_all(self, place: Place) -> Answer:
        """Stop everything that has a stop, at once, for anyone; and point to the red button whatever comes of it."""
        await self._confirmations.cancel_all()
        place.record.add(Step.DECIDED, intent=IntentName.STOP_ALL, outcome="allowed")
        wishes = [
            Wish(device=device, action=action)
            for device in self._plant.devices.values()
            for action in device.actions.values()
            if action.is_in_stop_all and action.risk is Risk.IMMEDIATE
        ]
        if not self._link.is_connected:
            return say(Status.FAILED, "stop_all_unreachable")
        operated = await asyncio.gather(*(self._operate(wish, place) for wish in wishes))
        named: dict[str, list[str]] = {"stopped": [], "already": [], "failed": [], "unknown": []}
        for wish, done in zip(wishes, operated, strict=True):
            named[_stop_result(wish, done)].append(wish.device.spoken_name(place.language))
        is_all_done = not named["failed"] and not named["unknown"]
        return Answer(
            status=Status.DONE if is_all_done else Status.UNKNOWN if named["unknown"] else Status.FAILED,
            code="stop_all",
            values=named,
            commands=tuple(_report(done) for done in operated),
        )

    async def _decide(self, wish: Wish, place: Place, *, is_confirmed: bool) -> Answer:
        situation = Situation(
            plant=self._plant,
            states=self._link.states(),
            is_connected=self._link.is_connected,
            now=self._clock.now(),
            role=place.utterance.speaker.role,
            station=place.station,
            is_confirmed=is_confirmed,
        )
        subject = self._subject(wish, place)
        row: dict[str, str] = {"device": wish.device.device_id, "action": wish.action.name}
        match decide(wish, situation):
            case Refused(code=code, values=values):
                place.record.add(Step.DECIDED, outcome="refused", reason=code, **row)
                return say(Status.REFUSED, code, **subject, **_said(values, place.language))
            case AlreadySo(state=state):
                place.record.add(Step.DECIDED, outcome="already_so", new_state=shown(state), **row)
                code = "refused_already_mode" if wish.action.target.field == "mode" else "refused_already"
                return say(Status.ANSWERED, code, state=state.state, kind=wish.device.kind.name, **subject)
            case NeedsConfirmation():
                return await self._challenge(wish, place, row)
            case Allowed():
                place.record.add(Step.DECIDED, outcome="allowed", **row)
                return self._outcome(await self._operate(wish, place), wish, place)

    async def _challenge(self, wish: Wish, place: Place, row: Mapping[str, str]) -> Answer:
        pending = await self._confirmations.ask(
            station=place.dialogue_id,
            wish=wish,
            asked_by=place.utterance.speaker.name,
            turn_id=place.record.turn_id,
        )
        detail = {"challenge_id": pending.challenge_id}
        place.record.add(Step.DECIDED, outcome="needs_confirmation", detail=detail, **row)
        subject = self._subject(wish, place)
        phrase = self._answers[place.language].say(f"challenge_say_{wish.action.name}", **subject)
        return Answer(
            status=Status.NEEDS_CONFIRMATION,
            code=f"challenge_{wish.action.name}",
            values={**subject, "say": phrase},
            challenge=Challenge(challenge_id=pending.challenge_id, say=phrase, expires_at=pending.expires_at),
        )

    async def _operate(self, wish: Wish, place: Place) -> Operated:
        return await operate(
            wish, record=place.record, plant=self._link, clock=self._clock, expires_s=self._command_expires_s
        )

    def _outcome(self, operated: Operated, wish: Wish, place: Place) -> Answer:
        subject, outcome = self._subject(wish, place), operated.outcome
        commands = (_report(operated),)
        if isinstance(outcome, Done):
            percent = outcome.after.values.get("level_pct")
            levels = {} if percent is None else {"percent": percent, **amounts_of(wish.device, percent)}
            values = {**subject, **levels}
            return Answer(status=Status.DONE, code=f"done_{wish.action.name}", values=values, commands=commands)
        name = outcome_name(outcome)
        return Answer(status=Status(name), code=name, values={**subject, "reason": outcome.reason}, commands=commands)

    def _phrase_to_repeat(self, found: NotConfirmed, place: Place) -> str | None:
        """Return what would begin again what was asked, where something was."""
        if found.pending is None:
            return None
        wish = found.pending.wish
        return self._answers[place.language].say(f"say_{wish.action.name}", **self._subject(wish, place))

    def _subject(self, wish: Wish, place: Place) -> dict[str, object]:
        return {"device": wish.device.spoken_name(place.language), "action": wish.action.name, "mode": wish.value}


def _said(values: Mapping[str, object], language: str) -> dict[str, object]:
    """Put what a refusal names into a language."""
    said: dict[str, object] = {}
    for name, value in values.items():
        match value:
            case Device():
                said[name] = value.spoken_name(language)
            case Mapping():
                said[name] = value.get(language) or next(iter(value.values()), None)
            case _:
                said[name] = value
    return said


def _stop_result(wish: Wish, operated: Operated) -> str:
    """Which part of the answer to a stop of everything a device belongs to."""
    match operated.outcome:
        case Done(before=before):
            was_stopped = before is not None and before.state in wish.action.target.values
            return "already" if was_stopped else "stopped"
        case Unknown():
            return "unknown"
        case _:
            return "failed"


def _report(operated: Operated) -> CommandReport:
    command = operated.command
    return CommandReport(
        command_id=command.command_id,
        device=command.device,
        action=command.action,
        outcome=outcome_name(operated.outcome),
    )
