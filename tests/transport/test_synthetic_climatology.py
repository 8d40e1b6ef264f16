"""Means of January and June that a made-up year is held to: where they come to stand, and how far they rule."""

from __future__ import annotations

import dataclasses
import importlib.util
import itertools

import numpy as np
import pytest

from tenbin.core.arrays import jnp
from tenbin.core.errors import InputError
from tenbin.transport import meteorology_synthetic, synthetic_dynamics
from tenbin.transport import synthetic_climatology as climatology
from tenbin.transport.meteorology_synthetic import Synthetic
from tenbin.transport.synthetic_dynamics import Dynamics, held_to, sigma_faces
from tenbin.transport.synthetic_stirring import Stirring

with_dinosaur = pytest.mark.skipif(
    importlib.util.find_spec("dinosaur") is None, reason="needs dinosaur-dycore (the extra `met`)"
)
SIGMA = 0.5 * (sigma_faces(20)[1:] + sigma_faces(20)[:-1])


def of_a_formula() -> climatology.Means:
    """Linear in latitude and the logarithm of pressure, one wave along longitude."""
    lat, lon = np.linspace(-85.0, 85.0, 35), np.arange(-180.0, 180.0, 5.0)
    pressure = np.array([1e5, 8.5e4, 5e4, 2e4, 1e4, 1e3])
    p, y, x = np.meshgrid(np.log(pressure), lat, np.radians(lon), indexing="ij")
    return climatology.Means(lat, lon, pressure, p + y, 10.0 * np.cos(x) + 0.0 * y, 200.0 + 8.0 * (p - 7.0))


def test_means_come_to_layers_as_they_are_on_levels():
    lat, lon = np.linspace(-80.0, 80.0, 9), np.arange(0.0, 360.0, 22.5)
    u, v, temperature, surface = climatology.on_layers(of_a_formula(), lat, lon, SIGMA, np.zeros((9, 16)))
    assert (surface == climatology.SEA_LEVEL).all()
    pressure = np.clip(SIGMA * climatology.SEA_LEVEL, 1e3, 1e5)
    np.testing.assert_allclose(u, (np.log(pressure)[:, None] + lat)[..., None] + np.zeros(16), rtol=1e-12)
    np.testing.assert_allclose(temperature[:, 0, 0], 200.0 + 8.0 * (np.log(pressure) - 7.0), rtol=1e-12)
    np.testing.assert_allclose(v[0, 0], 10.0 * np.cos(np.radians(lon)), atol=0.02)  # chords of 5 degrees


def test_high_ground_has_the_pressure_of_the_standard_atmosphere():
    warm = of_a_formula()
    warm = warm._replace(temperature=np.full_like(warm.temperature, 288.15))  # at sea level
    height = np.full((1, 1), 3000.0)
    *_, surface = climatology.on_layers(warm, np.array([0.0]), np.array([0.0]), SIGMA, height)
    assert surface[0, 0] == pytest.approx(70121.0, rel=1e-3)  # ICAO 1993


def test_the_troposphere_and_the_tropics_are_held_and_no_more():
    share = climatology.share_held(np.array([1.0, 0.3, 0.12, 0.07, 0.01]))
    assert share[0] == share[1] == 1.0 and 0.0 < share[2] < 1.0 and share[3] == share[4] == 0.0
    inside = climatology.tropics([0.0, 25.0, -25.0, 60.0], 25.0)
    assert inside[0] > 0.99 and inside[1] == inside[2] == 0.5 and inside[3] < 1e-4


def test_the_contrast_is_sharpened_about_45_degrees_with_both_hemispheres_alike():
    lat = np.radians([0.0, 22.5, 45.0, 67.5, 90.0, -22.5, -67.5])
    added, aloft = (
        np.asarray(climatology.sharpened(jnp.asarray(np.sin(lat)), jnp.full(7, sigma), 8.0))
        for sigma in (0.8, 0.1)
    )
    np.testing.assert_allclose(added[[0, 2, 4]], 0.0, atol=1e-5)
    np.testing.assert_allclose(added[[1, 5]], 8.0 * np.sqrt(0.5), rtol=1e-5)
    np.testing.assert_allclose(added[[3, 6]], -8.0 * np.sqrt(0.5), rtol=1e-5)
    assert not aloft.any()


def test_a_year_of_other_means_has_another_place(tmp_path, monkeypatch):
    monkeypatch.setenv("TENBIN_CACHE", str(tmp_path / "cache"))
    for name in climatology.FILES:
        (tmp_path / name).write_bytes(b"one")
    place = lambda: meteorology_synthetic.cache_path(Synthetic(Dynamics(means=tmp_path)))  # noqa: E731
    first, free = place(), meteorology_synthetic.cache_path(Synthetic())
    (tmp_path / climatology.FILES[1]).write_bytes(b"other")
    assert len({first, free, place()}) == 3


def test_absent_means_are_told(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="no such file"):
        climatology.means_of(tmp_path)
    monkeypatch.setenv("TENBIN_DATA", str(tmp_path))
    assert climatology.where_given() is None


def test_the_real_means_have_jets_and_an_overturning():
    folder = climatology.where_given()
    if folder is None:
        pytest.skip("needs the means of NCEP/NCAR under TENBIN_DATA")
    for means, winter in zip(climatology.means_of(folder), (1.0, -1.0), strict=True):
        lat, lon = np.linspace(-85.0, 85.0, 69), np.arange(0.0, 360.0, 5.0)
        u, v, _, _ = climatology.on_layers(means, lat, lon, SIGMA, np.zeros((69, 72)))
        aloft = int(np.abs(SIGMA - 0.2).argmin())
        jet = u[aloft].mean(axis=-1) * (lat * winter > 0.0)
        assert 30.0 < jet.max() < 60.0 and 20.0 < winter * lat[jet.argmax()] < 40.0
        near = np.abs(lat) < 8.0
        assert winter * v[aloft][near].mean() > 0.5 > -0.5 > winter * v[-2][near].mean()


@with_dinosaur
@pytest.mark.slow
def test_held_air_takes_on_the_winds_of_the_tropics():
    folder = climatology.where_given()
    if folder is None:
        pytest.skip("needs the means of NCEP/NCAR under TENBIN_DATA")
    calm = Stirring(heat=0.0)
    how = dataclasses.replace(held_to(folder), waves=21, spin_up=12, stirring=calm)
    now = next(itertools.islice(synthetic_dynamics.weather(how), 1))
    january, _ = climatology.means_of(folder)
    u, *_ = climatology.on_layers(
        january, now.lat, now.lon, now.sigma, np.zeros((now.lat.size, now.lon.size))
    )
    level, near = int(np.abs(now.sigma - 0.85).argmin()), np.abs(now.lat) < 15.0
    assert np.corrcoef(now.u[level][near].ravel(), u[level][near].ravel())[0, 1] > 0.8
