"""A dewar and its level meter, which pulses: between pulses the level only ages.

A superconducting level meter heats the liquid, so it measures for 2 s, every 10 to 30 s while the dewar is filled
(FAST) and once or twice an hour otherwise (SLOW) (ILM200 handbook). A forced measurement is one more pulse.
"""

from collections.abc import Mapping
from typing import Final

from devices.simulator.faults import FaultKind
from devices.simulator.machine import Body, Machine

_PULSE_S: Final = 2.0
"""Real seconds."""
_PULSE_HEAT_J: Final = 20.0
"""About 10 W in the wire for 2 s; evaporates 1 g."""
_FAST_S: Final = (10.0, 30.0)
_SLOW_S: Final = (1_800.0, 3_600.0)
"""Simulated seconds between pulses."""
_SHORTEST_REAL_S: Final = 1.0
"""Even at high speed a meter rests so long between pulses."""
_LEVEL_NOISE_PCT: Final = 0.15
_FILLING_PER_H: Final = 0.02
"""A level that rises faster, as a part of the capacity, is a filling; a liquefier's trickle into 4,000 L is not."""
_HOUR_S: Final = 3_600.0


class Dewar(Machine):
    """NORMAL or FILLING; the level is as old as the last pulse."""

    noiseless = frozenset({"level_pct"})

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self.state = "NORMAL"
        self._pulse_left_s: float | None = None
        self.measured_at = body.clock.stamp()
        self._level_pct = self._read_level()
        # The meters were switched on at different times.
        self._rest_left_s = self._rest_s() * body.random.random()

    def _begin(self, action: str, value: str | None) -> None:
        del action, value
        self._pulse()

    def advance(self, elapsed_s: float) -> None:
        """Rest, pulse, and notice a filling."""
        was_filling = self.state == "FILLING"
        self.state = "FILLING" if self._is_filling() else "NORMAL"
        if self.state == "FILLING" and not was_filling:
            self._rest_left_s = min(self._rest_left_s, self._rest_s())
        if self._pulse_left_s is not None:
            self._pulse_left_s -= elapsed_s
            if self._pulse_left_s <= 0:
                self._end_pulse()
            return
        self._rest_left_s -= elapsed_s
        if self._rest_left_s <= 0:
            self._pulse()

    def truth(self) -> Mapping[str, float]:
        """Return the level of the last pulse and the gauge pressure now."""
        physics, device_id = self.body.physics, self.body.device.device_id
        plume_kpa = 8.0 if self.state == "FILLING" else 0.0
        liveliness = physics.boil_off_kg_per_s(device_id) / self._usual_boil_off()
        return {"level_pct": self._level_pct, "pressure_kpa": 3.0 * liveliness + plume_kpa}

    def _pulse(self) -> None:
        if self._pulse_left_s is None:
            self._pulse_left_s = self.body.real_s(_PULSE_S)

    def _end_pulse(self) -> None:
        self._pulse_left_s = None
        self._rest_left_s = self._rest_s()
        self.body.physics.warm(self.body.device.device_id, _PULSE_HEAT_J)
        if self._has(FaultKind.SENSOR_DEAD):
            self._fail("no_measurement")
            return
        self._level_pct = self._read_level()
        self.measured_at = self.body.clock.stamp()
        self._finish()

    def _read_level(self) -> float:
        true_pct = self.body.physics.level(self.body.device.device_id) * 100
        return round(min(max(true_pct + self.body.random.gauss(0, _LEVEL_NOISE_PCT), 0.0), 100.0), 1)

    def _rest_s(self) -> float:
        simulated_s = self.body.random.uniform(*(_FAST_S if self.state == "FILLING" else _SLOW_S))
        return max(simulated_s / self.body.speed, _SHORTEST_REAL_S)

    def _is_filling(self) -> bool:
        rising_kg = self.body.physics.filling_kg_per_s.get(self.body.device.device_id, 0.0) * _HOUR_S
        return rising_kg > _FILLING_PER_H * self.body.physics.full_kg(self.body.device.device_id)

    def _usual_boil_off(self) -> float:
        return self.body.physics.usual_boil_off_kg_per_s(self.body.device.device_id)
