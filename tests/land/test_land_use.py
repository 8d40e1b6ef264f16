"""Cleared land pays its carbon back over years, by the sum of its exponentials."""

import numpy as np

from tenbin.core.arrays import jnp
from tenbin.land import land_use, plant_losses
from tenbin.land.fire import FireLosses
from tenbin.land.vegetation_carbon import YEAR

PARAMS = land_use.LandUseParams()


def curves(before, after):
    values = (before, after, 10.0, 7.5, 20.0, 30.0)
    return land_use.ResponseCurves(*(jnp.asarray([v]) for v in values))


def test_one_clearing_follows_the_sum_of_exponentials():
    area = jnp.zeros((300, 1)).at[0, 0].set(2.0)
    flux = land_use.bookkeeping(area, curves(15.0, 0.5), PARAMS)[:, 0]
    gone, year = 14.5, np.arange(300)
    fate = {k: float(v) for k, v in land_use.cleared_wood(PARAMS)._asdict().items()}
    decays = ((2.5 + gone * fate["slash"], 20.0), (gone * fate["fast"], 10.0), (gone * fate["slow"], 100.0))
    expected = sum(c * (np.exp(-year / t) - np.exp(-(year + 1) / t)) for c, t in decays)
    expected[0] += gone * fate["burnt"]
    np.testing.assert_allclose(flux, 2.0 * expected, rtol=1e-12)


def test_in_the_end_all_that_was_lost_has_gone_to_the_air():
    area = jnp.zeros((3000, 1)).at[0, 0].set(1.0)
    total = land_use.bookkeeping(area, curves(15.0, 0.5), PARAMS).sum()
    np.testing.assert_allclose(total, 14.5 + 2.5, rtol=1e-10)


def test_abandoned_land_takes_up_what_its_new_forest_holds():
    area = jnp.zeros((3000, 1)).at[0, 0].set(1.0)
    total = land_use.bookkeeping(
        area, curves(0.5, 12.5)._replace(soil_after=jnp.asarray([10.0])), PARAMS
    ).sum()
    np.testing.assert_allclose(total, -12.0, rtol=1e-10)


def test_goods_of_ten_years_lose_a_share_one_over_e_in_ten_years():
    share = land_use.product_decay(PARAMS, dt=86400.0)
    np.testing.assert_allclose((1 - share[0, 0]) ** (10 * YEAR / 86400.0), np.exp(-1.0), rtol=1e-10)


def test_joining_two_fields_keeps_their_carbon():
    old, new = {"wood": jnp.asarray([8.0])}, {"wood": jnp.asarray([0.5])}
    merged, area = land_use.merge_tiles(old, new, jnp.asarray([0.6]), jnp.asarray([0.1]))
    np.testing.assert_allclose(merged["wood"] * area, 8.0 * 0.6 + 0.5 * 0.1, rtol=1e-14)


def test_shares_of_cut_wood_sum_to_one():
    np.testing.assert_allclose(sum(land_use.cleared_wood(PARAMS)), 1.0)


def test_a_harvest_takes_grain_and_straw_and_leaves_roots():
    # 0.45 of what is shed, of the root organ 0.8 of it: 0.45 x 0.8 x 0.01
    nothing = jnp.zeros(1)
    crop = land_use.LandUseParams(crop_harvest=jnp.asarray([0.45]))
    part = plant_losses.shares(
        nothing + 0.02,
        nothing,
        nothing + 0.01,
        0.0,
        0.0,
        FireLosses(*(nothing,) * len(FireLosses._fields)),
        land_use.cleared_wood(crop),
        crop,
    )
    found = [part.leaf_harvest, part.root_harvest, part.leaf_litter, part.root_litter]
    np.testing.assert_allclose(np.ravel(found), [0.009, 0.0036, 0.011, 0.0064], rtol=1e-12)
