"""Smooth limits: they stay within the sharp ones, keep sums, and have finite gradients everywhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land.smoothing import smooth_maximum, smooth_minimum, smooth_positive, smooth_step

AMOUNT = st.floats(0.0, 1e6)
NUMBER = st.floats(-1e6, 1e6)


@settings(deadline=None, max_examples=60)
@given(AMOUNT, AMOUNT)
def test_a_smooth_minimum_lies_between_zero_and_the_smaller(a, b):
    value, slopes = jax.value_and_grad(smooth_minimum, (0, 1))(a, b)
    assert 0.0 <= value <= min(a, b) * (1 + 1e-12)
    assert np.isfinite(slopes).all()


def test_a_smooth_minimum_is_the_smaller_where_the_other_is_far():
    np.testing.assert_allclose(smooth_minimum(jnp.asarray(1.0), jnp.asarray(1e9)), 1.0, rtol=1e-6)


@settings(deadline=None, max_examples=60)
@given(NUMBER, st.floats(1e-3, 10.0))
def test_what_one_side_loses_the_other_gains(x, width):
    x = jnp.asarray(x)
    np.testing.assert_allclose(
        smooth_positive(x, width) - smooth_positive(-x, width), x, rtol=1e-12, atol=1e-12 * width
    )


def test_the_step_is_the_slope_of_the_positive_part():
    for x in (-3.0, -0.1, 0.0, 0.5, 4.0):
        np.testing.assert_allclose(jax.grad(smooth_positive)(x, 0.7), smooth_step(x, 0.7), rtol=1e-12)


@pytest.mark.parametrize(("a", "b"), [(3.0, -3.0), (-3.0, 3.0)])
def test_a_smooth_maximum_is_the_larger_one_far_from_the_tie(a, b):
    np.testing.assert_allclose(smooth_maximum(a, b, 1e-4), 3.0, atol=1e-6)


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_nothing_and_nothing_make_nothing_in_any_precision(kind):
    nothing = jnp.zeros(3, kind)
    value, slopes = jax.jit(jax.value_and_grad(lambda a, b: smooth_minimum(a, b).sum(), (0, 1)))(
        nothing, nothing
    )
    assert value == 0.0
    assert np.isfinite(slopes).all()
