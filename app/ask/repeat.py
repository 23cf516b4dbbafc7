"""Say that again: as it was, or in another manner, which the station then keeps."""

from app.answer import Answer, say
from app.manner import How, changed
from app.place import Place
from app.reply import Status
from intents.intent import Intent

_RETURNS = frozenset({How.NORMAL_SPEED, How.NORMAL_VOLUME, How.NORMAL})
"""Back to the station's own manner, which no limit stands in the way of."""


def answer_repeat(intent: Intent, place: Place) -> Answer:
    """Repeat the last answer at the place, in the manner that was asked for."""
    how, last = intent.slots.get("how"), place.memory.last_speech
    if how in set(How):
        before, place.memory.voice = place.voice, changed(place.voice, How(how), place.station.voice)
        if place.voice == before and how not in _RETURNS:
            return say(Status.ANSWERED, "voice_at_limit", how=how, text=last)
        if last is None:
            return say(Status.ANSWERED, "voice_changed", how=how)
    return say(Status.ANSWERED, "repeat", text=last) if last else say(Status.ANSWERED, "repeat_nothing")
