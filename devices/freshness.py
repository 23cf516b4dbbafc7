"""How far a device's last word can be trusted now."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from devices.plant import Device
from devices.reading import DeviceState, Reading

CLOCK_TOLERANCE: Final = timedelta(seconds=2)
"""How far a device's clock may be ahead of ours; beyond it, its times prove nothing."""


class Freshness(StrEnum):
    """Whether a state is ground enough for a command, and if not, why."""

    FRESH = "fresh"
    MISSING = "missing"
    """It has not said anything."""
    OFFLINE = "offline"
    """It, or the broker, or the connection to the broker, is gone."""
    STALE = "stale"
    """It has been silent for longer than its kind may be."""
    CLOCK_AHEAD = "clock_ahead"
    """It speaks from the future: its clock is wrong."""


def freshness_of(state: DeviceState | None, device: Device, now: datetime) -> Freshness:
    """Judge the last state of `device`; anything but `FRESH` is no ground for a command."""
    if state is None:
        return Freshness.MISSING
    if not state.is_online:
        return Freshness.OFFLINE
    if state.at > now + CLOCK_TOLERANCE:
        return Freshness.CLOCK_AHEAD
    if (now - state.at).total_seconds() > device.kind.state_stale_after_s:
        return Freshness.STALE
    return Freshness.FRESH


def reading_of(state: DeviceState | None, device: Device, measurement: str, now: datetime) -> Reading | None:
    """Return one measurement with its age, or None if the device did not say it or its sensor is broken.

    A level meter pulses, so where a kind has a pulsed measurement, `measured_at` is the time of that one alone.
    """
    about = device.measurements.get(measurement)
    if state is None or about is None:
        return None
    value = state.values.get(measurement)
    if value is None or not about.minimum <= value <= about.maximum:
        return None
    has_pulsed = any(m.is_pulsed for m in device.measurements.values())
    measured_at = state.at if has_pulsed and not about.is_pulsed else state.measured_at
    age_s = (now - measured_at).total_seconds()
    return Reading(
        device=device.device_id,
        measurement=measurement,
        quantity=about.quantity,
        value=value,
        unit=about.unit,
        measured_at=measured_at,
        age_s=max(age_s, 0.0),
        is_stale=age_s > about.stale_after_s or measured_at > now + CLOCK_TOLERANCE or not state.is_online,
    )
