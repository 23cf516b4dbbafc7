"""The plant as values: what `plant_file.load_plant` makes of a plant file and `kinds.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from devices.errors import NoSuchActionError, NoSuchDeviceError

Words = Mapping[str, tuple[str, ...]]
"""Spoken words by language code (`en`, `ja`)."""

SLOWEST_RATE: Final = 0.5
FASTEST_RATE: Final = 2.0
"""Of a station's voice; beyond them words run together."""


class Risk(StrEnum):
    """How much care an action needs."""

    FREE = "free"
    """Changes nothing."""
    LOGGED = "logged"
    """Done at once, by whoever has the role."""
    CONFIRM = "confirm"
    """Done after the person has repeated what is to be done."""
    IMMEDIATE = "immediate"
    """A stop: done at once, by anyone, on stale state, even when the log cannot be written."""


class Role(StrEnum):
    """What a person or a station may do, least first."""

    TECHNICIAN = "technician"
    """Asks, measures, notes, acknowledges, stops."""
    OPERATOR = "operator"
    """Also starts, opens, closes, sets."""
    ADMIN = "admin"
    """Also reviews and manages."""

    @property
    def rank(self) -> int:
        """0 for the least."""
        return list(Role).index(self)


class ListeningMode(StrEnum):
    """When a station's microphone is listened to."""

    PUSH_TO_TALK = "push_to_talk"
    """While its button is held: whatever is said is meant for us."""
    HANDS_FREE = "hands_free"
    """Always: only what begins with the address is meant for us."""


class Priority(StrEnum):
    """How soon somebody must do something about an alarm, soonest first."""

    HIGH = "high"
    """People are in danger."""
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the soonest."""
        return list(Priority).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A value that a kind of device reports."""

    name: str
    """As in the state payload, unit last: `level_pct`, `discharge_pressure_mpa`."""
    quantity: str
    """What people ask for: `level`, `pressure`, `purity`, `temperature`, `oxygen`, `run_hours`."""
    unit: str
    """`%`, `MPa`, `kPa`, `degC`, `K`, `h`."""
    minimum: float
    maximum: float
    """A value outside the range is a broken sensor, not a reading."""
    stale_after_s: float
    low: float | None = None
    """Alarm below it."""
    high: float | None = None
    """Alarm above it."""
    priority: Priority = Priority.MEDIUM
    """Of the alarm below `low` or above `high`."""
    is_pulsed: bool = False
    """Measured now and then (a level meter); the state's `measured_at` is the time of this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a new state must show for an action to be done."""

    field: str
    """`state`, `mode` or `measured_at`."""
    values: tuple[str, ...] = ()
    """The values of that field that prove it; empty for `measured_at` (any time after the command is issued) and for
    `mode` (the command's own value)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something a kind of device can be told to do."""

    name: str
    """`start`, `stop`, `set_mode`, `open`, `close`, `measure_level`."""
    risk: Risk
    role: Role
    """The least role that may ask for it."""
    target: Target
    within_s: float
    """How long after the command the target must be shown."""
    values: tuple[str, ...] = ()
    """The values it takes, if any."""
    is_in_stop_all: bool = False
    """Part of the spoken emergency stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interlock:
    """A condition of the plant under which an action is refused early; the real interlock is in the PLC."""

    refuse: str
    """The action."""
    device: str
    """Whose state is looked at."""
    measurement: str | None = None
    below: float | None = None
    above: float | None = None
    state_is: tuple[str, ...] = ()
    """States in which the action is refused."""
    because: Mapping[str, str] = field(default_factory=dict)
    """The reason as a clause, by language: `the bag is almost empty`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a dewar, a compressor, … is, and how it is said (`kinds.yaml`)."""

    name: str
    nouns: Words
    """Singular nouns, the one we say ourselves first."""
    plurals: Words
    bare_numbers: Words
    """Patterns that name a device of this kind by number alone, `{n}` for the number: `{n}号機`."""
    states: tuple[str, ...]
    modes: tuple[str, ...]
    measurements: Mapping[str, Measurement]
    actions: Mapping[str, Action]
    state_stale_after_s: float
    """A state older than this is no ground for a command."""
    needs: str | None = None
    """The capacity that each device of the kind must have: `capacity_l` or `capacity_m3`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device of the site."""

    device_id: str
    kind: Kind
    number: int | None
    names: Words
    """Names of its own, besides kind and number."""
    measurements: Mapping[str, Measurement]
    """The kind's, with the site's limits."""
    actions: Mapping[str, Action]
    """The kind's, with the site's risks."""
    interlocks: tuple[Interlock, ...] = ()
    capacity_l: float | None = None
    """Liquid volume of a dewar."""
    capacity_m3: float | None = None
    """Gas volume of a bag at the site's reference temperature and 101.325 kPa; water volume of a cylinder bank."""
    room: str | None = None

    def action(self, name: str) -> Action:
        """Return the action called `name`; raises `NoSuchActionError`."""
        try:
            return self.actions[name]
        except KeyError:
            raise NoSuchActionError(
                f"{self.device_id} ({self.kind.name}) has no action {name!r}, only: {', '.join(self.actions) or 'none'}"
            ) from None

    def measurement_of(self, quantity: str) -> Measurement | None:
        """Return the first measurement of `quantity`, the one meant when people just ask for it."""
        return next((m for m in self.measurements.values() if m.quantity == quantity), None)

    def spoken_name(self, language: str) -> str:
        """Return how we say this device: its first own name, else noun and number."""
        own = self.names.get(language)
        if own:
            return own[0]
        noun = self.kind.nouns[language][0]
        if self.number is None:
            return noun
        return f"{noun} {self.number}" if language == "en" else f"{noun}{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StationVoice:
    """How answers are spoken at a station."""

    rate: float = 1.0
    """`SLOWEST_RATE` to `FASTEST_RATE`; 1 is a calm announcer."""
    volume: float = 1.0
    """0 (answers are only read there) to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A place where people speak to the plant."""

    station_id: str
    room: str | None
    language: str
    role: Role
    """The highest role anyone has when speaking there."""
    listening: ListeningMode = ListeningMode.PUSH_TO_TALK
    voice: StationVoice = StationVoice()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the plant is."""

    site_id: str
    """Part of every topic."""
    name: Mapping[str, str]
    timezone: str
    reference_temperature_c: float
    """Gas volumes are given at this temperature and 101.325 kPa."""
    address: Words = field(default_factory=dict)
    """What hands-free stations are addressed with; the product's own where a language has none."""
    sounds_like: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """By language, how words sound in other words (`dewar`: `do are`), for recognisers that do not know them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """The one description of a site."""

    site: Site
    kinds: Mapping[str, Kind]
    devices: Mapping[str, Device]
    stations: Mapping[str, Station]

    def device(self, device_id: str) -> Device:
        """Return the device with that id; raises `NoSuchDeviceError`."""
        try:
            return self.devices[device_id]
        except KeyError:
            raise NoSuchDeviceError(f"there is no device {device_id!r} in the plant {self.site.site_id!r}") from None

    def of_kind(self, kind: str) -> tuple[Device, ...]:
        """Return the devices of a kind, in the order of the plant file."""
        return tuple(d for d in self.devices.values() if d.kind.name == kind)
