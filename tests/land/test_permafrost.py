"""Ground ice melts by warmth alone, and the thawed depth is where the line crosses zero."""

from __future__ import annotations

import numpy as np

from tenbin.core.arrays import jnp
from tenbin.land import permafrost
from tenbin.land.soil_grid import DEFAULT_GRID


def test_melt_takes_its_heat_of_fusion_exactly_and_frozen_ground_keeps_its_ice():
    enthalpy = jnp.linspace(-5e6, 5e6, 11)[:, None]
    ice = jnp.full((8, 1), 3.0)
    after = permafrost.melt_excess_ice(ice, enthalpy, permafrost.PermafrostParams())
    change = after.enthalpy.sum() - enthalpy.sum() + 3.34e5 * after.melt.sum()
    assert abs(float(change)) < 1e-6
    assert not after.melt[:5].any() and float(after.melt[7, 0]) > 2.0
    assert float(after.excess_ice.min()) >= 0.0


def test_the_active_layer_ends_where_the_temperature_crosses_zero():
    depth = np.array(DEFAULT_GRID.midpoint)
    temperature = 273.15 + 5.0 * (0.8 - depth)[:, None]
    found = permafrost.active_layer_thickness(jnp.asarray(temperature), DEFAULT_GRID)
    assert abs(float(found[0]) - 0.8) < 0.03
    assert float(permafrost.permafrost_probability(jnp.asarray(temperature))[0]) > 0.99
