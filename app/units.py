"""Units and what helium makes of them: liquid, gas at the site's reference temperature, and mass."""

LIQUID_KG_PER_L = 0.1251
"""Liquid helium at 4.214 K and 101.325 kPa."""
GAS_KG_PER_M3_AT_0_C = 0.1785
"""Helium gas at 0 °C and 101.325 kPa."""
ZERO_C_IN_K = 273.15

_FACTORS: dict[str, tuple[str, float]] = {
    "Pa": ("pressure", 1.0),
    "kPa": ("pressure", 1e3),
    "bar": ("pressure", 1e5),
    "psi": ("pressure", 6894.757),
    "MPa": ("pressure", 1e6),
    "s": ("time", 1.0),
    "min": ("time", 60.0),
    "h": ("time", 3600.0),
    "d": ("time", 86400.0),
}


def gas_kg_per_m3(reference_c: float) -> float:
    """Density of helium gas at a reference temperature and 101.325 kPa, as an ideal gas from its value at 0 °C."""
    return GAS_KG_PER_M3_AT_0_C * ZERO_C_IN_K / (ZERO_C_IN_K + reference_c)


def helium(value: float, unit: str, to_unit: str, reference_c: float) -> float | None:
    """Convert helium between litres of liquid (`L`), cubic metres of gas (`m3`) and `kg`; None for other units."""
    kg_per = {"L": LIQUID_KG_PER_L, "m3": gas_kg_per_m3(reference_c), "kg": 1.0}
    if unit not in kg_per or to_unit not in kg_per:
        return None
    return value * kg_per[unit] / kg_per[to_unit]


def convert(value: float, unit: str, to_unit: str) -> float | None:
    """Convert between units of one quantity; None where that has no meaning."""
    if unit == to_unit:
        return value
    if (unit, to_unit) == ("degC", "K"):
        return value + ZERO_C_IN_K
    if (unit, to_unit) == ("K", "degC"):
        return value - ZERO_C_IN_K
    if unit not in _FACTORS or to_unit not in _FACTORS or _FACTORS[unit][0] != _FACTORS[to_unit][0]:
        return None
    return value * _FACTORS[unit][1] / _FACTORS[to_unit][1]
