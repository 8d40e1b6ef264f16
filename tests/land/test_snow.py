"""Snow falls in the cold, closes its mass, and insulates."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land import snow

DAY = 86400.0


def test_rain_and_snow_are_the_precipitation():
    tas = jnp.linspace(213.0, 323.0, 50)
    rain, snowfall = snow.partition(jnp.full(50, 3e-5), tas, snow.SnowParams())
    assert np.array_equal(rain + snowfall, np.full(50, 3e-5))
    assert float(snowfall[0]) > 2.999e-5 and float(rain[-1]) > 2.999e-5


@given(st.floats(213.0, 323.0), st.floats(0.0, 500.0), st.floats(0.0, 1e-3), st.floats(0.0, 400.0))
def test_mass_closes_and_gradients_are_finite(tas, mass, snowfall, sun):
    def after(x):
        state = snow.SnowState(x[:1], jnp.array([200.0]))
        new, out = snow.step(state, x[1:2], x[1:2], x[2:3], x[3:], jnp.array([1e-5]), snow.SnowParams())
        return new.mass[0] + DAY * (out.melt + out.sublimation)[0], new.mass[0] + out.resistance[
            0
        ] + out.cover[0]

    x = jnp.array([mass, snowfall, tas, sun])
    total, _ = after(x)
    assert abs(float(total) - mass - DAY * snowfall) <= 1e-12 * (mass + DAY * snowfall)
    assert np.isfinite(jax.grad(lambda x: after(x)[1])(x)).all()


def test_conductivity_is_that_of_sturm():
    density = jnp.array([200.0, 300.0, 450.0])
    r = density / 1000.0
    assert np.allclose(snow.conductivity(density), 0.138 - 1.01 * r + 3.233 * r * r, rtol=0.02)
