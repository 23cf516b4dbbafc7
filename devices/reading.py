"""A reading: one measured value with its time, and the state of a device at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState:
    """What a device last said of itself."""

    device: str
    """The plant's id."""
    at: datetime
    """When the device made this statement, by its clock, aware UTC."""
    received_at: datetime
    """When it arrived here, by our clock, aware UTC."""
    state: str
    """A state of the device's kind: `RUNNING`, `OPEN`, …"""
    mode: str | None = None
    """`auto` or `manual`, where the kind has modes."""
    values: Mapping[str, float]
    """Measurements by name, in the unit the name ends with (`level_pct`)."""
    measured_at: datetime
    """When the values were measured; `at` unless the device says otherwise (level meters pulse)."""
    is_online: bool
    """False once the device or the broker said that it is gone."""
    fault: str | None = None
    """What the device says is wrong with it, in its own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One measurement of one device, as it is spoken: never without its age."""

    device: str
    measurement: str
    """The name in the plant file: `level_pct`."""
    quantity: str
    """What is measured, as people ask for it: `level`, `pressure`, …"""
    value: float
    unit: str
    """The unit of `value`: `%`, `MPa`, `kPa`, `degC`, `K`, `h`, `L/d`, `L`, `m3`."""
    measured_at: datetime
    age_s: float
    is_stale: bool
    """Older than the kind's `stale_after_s`, or the device is not online."""
