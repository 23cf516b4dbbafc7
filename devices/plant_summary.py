"""A plant in a few lines a device, for whoever shows it (`wanwan plant show`); values, not text."""

from collections.abc import Mapping
from dataclasses import dataclass

from devices.kind_file import LANGUAGES
from devices.plant import Device, Interlock, Plant, Risk, Role
from devices.spoken_names import spoken_forms


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSummary:
    """What may be asked of a device, and how much care it needs."""

    name: str
    risk: Risk
    role: Role
    interlocks: tuple[Interlock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSummary:
    """A device as people and topics know it."""

    device_id: str
    kind: str
    said: str
    """The name we say ourselves, in the language asked for."""
    heard: Mapping[str, tuple[str, ...]]
    """Every name it answers to, by language."""
    capacity: str | None
    """With its unit: `100 L`."""
    measurements: tuple[str, ...]
    actions: tuple[ActionSummary, ...]


def summarize(plant: Plant, language: str = "en") -> tuple[DeviceSummary, ...]:
    """Return the devices of a plant in the order of its file."""
    return tuple(_of_device(device, language) for device in plant.devices.values())


def _of_device(device: Device, language: str) -> DeviceSummary:
    return DeviceSummary(
        device_id=device.device_id,
        kind=device.kind.name,
        said=device.spoken_name(language),
        heard={name: tuple(spoken_forms(device, name)) or device.kind.nouns[name] for name in LANGUAGES},
        capacity=_capacity(device),
        measurements=tuple(device.measurements),
        actions=tuple(
            ActionSummary(
                name=action.name,
                risk=action.risk,
                role=action.role,
                interlocks=tuple(i for i in device.interlocks if i.refuse == action.name),
            )
            for action in device.actions.values()
        ),
    )


def _capacity(device: Device) -> str | None:
    if device.capacity_l is not None:
        return f"{device.capacity_l:g} L"
    return None if device.capacity_m3 is None else f"{device.capacity_m3:g} m³"
