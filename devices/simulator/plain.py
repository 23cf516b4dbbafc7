"""Machines without helium of their own: vessels that only measure, the room, and kinds that a site has added."""

from collections.abc import Mapping
from typing import Final

from devices.simulator import helium
from devices.simulator.machine import Body, Machine

_ACTING_S: Final = 1.0
"""What a device of an unknown kind takes to do as it is told (real seconds)."""


class GasBag(Machine):
    """A bag: its level, and a pressure that rises when it is tight."""

    def truth(self) -> Mapping[str, float]:
        """Return level and gauge pressure (10 mm of oil column is 0.1 kPa)."""
        level = self.body.physics.level(self.body.device.device_id)
        return {"level_pct": level * 100, "pressure_kpa": 0.1 + max(level - 0.9, 0.0) * 20}


class CylinderBank(Machine):
    """Cylinders: real-gas pressure of what is in them."""

    def truth(self) -> Mapping[str, float]:
        """Return gauge pressure, temperature and purity."""
        physics, bank = self.body.physics, self.body.device.device_id
        return {
            "pressure_mpa": (physics.bank_pressure_pa(bank) - helium.ATMOSPHERE_PA) / 1e6,
            "temperature_c": physics.bank_temperature_k(bank) - helium.ZERO_CELSIUS_K,
            "purity_pct": physics.bank_purity[bank] * 100,
        }


class Room(Machine):
    """A room: helium that leaks into it displaces the oxygen."""

    def truth(self) -> Mapping[str, float]:
        """Return oxygen and temperature."""
        return {"oxygen_pct": self.body.physics.room_oxygen * 100, "temperature_c": 22.0}


class UnknownKind(Machine):
    """A kind that a site has added: shows whatever target it is told, a second later."""

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._target: tuple[str, str] | None = None
        self._left_s = 0.0

    def _begin(self, action: str, value: str | None) -> None:
        target = self.body.device.action(action).target
        wanted = value if value is not None else next(iter(target.values), "")
        self._target, self._left_s = (target.field, wanted), self.body.real_s(_ACTING_S)

    def advance(self, elapsed_s: float) -> None:
        """Show the target when the time has come."""
        self._left_s -= elapsed_s
        if self._target is None or self._left_s > 0:
            return
        field, wanted = self._target
        self._target = None
        if field == "mode":
            self.mode = wanted
        elif field == "state":
            self.state = wanted
        self._finish()
