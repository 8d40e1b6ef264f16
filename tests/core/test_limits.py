"""Limits have their values, and slopes that a compiler's rounding cannot take away."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger, smaller, within

NUMBER = st.floats(-1e6, 1e6, allow_subnormal=False)


@given(NUMBER, NUMBER, NUMBER)
def test_values_are_those_of_the_library(a, b, c):
    lower, upper = min(b, c), max(b, c)
    assert float(larger(a, b)) == max(a, b)
    assert float(smaller(a, b)) == min(a, b)
    assert float(within(a, lower, upper)) == float(np.clip(a, lower, upper))


@given(NUMBER, NUMBER)
def test_the_slope_of_both_arguments_is_one_in_all(a, b):
    for limit in (larger, smaller):
        slopes = jax.grad(limit, argnums=(0, 1))(a, b)
        assert sorted(map(float, slopes)) == [0.0, 1.0]


def test_where_they_tie_the_first_has_the_slope():
    assert jax.grad(larger)(0.0, 0.0) == 1.0
    assert jax.grad(smaller)(2.0, 2.0) == 1.0


def test_what_is_no_number_stays_none():
    assert np.isnan(larger(jnp.nan, 0.0)) and np.isnan(smaller(0.0, jnp.nan))


def test_arguments_are_broadcast_and_their_slopes_summed():
    rows = jnp.arange(6.0).reshape(2, 3)
    slope = jax.grad(lambda level: jnp.sum(larger(rows, level)))(2.5)
    assert slope == 3.0


@pytest.mark.parametrize("mode", [jax.jacfwd, jax.jacrev])
def test_both_modes_agree(mode):
    x = jnp.linspace(-1.0, 2.0, 7)
    found = mode(lambda v: within(v, 0.1, 1.2) ** 2)(x)
    assert np.allclose(np.diag(found), np.where((x > 0.1) & (x < 1.2), 2.0 * x, 0.0))
