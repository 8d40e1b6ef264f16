"""Plants spend what they have, never more; leaves follow their target; growth lags behind photosynthesis."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land import vegetation_carbon as v

PARAMS = jax.tree.map(lambda x: x if x.ndim == 0 else x[4:5], v.VegetationCarbonParams())
AMOUNT = st.floats(0.0, 10.0)


def one(x):
    return jnp.asarray([float(x)])


def test_breath_follows_the_acclimating_q10():
    ratio = v.temperature_response(one(298.15), 288.15, one(2.0), one(0.009))
    np.testing.assert_allclose(ratio, (2.0 * np.exp(-0.009 * 10)) ** 1.0, rtol=1e-12)


@given(AMOUNT, AMOUNT)
def test_nobody_draws_more_than_the_supply(demand, supply):
    got = float(v.drawn(one(demand), one(supply))[0])
    assert 0.0 <= got <= supply and got <= demand * (1 + 1e-12)


@given(AMOUNT, AMOUNT)
def test_the_common_part_is_below_both(a, b):
    part = float(v.common_part(one(a), one(b))[0])
    assert 0.0 <= part <= min(a, b) + 1e-12


@given(AMOUNT, st.floats(0.0, 1e-6), st.floats(0.0, 1e-6), st.floats(213.0, 323.0))
def test_living_costs_never_overdraw_the_reserve(reserve, gpp, respiration, temperature):
    pools = v.VegetationPools(one(0.1), one(5.0), one(0.5), one(reserve))
    out = v.maintenance(pools, pools.root, one(gpp), one(respiration), one(temperature), one(280.0), PARAMS)
    spent = float(sum(out[:3])[0])
    np.testing.assert_allclose(spent + float(out.reserve[0]), reserve + gpp * 86400, rtol=1e-12, atol=1e-15)
    assert float(out.reserve[0]) >= 0.0


def test_leaves_approach_their_target_within_weeks():
    leaf = one(0.02)
    for _ in range(60):
        grow, fall = v.leaf_balance(leaf, one(0.12), PARAMS)
        leaf = leaf + grow - fall
    np.testing.assert_allclose(leaf, 0.12, rtol=0.01)


def test_a_bare_plant_under_a_bare_target_has_finite_slopes():
    slope = jax.grad(lambda x: v.leaf_balance(x, one(0.0), PARAMS)[1].sum())(one(0.0))
    assert bool(jnp.isfinite(slope).all())


def test_growth_keeps_back_a_canopy_of_reserve():
    out = v.potential_growth(one(0.05), one(0.0), one(0.12), one(1.0), PARAMS)
    assert float(out.wood[0] + out.root[0]) < 1e-6
