"""Leaves follow warmth, light and water by their kind, and memories are exact running means."""

from __future__ import annotations

import equinox as eqx
import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.land import phenology
from tenbin.land.plant_types import index_of
from tenbin.land.radiation import solar_geometry


def of_type(name):
    kind = index_of(name)
    return jax.tree.map(lambda a: a if a.ndim == 0 else a[kind], phenology.PhenologyParams())


def year(name, latitude=50.0, mean=282.0, swing=12.0, wetness=None):
    """Leaf area through the second of two years of a smooth climate."""
    days = jnp.arange(730.0)
    tas = mean - swing * jnp.cos(2 * jnp.pi * (days - 20) / 365)
    length = solar_geometry(jnp.array(latitude), jnp.mod(days, 365) + 1).day_length
    wet = jnp.full(730, 0.8) if wetness is None else jnp.tile(wetness, 2)
    params = of_type(name)
    start = phenology.initial(tas[0], jnp.array(100.0), wet[0], jnp.array(1.0))

    def one(state, day):
        return phenology.step(state, *day, jnp.array(5.0), params)

    _, lai = jax.lax.scan(one, start, (tas, length, wet))
    return np.asarray(lai[365:])


def test_deciduous_woods_are_bare_in_winter_and_green_in_summer():
    lai = year("temperate_deciduous_broadleaf")
    assert lai[20] < 0.5 and lai[190] > 4.0
    assert 90 < np.argmax(lai > 2.5) < 150


def test_evergreens_keep_their_needles():
    lai = year("boreal_evergreen_needleleaf")
    assert lai.min() > 0.7 * lai.max()


def test_raingreen_woods_drop_leaves_in_the_dry_season():
    season = 0.4 + 0.35 * jnp.cos(2 * jnp.pi * jnp.arange(365) / 365)
    lai = year("tropical_raingreen_broadleaf", 10.0, 299.0, 2.0, season)
    assert lai.min() < 1.5 and lai.max() > 4.0 and 150 < np.argmin(lai) < 260


def test_running_means_are_exact_for_a_step_of_temperature():
    params = of_type("c3_grass")
    one = jnp.array(1.0)
    state = phenology.initial(280.0 * one, 100.0 * one, one, one)
    for _ in range(20):
        state, lai = phenology.step(state, 290.0 * one, 4e4 * one, one, one, params, prescribed_lai=2.0 * one)
    assert float(state.growth_temperature) == pytest.approx(290 - 10 * np.exp(-1.0), rel=1e-12)
    assert float(lai) == float(state.lai) == 2.0


def test_the_memory_of_frost_holds_photosynthesis_back_and_lets_it_go():
    params = of_type("boreal_evergreen_needleleaf")
    state = phenology.initial(*map(jnp.array, (280.0, 100.0, 0.8, 3.0)))
    factor = [
        float(phenology.frost_factor(state._replace(frost_temperature=jnp.array(t)), params))
        for t in (253.0, 276.15, 295.0)
    ]
    assert factor[0] < 0.03 and factor[1] == pytest.approx(0.5, abs=0.02) and 0.97 < factor[2] <= 1.0


def test_cold_days_bring_budburst_nearer():
    params = of_type("temperate_deciduous_broadleaf")
    need = phenology.growing_degree_days_needed(jnp.array([0.0, 100.0]), params)
    np.testing.assert_allclose(need, [570.0, -68.0 + 638.0 * np.exp(-1.0)])


def test_capacity_trails_growing_leaves_by_its_lag_and_not_at_all_without_one():
    params = of_type("c3_grass")
    one = jnp.array(1.0)
    share = []
    for lag in (0.0, 10.0):
        lagging = eqx.tree_at(lambda p: p.capacity_lag, params, jnp.array(lag))
        state = phenology.initial(290.0 * one, 100.0 * one, one, one)
        for _ in range(10):
            state, _ = phenology.step(
                state, 290.0 * one, 4e4 * one, one, one, lagging, prescribed_lai=3.0 * one
            )
        share.append(float(phenology.capacity_share(state)))
    left = (10.0 / 11.0) ** 10
    assert share[0] == pytest.approx(1.0) and share[1] == pytest.approx((3.0 - 2.0 * left + 0.05) / 3.05)


def test_the_slow_memories_come_to_a_steady_air_and_stand():
    params = of_type("shrub")
    one = jnp.array(1.0)
    state = phenology.initial(290.0 * one, 100.0 * one, one, one, vpd=500.0)
    for _ in range(60):
        state, _ = phenology.step(
            state, 290.0 * one, 4e4 * one, one, one, params, vpd=1500.0 * one, prescribed_lai=3.0 * one
        )
    left = (60.0 / 61.0) ** 60
    assert float(state.deficit) == pytest.approx(1500.0 - 1000.0 * left, rel=1e-9)
    assert float(state.mean_lai) == pytest.approx(3.0 - 2.0 * left, rel=1e-9)


@pytest.mark.parametrize("celsius", [-60.0, 0.0, 50.0])
def test_gradients_are_finite(celsius):
    def total(tas, wet, most):
        params = of_type("temperate_deciduous_broadleaf")
        state = phenology.initial(tas, jnp.array(0.0), wet, most)
        state, lai = phenology.step(state, tas, jnp.array(0.0), wet, most, params)
        return lai + sum(state) + phenology.frost_factor(state, params)

    slopes = jax.grad(total, argnums=(0, 1, 2))(jnp.array(celsius + 273.15), jnp.array(0.0), jnp.array(0.0))
    assert np.isfinite(slopes).all()
