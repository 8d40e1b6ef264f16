"""Ages of air whose answer is known: a spectrum of ages, and tracers that grow evenly or ever faster."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.errors import InputError
from tenbin.core.grid import regular_grid
from tenbin.transport.age_of_air import age_of_linear_tracer, lag, mean_age, reference_mean, zonal_mean_age


def inverse_gaussian(mean, width):
    """Ages and weights of the spectrum of one-dimensional advection and diffusion (Hall and Plumb 1994)."""
    age = np.linspace(1e-4, 120.0, 600_001)
    density = np.sqrt(mean**3 / (4.0 * np.pi * width**2 * age**3)) * np.exp(
        -mean * (age - mean) ** 2 / (4.0 * width**2 * age)
    )
    return age, density / density.sum()


@given(mean=st.floats(0.5, 6.0), ratio=st.floats(0.3, 1.0))
def test_the_lag_of_a_linear_tracer_is_the_mean_of_its_spectrum(mean, ratio):
    age, weight = inverse_gaussian(mean, np.sqrt(ratio * mean))
    air = weight @ (10.0 - 0.3 * age)
    assert age_of_linear_tracer(air, 10.0, 0.3) == pytest.approx(mean, rel=2e-3)
    time = np.linspace(-150.0, 0.0, 1501)
    assert lag(time, 10.0 + 0.3 * time, 0.0, air) == pytest.approx(mean, rel=2e-3)


@pytest.mark.parametrize("curvature", [-0.004, 0.004])
def test_a_tracer_with_curvature_is_corrected_by_the_width_of_the_spectrum(curvature):
    growth, mean, ratio = 0.4, 4.0, 0.7
    age, weight = inverse_gaussian(mean, np.sqrt(ratio * mean))
    air = weight @ (10.0 - growth * age + curvature * age**2)
    time = np.linspace(-20.0, 0.0, 4001)
    behind = lag(time, 10.0 + growth * time + curvature * time**2, 0.0, air)
    assert (behind < mean) == (curvature > 0.0)
    assert abs(behind - mean) > 0.02
    assert mean_age(behind, growth, curvature, ratio) == pytest.approx(mean, rel=2e-3)
    assert mean_age(behind, growth, 0.0) == behind


def test_ages_keep_the_shape_of_the_field_and_tell_what_lies_beyond_the_record():
    time = np.arange(0.0, 10.0)
    found = lag(time, 2.0 * time, 9.0, np.array([[18.0, 10.0], [-1.0, 30.0]]))
    np.testing.assert_allclose(found[0], [0.0, 4.0])
    assert np.isnan(found[1]).all()


def test_a_reference_that_falls_or_a_tracer_that_rests_is_refused():
    with pytest.raises(InputError, match="falls somewhere"):
        lag([0.0, 1.0, 2.0], [1.0, 2.0, 1.5], 2.0, 1.0)
    with pytest.raises(InputError, match="growing tracer"):
        age_of_linear_tracer(1.0, 1.0, 0.0)


def test_the_reference_is_a_mean_by_area_and_ages_are_means_by_mass():
    grid = regular_grid(5.0, 10.0)
    field = np.where(abs(grid.lat) < 10.0, 7.0, -100.0)[:, None] * np.ones(grid.shape)
    assert reference_mean(grid, field) == pytest.approx(7.0)
    age = np.array([[[1.0, 3.0]]])
    np.testing.assert_allclose(zonal_mean_age(age, np.array([[[3.0, 1.0]]])), [[1.5]])
