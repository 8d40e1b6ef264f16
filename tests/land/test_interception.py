"""Rain on leaves: no drop is lost, and leaves hold no more than they can."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land import interception as rain_on_leaves

PARAMS = jax.tree.map(lambda a: a if a.ndim == 0 else a[4], rain_on_leaves.InterceptionParams())


def step(mass, rain, potential, lai):
    state = rain_on_leaves.CanopyWater(jnp.asarray(mass))
    return rain_on_leaves.step(state, jnp.asarray(rain), jnp.asarray(potential), jnp.asarray(lai), PARAMS)


@given(st.floats(0, 1.5), st.floats(0, 2e-3), st.floats(-1e-5, 2e-4), st.floats(0, 8))
def test_no_drop_is_lost(mass, rain, potential, lai):
    state, fluxes = step(mass, rain, potential, lai)
    out = float(fluxes.throughfall + fluxes.evaporation) * 86400 + float(state.mass)
    np.testing.assert_allclose(out, mass + rain * 86400, rtol=1e-12, atol=1e-12)
    assert fluxes.throughfall >= -1e-18 and fluxes.evaporation >= 0 and state.mass >= 0
    assert float(state.mass) <= float(rain_on_leaves.capacity(jnp.asarray(lai), PARAMS)) + 1e-12


def test_bare_ground_gets_all_rain():
    state, fluxes = step(0.0, 1e-4, 1e-4, 0.0)
    np.testing.assert_allclose(
        [fluxes.throughfall, fluxes.evaporation, state.mass], [1e-4, 0.0, 0.0], atol=1e-15
    )


def test_more_leaves_send_more_rain_back_to_the_air():
    lost = [float(step(0.0, 5e-5, 1e-4, lai)[1].evaporation) for lai in (0.5, 2.0, 5.0)]
    assert 0 < lost[0] < lost[1] < lost[2] < 5e-5


def test_gradients_are_finite_where_nothing_falls_on_nothing():
    def total(mass, rain, potential, lai):
        state, fluxes = step(mass, rain, potential, lai)
        return (
            state.mass
            + fluxes.throughfall
            + fluxes.evaporation
            + rain_on_leaves.wet_share(state, lai, PARAMS)
        )

    slopes = jax.grad(total, argnums=(0, 1, 2, 3))(*map(jnp.array, (0.0, 0.0, 0.0, 0.0)))
    assert np.isfinite(slopes).all()
