"""Units: masses of elements and of gases are kept apart, and so are the two families of conversion."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.errors import InputError
from tenbin.core.units import (
    COMMUNITY,
    WELL_MIXED,
    burden_per_mole_fraction,
    convert,
    in_units,
    parse,
)

AMOUNTS = st.floats(1e-6, 1e6)


@pytest.mark.parametrize(
    ("value", "source", "target", "gas", "expected"),
    [
        (1.0, "PgC yr-1", "Tg yr-1", "co2", 3664.0),
        (1.0, "Pg C yr-1", "Gt CO2 yr-1", "co2", 3.664),
        (1.0, "GtC", "PgC", None, 1.0),
        (17.0, "TgN yr-1", "Tg yr-1", "n2o", 17.0 * 44 / 28),
        (1.0, "Tg CH4 yr-1", "Tg yr-1", None, 1.0),
        (1000.0, "Gg yr-1", "Tg yr-1", None, 1.0),
        (1.0, "kt N2O", "Tg", "n2o", 1e-3),
        (1.0, "Mt CH4/yr", "Tg_CH4 yr-1", None, 1.0),
        (44.0, "Tg yr-1", "TgN yr-1", "n2o", 28.0),
        (1.0, "ppm", "ppb", None, 1e3),
        (1.0, "ppt", "mol mol-1", None, 1e-12),
        (1.0, "ppm yr-1", "ppb yr-1", None, 1e3),
        (0.0, "degC", "K", None, 273.15),
        (1.0, "%", "1", None, 0.01),
    ],
)
def test_the_units_of_the_field_convert_as_budgets_do(value, source, target, gas, expected):
    np.testing.assert_allclose(convert(value, source, target, gas=gas), expected, rtol=1e-12)


def test_a_flux_of_carbon_becomes_a_flux_of_the_gas():
    one = convert(1.0, "kgC m-2 s-1", "kg m-2 s-1", gas="co2")
    np.testing.assert_allclose(one, 3.664)


def test_a_density_of_carbon_is_divided_by_the_ratio_where_carbon_divides():
    np.testing.assert_allclose(convert(1.0, "Tg PgC-1", "1", gas="co2"), 1e-3 / 3.664)


def test_the_gas_ratios_agree_with_molar_masses():
    np.testing.assert_allclose(convert(1.0, "gC", "g", gas="co2"), 44.009 / 12.011, rtol=1e-4)
    np.testing.assert_allclose(convert(1.0, "gN", "g", gas="n2o"), 44.013 / 28.014, rtol=3e-4)


@given(AMOUNTS, st.sampled_from([("PgC", "co2"), ("TgN", "n2o"), ("TgC", "ch4")]))
def test_conversion_there_and_back_changes_nothing(amount, case):
    unit, gas = case
    there = convert(amount, unit, "Tg", gas=gas)
    np.testing.assert_allclose(convert(there, "Tg", unit, gas=gas), amount, rtol=1e-12)


@pytest.mark.parametrize(
    ("source", "target", "gas"),
    [
        ("PgC yr-1", "Tg yr-1", None),  # of which gas?
        ("TgN yr-1", "Tg yr-1", "co2"),  # carbon dioxide holds no nitrogen
        ("Tg CH4 yr-1", "Tg yr-1", "n2o"),  # methane is not nitrous oxide
        ("TgC", "TgN", "n2o"),
        ("ppb", "Tg", "ch4"),  # needs a family of factors
        ("Tg", "Tg yr-1", None),
        ("furlongs of methane", "Tg", None),
    ],
)
def test_a_conversion_that_means_nothing_is_refused(source, target, gas):
    with pytest.raises(InputError, match="expected"):
        convert(1.0, source, target, gas=gas)


@pytest.mark.parametrize(
    "unit", ["Tg CH4 yr-1", "kg m-2 s-1", "W m^-2", "umol m-2 s-1", "1", "kg m**-2 s**-1"]
)
def test_units_are_read_in_the_spellings_that_files_use(unit):
    assert parse(unit) is not None


def test_the_families_differ_by_the_documented_few_percent():
    smaller = {gas: 100 * (1 - COMMUNITY[gas] / WELL_MIXED[gas]) for gas in ("co2", "ch4", "n2o")}
    np.testing.assert_allclose(smaller["ch4"], 3.3, atol=0.05)
    np.testing.assert_allclose(smaller["n2o"], 3.5, atol=0.05)
    np.testing.assert_allclose(smaller["co2"], 0.24, atol=0.05)


def test_the_well_mixed_factors_follow_from_the_mass_of_the_air():
    published = {"co2": 2.129, "ch4": 2.844, "n2o": 4.966}
    for gas, value in published.items():
        np.testing.assert_allclose(WELL_MIXED[gas], value, atol=6e-4)


def test_every_factor_has_unit_and_source():
    assert all(
        factor.unit and factor.source for family in (WELL_MIXED, COMMUNITY) for factor in family.values()
    )


def test_a_family_must_be_named_at_every_call():
    with pytest.raises(TypeError):
        burden_per_mole_fraction("ch4")
    with pytest.raises(InputError, match="WELL_MIXED or units.COMMUNITY"):
        burden_per_mole_fraction("ch4", 2.75)
    with pytest.raises(InputError, match="one of co2, ch4, n2o"):
        burden_per_mole_fraction("mcf", COMMUNITY)


def test_burdens_are_masses_of_the_gas_itself():
    np.testing.assert_allclose(burden_per_mole_fraction("co2", COMMUNITY), 2124 * 3.664)
    np.testing.assert_allclose(burden_per_mole_fraction("n2o", COMMUNITY), 4.79 * 44 / 28)
    np.testing.assert_allclose(burden_per_mole_fraction("mcf", WELL_MIXED), 0.02365, rtol=1e-3)


def test_a_labelled_array_is_converted_by_its_own_unit_or_refused_by_name():
    rice = xr.DataArray([1.0, 2.0], dims="region", name="rice", attrs={"units": "Gg yr-1"})
    np.testing.assert_allclose(in_units(rice, "Tg yr-1"), [1e-3, 2e-3])
    assert in_units(rice, "Tg yr-1").attrs["units"] == "Tg yr-1"
    with pytest.raises(InputError, match="rice"):
        in_units(rice, "K")
    with pytest.raises(InputError, match=r"attrs\['units'\]"):
        in_units(rice.drop_attrs(), "K")


@pytest.mark.parametrize(
    "unit",
    [
        "9**9**9**9",
        "m 9^9^9",
        "(9**99)**99",
        "(((9)**99)**99)**99",
        "m**999999999",
        "m**-9**9**9",
        "m " * 500,
        "m**(9**9)",
    ],
)
def test_powers_that_would_never_end_are_no_unit(unit):
    with pytest.raises(InputError):
        parse(unit)


@pytest.mark.parametrize("unit", ["m**0.5", "W m^-2", "m**2 s**-2", "kg m**(-2)", "(kg m-2)**2"])
def test_powers_that_units_have(unit):
    assert parse(unit) is not None


@pytest.mark.parametrize("unit", ["(m", '__import__("os")', "m/0", "1/", "\n("])
def test_what_is_no_unit_at_all_is_an_input_error(unit):
    with pytest.raises(InputError):
        parse(unit)
