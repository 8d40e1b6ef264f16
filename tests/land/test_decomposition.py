"""Dead matter decays faster where it is warm and moist, hardly in frost, and passes on what Century says."""

import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.land import decomposition as d
from tenbin.land.soil_grid import DEFAULT_GRID
from tenbin.land.vegetation_carbon import DAY, YEAR

PARAMS = jax.tree.map(lambda x: x if x.ndim == 0 else x[4:5], d.DecompositionParams())
SAND = jnp.asarray([0.4])


def test_the_decayed_share_is_that_of_an_exponential():
    x = jnp.asarray([0.0, 1e-8, 1e-3, 0.05, 0.2])
    np.testing.assert_allclose(d.decayed_share(x), -np.expm1(-x), rtol=1e-12)
    np.testing.assert_allclose(d.decayed_share(jnp.asarray(2.0)), -np.expm1(-2.0), rtol=1e-5)
    assert bool((d.decayed_share(jnp.asarray([1.0, 10.0, 1e3])) < 1.0).all())


def test_slow_pools_keep_their_digits_in_32_bits():
    x = jnp.asarray(1.2e-5, "float32")
    np.testing.assert_allclose(d.decayed_share(x), -np.expm1(-1.2e-5), rtol=3e-7)


def test_warm_moist_ground_decays_at_the_rates_of_century():
    plan = d.cascade(SAND, PARAMS, 8)
    share = d.decay_fractions(jnp.ones((8, 1)), plan)
    np.testing.assert_allclose(share[4], 1 - np.exp(-0.2 * DAY / YEAR), rtol=1e-10)
    fine = 0.6
    np.testing.assert_allclose(share[3], 1 - np.exp(-7.3 * (1 - 0.75 * fine) * DAY / YEAR), rtol=1e-10)


def test_the_active_pool_breathes_as_its_texture_says():
    lost = jnp.zeros((6, 1)).at[3].set(1.0)
    kept = sum(d.inherited(lost, d.cascade(SAND, PARAMS, 8)))
    np.testing.assert_allclose(1.0 - kept, 0.85 - 0.68 * 0.6)


def test_pools_at_rest_hold_what_hand_algebra_says():
    # Metabolic litter only, texture and activity fixed: active + slow + passive from flows in balance.
    plan = d.cascade(SAND, PARAMS, 8)
    s = float(plan.heirs[1, 3, 0])
    matrix = np.array([[-1.0, 0.42, 0.45], [s, -1.0, 0.0], [0.004, 0.03, -1.0]])
    flows = np.linalg.solve(matrix, [-0.45, 0.0, 0.0])
    active = 0.45 / (1 - s * 0.42 - (0.004 + s * 0.03) * 0.45)
    np.testing.assert_allclose(flows[0], active)
    lost = jnp.asarray([1.0, 0.0, 0.0, *flows])[:, None]
    np.testing.assert_allclose(jnp.stack(d.inherited(lost, plan))[:, 0], flows, rtol=1e-12)


def test_layers_share_the_whole_pool():
    weights = d.profile_weights(jnp.asarray([0.05, 0.3, 2.0]), 8)
    np.testing.assert_allclose(weights.sum(0), 1.0)
    shallow = 1 - np.exp(-DEFAULT_GRID.interface[1] / 0.05)
    np.testing.assert_allclose(weights[0, 0], shallow, rtol=1e-12)


def test_frozen_ground_keeps_its_carbon():
    cold, warm = (
        d.layer_activity(jnp.full((1, 1), t), jnp.full((1, 1), 0.5), PARAMS)[0, 0] for t in (263.15, 283.15)
    )
    assert cold < 0.005 * warm


def test_decay_is_best_between_dry_and_drowned():
    dry, moist, drowned = d.moisture_response(jnp.asarray([0.02, 0.65, 1.0]), PARAMS)
    assert dry < 0.2 * moist and drowned < 0.5 * moist


def test_decay_stops_at_its_driest_saturation_and_is_the_same_in_full_pores():
    stopping = d.DecompositionParams(moisture_none=jnp.asarray(0.23))
    wetness = jnp.asarray([0.1, 0.23, 0.24, 0.5, 1.0])
    usual, stopped = d.moisture_response(wetness, PARAMS), d.moisture_response(wetness, stopping)
    assert (np.asarray(stopped[:2]) == 0.0).all() and 0.0 < stopped[2] < 0.2
    assert (np.asarray(usual[:4]) > np.asarray(stopped[:4])).all()
    np.testing.assert_allclose(stopped[4], usual[4], rtol=1e-12)


def test_lloyd_and_taylor_is_one_at_ten_degrees():
    np.testing.assert_allclose(d.lloyd_taylor(jnp.asarray(283.15)), 1.0, rtol=0.02)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_activity_and_its_slope_are_finite_from_deep_frost_to_desert_heat(dtype):
    temperature = jnp.linspace(213.15, 323.15, 45, dtype=dtype)[:, None]
    for wet in (0.0, 0.5, 1.0):
        saturation = jnp.full_like(temperature, wet)
        value, slope = jax.vjp(lambda t, w: d.layer_activity(t, w, PARAMS), temperature, saturation)
        for array in (value, *slope(jnp.ones_like(value))):
            assert bool(jnp.isfinite(array).all())


def test_decay_slows_with_depth_by_the_factor_of_koven():
    slowed = d.depth_slowing(PARAMS, 8)
    middle = np.asarray(DEFAULT_GRID.midpoint[:8])
    np.testing.assert_allclose(slowed[:, 0], np.exp(-middle / 0.5), rtol=1e-12)
