"""A canopy is as large as its carbon can pay for, and no leaf works that was not built."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.arrays import jnp
from tenbin.land import biogeochemistry as b
from tenbin.land import ecosystem
from tenbin.land.parameters import at_cells
from tenbin.land.plant_types import N_PLANT_TYPES, index_of

HERE = at_cells(ecosystem.LandParams(), jnp.arange(N_PLANT_TYPES), jnp.float64)
SHRUB, FOREST = index_of("shrub"), index_of("tropical_evergreen_broadleaf")


def test_poor_land_has_the_leaf_area_that_its_production_pays():
    """0.35 x 0.01 kg m-2 yr-1 over 0.05 kg m-2 x 0.8 yr-1 is 0.0875; seeds count for twice 0.01."""
    poor = ecosystem.sustained_lai(jnp.full(N_PLANT_TYPES, 0.01), HERE)
    assert float(poor[SHRUB]) == pytest.approx(0.35 * 0.02 / (0.05 * 0.8), rel=0.05)


def test_rich_land_stays_below_the_greatest_leaf_area():
    rich, very_rich = (ecosystem.sustained_lai(jnp.full(N_PLANT_TYPES, x), HERE) for x in (1.3, 50.0))
    assert bool((rich < HERE.greatest_lai).all()) and 4.0 < float(rich[FOREST]) < 6.0
    np.testing.assert_allclose(very_rich, HERE.greatest_lai, rtol=1e-6)


def test_leaves_that_were_not_built_do_not_stand():
    life = b.initial_state(2.0 * HERE.life.vegetation.leaf_carbon_per_area, HERE.life)
    lacking = ecosystem.built_lai(jnp.full(N_PLANT_TYPES, 5.0), life, HERE)
    enough = ecosystem.built_lai(jnp.full(N_PLANT_TYPES, 1.0), life, HERE)
    np.testing.assert_allclose(lacking, 2.0, atol=0.05)
    np.testing.assert_allclose(enough, 1.0, rtol=1e-3)
