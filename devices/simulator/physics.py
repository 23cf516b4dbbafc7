"""What the helium does: boil-off, transfer, recovery, compression, liquefaction, leaks, in simulated seconds.

Pure and deterministic: no clock, one seeded random source. Controls (`valve_positions`, `running`, …) are set from
outside, observations are read; `step` moves helium between the accounts of a `Ledger`, so it is conserved exactly. What
leaves the plant goes through declared accounts: `VENTED` (a full bag, a closed line) and `ROOM_AIR`, from where the
ventilation takes it to `VENTILATED`.
"""

import math
import random
from collections.abc import Mapping
from typing import Final

from devices.plant import Device, Plant
from devices.simulator import helium
from devices.simulator.ledger import Ledger
from devices.simulator.topology import Topology

VENTED: Final = "(vented)"
ROOM_AIR: Final = "(room air)"
VENTILATED: Final = "(ventilated)"

_STEP_S: Final = 10.0
"""Longest step of integration; the fastest filling changes a level by 0.5 % in it."""
_DAY_S: Final = 86_400.0
_HOUR_S: Final = 3_600.0

BOIL_OFF_PER_DAY: Final = {"dewar": 0.01, "storage_dewar": 0.005}
"""Of the capacity: a 100 L transport dewar loses about 1 L a day (domain notes, ISSP)."""
TRANSFER_L_PER_S: Final = 3.0 / 60
"""Liquid into a dewar with its transfer valve open; 100 L in about half an hour."""
TRANSFER_FLASH: Final = 0.08
"""Part of a transferred litre that arrives as gas: the plume at the start of a fill."""
FULL_DEWAR: Final = 0.95
EMPTY_MOTHER: Final = 0.02
COMPRESSOR_M3_PER_H: Final = 20.0
"""Gas at 0 °C and 101.325 kPa; a large site's takes 80 (domain notes, Hiroshima)."""
LIQUEFIER_L_PER_H: Final = 20.0
LIQUEFIER_HOLD_UP_S: Final = 300.0
"""How long gas stays in purifier and liquefier."""
RECOVERED_PURITY: Final = 0.998
"""Boil-off is pure, the recovery line lets a little air in."""
FEED_PRESSURE_PA: Final = 1.0e6
"""Below it a bank no longer feeds the purifier."""
BAG_LEAK_M3_PER_H: Final = 40.0
"""Enough to bring the demo's room below 18 % oxygen before the bag is empty."""
DEWAR_LEAK_L_PER_H: Final = 20.0
BANK_LEAK_PER_H: Final = 0.5
"""Of what is left in the bank."""
ROOM_M3: Final = 80.0
AIR_CHANGES_PER_H: Final = 1.0
FRESH_AIR_OXYGEN: Final = 0.209
BANK_WATER_M3: Final = 1.0
"""Water volume of a bank whose plant file gives none."""
BAG_M3: Final = 30.0
DEWAR_L: Final = 100.0


