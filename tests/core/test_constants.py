"""Constants: numbers of nature with unit and source."""

import copy

import numpy as np
import pytest

from tenbin.core import constants
from tenbin.core.constants import MOLAR_MASS, Constant

NAMED = {
    name: getattr(constants, name) for name in constants.__all__ if name.isupper() and name != "MOLAR_MASS"
}


@pytest.mark.parametrize("name", [*NAMED, *MOLAR_MASS])
def test_every_constant_has_unit_and_source(name):
    constant = (NAMED | MOLAR_MASS)[name]
    assert constant.unit
    assert constant.source


def test_molar_masses_are_sums_of_their_atoms():
    atoms = {key: float(MOLAR_MASS[key]) for key in ("c", "h", "n", "o", "cl")}
    expected = {
        "co2": atoms["c"] + 2 * atoms["o"],
        "ch4": atoms["c"] + 4 * atoms["h"],
        "n2o": 2 * atoms["n"] + atoms["o"],
        "mcf": 2 * atoms["c"] + 3 * atoms["h"] + 3 * atoms["cl"],
    }
    for gas, mass in expected.items():
        np.testing.assert_allclose(MOLAR_MASS[gas], mass, rtol=2e-4)


def test_the_gas_constant_is_avogadro_times_boltzmann():
    np.testing.assert_allclose(constants.AVOGADRO * constants.BOLTZMANN, constants.GAS_CONSTANT, rtol=1e-9)


def test_a_constant_is_a_float_that_survives_copying():
    copied = copy.deepcopy(constants.EARTH_RADIUS)
    assert isinstance(copied, Constant)
    assert (float(copied), copied.unit) == (6.371e6, "m")
    assert type(constants.EARTH_RADIUS * 2) is float


def test_the_mean_dry_pressure_carries_the_dry_mass():
    area = 4.0 * np.pi * constants.EARTH_RADIUS**2
    held = constants.DRY_PRESSURE * area / constants.GRAVITY
    np.testing.assert_allclose(held, constants.ATMOSPHERE_DRY_MASS, rtol=1e-14)
