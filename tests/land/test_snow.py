"""Snow falls in the cold, closes its mass, and insulates."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land import snow

DAY = 86400.0
PARAMS = jax.tree.map(lambda x: x if x.ndim == 0 else x[5], snow.SnowParams())
TUNDRA = jax.tree.map(lambda x: x if x.ndim == 0 else x[10], snow.SnowParams())


def test_rain_and_snow_are_the_precipitation():
    tas = jnp.linspace(213.0, 323.0, 50)
    rain, snowfall = snow.partition(jnp.full(50, 3e-5), tas, PARAMS)
    assert np.array_equal(rain + snowfall, np.full(50, 3e-5))
    assert float(snowfall[0]) > 2.999e-5 and float(rain[-1]) > 2.999e-5


@given(
    st.floats(213.0, 323.0),
    st.floats(0.0, 500.0, allow_subnormal=False),  # processors flush smaller numbers to nought
    st.floats(0.0, 1e-3, allow_subnormal=False),
    st.floats(0.0, 400.0),
)
def test_mass_closes_and_gradients_are_finite(tas, mass, snowfall, sun):
    def after(x):
        state = snow.SnowState(x[:1], jnp.array([200.0]))
        new, out = snow.step(state, x[1:2], x[1:2], x[2:3], x[3:], jnp.array([1e-5]), PARAMS)
        return new.mass[0] + DAY * (out.melt + out.sublimation)[0], new.mass[0] + out.resistance[
            0
        ] + out.cover[0]

    x = jnp.array([mass, snowfall, tas, sun])
    total, _ = after(x)
    assert abs(float(total) - mass - DAY * snowfall) <= 1e-12 * (mass + DAY * snowfall) + 1e-300
    assert np.isfinite(jax.grad(lambda x: after(x)[1])(x)).all()


def test_conductivity_is_that_of_calonne():
    # 0.024 - 1.23e-4 r + 2.5e-6 r^2: 0.0994 of taiga snow, 0.212 of tundra
    assert np.allclose(snow.conductivity(jnp.array([200.0, 300.0])), [0.0994, 0.2121], rtol=1e-12)


def winter(params):
    """A pack of 120 days of 1 mm of snow a day at -20 degC."""
    state, one = snow.SnowState(jnp.zeros(1), jnp.full(1, 150.0)), jnp.ones(1)
    for _ in range(120):
        state, out = snow.step(state, one / DAY, 0 * one, 253.15 * one, 10 * one, 0 * one, params)
    return state, out


def test_wind_packs_the_snow_of_tundra_and_it_keeps_less_warmth():
    (forest, under_trees), (open_land, outside) = winter(PARAMS), winter(TUNDRA)
    # Sturm et al. 2010: about 0.22 of taiga, 0.30 to 0.35 of tundra
    assert 170.0 < float(forest.density[0]) < 260.0 and 260.0 < float(open_land.density[0]) < 380.0
    assert float(outside.resistance[0]) < 0.6 * float(under_trees.resistance[0])
