"""Nitrogen limits smoothly: nobody takes more than there is, and plenty limits nobody."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land import nitrogen as n

PARAMS = jax.tree.map(lambda x: x if x.ndim == 0 else x[4:5], n.NitrogenParams())
SMALL = st.floats(0.0, 1e-2)


def one(x):
    return jnp.asarray([float(x)])


@given(st.lists(st.tuples(SMALL, SMALL), min_size=6, max_size=6), SMALL)
def test_microbes_never_take_more_than_there_is(pairs, available):
    released, needed = jnp.asarray(pairs).T[..., None]
    factors = n.limitation_of_decay(released, needed, one(available))
    taken = float((jnp.maximum(needed - released, 0.0) * factors).sum())
    assert taken <= available * (1 + 1e-9) + 1e-15
    assert bool(((factors >= 0.0) & (factors <= 1.0 + 1e-12)).all())


def test_a_full_store_does_not_limit_growth():
    np.testing.assert_allclose(n.growth_limitation(one(1.0), one(1e-4), PARAMS), 1.0, atol=1e-4)


def test_an_empty_store_stops_growth():
    assert float(n.growth_limitation(one(0.0), one(1e-4), PARAMS)[0]) < 1e-6


def test_a_productive_forest_fixes_what_the_fit_to_cleveland_says():
    # 1.8 (1 - exp(-0.003 x 600)) g m-2 yr-1
    fixed = n.fixation(one(0.6), one(0.0), PARAMS) * 365.25
    np.testing.assert_allclose(fixed, 1.8e-3 * (1 - np.exp(-0.6 / 0.333)), rtol=1e-12)


def test_fixation_halves_where_the_soil_holds_a_gram_of_nitrogen():
    poor, rich = (n.fixation(one(0.6), one(held), PARAMS) for held in (0.0, 1e-3))
    np.testing.assert_allclose(rich, 0.5 * poor, rtol=1e-12)


def test_drainage_carries_off_the_nitrate_of_the_water_it_takes():
    # 2 mm a day out of 100 mm: 2 / 102 of a gram
    washed = n.leached(one(1e-3), one(2.0 / 86400.0), one(100.0), PARAMS)
    np.testing.assert_allclose(washed, 1e-3 * 2.0 / 102.0, rtol=1e-12)


def test_standing_water_washes_nothing_away():
    assert float(n.leached(one(1e-3), one(0.0), one(500.0), PARAMS)[0]) == 0.0


@given(SMALL, st.floats(0.0, 5.0), SMALL)
def test_roots_leave_something(mineral, root, store):
    share = float(n.uptake_share(one(mineral), one(root), one(store), one(0.01), one(1.0), PARAMS)[0])
    assert 0.0 <= share < 1.0
