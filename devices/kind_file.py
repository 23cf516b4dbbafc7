"""`kinds.yaml`, and a site's own kinds file, as `Kind` values."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from devices.mistake import nearest
from devices.payload import RESERVED_KEYS
from devices.plant import Action, Kind, Measurement, Priority, Risk, Role, Target, Words
from devices.site_yaml import Entry

LANGUAGES: Final = ("en", "ja")
"""Languages that people speak to the plant in; each kind must be sayable in all of them."""
_CAPACITIES: Final = ("capacity_l", "capacity_m3")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_LONGEST_S: Final = 7 * 86_400.0
_KIND_KEYS: Final = (
    "nouns", "plurals", "bare_numbers", "needs", "states", "modes", "state_stale_after_s", "measurements", "actions",
)  # fmt: skip


def read_kinds(file: Entry) -> dict[str, Kind]:
    """Return the kinds of a file by name; what is wrong is noted in the file's mistakes."""
    kinds = {}
    for name in file:
        entry = file.entry(name, f"kind {name}")
        if entry is None:
            continue
        if not _NAME.fullmatch(name):
            file.refuse(name, f"{name!r} cannot be the name of a kind", "use small letters, digits and '_'")
        kind = _read_kind(name, entry)
        if kind is not None:
            kinds[name] = kind
    return kinds


def _read_kind(name: str, entry: Entry) -> Kind | None:
    entry.only(*_KIND_KEYS)
    entry.require("nouns", "{en: [valve], ja: [バルブ]}")
    entry.require("states", "[NORMAL, FAULT]")
    entry.require("state_stale_after_s", "30")
    nouns = entry.words("nouns", LANGUAGES)
    for language in LANGUAGES:
        if "nouns" in entry and not nouns.get(language):
            entry.refuse("nouns", f"there is no noun in {language!r}", f"add {language}: [word]")
    states, modes = entry.texts("states"), entry.texts("modes") if "modes" in entry else ()
    stale_after_s = entry.number("state_stale_after_s", minimum=1, maximum=_LONGEST_S)
    measurements = _read_measurements(entry)
    actions = _read_actions(entry, states, modes)
    bare_numbers = _read_bare_numbers(entry)
    if not (nouns and states and stale_after_s):
        return None
    return Kind(
        name=name,
        nouns=nouns,
        plurals={**nouns, **entry.words("plurals", LANGUAGES)},
        bare_numbers=bare_numbers,
        states=states,
        modes=modes,
        measurements=measurements,
        actions=actions,
        state_stale_after_s=stale_after_s,
        needs=entry.choice("needs", _CAPACITIES),
    )


def _read_bare_numbers(entry: Entry) -> Words:
    patterns = entry.words("bare_numbers", LANGUAGES)
    for pattern in (p for of_language in patterns.values() for p in of_language):
        if pattern.count("{n}") != 1:
            entry.refuse("bare_numbers", f"{pattern!r} does not hold {{n}} once", "put {n} where the number is said")
    return patterns


def _read_measurements(kind: Entry) -> Mapping[str, Measurement]:
    found = {}
    for name, entry in kind.named_entries("measurements", "measurement"):
        if not _NAME.fullmatch(name) or name in RESERVED_KEYS:
            entry.refuse(None, f"{name!r} cannot be a measurement", "use small letters, digits, '_', the unit last")
        measurement = _read_measurement(name, entry)
        if measurement is not None:
            found[name] = measurement
    return found


def _read_measurement(name: str, entry: Entry) -> Measurement | None:
    entry.only("quantity", "unit", "range", "stale_after_s", "low", "high", "pulsed", "priority")
    for key, example in (("quantity", "level"), ("unit", '"%"'), ("range", "[0, 100]"), ("stale_after_s", "60")):
        entry.require(key, example)
    quantity, unit = entry.text("quantity"), entry.text("unit")
    limits = entry.pair("range")
    stale_after_s = entry.number("stale_after_s", minimum=1, maximum=_LONGEST_S)
    if quantity is None or unit is None or limits is None or stale_after_s is None:
        return None
    return read_limits(
        entry,
        Measurement(
            name=name,
            quantity=quantity,
            unit=unit,
            minimum=limits[0],
            maximum=limits[1],
            stale_after_s=stale_after_s,
            is_pulsed=entry.flag("pulsed") or False,
            priority=Priority(entry.choice("priority", list(Priority)) or Priority.MEDIUM),
        ),
    )


