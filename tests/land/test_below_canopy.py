"""Snow below trees lies in shade and calm; snow over what it buries lies in the open."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.land import below_canopy, energy

TUNDRA, SPRUCE = jnp.array([0.2]), jnp.array([20.0])


def sun(lai, cover, height):
    at = (jnp.array([150.0]), jnp.array([lai]), jnp.array([cover]), jnp.array(0.6), height)
    return float(below_canopy.sunlight(*at)[0])


def wind(lai, height):
    return float(below_canopy.wind_over_snow(jnp.array([3.3]), jnp.array([lai]), height)[0])


def test_bare_branches_let_all_the_sun_through():
    assert sun(0.0, 0.5, SPRUCE) == pytest.approx(150.0)


def test_spruce_shades_its_snow_by_the_law_of_beer_and_tundra_is_buried():
    assert sun(2.0, 1.0, SPRUCE) == pytest.approx(150.0 * np.exp(-1.2), rel=0.06)
    assert sun(2.0, 1.0, TUNDRA) > 0.9 * 150.0
    assert sun(2.0, 0.0, TUNDRA) == pytest.approx(150.0 * np.exp(-1.2))


def test_wind_over_buried_plants_is_that_of_a_snow_field():
    # log(2 m / 1 mm) / log(10 m / 1 mm) = 0.825
    assert wind(1.0, jnp.array([0.02])) == pytest.approx(0.825 * 3.3, rel=1e-6)


def test_wind_dies_among_trees_the_more_leaves_they_have():
    bare, open_wood, closed = (wind(lai, SPRUCE) for lai in (0.0, 0.7, 2.5))
    assert 0.3 * 3.3 < bare < 0.6 * 3.3
    assert 0.5 < open_wood < 1.1  # 0.7 m s-1 at Goldstream, in less wind than this
    assert closed < 0.1 * 3.3


def test_snow_below_spruce_sublimates_less_than_on_a_field_with_the_same_air():
    def of(kind):
        params = jax.tree.map(lambda a: a if a.ndim == 0 else a[kind], energy.EnergyParams())
        values = (30.0, 3e4, 258.0, 253.0, 263.0, 60.0, 1e5, 3.3, 2.0, 0.0, 0.5)
        day = energy.daily(*(jnp.array([v]) for v in values), params, snow_cover=jnp.array([1.0]))
        return float(day.sublimation_potential[0])

    spruce, tundra = of(5), of(10)
    assert 0.0 < spruce < 0.4 * tundra


@pytest.mark.parametrize("height", [0.02, 1.0, 2.0, 40.0])
def test_slopes_are_finite_at_any_height(height):
    def total(h, lai):
        return jnp.sum(below_canopy.wind_over_snow(jnp.array([0.0, 5.0]), lai, h)) + jnp.sum(
            below_canopy.sunlight(100.0, lai, jnp.array([0.3]), 0.6, h)
        )

    slopes = jax.grad(total, argnums=(0, 1))(jnp.array([height]), jnp.array([0.0]))
    assert all(np.isfinite(slope).all() for slope in slopes)
