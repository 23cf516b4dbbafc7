"""Where a turn takes place: the station, its language, what it remembers, and the turn's record."""

from dataclasses import dataclass

from app.record import TurnRecord
from app.utterance import Utterance
from devices.plant import Plant, Role, Station


@dataclass(slots=True)
class StationMemory:
    """What a station remembers between turns."""

    last_speech: str | None = None
    """The last answer, for "say that again"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One turn's surroundings."""

    station: Station
    language: str
    utterance: Utterance
    record: TurnRecord
    memory: StationMemory


def station_of(utterance: Utterance, plant: Plant, default_language: str) -> Station:
    """Return the plant's station of that name, or one that lends the speaker no right beyond a technician's.

    A program that names no station speaks with its key's own role.
    """
    known = plant.stations.get(utterance.station)
    if known is not None:
        return known
    role = utterance.speaker.role if utterance.is_without_station else Role.TECHNICIAN
    return Station(station_id=utterance.station, room=None, language=default_language, role=role)
