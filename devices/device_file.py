"""The devices of a plant file, each with what the site changes about its kind."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from devices.interlock_file import read_interlocks
from devices.kind_file import LANGUAGES, read_limits
from devices.mistake import nearest
from devices.plant import Action, Device, Kind, Measurement, Risk, Role
from devices.site_yaml import Entry
from devices.spoken_names import refuse_duplicate_names
from devices.topics import is_valid_id

_KEYS: Final = (
    "id", "kind", "number", "capacity_l", "capacity_m3", "room", "names", "actions", "measurements", "interlocks",
)  # fmt: skip
_LARGEST_NUMBER: Final = 9999
ID_REMEDY: Final = "use 1 to 63 letters, digits, '-' and '_' ('all' means every device); it becomes part of topic names"


def read_devices(plant: Entry, kinds: Mapping[str, Kind]) -> dict[str, Device]:
    """Return the devices of a plant file by id; what is wrong is noted in the file's mistakes."""
    entries: dict[str, Entry] = {}
    devices: dict[str, Device] = {}
    for entry in plant.entries("devices"):
        device_id = read_id(entry, "device", entries)
        device = _read_device(device_id or "", entry, kinds)
        if device_id is not None and device is not None:
            devices[device_id] = device
    interlocks = {
        device_id: read_interlocks(entries[device_id], device, devices, known_ids=tuple(entries))
        for device_id, device in devices.items()
    }
    refuse_duplicate_names(entries, devices)
    return {i: replace(device, interlocks=interlocks[i]) for i, device in devices.items()}


def read_id(entry: Entry, what: str, seen: dict[str, Entry]) -> str | None:
    """Return the id of an entry and add it to those `seen`; ids that differ only in case count as one."""
    entry.require("id", f"{what}-1")
    text = entry.text("id")
    if text is None:
        return None
    entry.what = f"{what} {text}"
    if not is_valid_id(text):
        entry.refuse("id", f"{text!r} cannot be an id", ID_REMEDY)
    first = next((e for i, e in seen.items() if i.casefold() == text.casefold()), None)
    if first is not None:
        entry.refuse("id", f"the id is already used in line {first.line('id')}", "give each its own id")
        return None
    seen[text] = entry
    return text


def _read_device(device_id: str, entry: Entry, kinds: Mapping[str, Kind]) -> Device | None:
    entry.only(*_KEYS)
    entry.require("kind", "valve")
    kind_name = entry.choice("kind", kinds)
    number = entry.whole_number("number", minimum=0, maximum=_LARGEST_NUMBER)
    names = entry.words("names", LANGUAGES)
    room = entry.text("room")
    if kind_name is None:
        return None
    kind = kinds[kind_name]
    return Device(
        device_id=device_id,
        kind=kind,
        number=number,
        names=names,
        measurements=_read_measurements(entry, kind),
        actions=_read_actions(entry, kind),
        capacity_l=_read_capacity(entry, "capacity_l", kind, "100"),
        capacity_m3=_read_capacity(entry, "capacity_m3", kind, "30"),
        room=room,
    )


def _read_capacity(entry: Entry, key: str, kind: Kind, example: str) -> float | None:
    if kind.needs == key:
        entry.require(key, example)
        value = entry.number(key, minimum=0, maximum=1_000_000)
        if value == 0:
            entry.refuse(key, f"{key} is 0", "write how much it holds when full")
        return value
    if key in entry:
        remedy = f"use {kind.needs}" if kind.needs else "leave it out"
        entry.refuse(key, f"a {kind.name} has no {key}", remedy)
    return None


def _read_measurements(device: Entry, kind: Kind) -> Mapping[str, Measurement]:
    changed = dict(kind.measurements)
    for name, entry in device.named_entries("measurements", "measurement"):
        if name not in changed:
            entry.refuse(None, f"a {kind.name} has no measurement {name!r}", nearest(name, changed))
            continue
        entry.only("low", "high", "stale_after_s")
        changed[name] = read_limits(entry, changed[name])
    return changed


def _read_actions(device: Entry, kind: Kind) -> Mapping[str, Action]:
    changed = dict(kind.actions)
    for name, entry in device.named_entries("actions", "action"):
        if name not in changed:
            entry.refuse(None, f"a {kind.name} has no action {name!r}", nearest(name, changed))
            continue
        changed[name] = _read_action(entry, changed[name])
    return changed


def _read_action(entry: Entry, action: Action) -> Action:
    entry.only("confirm", "role", "within_s")
    needs_confirmation = entry.flag("confirm")
    role = entry.choice("role", list(Role))
    within_s = entry.number("within_s", minimum=0.1, maximum=3600)
    if action.risk is Risk.IMMEDIATE and (needs_confirmation or role not in {None, action.role.value}):
        entry.refuse(None, "a stop is never held back", "leave out confirm and role")
        return action
    risk = action.risk
    if needs_confirmation is not None and risk is not Risk.IMMEDIATE:
        risk = Risk.CONFIRM if needs_confirmation else Risk.LOGGED
    return replace(action, risk=risk, role=Role(role) if role else action.role, within_s=within_s or action.within_s)
