"""The one-line wetland models against values worked by hand, and the extent of wetlands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land import methane_simple

PARAMS = methane_simple.SimpleParams()
EXTENT = methane_simple.ExtentParams()


def climate(celsius=10.0, table=0.0, area=0.5):
    values = (area, 273.15 + celsius, 20.0, 2e-8, table)
    return methane_simple.WetlandClimate(*(jnp.array([v]) for v in values))


def test_the_met_office_scheme_at_ten_degrees():
    # 7.41e-12 x 20 x 0.5 x exp(ln 3.7 x 273.15 / 283.15) = 7.41e-11 x 3.53289 kg C, x 16.043 / 12.011
    flux = float(methane_simple.jules(climate(), PARAMS)[0])
    assert flux == pytest.approx(7.41e-11 * 3.53289 * 1.335692, rel=1e-5)


def test_wetcharts_at_twenty_degrees():
    # 0.03 x 0.5 x 2e-8 x 2^2 kg C
    flux = float(methane_simple.wetcharts(climate(20.0), PARAMS)[0])
    assert flux == pytest.approx(1.2e-9 * 1.335692, rel=1e-6)


def test_cao_at_its_best_leaves_a_fifth_of_what_is_made():
    # 0.47 x 2e-8 x 0.2 x 0.5 at 30 C under half a metre of water; at the surface 0.383 of it
    best = float(methane_simple.cao(climate(30.0, -0.5), PARAMS)[0])
    assert best == pytest.approx(9.4e-10 * 1.335692, rel=2e-3)
    surface = float(methane_simple.cao(climate(30.0, 0.0), PARAMS)[0])
    assert surface / best == pytest.approx(0.383, rel=5e-3)


@pytest.mark.parametrize("name", sorted(methane_simple.SCHEMES))
def test_frozen_soils_and_dry_cells_give_nothing(name):
    scheme = methane_simple.SCHEMES[name]
    assert float(scheme(climate(-10.0), PARAMS)[0]) < 1e-12 * float(scheme(climate(10.0), PARAMS)[0])
    assert float(scheme(climate(area=0.0), PARAMS)[0]) == 0.0


def test_q10_is_the_ratio_over_ten_degrees():
    cold, warm = (float(methane_simple.wetcharts(climate(t), PARAMS)[0]) for t in (12.0, 22.0))
    assert warm / cold == pytest.approx(2.0, rel=1e-9)


def test_the_scale_gives_the_globe_its_total():
    emission, area = jnp.array([1e-9, 3e-9]), jnp.array([2e10, 1e10])
    scale = methane_simple.global_scale(emission, area, 166e9 / 3.15576e7)
    assert float(jnp.sum(scale * emission * area)) * 3.15576e7 == pytest.approx(166e9)


def test_wetlands_are_wide_where_wet_and_none_where_dry():
    table, wetness = jnp.array([0.0, 0.0, 2.0, 0.0]), jnp.array([1.0, 0.2, 1.0, 0.72])
    fraction = methane_simple.wetland_fraction(table, wetness, EXTENT)
    assert float(fraction[0]) == pytest.approx(0.4, rel=0.06)
    assert float(fraction[1]) < 0.003
    assert float(fraction[2]) < 0.002
    assert float(fraction[3]) == pytest.approx(0.2, rel=0.05)  # half way between 0.54 and 0.90


def test_a_map_of_wetlands_is_taken_as_it_is():
    given_map = jnp.array([0.1, 0.9])
    taken = methane_simple.wetland_fraction(given_map, given_map, EXTENT, prescribed=given_map)
    assert np.array_equal(taken, given_map)


def total_of(where, params, extent):
    fraction = methane_simple.wetland_fraction(where.water_table_depth, 0.7 + 0.0 * where.rh, extent)
    return sum(jnp.sum(f(where, params) * fraction) for f in methane_simple.SCHEMES.values())


everything = jax.jit(jax.value_and_grad(total_of, (0, 1, 2)))


@given(celsius=st.floats(-60, 50), table=st.floats(-2, 30), dtype=st.sampled_from([jnp.float32, jnp.float64]))
def test_values_and_slopes_stay_finite(celsius, table, dtype):
    trees = jax.tree_util.tree_map(lambda a: jnp.asarray(a, dtype), (climate(celsius, table), PARAMS, EXTENT))
    value, slopes = everything(*trees)
    assert value.dtype == dtype
    leaves = [value, *jax.tree_util.tree_leaves(slopes)]
    assert all(bool(jnp.isfinite(leaf).all()) for leaf in leaves)
