"""A recovery compressor: starting takes seconds, automatic mode follows the bag, gas and pressure protect it."""

import math
from collections.abc import Mapping
from typing import Final

from devices.payload import Result
from devices.simulator import helium
from devices.simulator.faults import FaultKind
from devices.simulator.machine import FAULT, Body, Job, Machine

_STARTING_S: Final = 5.0
_STOPPING_S: Final = 4.0
_TRIPS_AFTER_S: Final = 5.0
AUTO_START_LEVEL: Final = 0.70
AUTO_STOP_LEVEL: Final = 0.20
AUTO_DELAY_S: Final = 10.0
"""How long the level must ask for it, in automatic mode, before the machine starts: a mode alone starts nothing."""
_READY_LEVEL: Final = 0.05
_EMPTY_LEVEL: Final = 0.02
_FULL_MPA: Final = 14.7
"""Not ready above it, and an automatic run ends."""
_TRIP_MPA: Final = 15.0
_RESET_AFTER_S: Final = 10.0
"""Somebody resets it at its panel so long after the cause of a FAULT is gone (real seconds)."""
_HOUR_S: Final = 3_600.0


class Compressor(Machine):
    """NOT_READY, READY, STARTING, RUNNING, STOPPING, FAULT; modes manual and auto."""

    noiseless = frozenset({"run_hours_h"})

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._lines = body.topology.compressors[body.device.device_id]
        self._run_hours = body.random.uniform(500, 9_000)
        self._in_state_s = 0.0
        self._wanted_for_s = 0.0
        self._temperature_c = 22.0
        # One of them looks after itself, the first waits for people.
        is_first = next(iter(body.topology.compressors)) == body.device.device_id
        self.mode = "manual" if is_first or "auto" not in body.device.kind.modes else "auto"
        self.state = self._idle_state()

    def refusal(self, action: str, value: str | None) -> str | None:
        """Refuse a start that the machine is not ready for."""
        del value
        if action != "start":
            return None
        return {"STOPPING": "busy", "NOT_READY": "not_ready"}.get(self.state)

    def begin(self, action: str, value: str | None) -> Job:
        """Start doing `action`; selecting a mode leaves a start or stop under way alone."""
        if action != "set_mode":
            return super().begin(action, value)
        self.mode, self._wanted_for_s = value, 0.0
        return Job(result=Result.DONE)

    def _begin(self, action: str, value: str | None) -> None:
        del value
        match action:
            case "start":
                if self.state != "RUNNING":
                    self._enter("STARTING")
            case _:
                # A stop overrides the automatic, which would start the machine again (IEC 60204-1).
                self.mode = "manual"
                if self.state in {"STARTING", "RUNNING"}:
                    self._enter("STOPPING")

    def advance(self, elapsed_s: float) -> None:
        """Start, run, stop, and look after itself."""
        self._in_state_s += elapsed_s
        match self.state:
            case "STARTING":
                self._start_on()
            case "RUNNING":
                self._run_on(elapsed_s)
            case "STOPPING":
                if self._in_state_s >= self.body.real_s(_STOPPING_S):
                    self._enter(self._idle_state())
                    self._finish()
            case "FAULT":
                self._finish()
                self._reset_when_gone(elapsed_s)
            case _:
                self._finish()
                self._idle_on(elapsed_s)
        warmest_c = 95.0 if self.state == "RUNNING" else 22.0
        self._temperature_c += (warmest_c - self._temperature_c) * (1 - math.exp(-elapsed_s * self.body.speed / 600))

    def truth(self) -> Mapping[str, float]:
        """Return pressures, temperature and run hours."""
        is_turning = self.state == "RUNNING"
        bank_mpa = self._bank_mpa()
        return {
            "discharge_pressure_mpa": bank_mpa + 0.1 if is_turning else bank_mpa,
            "suction_pressure_kpa": -0.3 if is_turning else 0.1,
            "oil_pressure_mpa": 0.32 if is_turning else 0.0,
            "discharge_temperature_c": self._temperature_c,
            "run_hours_h": round(self._run_hours, 2),
        }

    def _start_on(self) -> None:
        if self._in_state_s < self.body.real_s(_STARTING_S):
            return
        if self._has(FaultKind.NO_START):
            self._enter(self._idle_state())
            self._fail("did_not_start")
            return
        self._enter("RUNNING")
        self._finish()

    def _run_on(self, elapsed_s: float) -> None:
        self._finish()
        self._run_hours += elapsed_s * self.body.speed / _HOUR_S
        if self._has(FaultKind.TRIPS) and self._in_state_s >= _TRIPS_AFTER_S:
            self._trip("motor_overload")
        elif self._bank_mpa() >= _TRIP_MPA:
            self._trip("discharge_pressure_high")
        elif not self._has_gas(_EMPTY_LEVEL) or (self.mode == "auto" and self._auto_run_ends()):
            self._enter("STOPPING")

    def _idle_on(self, elapsed_s: float) -> None:
        self.state = self._idle_state()
        is_wanted = self.mode == "auto" and self.state == "READY" and self._bag_level() >= AUTO_START_LEVEL
        self._wanted_for_s = self._wanted_for_s + elapsed_s if is_wanted else 0.0
        if self._wanted_for_s >= AUTO_DELAY_S:
            self._wanted_for_s = 0.0
            self._enter("STARTING")

    def _reset_when_gone(self, elapsed_s: float) -> None:
        is_gone = not self._has(FaultKind.TRIPS) and self._bank_mpa() < _FULL_MPA
        self._wanted_for_s = self._wanted_for_s + elapsed_s if is_gone else 0.0
        if self._wanted_for_s >= _RESET_AFTER_S:
            self.fault, self.mode = None, "manual"
            self._enter(self._idle_state())

    def _trip(self, cause: str) -> None:
        self.fault = cause
        self._enter(FAULT)

    def _enter(self, state: str) -> None:
        self.state, self._in_state_s, self._wanted_for_s = state, 0.0, 0.0
        turning = self.body.physics.running
        (turning.add if state == "RUNNING" else turning.discard)(self.body.device.device_id)

    def _idle_state(self) -> str:
        is_ready = self._has_gas(_READY_LEVEL) and self._bank_mpa() <= _FULL_MPA
        return "READY" if is_ready else "NOT_READY"

    def _auto_run_ends(self) -> bool:
        return self._bag_level() <= AUTO_STOP_LEVEL or self._bank_mpa() >= _FULL_MPA

    def _has_gas(self, least_level: float) -> bool:
        is_open = self.body.physics.position(self._lines.suction_valve) > 0
        return is_open and self._bag_level() > least_level

    def _bag_level(self) -> float:
        return 0.0 if self._lines.bag is None else self.body.physics.level(self._lines.bag)

    def _bank_mpa(self) -> float:
        if self._lines.bank is None:
            return 0.0
        return (self.body.physics.bank_pressure_pa(self._lines.bank) - helium.ATMOSPHERE_PA) / 1e6
