"""The purifier and the liquefier: nobody commands them; they follow the gas there is, in simulated hours.

States as in the field (ISIS): purifier OFF, FLUSHING, COOLDOWN, CLEANING, REGENERATION, STANDBY; liquefier NOT_RUNNING,
IN_COOLDOWN, RUNNING.
"""

from collections.abc import Mapping
from typing import Final

from devices.simulator import helium
from devices.simulator.machine import Body, Machine
from devices.simulator.physics import FEED_PRESSURE_PA

_FLUSHING_S: Final = 600.0
_PURIFIER_COOLDOWN_S: Final = 2_400.0
_CLEANING_S: Final = 12 * 3_600.0
"""The adsorber is loaded after it."""
_REGENERATION_S: Final = 3_600.0
_STANDBY_S: Final = 6 * 3_600.0
_RESTART_PA: Final = 3.0e6
"""What an idle purifier waits for, so that it does not start for a few litres."""
_NITROGEN_K: Final = 77.4
_REGENERATION_K: Final = 350.0
_COOLING_K_PER_S: Final = 0.04
"""Liquefier, from ambient to liquid helium in about two hours."""
_WARMING_K_PER_S: Final = 0.004
_COLD_K: Final = 4.5


class Purifier(Machine):
    """Cleans while a bank feeds it; regenerates itself."""

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._in_state_s = 0.0
        self._temperature_k = _NITROGEN_K
        self._enter("CLEANING")

    def advance(self, elapsed_s: float) -> None:
        """Follow the demand for gas through the states."""
        dt_s = elapsed_s * self.body.speed
        self._in_state_s += dt_s
        is_idle = self.state in {"OFF", "STANDBY"}
        is_wanted = self.body.physics.is_feed_available(_RESTART_PA if is_idle else FEED_PRESSURE_PA)
        match self.state:
            case "OFF" if is_wanted:
                self._enter("FLUSHING")
            case "FLUSHING" if self._in_state_s >= _FLUSHING_S:
                self._enter("COOLDOWN")
            case "COOLDOWN" if self._in_state_s >= _PURIFIER_COOLDOWN_S:
                self._enter("CLEANING")
            case "CLEANING" if self._in_state_s >= _CLEANING_S:
                self._enter("REGENERATION")
            case "CLEANING" if not is_wanted:
                self._enter("STANDBY")
            case "STANDBY" if is_wanted:
                self._enter("CLEANING")
            case "STANDBY" if self._in_state_s >= _STANDBY_S:
                self._enter("OFF")
            case "REGENERATION" if self._in_state_s >= _REGENERATION_S:
                self._enter("COOLDOWN" if is_wanted else "OFF")
            case _:
                pass
        goal_k = {"OFF": helium.AMBIENT_K, "FLUSHING": helium.AMBIENT_K, "REGENERATION": _REGENERATION_K}.get(
            self.state, _NITROGEN_K
        )
        self._temperature_k += (goal_k - self._temperature_k) * min(dt_s / 800, 1.0)

    def truth(self) -> Mapping[str, float]:
        """Return the purity behind the purifier and the adsorber's temperature."""
        loaded = min(self._in_state_s / _CLEANING_S, 1.0) if self.state == "CLEANING" else 0.0
        return {"purity_pct": 99.99 - 0.04 * loaded, "temperature_k": self._temperature_k}

    def _enter(self, state: str) -> None:
        self.state, self._in_state_s = state, 0.0
        passing = self.body.physics.purifying
        (passing.add if state == "CLEANING" else passing.discard)(self.body.device.device_id)


class Liquefier(Machine):
    """Cools down when clean gas comes, makes liquid while it is cold, warms up slowly when there is none."""

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._temperature_k = _COLD_K
        self._enter("RUNNING")

    def advance(self, elapsed_s: float) -> None:
        """Follow the clean gas."""
        dt_s = elapsed_s * self.body.speed
        physics = self.body.physics
        is_clean = bool(physics.purifying) or not self.body.topology.purifiers
        if not (is_clean and physics.is_feed_available()):
            self._enter("NOT_RUNNING")
            self._temperature_k = min(self._temperature_k + _WARMING_K_PER_S * dt_s, helium.AMBIENT_K)
            return
        self._temperature_k = max(self._temperature_k - _COOLING_K_PER_S * dt_s, _COLD_K)
        self._enter("RUNNING" if self._temperature_k <= _COLD_K else "IN_COOLDOWN")

    def truth(self) -> Mapping[str, float]:
        """Return what it makes and how cold it is."""
        made = self.body.physics.liquid_l_per_h.get(self.body.device.device_id, 0.0)
        return {"production_l_per_h": made, "temperature_k": self._temperature_k}

    def _enter(self, state: str) -> None:
        self.state = state
        liquefying = self.body.physics.liquefying
        (liquefying.add if state == "RUNNING" else liquefying.discard)(self.body.device.device_id)
