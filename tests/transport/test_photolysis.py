"""Photolysis: sums worked by hand, cross sections against JPL's formula, night, seasons and depth."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.arrays import jnp
from tenbin.transport import photolysis as light


def test_above_the_air_the_frequency_is_sunlight_times_cross_section():
    """Bin by bin for N2O at 200 K [1e-7 s-1]: 1.497 1.380 1.158 .480 1.698 .298 .307 .300 .002 .042 .129."""
    cold, warm = light.zenith_frequency("n2o", np.array(0.0), np.array(1.0))
    assert cold == pytest.approx(7.29e-7, rel=2e-3) and warm > cold


def test_cross_sections_of_nitrous_oxide_follow_jpls_formula():
    """JPL 19-5: ln s = sum A_i w^i + (T - 300) exp(sum B_i w^i) in nm, at the wavelengths bins are named after."""
    wave = np.array([196.0, 202.0, 208.0, 211.0])
    a = np.polyval([2.520672e-7, -1.777846e-4, 4.301146e-2, -4.071805, 68.21023], wave)
    b = np.exp(np.polyval([-1.881058e-5, 1.111572e-2, -2.116255, 123.4014], wave))
    for temperature, table in zip((200.0, 300.0), light.ABSORBERS["n2o"], strict=True):
        np.testing.assert_allclose(table[3:7], np.exp(a + (temperature - 300.0) * b), rtol=0.12)


def test_ozone_overhead_is_that_of_the_tropics():
    dobson = light.ozone_overhead(np.array([1e5, 1e3])) / 2.687e16
    assert 215.0 < dobson[0] < 275.0 and 40.0 < dobson[1] < 80.0


@pytest.mark.parametrize("gas", ["n2o", "mcf"])
def test_there_is_none_in_polar_night_less_with_depth_and_half_a_year_turns_the_globe(gas):
    made = light.photolysis(gas)
    for field in made:
        values, level = np.asarray(field.values), np.asarray(field.level)
        assert np.all(values >= 0.0) and np.all(values[5, :, :3] < 1e-3 * values[5].max())
        assert np.all(np.diff(values[2, :, 18]) > 0.0)
        assert np.all(values[:, level > 4e4] < 1e-11)
        np.testing.assert_allclose(values[:, :, ::-1], np.roll(values, 6, axis=0), rtol=0.03, atol=1e-9)


def test_between_and_beyond_the_tables_temperatures():
    cold, warm = jnp.asarray(1.0), jnp.asarray(3.0)
    temperature = jnp.asarray([150.0, 200.0, 225.0, 300.0, 320.0])
    np.testing.assert_allclose(light.frequency_at(cold, warm, temperature), [1.0, 1.0, 1.5, 3.0, 3.0])
