"""The simulated plant: every device of a `Plant`, and the helium between them, moved on by one clock."""

import random
from collections.abc import Mapping, Sequence
from typing import Final

from devices.clock import Clock
from devices.plant import Device, Plant
from devices.simulator import helium
from devices.simulator.clock import DeviceClock, MachineClock
from devices.simulator.coldbox import Liquefier, Purifier
from devices.simulator.compressor import Compressor
from devices.simulator.dewar import Dewar
from devices.simulator.errors import FillError
from devices.simulator.faults import Fault
from devices.simulator.field_device import FieldDevice
from devices.simulator.firmware import Shown
from devices.simulator.machine import Body, Machine
from devices.simulator.physics import Physics
from devices.simulator.plain import CylinderBank, GasBag, Room, UnknownKind
from devices.simulator.topology import topology_of
from devices.simulator.valve import Valve

_MACHINES: Final[Mapping[str, type[Machine]]] = {
    "dewar": Dewar,
    "storage_dewar": Dewar,
    "gas_bag": GasBag,
    "compressor": Compressor,
    "valve": Valve,
    "cylinder_bank": CylinderBank,
    "purifier": Purifier,
    "liquefier": Liquefier,
    "room": Room,
}
_FASTEST: Final = 3_600.0
_FULLEST_MPA: Final = 20.0
_LONGEST_S: Final = 60.0
"""A process that was stopped for longer does not catch up with the rest: nobody saw it, and it would take minutes."""


class Simulation:
    """A plant that runs while `advance` is called."""

    def __init__(
        self,
        plant: Plant,
        *,
        seed: int = 0,
        speed: float = 1.0,
        faults: Sequence[Fault] = (),
        fills: Mapping[str, float] | None = None,
        is_instant: bool = False,
        clock: Clock | None = None,
    ) -> None:
        """Fill the plant and put every machine at rest.

        `speed`: simulated seconds in a real one, up to 3,600. `fills`: levels to start with, in percent (dewars, bags)
        or MPa gauge (banks), by device id; the others follow from `seed`. `is_instant`: each action's target is shown
        at once. Raises `FillError`.
        """
        if not 0 < speed <= _FASTEST:
            raise FillError(f"speed {speed:g} is outside 0 to {_FASTEST:g} simulated seconds in a second")
        self.plant = plant
        self.speed = speed
        self.clock = clock or MachineClock()
        self._last_s = self.clock.monotonic()
        topology = topology_of(plant)
        self.physics = Physics(plant, topology, random.Random(f"{seed}:helium"), _checked_fills(plant, fills or {}))
        self.devices: dict[str, FieldDevice] = {}
        """By id, in the order of the plant file."""
        for device_id, device in plant.devices.items():
            body = Body(
                device=device,
                physics=self.physics,
                topology=topology,
                random=random.Random(f"{seed}:{device_id}"),
                clock=DeviceClock(self.clock),
                speed=speed,
                is_instant=is_instant,
            )
            self.devices[device_id] = FieldDevice(body, _MACHINES.get(device.kind.name, UnknownKind)(body), self._look)
        for fault in faults:
            self.inject(fault)

    def inject(self, fault: Fault) -> None:
        """Let something go wrong from now on."""
        self.devices[fault.device].inject(fault)

    def repair(self, device_id: str) -> None:
        """Let nothing be wrong with a device any more."""
        self.devices[device_id].repair()

    def advance(self) -> None:
        """Catch up with the clock: move the helium, then every machine."""
        now_s = self.clock.monotonic()
        elapsed_s, self._last_s = min(now_s - self._last_s, _LONGEST_S), now_s
        self.physics.step(elapsed_s * self.speed)
        for device in self.devices.values():
            device.advance(elapsed_s)

    def _look(self, device_id: str) -> Shown:
        machine = self.devices[device_id].machine
        return machine.state, machine.truth()


def parse_fills(texts: Sequence[str]) -> dict[str, float]:
    """Return the fills meant by `DEVICE=NUMBER` texts; raises `FillError`."""
    fills: dict[str, float] = {}
    for text in texts:
        device_id, _, number = (part.strip() for part in text.partition("="))
        try:
            fills[device_id] = float(number)
        except ValueError as exc:
            raise FillError(f"fill {text!r} is not DEVICE=NUMBER, as in bag-1=10 (%) or bank-1=14.8 (MPa)") from exc
    return fills


def _checked_fills(plant: Plant, fills: Mapping[str, float]) -> dict[str, float]:
    return {device_id: _checked_fill(plant.device(device_id), value) for device_id, value in fills.items()}


def _checked_fill(device: Device, value: float) -> float:
    if device.kind.name == "cylinder_bank":
        if not 0 <= value <= _FULLEST_MPA:
            raise FillError(f"{device.device_id} filled to {value:g} MPa is outside 0 to {_FULLEST_MPA:g} MPa")
        return value * 1e6 + helium.ATMOSPHERE_PA
    if device.kind.name not in {"dewar", "storage_dewar", "gas_bag"}:
        raise FillError(f"a {device.kind.name} ({device.device_id}) holds nothing that could be filled")
    if not 0 <= value <= 100:  # noqa: PLR2004 - percent
        raise FillError(f"{device.device_id} filled to {value:g} % is outside 0 to 100 %")
    return value / 100
