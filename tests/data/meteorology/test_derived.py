"""Humidity from relative humidity, and pressure at the ground from heights: against tables and exact solutions."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from tenbin.data.meteorology.humidity import saturation_pressure, specific_humidity
from tenbin.data.meteorology.surface_pressure import (
    DRY_AIR,
    pressure_at_height,
    surface_pressure_from_geopotential,
)

GRAVITY = 9.80665


@pytest.mark.parametrize(
    ("temperature", "pressure"),
    # Over water at 0, 20 and 40 degC and over ice at -40 and -60: WMO-No. 8 (2021), annex 4.B, and Goff and Gratch.
    [(273.16, 611.2), (293.15, 2338.0), (313.15, 7378.0), (233.15, 12.84), (213.15, 1.080)],
)
def test_saturation_agrees_with_the_tables(temperature, pressure):
    np.testing.assert_allclose(saturation_pressure(temperature), pressure, rtol=5e-3)


@given(st.floats(180.0, 320.0))
def test_saturation_rises_with_temperature(temperature):
    assert saturation_pressure(temperature + 0.1) > saturation_pressure(temperature) > 0.0


@given(st.floats(0.0, 1.0), st.floats(200.0, 310.0), st.floats(2e4, 1.05e5))
def test_vapour_pressure_comes_back_from_specific_humidity(relative, temperature, pressure):
    share = specific_humidity(relative, temperature, pressure)
    vapour = share * pressure / (0.621981 + 0.378019 * share)
    np.testing.assert_allclose(vapour, relative * saturation_pressure(temperature), rtol=1e-12, atol=1e-12)


def test_humidity_below_zero_is_dry():
    assert specific_humidity(-0.03, 280.0, 1e5) == 0.0


@given(st.floats(-6.9e-3, 9.8e-3), st.floats(0.0, 9000.0))
def test_a_constant_lapse_rate_is_met_exactly(lapse, height):
    """T = T0 - G z has p = p0 (T / T0)^(g / R G), a power law; with G = 0 an exponential."""
    lapse = lapse if abs(lapse) > 1e-5 else 0.0
    level_z = np.array([0.0, 700.0, 1500.0, 5500.0, 12000.0])

    def temperature(z):
        return 290.0 - lapse * z

    def pressure(z):
        if lapse == 0.0:
            return 1e5 * np.exp(-GRAVITY * z / (DRY_AIR * 290.0))
        return 1e5 * (temperature(z) / 290.0) ** (GRAVITY / (DRY_AIR * lapse))

    found = pressure_at_height(
        level_z[None], temperature(level_z)[None], np.array([height]), pressure(level_z)
    )
    np.testing.assert_allclose(found, pressure(height), rtol=1e-6)


def test_below_the_lowest_level_the_standard_lapse_rate_holds():
    z, t = np.array([[100.0, 800.0]]), np.array([[287.5, 283.0]])
    found = pressure_at_height(z, t, np.array([0.0]), np.array([1e5, 9.2e4]))
    np.testing.assert_allclose(found, 1e5 * (288.15 / 287.5) ** (GRAVITY / (DRY_AIR * 6.5e-3)), rtol=1e-12)


def test_levels_that_are_missing_below_ground_do_not_count():
    z, t = np.array([[np.nan, 1500.0, 3000.0]]), np.array([[np.nan, 280.0, 270.0]])
    pressure = np.array([1e5, 8.5e4, 7e4])
    found = pressure_at_height(z, t, np.array([1400.0]), pressure)
    assert 8.5e4 < found[0] < 8.7e4
    assert np.isnan(pressure_at_height(z, t, np.array([3500.0]), pressure)).all()


def test_the_labelled_form_is_lazy_and_says_that_it_is_derived():
    level = xr.DataArray([1e5, 5e4], dims="level")
    shape = {"time": 1, "level": 2, "lat": 3, "lon": 4}
    zg = xr.DataArray(np.zeros(tuple(shape.values())), dims=tuple(shape)) + xr.DataArray(
        [0.0, 5500.0], dims="level"
    )
    zg = zg.assign_coords(level=level).chunk(level=1)
    made = surface_pressure_from_geopotential(zg, xr.full_like(zg, 270.0), xr.zeros_like(zg[0, 0]))
    assert made.chunks is not None and made.dims == ("time", "lat", "lon")
    assert "derived" in made.attrs["comment"]
    np.testing.assert_allclose(made, 1e5)
