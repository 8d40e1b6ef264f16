"""Kernels are covariances: symmetric, of variance one, never negative in any direction."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tenbin.core.arrays import jnp
from tenbin.inference.covariance import annual_cycle, constant, exponential, neighbours

TIMES = arrays(float, 8, elements=st.floats(0.0, 50.0, width=32))
SCALES = st.floats(0.05, 100.0)


@settings(max_examples=25)
@given(time=TIMES, scale=SCALES)
def test_every_kernel_in_time_is_a_covariance(time, scale):
    time = jnp.asarray(time, dtype=float)
    for kernel in (exponential(time, scale), constant(time), annual_cycle(time, scale)):
        np.testing.assert_allclose(kernel, kernel.T, atol=1e-12)
        np.testing.assert_allclose(jnp.diag(kernel), 1.0, rtol=1e-12)
        assert np.linalg.eigvalsh(kernel).min() >= -1e-10


@settings(max_examples=25)
@given(n=st.sampled_from([1, 4, 7]), correlation=st.floats(0.0, 0.99))
def test_correlation_of_neighbours_is_a_covariance(n, correlation):
    kernel = np.asarray(neighbours(n, correlation))
    assert np.linalg.eigvalsh(kernel).min() >= -1e-12
    np.testing.assert_allclose(np.diag(kernel), 1.0)


def test_errors_are_forgotten_at_a_constant_rate():
    kernel = exponential(jnp.array([0.0, 1.0, 2.0, 4.0]), 2.0)
    np.testing.assert_allclose(kernel[0], np.exp([0.0, -0.5, -1.0, -2.0]), rtol=1e-14)


def test_a_seasonal_error_has_no_mean_over_a_year():
    month = jnp.arange(12) / 12.0
    kernel = annual_cycle(month, 1e9)
    np.testing.assert_allclose(kernel.sum(axis=1), 0.0, atol=1e-6)


def test_a_seasonal_error_returns_after_a_year_weakened_by_its_memory():
    kernel = annual_cycle(jnp.array([0.0, 0.5, 1.0]), 10.0)
    np.testing.assert_allclose(kernel[0, 2], np.exp(-0.1), rtol=1e-12)
    assert kernel[0, 1] < 0.0
