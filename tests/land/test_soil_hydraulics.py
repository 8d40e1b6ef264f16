"""Soil properties by texture: hand-worked values of Cosby et al. 1984."""

from __future__ import annotations

import pytest

from tenbin.core.arrays import jnp
from tenbin.land.soil_grid import DEFAULT_GRID
from tenbin.land.soil_hydraulics import SoilHydraulicsParams, organic_profile, properties


def test_a_loam_has_the_values_of_cosby():
    sand, clay, organic = (jnp.array([x]) for x in (0.4, 0.2, 0.0))
    soil = properties(sand, clay, organic, DEFAULT_GRID, SoilHydraulicsParams())
    assert float(soil.porosity[0, 0]) == pytest.approx(0.489 - 0.00126 * 40)
    assert float(soil.exponent[0, 0]) == pytest.approx(2.91 + 0.159 * 20)
    assert float(soil.suction[0, 0]) == pytest.approx(0.01 * 10 ** (1.88 - 0.0131 * 40))
    assert float(soil.conductivity[0, 0]) == pytest.approx(0.0070556 * 10 ** (-0.884 + 0.0153 * 40), rel=1e-4)
    assert (soil.residual < soil.wilting_point).all() and (soil.wilting_point < soil.field_capacity).all()


def test_organic_matter_lies_at_the_top():
    share = organic_profile(jnp.array([0.6, 0.0]), DEFAULT_GRID)
    assert share.shape == (8, 2) and float(share[:, 1].max()) == 0.0
    assert share[0, 0] == 0.6 and float(share[-1, 0]) < 0.01
    assert bool((jnp.diff(share[:, 0]) <= 0.0).all())
