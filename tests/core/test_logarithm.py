"""Our logarithm is the library's to the last digit, in value and slope."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.core.logarithm import log


@given(st.floats(2.3e-308, 1.7e308))
def test_a_number_has_the_logarithm_of_the_library(x):
    assert abs(float(log(x)) - np.log(x)) <= 2.3e-16 * abs(np.log(x))


def test_near_one_no_digit_is_lost():
    x = 1.0 + np.concatenate([np.logspace(-15.9, -0.1, 2000), -np.logspace(-15.9, -0.6, 2000)])
    exact = np.log(x.astype(np.longdouble)).astype(float)
    assert np.max(np.abs(np.asarray(log(x)) / np.where(x == 1.0, 1.0, exact) - 1.0)[x != 1.0]) < 4e-16
    assert float(log(1.0)) == 0.0


@pytest.mark.parametrize(("x", "found"), [(0.0, -np.inf), (-1.0, np.nan), (np.nan, np.nan), (np.inf, np.inf)])
def test_what_has_none(x, found):
    assert np.array_equal(log(x), found, equal_nan=True)


def test_slope_and_slope_of_slope():
    assert jax.grad(log)(4.0) == 0.25
    assert jax.grad(jax.grad(log))(4.0) == -0.0625


def test_kind_is_kept():
    assert log(jnp.float32(2.0)).dtype == jnp.float32
    assert float(log(jnp.float32(2.0))) == pytest.approx(np.log(2.0), rel=1e-7)