def read_limits(entry: Entry, measurement: Measurement) -> Measurement:
    """Return `measurement` with the alarm limits and the staleness that `entry` gives it."""
    stale_after_s = entry.number("stale_after_s", minimum=1, maximum=_LONGEST_S) or measurement.stale_after_s
    low = _limit(entry, "low", measurement, measurement.low)
    high = _limit(entry, "high", measurement, measurement.high)
    if low is not None and high is not None and low >= high:
        key = "low" if "low" in entry else "high"
        entry.refuse(key, f"low {low:g} is not below high {high:g}", "alarms are raised below low and above high")
    return replace(measurement, stale_after_s=stale_after_s, low=low, high=high)


def _limit(entry: Entry, key: str, measurement: Measurement, default: float | None) -> float | None:
    if key not in entry:
        return default
    if entry.is_empty(key):
        return None  # a site may want no alarm
    return entry.number(key, minimum=measurement.minimum, maximum=measurement.maximum)


def _read_actions(kind: Entry, states: tuple[str, ...], modes: tuple[str, ...]) -> Mapping[str, Action]:
    found = {}
    for name, entry in kind.named_entries("actions", "action"):
        if not _NAME.fullmatch(name):
            entry.refuse(None, f"{name!r} cannot be an action", "use small letters, digits and '_'")
        action = _read_action(name, entry, states, modes)
        if action is not None:
            found[name] = action
    return found


def _read_action(name: str, entry: Entry, states: tuple[str, ...], modes: tuple[str, ...]) -> Action | None:
    entry.only("risk", "role", "target", "within_s", "values", "stop_all")
    for key, example in (("risk", "confirm"), ("role", "operator"), ("target", "{state: OPEN}"), ("within_s", "15")):
        entry.require(key, example)
    risk, role = entry.choice("risk", list(Risk)), entry.choice("role", list(Role))
    values = entry.texts("values") if "values" in entry else ()
    for value in values:
        if value not in modes:
            entry.refuse("values", f"{value!r} is not a mode of the kind", nearest(value, modes))
    target = _read_target(entry, states, values)
    within_s = entry.number("within_s", minimum=0.1, maximum=3600)
    is_in_stop_all = entry.flag("stop_all") or False
    if is_in_stop_all and risk != Risk.IMMEDIATE:
        entry.refuse("stop_all", "only an immediate action can be part of the emergency stop", "set risk: immediate")
    if risk is None or role is None or target is None or within_s is None:
        return None
    return Action(
        name=name,
        risk=Risk(risk),
        role=Role(role),
        target=target,
        within_s=within_s,
        values=values,
        is_in_stop_all=is_in_stop_all,
    )


def _read_target(action: Entry, states: tuple[str, ...], values: tuple[str, ...]) -> Target | None:
    entry = action.entry("target", action.what)
    if entry is None:
        return None
    entry.only("state", "mode", "measured_at")
    if len(list(entry)) != 1:
        entry.refuse(None, "a target is one of state, mode, measured_at", "write target: {state: OPEN}")
        return None
    if "state" in entry:
        proving = entry.texts("state")
        for state in proving:
            if state not in states:
                entry.refuse("state", f"{state!r} is not a state of the kind", nearest(state, states))
        return Target(field="state", values=proving) if proving else None
    if "mode" in entry:
        if not values:
            entry.refuse("mode", "the action takes no values", "add values: [manual, auto] to the action")
        return Target(field="mode") if entry.choice("mode", ("value",)) else None
    return Target(field="measured_at") if entry.choice("measured_at", ("newer",)) else None
