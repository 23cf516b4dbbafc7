import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.simulator import helium


@pytest.mark.parametrize(
    ("celsius", "megapascal", "published_z"),
    [
        # Compressibility of helium 4 as tabled in solar.energy.free.fr/sld015.htm.
        (15, 1, 1.0049),
        (15, 5, 1.0244),
        (15, 10, 1.0487),
        (15, 15, 1.0727),
        (50, 10, 1.0429),
        (50, 15, 1.0641),
        (50, 20, 1.0851),
    ],
)
def test_compressibility_is_within_a_quarter_percent_of_a_published_table(
    celsius: float, megapascal: float, published_z: float
) -> None:
    z = helium.compressibility(megapascal * 1e6, helium.ZERO_CELSIUS_K + celsius)
    assert z == pytest.approx(published_z, rel=2.5e-3)


@pytest.mark.parametrize(
    ("kelvin", "pressure_pa", "kg_per_m3"),
    [
        # Reference equation of Ortiz Vega et al., evaluated with CoolProp 8.
        (273.15, 2.0e6, 3.48821),
        (273.15, 14.7e6, 24.07769),
        (293.15, 5.0e6, 8.01686),
        (293.15, 14.7e6, 22.55324),
        (300.0, 10.0e6, 15.32776),
        (300.0, 15.0e6, 22.49612),
        (313.15, 14.7e6, 21.21050),
    ],
)
def test_density_is_within_a_quarter_percent_of_the_reference_equation(
    kelvin: float, pressure_pa: float, kg_per_m3: float
) -> None:
    assert helium.density_kg_per_m3(pressure_pa, kelvin) == pytest.approx(kg_per_m3, rel=2.5e-3)
    assert helium.pressure_pa(kg_per_m3 * 0.94, 0.94, kelvin) == pytest.approx(pressure_pa, rel=2.5e-3)


def test_an_ideal_gas_would_be_seven_percent_wrong_at_147_bar() -> None:
    ideal_pa = 22.0746 / helium.MOLAR_MASS_KG * helium.GAS_CONSTANT * 300
    assert helium.pressure_pa(22.0746, 1.0, 300) > 1.06 * ideal_pa


def test_second_virial_coefficient_is_that_of_the_literature() -> None:
    assert helium.second_virial_m3_per_mol(300) * 1e6 == pytest.approx(11.8, abs=0.05)


def test_a_litre_of_liquid_is_701_litres_of_gas_at_zero_celsius() -> None:
    gas = helium.density_kg_per_m3(helium.ATMOSPHERE_PA, helium.ZERO_CELSIUS_K)
    assert gas == pytest.approx(0.1785, rel=5e-4)
    assert helium.LIQUID_KG_PER_L / gas == pytest.approx(0.701, rel=1e-3)


@given(st.floats(1e4, 2e7), st.floats(0.01, 100), st.floats(250, 330))
def test_pressure_of_a_filling_is_the_pressure_it_was_filled_to(p: float, volume_m3: float, kelvin: float) -> None:
    assert helium.pressure_pa(helium.mass_kg(p, volume_m3, kelvin), volume_m3, kelvin) == pytest.approx(p, rel=1e-9)
