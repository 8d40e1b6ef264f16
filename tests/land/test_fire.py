"""Fire takes more of dry fuel than of wet, and never more than there is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land import fire

SHARE = st.floats(0.0, 1.0)
PARAMS = jax.tree.map(lambda x: x if x.ndim == 0 else x[5:6], fire.FireParams())


def test_stems_burn_by_a_fifth_when_wet_and_two_fifths_when_dry():
    wet, dry = (fire.losses(jnp.ones(1), jnp.asarray([m]), PARAMS) for m in (1.0, 0.0))
    np.testing.assert_allclose(wet.wood_burnt / PARAMS.mortality, 0.2)
    np.testing.assert_allclose(dry.wood_burnt / PARAMS.mortality, 0.4)


@given(SHARE, SHARE)
def test_no_pool_loses_more_than_it_has(burned, moisture):
    lost = fire.losses(jnp.asarray([burned]), jnp.asarray([moisture]), PARAMS)
    dead = fire.dead_burnt(jnp.asarray([burned]), jnp.asarray([moisture]), fire.dead_fuel(PARAMS))
    for share in (lost.leaf_burnt + lost.leaf_killed, lost.wood_burnt + lost.wood_killed, *lost, *dead):
        assert 0.0 <= float(share[0]) <= 1.0 + 1e-15


def test_no_ground_burns_twice_in_a_day():
    assert float(fire.burned_share(jnp.asarray(1.0), dt=86400.0)) == 1.0