class Physics:
    """The helium of a plant."""

    def __init__(
        self, plant: Plant, topology: Topology, random_source: random.Random, fills: Mapping[str, float]
    ) -> None:
        """Fill the plant: `fills` gives level fractions (dewars, bags) or pressures in Pa (banks) by device id."""
        self._topology = topology
        self._random = random_source
        self._devices = plant.devices
        self._bag_density = helium.density_kg_per_m3(
            helium.ATMOSPHERE_PA, helium.ZERO_CELSIUS_K + plant.site.reference_temperature_c
        )
        self._banks = tuple(topology.bank_outlets)
        self._bank_warmth_k = dict.fromkeys(self._banks, 0.0)
        self._activity = dict.fromkeys(topology.dewars, 1.0)
        self.elapsed_s = 0.0
        self.valve_positions = {
            device.device_id: 1.0 if device.device_id in topology.open_at_start else 0.0
            for device in plant.of_kind("valve")
        }
        """0 closed to 1 open."""
        self.running: set[str] = set()
        """Compressors that turn."""
        self.purifying: set[str] = set()
        """Purifiers that let clean gas through."""
        self.liquefying: set[str] = set()
        """Liquefiers that draw gas and make liquid."""
        self.leaking: set[str] = set()
        """Dewars, bags and banks that leak into the room."""
        self.filling_kg_per_s: dict[str, float] = {}
        """Liquid into each dewar during the last step."""
        self.liquid_l_per_h = dict.fromkeys(topology.liquefiers, 0.0)
        """What each liquefier made during the last step."""
        self.bank_purity = {bank: random_source.uniform(0.990, 0.997) for bank in self._banks}
        """Helium fraction of the gas in a bank; air comes in with bags and fittings."""
        self.bag_purity = {bag: random_source.uniform(0.990, 0.998) for bag in topology.bag_inlets}
        self.ledger = Ledger(
            dict.fromkeys((VENTED, ROOM_AIR, VENTILATED, *topology.liquefiers), 0.0) | self._fill(fills)
        )

    def _fill(self, fills: Mapping[str, float]) -> dict[str, float]:
        chance = self._random.uniform
        opening: dict[str, float] = {}
        for dewar in self._topology.dewars:
            likely = chance(0.55, 0.7) if dewar in self._topology.mothers else chance(0.3, 0.9)
            opening[dewar] = fills.get(dewar, likely) * self.full_kg(dewar)
        for bag in self._topology.bag_inlets:
            opening[bag] = fills.get(bag, chance(0.4, 0.6)) * self.full_kg(bag)
        for bank in self._banks:
            opening[bank] = helium.mass_kg(fills.get(bank, chance(6e6, 10e6)), self._bank_m3(bank), helium.AMBIENT_K)
        return opening

    # Observations

    def level(self, device_id: str) -> float:
        """Return how full a dewar or a bag is: 0 empty, 1 full."""
        return self.ledger.kg(device_id) / self.full_kg(device_id)

    def bank_temperature_k(self, bank: str) -> float:
        """Return the gas temperature of a bank: the day outside, and the heat of compression."""
        return helium.AMBIENT_K + 3 * math.sin(2 * math.pi * self.elapsed_s / _DAY_S) + self._bank_warmth_k[bank]

    def bank_pressure_pa(self, bank: str) -> float:
        """Return the absolute pressure of a bank."""
        return helium.pressure_pa(self.ledger.kg(bank), self._bank_m3(bank), self.bank_temperature_k(bank))

    def full_kg(self, device_id: str) -> float:
        """Return what a dewar or a bag holds when it is full."""
        if device_id in self._topology.bag_inlets:
            return _device_m3(self._devices[device_id], BAG_M3) * self._bag_density
        return (self._devices[device_id].capacity_l or DEWAR_L) * helium.LIQUID_KG_PER_L

    def usual_boil_off_kg_per_s(self, dewar: str) -> float:
        """Return what a dewar at rest evaporates on average."""
        return BOIL_OFF_PER_DAY[self._devices[dewar].kind.name] * self.full_kg(dewar) / _DAY_S

    def boil_off_kg_per_s(self, dewar: str) -> float:
        """Return what a dewar at rest evaporates now."""
        return self.usual_boil_off_kg_per_s(dewar) * self._activity[dewar]

    @property
    def room_oxygen(self) -> float:
        """Oxygen fraction of the room's air, displaced by helium."""
        density = helium.density_kg_per_m3(helium.ATMOSPHERE_PA, helium.AMBIENT_K)
        displaced = min(self.ledger.kg(ROOM_AIR) / density / ROOM_M3, 1.0)
        return FRESH_AIR_OXYGEN * (1 - displaced)

    def position(self, valve: str | None) -> float:
        """Return how far a valve is open; a place without a valve is open."""
        return 1.0 if valve is None else self.valve_positions[valve]

    def is_feed_available(self, least_pa: float = FEED_PRESSURE_PA) -> bool:
        """Tell whether an open bank has the pressure to feed the purifier."""
        return any(self.bank_pressure_pa(bank) > least_pa for bank in self._open_banks())

    # Changes

    def step(self, dt_s: float) -> None:
        """Let `dt_s` simulated seconds pass."""
        remaining_s = dt_s
        while remaining_s > 0:
            step_s = min(remaining_s, _STEP_S)
            self._step(step_s)
            remaining_s -= step_s

    def warm(self, dewar: str, heat_j: float) -> None:
        """Evaporate what `heat_j` evaporates: a level measurement does that."""
        self._release(dewar, heat_j / helium.LATENT_HEAT_J_PER_KG)

    def _step(self, dt_s: float) -> None:
        self.elapsed_s += dt_s
        for dewar in self._topology.dewars:
            # A slow random walk about 1 (hours): weather, handling, how long ago it was moved.
            drift = (1 - self._activity[dewar]) * dt_s / _HOUR_S
            self._activity[dewar] += drift + self._random.gauss(0, 0.1) * math.sqrt(2 * dt_s / _HOUR_S)
            self._activity[dewar] = min(max(self._activity[dewar], 0.5), 2.0)
            self._release(dewar, self.boil_off_kg_per_s(dewar) * dt_s)
        for dewar in self._topology.dewars:
            self._transfer(dewar, dt_s)
        for compressor in self._topology.compressors:
            self._compress(compressor, dt_s)
        for liquefier in self._topology.liquefiers:
            self._liquefy(liquefier, dt_s)
        for device_id in sorted(self.leaking):
            self._leak(device_id, dt_s)
        stays = math.exp(-AIR_CHANGES_PER_H * dt_s / _HOUR_S)
        self.ledger.move(ROOM_AIR, VENTILATED, self.ledger.kg(ROOM_AIR) * (1 - stays))

    def _release(self, dewar: str, gas_kg: float) -> None:
        bags = [bag for bag, inlet in self._topology.bag_inlets.items() if self.position(inlet) > 0]
        own = self._topology.dewars[dewar].bag
        bag = own if own in bags else next(iter(bags), None)
        room_kg = 0.0 if bag is None else max(self.full_kg(bag) - self.ledger.kg(bag), 0.0)
        arriving_kg = 0.0
        if bag is not None:
            held_kg = self.ledger.kg(bag)
            arriving_kg = self.ledger.move(dewar, bag, min(gas_kg, room_kg))
            self.bag_purity[bag] = _mixed(self.bag_purity[bag], held_kg, RECOVERED_PURITY, arriving_kg)
        self.ledger.move(dewar, VENTED, max(gas_kg - arriving_kg, 0.0))

    def _transfer(self, dewar: str, dt_s: float) -> None:
        lines = self._topology.dewars[dewar]
        self.filling_kg_per_s[dewar] = 0.0
        if lines.mother is None or lines.transfer_valve is None:
            return
        is_possible = self.level(dewar) < FULL_DEWAR and self.level(lines.mother) > EMPTY_MOTHER
        flow = self.position(lines.transfer_valve) * TRANSFER_L_PER_S * helium.LIQUID_KG_PER_L if is_possible else 0.0
        if flow > 0:
            missing_kg = (FULL_DEWAR - self.level(dewar)) * self.full_kg(dewar)
            moved_kg = self.ledger.move(lines.mother, dewar, min(flow * dt_s, missing_kg))
            self._release(dewar, moved_kg * TRANSFER_FLASH)
            self.filling_kg_per_s[dewar] = moved_kg / dt_s

    def _compress(self, compressor: str, dt_s: float) -> None:
        lines = self._topology.compressors[compressor]
        moved_kg = 0.0
        if compressor in self.running and lines.bag is not None and lines.bank is not None:
            flow_m3_per_s = COMPRESSOR_M3_PER_H / _HOUR_S * self.position(lines.suction_valve)
            normal = helium.density_kg_per_m3(helium.ATMOSPHERE_PA, helium.ZERO_CELSIUS_K)
            held_kg = self.ledger.kg(lines.bank)
            moved_kg = self.ledger.move(lines.bag, lines.bank, flow_m3_per_s * normal * dt_s)
            self.bank_purity[lines.bank] = _mixed(
                self.bank_purity[lines.bank], held_kg, self.bag_purity[lines.bag], moved_kg
            )
        if lines.bank is not None:
            warmest_k = 8.0 if moved_kg > 0 else 0.0
            self._bank_warmth_k[lines.bank] += (warmest_k - self._bank_warmth_k[lines.bank]) * min(dt_s / 1800, 1.0)

    def _liquefy(self, liquefier: str, dt_s: float) -> None:
        self.liquid_l_per_h[liquefier] = 0.0
        mother = next(iter(self._topology.mothers), None)
        if liquefier not in self.liquefying or mother is None:
            return
        wanted_kg = LIQUEFIER_L_PER_H / _HOUR_S * helium.LIQUID_KG_PER_L * dt_s
        bank = max(self._open_banks(), key=self.bank_pressure_pa, default=None)
        if bank is not None and self.bank_pressure_pa(bank) > FEED_PRESSURE_PA:
            self.ledger.move(bank, liquefier, wanted_kg)
        made_kg = self.ledger.kg(liquefier) * min(dt_s / LIQUEFIER_HOLD_UP_S, 1.0)
        room_kg = max(1 - self.level(mother), 0.0) * self.full_kg(mother)
        moved_kg = self.ledger.move(liquefier, mother, min(made_kg, room_kg))
        self.filling_kg_per_s[mother] += moved_kg / dt_s
        self.liquid_l_per_h[liquefier] = moved_kg / dt_s * _HOUR_S / helium.LIQUID_KG_PER_L

    def _leak(self, device_id: str, dt_s: float) -> None:
        kind = self._devices[device_id].kind.name
        match kind:
            case "gas_bag":
                lost_kg = BAG_LEAK_M3_PER_H / _HOUR_S * self._bag_density * dt_s
            case "cylinder_bank":
                lost_kg = self.ledger.kg(device_id) * (1 - math.exp(-BANK_LEAK_PER_H * dt_s / _HOUR_S))
            case _:
                lost_kg = DEWAR_LEAK_L_PER_H / _HOUR_S * helium.LIQUID_KG_PER_L * dt_s
        self.ledger.move(device_id, ROOM_AIR, lost_kg)

    def _open_banks(self) -> list[str]:
        return [bank for bank, outlet in self._topology.bank_outlets.items() if self.position(outlet) > 0]

    def _bank_m3(self, bank: str) -> float:
        return _device_m3(self._devices[bank], BANK_WATER_M3)


def _device_m3(device: Device, otherwise_m3: float) -> float:
    return otherwise_m3 if device.capacity_m3 is None else device.capacity_m3


def _mixed(purity: float, held_kg: float, arriving_purity: float, arriving_kg: float) -> float:
    total_kg = held_kg + arriving_kg
    return purity if total_kg == 0 else (purity * held_kg + arriving_purity * arriving_kg) / total_kg
