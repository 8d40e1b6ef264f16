"""Termites: biomass and methane by hand, none in the cold and in deserts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land import termites

PARAMS = termites.TermiteParams()
YEAR = 365.25 * 86400.0


def at(gpp_grams, celsius, crop=0.0):
    """GPP [g C m-2 yr-1], annual mean [degC], share of crops -> arguments of `emission`."""
    return (jnp.array([gpp_grams * 1e-3 / YEAR]), jnp.array([273.15 + celsius]), jnp.array([crop]))


def test_a_rainforest_holds_thirteen_grams_per_square_metre():
    # 1.21 exp(0.0008 x 3000) = 1.21 x 11.0232
    found = float(termites.biomass(*at(3000.0, 35.0)[:2], PARAMS)[0])
    assert found == pytest.approx(13.338, rel=1e-3)


def test_a_rainforest_breathes_a_third_of_a_gram_a_year():
    # 13.338 g m-2 x 2.8e-6 g g-1 h-1 x 8766 h
    found = float(termites.emission(*at(3000.0, 35.0), PARAMS)[0]) * YEAR * 1e3
    assert found == pytest.approx(13.338 * 2.8e-6 * 8766.0, rel=1e-3)
    assert 0.3 < found < 0.4


def test_warm_temperate_woods_hold_three_grams():
    found = float(termites.biomass(*at(1500.0, 15.5)[:2], PARAMS)[0])
    assert found == pytest.approx(3.0, rel=0.03)


def test_the_tropics_together_give_some_teragrams_a_year():
    # 25 million km2 of forest and savanna at 2000 g C m-2 yr-1 and 25 C
    total = float(termites.emission(*at(2000.0, 25.0), PARAMS)[0]) * YEAR * 25e12 * 1e-9
    assert 2.0 < total < 15.0


def test_none_live_in_the_cold_or_in_deserts():
    usual = float(termites.emission(*at(2000.0, 25.0), PARAMS)[0])
    assert float(termites.emission(*at(800.0, -5.0), PARAMS)[0]) < 1e-5 * usual
    assert float(termites.emission(*at(0.0, 25.0), PARAMS)[0]) == 0.0


def test_crops_keep_two_fifths():
    wild, farmed = (float(termites.emission(*at(2000.0, 25.0, c), PARAMS)[0]) for c in (0.0, 1.0))
    assert farmed / wild == pytest.approx(0.4)


everything = jax.jit(jax.value_and_grad(lambda a, p: jnp.sum(termites.emission(*a, p)), (0, 1)))


@given(
    gpp=st.floats(-100, 9000),
    celsius=st.floats(-60, 50),
    dtype=st.sampled_from([jnp.float32, jnp.float64]),
)
def test_values_and_slopes_stay_finite(gpp, celsius, dtype):
    arguments = tuple(jnp.asarray(a, dtype) for a in at(gpp, celsius, 0.3))
    params = jax.tree_util.tree_map(lambda a: jnp.asarray(a, dtype), PARAMS)
    value, slopes = everything(arguments, params)
    assert value.dtype == dtype and math.isfinite(float(value)) and float(value) >= 0.0
    assert all(bool(jnp.isfinite(leaf).all()) for leaf in jax.tree_util.tree_leaves(slopes))
