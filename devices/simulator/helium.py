"""Helium as the simulator needs it: densities, real-gas pressure, latent heat. SI units, each with its source."""

import math
from typing import Final

MOLAR_MASS_KG: Final = 4.002602e-3
"""kg/mol (CIAAW)."""
GAS_CONSTANT: Final = 8.314462618
"""J/(mol K) (CODATA 2018, exact)."""
ZERO_CELSIUS_K: Final = 273.15
ATMOSPHERE_PA: Final = 101_325.0
LIQUID_KG_PER_L: Final = 0.1251
"""At 4.214 K (domain notes); the reference equation of Ortiz Vega et al. (2019) gives 0.1247 at 4.222 K."""
LATENT_HEAT_J_PER_KG: Final = 20.7e3
"""Of vaporization at atmospheric pressure; about 2.6 kJ per litre of liquid."""
AMBIENT_K: Final = 293.15


def second_virial_m3_per_mol(temperature_k: float) -> float:
    """Return B of Z = 1 + B p / (R T), for 270 to 1800 K and up to 20 MPa.

    H. Petersen, The Properties of Helium, Risø Report No. 224 (1970): Z = 1 + 0.4446 p[bar] / T^1.2. That is
    11.8 cm³/mol at 300 K. Against the reference equation (Ortiz Vega et al., J. Phys. Chem. Ref. Data, as in CoolProp)
    Z is right to 0.1 % at 10 MPa and to 0.2 % at 15 MPa between 0 and 40 °C.
    """
    per_pascal = 0.4446e-5 * math.pow(temperature_k, -1.2)
    return per_pascal * GAS_CONSTANT * temperature_k


def compressibility(pressure_pa: float, temperature_k: float) -> float:
    """Return Z = p V / (n R T) of helium gas."""
    return 1 + second_virial_m3_per_mol(temperature_k) * pressure_pa / (GAS_CONSTANT * temperature_k)


def density_kg_per_m3(pressure_pa: float, temperature_k: float) -> float:
    """Return the density of helium gas; 0.1785 at 0 °C and 101.325 kPa."""
    ideal = pressure_pa * MOLAR_MASS_KG / (GAS_CONSTANT * temperature_k)
    return ideal / compressibility(pressure_pa, temperature_k)


def pressure_pa(mass_kg: float, volume_m3: float, temperature_k: float) -> float:
    """Return the pressure of a mass of helium gas in a volume.

    Z = 1 + B p / (R T) in p V = Z n R T has the closed solution p = n R T / (V - n B).
    """
    amount_mol = mass_kg / MOLAR_MASS_KG
    free_m3 = volume_m3 - amount_mol * second_virial_m3_per_mol(temperature_k)
    return amount_mol * GAS_CONSTANT * temperature_k / free_m3


def mass_kg(pressure_pa: float, volume_m3: float, temperature_k: float) -> float:
    """Return how much helium gas fills a volume to a pressure: the inverse of `pressure_pa`."""
    return density_kg_per_m3(pressure_pa, temperature_k) * volume_m3
