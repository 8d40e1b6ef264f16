"""The fast arctangent is the arctangent."""

from __future__ import annotations

import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.land.arctangent import arctangent

ANGLES = np.concatenate([-np.logspace(-9, 12, 500), [0.0], np.logspace(-9, 12, 500)])


def test_it_is_the_angle_of_every_tangent():
    np.testing.assert_allclose(arctangent(jnp.asarray(ANGLES)), np.arctan(ANGLES), rtol=1e-12, atol=0)
    single = arctangent(jnp.asarray(ANGLES, "float32"))
    assert single.dtype == jnp.float32
    np.testing.assert_allclose(single, np.arctan(ANGLES), rtol=1e-6)


def test_its_slope_is_one_over_one_plus_the_square():
    slope = jax.vmap(jax.grad(arctangent))(jnp.asarray(ANGLES))
    np.testing.assert_allclose(slope, 1.0 / (1.0 + ANGLES**2), rtol=1e-12)
