"""How fast a measurement changes: boil-off of a dewar, time until a bag is full. Says nothing rather than guess."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from devices.freshness import reading_of
from devices.plant import Device, Measurement
from devices.reading import DeviceState

_FEWEST_SAMPLES: Final = 4
_MOST_SAMPLES: Final = 2000
_PULSED_WINDOW_S: Final = 24 * 3600.0
"""A level meter pulses once or twice an hour, and a dewar loses about a hundredth of its helium in a day."""
_WINDOW_S: Final = 15 * 60.0
_FULL_PCT: Final = 100.0
_HOURS_PER_DAY: Final = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The slope of the least-squares line through the samples of a window."""

    per_h: float
    """In the measurement's unit per hour; negative where it falls."""
    error_per_h: float
    """Standard error of the slope, from how the samples scatter about the line."""
    samples: int
    span_s: float
    """From the first sample to the last."""
    latest: float
    """The line's value at the last sample, in the measurement's unit."""

    @property
    def is_significant(self) -> bool:
        """Whether it is more than noise: twice its standard error or more."""
        return abs(self.per_h) >= 2 * self.error_per_h and self.per_h != 0


class Trends:
    """The recent past of every measurement. Feed it each state; it starts anew when a device changes its state."""

    def __init__(self) -> None:
        self._samples: dict[tuple[str, str], deque[tuple[datetime, float]]] = {}
        self._last_state: dict[str, str] = {}

    def take(self, device: Device, state: DeviceState) -> None:
        """Keep what `state` measured; a value that was measured before is not counted again."""
        if self._last_state.get(device.device_id) != state.state:
            # A dewar that was filled, a bag after a fault: the line before says nothing about the one after.
            for name in device.measurements:
                self._samples.pop((device.device_id, name), None)
            self._last_state[device.device_id] = state.state
        for name in device.measurements:
            reading = reading_of(state, device, name, state.at)
            if reading is None:
                continue
            samples = self._samples.setdefault((device.device_id, name), deque(maxlen=_MOST_SAMPLES))
            if not samples or reading.measured_at > samples[-1][0]:
                samples.append((reading.measured_at, reading.value))

    def rate(self, device: Device, measurement: str, now: datetime) -> Rate | None:
        """Return how fast a measurement changes now, None if too few samples lie in its window."""
        about = device.measurements.get(measurement)
        samples = self._samples.get((device.device_id, measurement))
        if about is None or samples is None:
            return None
        window_s = _PULSED_WINDOW_S if about.is_pulsed else _WINDOW_S
        return line_through([(at, value) for at, value in samples if (now - at).total_seconds() <= window_s])

    def boil_off_l_per_d(self, device: Device, now: datetime) -> float | None:
        """Return the litres of liquid that a dewar loses in a day; None if unknown, or if it does not lose any."""
        level = _level_of(device)
        rate = None if level is None else self.rate(device, level.name, now)
        if device.capacity_l is None or rate is None or not rate.is_significant or rate.per_h > 0:
            return None
        return -rate.per_h / _FULL_PCT * device.capacity_l * _HOURS_PER_DAY

    def time_to_full_s(self, device: Device, now: datetime) -> float | None:
        """Return the seconds until the level is 100 %, 0 if it is; None if unknown, or if it does not rise."""
        level = _level_of(device)
        rate = None if level is None else self.rate(device, level.name, now)
        if rate is None:
            return None
        if rate.latest >= _FULL_PCT:
            return 0.0
        if not rate.is_significant or rate.per_h < 0:
            return None
        return (_FULL_PCT - rate.latest) / rate.per_h * 3600


def line_through(samples: Sequence[tuple[datetime, float]]) -> Rate | None:
    """Return the least-squares line through times and values; None for fewer than four, or all at one time."""
    if len(samples) < _FEWEST_SAMPLES:
        return None
    last = samples[-1][0]
    hours = [(at - last).total_seconds() / 3600 for at, _ in samples]
    values = [value for _, value in samples]
    mean_h, mean_value = math.fsum(hours) / len(hours), math.fsum(values) / len(values)
    spread = math.fsum((h - mean_h) ** 2 for h in hours)
    if spread == 0:
        return None
    slope = math.fsum((h - mean_h) * (v - mean_value) for h, v in zip(hours, values, strict=True)) / spread
    latest = mean_value - slope * mean_h
    residual = math.fsum((v - latest - slope * h) ** 2 for h, v in zip(hours, values, strict=True))
    return Rate(
        per_h=slope,
        error_per_h=math.sqrt(residual / (len(samples) - 2) / spread),
        samples=len(samples),
        span_s=(last - samples[0][0]).total_seconds(),
        latest=latest,
    )


def _level_of(device: Device) -> Measurement | None:
    level = device.measurement_of("level")
    return level if level is not None and level.unit == "%" else None
