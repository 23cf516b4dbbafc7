"""What was meant: an intent with its slots, or why nothing is to be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class IntentName(StrEnum):
    """Everything a person can mean."""

    GET_LEVEL = "GetLevel"
    GET_PRESSURE = "GetPressure"
    GET_PURITY = "GetPurity"
    GET_TEMPERATURE = "GetTemperature"
    GET_OXYGEN = "GetOxygen"
    GET_STATUS = "GetStatus"
    GET_RUN_HOURS = "GetRunHours"
    GET_BOIL_OFF = "GetBoilOff"
    GET_TIME_TO_FULL = "GetTimeToFull"
    MEASURE_LEVEL = "MeasureLevel"
    START_COMPRESSOR = "StartCompressor"
    STOP_COMPRESSOR = "StopCompressor"
    SET_MODE = "SetMode"
    OPEN_VALVE = "OpenValve"
    CLOSE_VALVE = "CloseValve"
    STOP_ALL = "StopAll"
    LIST_ALARMS = "ListAlarms"
    ACKNOWLEDGE_ALARM = "AcknowledgeAlarm"
    ADD_NOTE = "AddNote"
    GET_HISTORY = "GetHistory"
    CONVERT = "Convert"
    CONFIRM = "Confirm"
    CANCEL = "Cancel"
    REPEAT = "Repeat"
    HELP = "Help"
    NO_ACTION = "NoAction"


ACTION_OF: Mapping[str, str] = {
    IntentName.MEASURE_LEVEL: "measure_level",
    IntentName.START_COMPRESSOR: "start",
    IntentName.STOP_COMPRESSOR: "stop",
    IntentName.SET_MODE: "set_mode",
    IntentName.OPEN_VALVE: "open",
    IntentName.CLOSE_VALVE: "close",
}
"""The intents that are a command to one device, and the device action each stands for."""

ACTING = frozenset(
    {*ACTION_OF, IntentName.STOP_ALL, IntentName.ACKNOWLEDGE_ALARM, IntentName.ADD_NOTE, IntentName.CONFIRM}
)
"""The intents that move or change something, or let it be changed: a doubtful reading of one is never taken."""


class NoActionReason(StrEnum):
    """Why a sentence that was understood does nothing. Each has an answer in every language."""

    NEGATED = "negated"
    """do not start compressor one"""
    QUESTION_ABOUT_ACT = "question_about_act"
    """did you start compressor one; should we open valve two"""
    HYPOTHETICAL = "hypothetical"
    """if compressor one starts, before you open valve two"""
    REPORTED = "reported"
    """I started compressor one yesterday"""
    SEVERAL_COMMANDS = "several_commands"
    """start compressor one stop compressor two"""
    ALTERNATIVES = "alternatives"
    """open valve one or two; valves one to three"""
    NO_SUCH_DEVICE = "no_such_device"
    """start compressor nine"""
    NO_SUCH_ACTION = "no_such_action"
    """open compressor one; the purity of valve two"""
    BARE_YES = "bare_yes"
    """yes: a confirmation names what it confirms"""
    SMALL_TALK = "small_talk"
    """thank you; good morning: heard, nothing to do"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One thing that was meant."""

    name: str
    """An `IntentName` for the product's own sentences; any name for others (a recognition benchmark)."""
    slots: Mapping[str, str] = field(default_factory=dict)
    """`device` (the plant's id, or `all` with `kind`), `kind`, `unit`, `mode`, `value`, `from`, `to`, `text`, `ask`,
    `action`. Numbers are written as plain decimals (`14.7`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpretation:
    """One way in which the whole sentence can be read."""

    intent: Intent
    template: str
    """The template that matched, as written."""
    source: str
    """`file:line` of that template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognized:
    """Exactly one meaning."""

    text: str
    language: str
    intent: Intent
    interpretations: Sequence[Interpretation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """Several meanings, or a device left open: to be asked, never guessed."""

    text: str
    language: str
    choices: tuple[Intent, ...]
    """What it may mean; for a device left open, one intent for each device that fits."""
    differs_in: str
    """The slot in which the choices differ (`device`, `value`, …), or `intent`."""
    interpretations: Sequence[Interpretation] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAction:
    """Understood, and to be answered, but nothing is to be done."""

    text: str
    language: str
    reason: NoActionReason
    intent: Intent | None = None
    """What it would have been, where that is known; never to be acted on."""
    details: Mapping[str, str] = field(default_factory=dict)
    """What the answer names: `kind`, `number` of a device that does not exist, `device`, `action`."""
    interpretations: Sequence[Interpretation] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRecognized:
    """No template reads the whole sentence."""

    text: str
    language: str
    stopped_at: int | None = None
    """Index in the normalized text's words (characters in Japanese) beyond which nothing fits."""
    suggestions: tuple[str, ...] = ()
    """Sentences that would be understood and look alike; never acted on."""


Recognition = Recognized | Ambiguous | NoAction | NotRecognized
