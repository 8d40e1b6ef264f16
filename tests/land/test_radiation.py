"""Sun and sky against the worked examples of FAO-56, and the daily courses against their integrals."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.land import radiation


def test_light_at_the_top_of_the_air_on_3_september_at_20_south():
    sun = radiation.solar_geometry(jnp.array(-20.0), jnp.array(246.0))  # FAO-56, example 8: 32.2 MJ m-2 d-1
    assert float(sun.top_of_atmosphere) * 0.0864 == pytest.approx(32.2, abs=0.05)
    assert float(sun.day_length) / 3600 == pytest.approx(11.7, abs=0.05)  # example 9


def test_the_sun_neither_sets_nor_rises_beyond_the_polar_circle():
    sun = radiation.solar_geometry(jnp.array([80.0, -80.0]), jnp.array(172.0))
    np.testing.assert_allclose(sun.day_length, [86400.0, 0.0], atol=30.0)
    assert sun.top_of_atmosphere[0] > 400.0 and sun.top_of_atmosphere[1] < 1e-3
    slope = jax.grad(lambda lat: radiation.solar_geometry(lat, jnp.array(172.0)).top_of_atmosphere)
    assert np.isfinite([float(slope(jnp.array(x))) for x in (-90.0, -80.0, 0.0, 80.0, 90.0)]).all()


def test_day_length_and_noon_height_give_back_the_light_at_the_top():
    day = jnp.array(100.0)
    latitude = jnp.array([-60.0, -30.0, 0.0, 30.0, 60.0])
    sun = radiation.solar_geometry(latitude, day)
    again = radiation.top_of_atmosphere(sun.day_length, sun.sin_noon_elevation)
    np.testing.assert_allclose(
        again * radiation.inverse_relative_distance(day), sun.top_of_atmosphere, rtol=1e-6
    )


@pytest.mark.parametrize("points", [1, 2, 3, 5])
def test_quadrature_neither_makes_nor_loses_light(points):
    hours = jnp.array([0.0, 0.1, 6.0, 12.0, 18.0, 24.0])
    course = radiation.light_course(3600.0 * hours, jnp.full(6, 0.6), points)
    np.testing.assert_allclose(jnp.sum(course.weight * course.relative, axis=0), 1.0, rtol=1e-12)
    assert (course.sin_elevation >= 0).all() and (course.sin_elevation <= 0.6).all()


def test_the_sun_stands_where_the_hour_angle_puts_it():
    sun = radiation.solar_geometry(jnp.array(45.0), jnp.array(150.0))
    course = radiation.light_course(sun.day_length, sun.sin_noon_elevation, 3)
    hour_angle = np.array(course.position) * float(sun.day_length) / 86400 * np.pi
    declination = float(radiation.solar_declination(jnp.array(150.0)))
    phi = np.pi / 4
    expected = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(hour_angle)
    np.testing.assert_allclose(course.sin_elevation, expected, rtol=1e-4)


def test_a_clear_day_is_direct_and_a_dull_one_diffuse_as_in_the_relation_of_spitters():
    clearness = np.linspace(0.1, 0.75, 66)
    published = np.where(
        clearness < 0.35,
        1 - 2.3 * (clearness - 0.07) ** 2,
        np.where(clearness < 0.75, 1.33 - 1.46 * clearness, 0.23),
    )
    np.testing.assert_allclose(radiation.diffuse_fraction(jnp.array(clearness)), published, atol=0.037)


def test_warmth_peaks_in_the_afternoon_and_its_daylight_mean_is_the_stated_one():
    place = np.linspace(0.0, 1.0, 2001)
    mean = np.trapezoid([radiation.daylight_place(x) for x in place], place)
    assert mean == pytest.approx(radiation.DAYLIGHT_MEAN_PLACE, abs=1e-3)


def test_dryness_follows_the_saturation_curve_of_a_day_of_20_kelvin_swing():
    tas, low, high = jnp.array(293.15), jnp.array(283.15), jnp.array(303.15)
    vapour, warm = 800.0, jnp.array([300.0, 296.0])
    saturated = radiation.saturation_vapour_pressure
    mean = 0.5 * (saturated(low) + saturated(high)) - vapour
    found = radiation.daylight_vpd(mean, tas, low, high, warm)
    np.testing.assert_allclose(found, saturated(warm) - vapour, atol=60.0)


def test_saturation_pressure_is_that_of_fao_56():
    temperature = jnp.array([24.5, 15.0]) + 273.15  # FAO-56, example 3: 3.075 and 1.705 kPa
    np.testing.assert_allclose(radiation.saturation_vapour_pressure(temperature), [3075.0, 1705.0], atol=1.0)


def test_clouds_and_vapour_warm_the_sky():
    clear = radiation.downward_longwave(jnp.array(288.0), jnp.array(1000.0), jnp.array(0.75))
    moist = radiation.downward_longwave(jnp.array(288.0), jnp.array(1600.0), jnp.array(0.75))
    dull = radiation.downward_longwave(jnp.array(288.0), jnp.array(1000.0), jnp.array(0.2))
    assert clear < moist < dull < 5.67e-8 * 288.0**4
    brutsaert = radiation.clear_sky_emissivity_brutsaert(jnp.array(1000.0), jnp.array(288.0))
    prata = radiation.clear_sky_emissivity_prata(jnp.array(1000.0), jnp.array(288.0))
    assert float(brutsaert) == pytest.approx(1.24 * (10.0 / 288.0) ** (1 / 7), rel=1e-12)
    assert float(prata) == pytest.approx(float(brutsaert), abs=0.03)
