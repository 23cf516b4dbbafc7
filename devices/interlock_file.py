"""The interlocks of a device, as the plant file gives them."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from devices.kind_file import LANGUAGES
from devices.mistake import nearest
from devices.plant import Device, Interlock, Measurement, Risk
from devices.site_yaml import Entry

_EXAMPLE: Final = "when: {device: bag-1, measurement: level_pct, below: 15}"


def read_interlocks(
    device_entry: Entry, device: Device, devices: Mapping[str, Device], known_ids: Collection[str]
) -> tuple[Interlock, ...]:
    """Return the interlocks of `device`; `known_ids` also holds the devices that could not be read."""
    found = []
    for index, entry in enumerate(device_entry.entries("interlocks"), start=1):
        entry.what = f"{device_entry.what}, interlock {index}"
        interlock = _read_interlock(entry, device, devices, known_ids)
        if interlock is not None:
            found.append(interlock)
    return tuple(found)


def _read_interlock(
    entry: Entry, device: Device, devices: Mapping[str, Device], known_ids: Collection[str]
) -> Interlock | None:
    entry.only("refuse", "when", "because")
    for key, example in (("refuse", "start"), ("when", _EXAMPLE), ("because", "{en: the bag is almost empty, ja: …}")):
        entry.require(key, example)
    action = entry.choice("refuse", device.actions)
    if action is not None and device.actions[action].risk is Risk.IMMEDIATE:
        entry.refuse("refuse", f"{action} is a stop, which is never held back", "leave this interlock out")
    because = _read_reason(entry)
    when = entry.entry("when", entry.what)
    if when is None:
        return None
    when.only("device", "measurement", "below", "above", "state")
    when.require("device", "bag-1")
    looked_at = when.choice("device", known_ids)
    if action is None or looked_at is None or looked_at not in devices:
        return None
    condition = Interlock(refuse=action, device=looked_at, because=because)
    if "state" in when:
        return _on_state(when, condition, devices[looked_at])
    return _on_measurement(when, condition, devices[looked_at])


def _read_reason(entry: Entry) -> Mapping[str, str]:
    group = entry.entry("because", entry.what)
    if group is None:
        return {}
    group.only(*LANGUAGES)
    for language in LANGUAGES:
        group.require(language, "the reason as a clause")
    return {language: text for language in LANGUAGES if (text := group.text(language)) is not None}


def _on_state(when: Entry, condition: Interlock, looked_at: Device) -> Interlock | None:
    for key in ("measurement", "below", "above"):
        if key in when:
            when.refuse(key, f"state and {key} cannot stand together", "make two interlocks of it")
    states = when.texts("state")
    for state in states:
        if state not in looked_at.kind.states:
            when.refuse("state", f"{looked_at.device_id} has no state {state!r}", nearest(state, looked_at.kind.states))
    return replace(condition, state_is=states) if states else None


def _on_measurement(when: Entry, condition: Interlock, looked_at: Device) -> Interlock | None:
    if "measurement" not in when:
        when.refuse(None, "neither measurement nor state is given", f"write {_EXAMPLE}")
        return None
    name = when.text("measurement")
    measurement = looked_at.measurements.get(name or "")
    if name is None or measurement is None:
        if name is not None:
            remedy = nearest(name, looked_at.measurements)
            when.refuse("measurement", f"{looked_at.device_id} has no measurement {name!r}", remedy)
        return None
    if "below" not in when and "above" not in when:
        when.refuse("measurement", "both below and above are missing", "add below: 15 or above: 90")
        return None
    below, above = _limit(when, "below", measurement), _limit(when, "above", measurement)
    if below is not None and above is not None and below > above:
        when.refuse("below", f"every value is below {below:g} or above {above:g}", "exchange them, or drop one")
    return replace(condition, measurement=name, below=below, above=above)


def _limit(when: Entry, key: str, measurement: Measurement) -> float | None:
    return when.number(key, minimum=measurement.minimum, maximum=measurement.maximum)
