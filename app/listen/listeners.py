"""What all listening sessions of a service share: addresses, limits, detectors, and each station's half duplex."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from app.errors import ListenersFullError
from app.listen.address import Address, AddressBySound, addresses
from app.listen.gate import Gate
from app.listen.grammars import dialogue_graphs
from app.listen.half_duplex import HalfDuplex
from app.listen.session import Session, SessionSettings
from app.speech.endpoint import Endpointer, EndpointSettings
from app.speech.grammar import WordGraph
from app.speech.voice_activity import VoiceActivityDetectors
from devices.clock import Clock
from devices.plant import ListeningMode, Plant
from intents.recognizer import Recognizer
from intents.word_graph import WordGraph as SentenceGraph


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenersSettings:
    """What a site may choose about listening."""

    silence_s: float
    longest_s: float
    most: int
    """Sessions at once."""
    most_per_key: int
    window_s: float
    clarification_s: float


class Listeners:
    """Makes sessions, and counts them. Belongs to one event loop."""

    def __init__(
        self,
        *,
        plant: Plant,
        recognizers: Mapping[str, Recognizer],
        clock: Clock,
        settings: ListenersSettings,
        sound: AddressBySound | None = None,
    ) -> None:
        """`sound`: a second opinion on addresses, where there is one."""
        self._plant = plant
        self._recognizers = recognizers
        self._clock = clock
        self._sessions: Counter[str] = Counter()
        """By key."""
        self._languages: Counter[str] = Counter()
        self._half_duplex: dict[str, HalfDuplex] = {}
        self.settings = settings
        self.sound = sound

    @cached_property
    def addresses(self) -> Mapping[str, Address]:
        """What hands-free stations are addressed with, by language."""
        return addresses(self._plant, tuple(self._recognizers))

    @cached_property
    def _detectors(self) -> VoiceActivityDetectors:
        return VoiceActivityDetectors()

    @property
    def count(self) -> int:
        """Sessions now."""
        return self._sessions.total()

    def count_in(self, language: str) -> int:
        """Return how many sessions speak a language."""
        return self._languages[language]

    def graphs(self, language: str, free: SentenceGraph) -> Mapping[str, WordGraph]:
        """Return what recognisers of a language need besides `FREE`."""
        return dialogue_graphs(self._recognizers[language], free, self.addresses.get(language))

    def is_hands_free(self, station: str) -> bool:
        """Whether a station always listens; programs without a station of their own do not."""
        known = self._plant.stations.get(station)
        return known is not None and known.listening is ListeningMode.HANDS_FREE

    def half_duplex_of(self, station: str | None) -> HalfDuplex:
        """Return the half duplex of a station, one for all that listen there; `None`: of nobody else."""
        if station is None:
            return HalfDuplex(self._clock)
        return self._half_duplex.setdefault(station, HalfDuplex(self._clock))

    @contextmanager
    def session(self, *, station: str, key_id: str, language: str, half_duplex: HalfDuplex) -> Iterator[Session]:
        """Make a session and count it until the end of the block. Raises `ListenersFullError`."""
        if self.count >= self.settings.most:
            raise ListenersFullError(f"{self.settings.most} stations listen already (WANWAN_LISTEN_SESSIONS)")
        if self._sessions[key_id] >= self.settings.most_per_key:
            most = self.settings.most_per_key
            raise ListenersFullError(f"{most} stations listen with this key already (WANWAN_LISTEN_SESSIONS_PER_KEY)")
        self._sessions[key_id] += 1
        self._languages[language] += 1
        detector = self._detectors.take()
        is_hands_free = self.is_hands_free(station)
        try:
            yield Session(
                settings=SessionSettings(
                    is_hands_free=is_hands_free,
                    window_s=self.settings.window_s,
                    clarification_s=self.settings.clarification_s,
                    checks_sound=self.sound is not None,
                ),
                endpointer=Endpointer(
                    settings=EndpointSettings(ends_after_s=self.settings.silence_s, longest_s=self.settings.longest_s)
                ),
                voice_activity=detector,
                gate=Gate(
                    address=self.addresses.get(language),
                    is_hands_free=is_hands_free,
                    understand=self._recognizers[language].recognize,
                ),
                half_duplex=half_duplex,
                clock=self._clock,
            )
        finally:
            self._detectors.give_back(detector)
            self._languages[language] -= 1
            self._sessions[key_id] -= 1
            if not self._sessions[key_id]:
                del self._sessions[key_id]
