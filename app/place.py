"""Where a turn takes place: the station, its language, what it remembers, and the turn's record."""

from dataclasses import dataclass

from app.record import TurnRecord
from app.utterance import Utterance
from devices.plant import Plant, Role, Station, StationVoice
from intents.dialogue import DialogueContext


@dataclass(slots=True)
class StationMemory:
    """What a station remembers between turns."""

    last_speech: str | None = None
    """The last answer, for "say that again"."""
    voice: StationVoice | None = None
    """How people here asked it to be spoken; `None`: as the plant file has it. Forgotten when the service ends."""
    context: DialogueContext | None = None
    """What the last turn left open: a question of ours, the device spoken of."""
    context_until_s: float = 0.0
    """On the monotonic clock; nobody leans on what was said long ago."""

    def context_at(self, moment_s: float) -> DialogueContext | None:
        """Return what can still be leaned on."""
        return self.context if moment_s <= self.context_until_s else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One turn's surroundings."""

    station: Station
    language: str
    utterance: Utterance
    record: TurnRecord
    memory: StationMemory

    @property
    def voice(self) -> StationVoice:
        """How answers are spoken here, now."""
        return self.memory.voice or self.station.voice

    @property
    def dialogue_id(self) -> str:
        """Whose dialogue this is: the station's; programs that name no station have one for each key."""
        return dialogue_id(self.utterance)


def dialogue_id(utterance: Utterance) -> str:
    """Return whose dialogue an utterance belongs to."""
    return f"{utterance.station}/{utterance.speaker.name}" if utterance.is_without_station else utterance.station


def station_of(utterance: Utterance, plant: Plant, default_language: str) -> Station:
    """Return the plant's station of that name, or one that lends the speaker no right beyond a technician's.

    A program that names no station speaks with its key's own role.
    """
    known = plant.stations.get(utterance.station)
    if known is not None:
        return known
    role = utterance.speaker.role if utterance.is_without_station else Role.TECHNICIAN
    return Station(station_id=utterance.station, room=None, language=default_language, role=role)
