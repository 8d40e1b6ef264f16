"""Gas moves through the air in soil: none when it is drowned, most when it is dry and coarse."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.land import gas_diffusivity

POROSITY, CAPACITY = jnp.asarray(0.5), jnp.asarray(0.3)


def test_at_field_capacity_only_the_outer_pores_conduct():
    # by hand: e = 0.2, 0.2^1.26 = exp(1.26 x -1.6094) = 0.13161
    assert float(gas_diffusivity.at_field_capacity(POROSITY, CAPACITY)) == pytest.approx(0.13161, rel=1e-4)
    wet = gas_diffusivity.aggregated_soil(POROSITY, CAPACITY, CAPACITY / POROSITY)
    assert float(wet) == pytest.approx(0.13161, rel=1e-4)


def test_gas_moves_less_the_wetter_the_soil_and_not_at_all_through_water():
    pores = jnp.linspace(0.0, 1.0, 201)
    moved = np.asarray(gas_diffusivity.aggregated_soil(POROSITY, CAPACITY, pores))
    assert (np.diff(moved) <= 1e-12).all()
    assert moved[-1] == pytest.approx(0.0, abs=1e-12)
    assert moved[0] < 1.0


def test_moldrups_soil_passes_less_gas_than_one_of_aggregates():
    air = POROSITY - CAPACITY
    # by hand: 0.2^2.5 / sqrt(0.5) = 0.017889 / 0.70711
    assert float(gas_diffusivity.moldrup(POROSITY, air)) == pytest.approx(0.025298, rel=1e-4)
    assert gas_diffusivity.moldrup(POROSITY, air) < gas_diffusivity.at_field_capacity(POROSITY, CAPACITY)


@pytest.mark.parametrize("pores", [0.0, 0.3, 0.6, 0.6001, 0.99, 1.0])
def test_the_slope_is_finite_everywhere(pores):
    slope = jax.grad(gas_diffusivity.aggregated_soil, argnums=(0, 1, 2))(
        POROSITY, CAPACITY, jnp.asarray(pores)
    )
    assert all(bool(jnp.isfinite(s)) for s in slope)
