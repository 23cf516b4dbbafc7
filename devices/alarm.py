"""Alarms: what the plant shows that somebody must do something about. Judged from states, never set by hand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from devices.freshness import Freshness, freshness_of, reading_of
from devices.plant import Device, Measurement, Plant, Priority
from devices.reading import DeviceState

_DEADBAND: Final = 0.005
"""A limit alarm clears once the value is this part of the range back inside, so that noise does not ring it."""


class AlarmKind(StrEnum):
    """What is wrong."""

    LOW = "low"
    """A measurement is below its limit."""
    HIGH = "high"
    """A measurement is above its limit."""
    FAULT = "fault"
    """The device says that something is wrong with it."""
    SENSOR = "sensor"
    """A measurement is outside what it can be: the sensor is broken."""
    OFFLINE = "offline"
    """The device is gone, silent, or its clock is wrong."""
    UNREACHABLE = "unreachable"
    """There is no connection to the broker: nothing is known of any device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that is wrong now."""

    kind: AlarmKind
    device: str | None
    """The plant's id; None for the plant as a whole."""
    measurement: str | None = None
    value: float | None = None
    """When it was last judged, in the measurement's unit."""
    limit: float | None = None
    unit: str | None = None
    detail: str | None = None
    """What the device says of its fault, or how it is gone."""
    since: datetime
    priority: Priority
    is_acknowledged: bool = False
    """Somebody said that they know; it stays until the plant is well again."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same alarm from one judgement to the next."""
        return (self.device or "", self.kind, self.measurement or "")


class Alarms:
    """The alarms of a plant. Judge it at each change and now and then, since silence is a change too."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._active: dict[tuple[str, str, str], Alarm] = {}

    def judge(self, states: Mapping[str, DeviceState], now: datetime, *, is_connected: bool = True) -> list[Alarm]:
        """Judge the plant and return the alarms that are new, the most urgent first.

        Without a connection the others are left as they were: what is not seen is neither well nor worse.
        """
        if is_connected:
            found = [a for d in self._plant.devices.values() for a in self._of_device(d, states.get(d.device_id), now)]
        else:
            unreachable = Alarm(kind=AlarmKind.UNREACHABLE, device=None, since=now, priority=Priority.MEDIUM)
            found = [*(a for a in self._active.values() if a.kind is not AlarmKind.UNREACHABLE), unreachable]
        fresh = [alarm for alarm in found if alarm.key not in self._active]
        self._active = {alarm.key: self._continued(alarm) for alarm in found}
        return sorted(fresh, key=_urgency)

    def active(self) -> list[Alarm]:
        """Return every alarm that stands, the most urgent first, those nobody acknowledged before the others."""
        return sorted(self._active.values(), key=_urgency)

    def acknowledge(self, device_id: str | None) -> list[Alarm]:
        """Note that somebody knows of the alarms of a device (None: of all), and return those that are now known."""
        changed = [
            replace(alarm, is_acknowledged=True)
            for alarm in self.active()
            if not alarm.is_acknowledged and (device_id is None or alarm.device == device_id)
        ]
        self._active |= {alarm.key: alarm for alarm in changed}
        return changed

    def _continued(self, alarm: Alarm) -> Alarm:
        before = self._active.get(alarm.key)
        if before is None:
            return alarm
        return replace(alarm, since=before.since, is_acknowledged=before.is_acknowledged)

    def _of_device(self, device: Device, state: DeviceState | None, now: datetime) -> Iterator[Alarm]:
        freshness = freshness_of(state, device, now)
        if state is None or freshness is not Freshness.FRESH:
            yield Alarm(
                kind=AlarmKind.OFFLINE,
                device=device.device_id,
                detail=freshness.value,
                since=now,
                priority=Priority.MEDIUM,
            )
            return
        if state.state == "FAULT" or state.fault is not None:
            yield Alarm(
                kind=AlarmKind.FAULT, device=device.device_id, detail=state.fault, since=now, priority=Priority.MEDIUM
            )
        for measurement in device.measurements.values():
            yield from self._of_measurement(device, measurement, state, now)

    def _of_measurement(
        self, device: Device, measurement: Measurement, state: DeviceState, now: datetime
    ) -> Iterator[Alarm]:
        value = state.values.get(measurement.name)
        if value is None:
            return
        about = Alarm(
            kind=AlarmKind.SENSOR,
            device=device.device_id,
            measurement=measurement.name,
            value=value,
            unit=measurement.unit,
            since=now,
            priority=measurement.priority,
        )
        if reading_of(state, device, measurement.name, now) is None:
            yield about
            return
        low = replace(about, kind=AlarmKind.LOW, limit=measurement.low)
        if measurement.low is not None and value < measurement.low + self._deadband(low, measurement):
            yield low
        high = replace(about, kind=AlarmKind.HIGH, limit=measurement.high)
        if measurement.high is not None and value > measurement.high - self._deadband(high, measurement):
            yield high

    def _deadband(self, alarm: Alarm, measurement: Measurement) -> float:
        stands = alarm.key in self._active
        return (measurement.maximum - measurement.minimum) * _DEADBAND if stands else 0.0


def _urgency(alarm: Alarm) -> tuple[bool, int, datetime]:
    return (alarm.is_acknowledged, alarm.priority.rank, alarm.since)
