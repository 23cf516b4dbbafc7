"""A motor valve with limit switches: it takes seconds to travel, and can turn back on its way."""

from collections.abc import Mapping
from typing import Final

from devices.simulator.faults import FaultKind
from devices.simulator.machine import FAULT, Body, Machine

_TRAVEL_S: Final = (3.0, 6.0)
_TRAVEL_TIMEOUT_S: Final = 12.0
"""The drive gives up when no limit switch answers; below the 15 s in which people expect the valve to have moved."""


class Valve(Machine):
    """OPENING and CLOSING take 3 to 6 s, the same each time for one valve."""

    noiseless = frozenset({"position_pct"})

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._position = body.physics.valve_positions[body.device.device_id]
        self._travel_s = body.random.uniform(*_TRAVEL_S)
        self._under_way_s = 0.0
        self.state = "OPEN" if self._position == 1 else "CLOSED"

    def _begin(self, action: str, value: str | None) -> None:
        del value
        self._under_way_s = 0.0
        self.state = "OPENING" if action == "open" else "CLOSING"

    def advance(self, elapsed_s: float) -> None:
        """Travel on, until a limit switch answers or the time is up."""
        if self.state == FAULT and not self._has(FaultKind.STUCK):
            # Freed and reset at its panel: it drives to the safe side.
            self.state, self.fault = "CLOSING", None
        if self.state not in {"OPENING", "CLOSING"}:
            return
        target = 1.0 if self.state == "OPENING" else 0.0
        if self._has(FaultKind.STUCK) and self._position != target:
            self._under_way_s += elapsed_s
            if self._under_way_s >= _TRAVEL_TIMEOUT_S:
                self.state, self.fault = FAULT, "travel_timeout"
                self._fail("travel_timeout")
            return
        travel_s = self.body.real_s(self._travel_s)
        moved = 1.0 if travel_s == 0 else elapsed_s / travel_s
        self._position = min(self._position + moved, 1.0) if target else max(self._position - moved, 0.0)
        self.body.physics.valve_positions[self.body.device.device_id] = self._position
        if self._position == target:
            self.state = "OPEN" if target else "CLOSED"
            self._finish()

    def truth(self) -> Mapping[str, float]:
        """Return the position."""
        return {"position_pct": round(self._position * 100, 1)}
