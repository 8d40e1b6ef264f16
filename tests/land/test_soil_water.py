"""Soil water closes, stays positive and drains as the exact solution says."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land import soil_water
from tenbin.land.soil_grid import DEFAULT_GRID
from tenbin.land.soil_hydraulics import SoilHydraulicsParams, properties

SAND, CLAY, ORGANIC = (jnp.array([x]) for x in (0.4, 0.2, 0.1))
SOIL = properties(SAND, CLAY, ORGANIC, DEFAULT_GRID, SoilHydraulicsParams())
ROOTS = soil_water.root_fraction(jnp.array([0.94]), DEFAULT_GRID)


def test_roots_add_up_to_one():
    assert abs(float(ROOTS.sum()) - 1.0) < 1e-12


@jax.jit
def _step(wetness, frozen, incoming, demand):
    total = wetness * SOIL.capacity
    state = soil_water.SoilWaterState(total * (1.0 - frozen), total * frozen)
    flux = jnp.full(1, incoming)
    return state, soil_water.step(
        state, flux, jnp.full(1, demand), jnp.full(1, demand), ROOTS, SOIL, soil_water.SoilWaterParams()
    )


_gradient = jax.jit(
    jax.grad(lambda x: sum(jnp.sum(a) for a in jax.tree.leaves(_step(x[0], x[1], x[2], x[3])[1])))
)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 2e-3), st.floats(0.0, 2e-4))
def test_water_closes_stays_positive_and_has_finite_gradients(wetness, frozen, incoming, demand):
    old, (new, fluxes) = _step(wetness, frozen, incoming, demand)
    out = fluxes.uptake.sum() + fluxes.evaporation + fluxes.surface_runoff + fluxes.drainage
    residual = new.liquid.sum() - old.liquid.sum() + out - 86400.0 * incoming
    assert abs(float(residual[0])) < 1e-12 * (float(SOIL.capacity.sum()) + 86400.0 * incoming)
    assert float(new.liquid.min()) >= -1e-12
    assert np.isfinite(_gradient(jnp.array([wetness, frozen, incoming, demand]))).all()


def test_sealed_ground_sheds_melt_water():
    _, (_, frozen) = _step(1.0, 0.99, 1e-4, 0.0)
    _, (_, thawed) = _step(0.5, 0.0, 1e-4, 0.0)
    assert float(frozen.surface_runoff[0]) > 0.9 * 8.64
    assert float(thawed.surface_runoff[0]) < 0.1 * 8.64
