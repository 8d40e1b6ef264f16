"""Smoke holds all the carbon that burnt, and its gases follow the published table."""

import numpy as np
import pytest

from tenbin.core.arrays import jnp
from tenbin.land import emission_factors as ef


def weights(kind):
    return jnp.asarray(ef.fire_type_weights(kind))[:, None]


@pytest.mark.parametrize(
    ("kind", "ch4"), [("savanna", 1.94 / 488.273), ("peat", 20.8 / 570.055), ("boreal", 5.96 / 464.989)]
)
def test_a_kilogram_of_carbon_burnt_gives_the_methane_of_the_table(kind, ch4):
    out = ef.emissions(jnp.ones(1), weights(kind))
    np.testing.assert_allclose(out["ch4"], ch4, rtol=1e-12)


@pytest.mark.parametrize("kind", ef.FIRE_TYPES)
def test_the_carbon_of_the_smoke_is_the_carbon_that_burnt(kind):
    parts = ef.carbon_as_species(jnp.asarray([3.0]), weights(kind))
    np.testing.assert_allclose(sum(parts.values()), 3.0, rtol=1e-14)
    assert all(bool((value > 0).all()) for value in parts.values())


@pytest.mark.parametrize("kind", ef.FIRE_TYPES)
def test_the_published_carbon_dioxide_stands_within_five_percent_of_closure(kind):
    closed = ef.carbon_as_species(jnp.ones(1), weights(kind))["co2"] * 44.009 / 12.011
    np.testing.assert_allclose(ef.emissions(jnp.ones(1), weights(kind))["co2"], closed, rtol=0.05)


def test_a_mixed_fire_gives_the_mixture_of_its_gases():
    mixed = 0.25 * weights("savanna") + 0.75 * weights("peat")
    one, other = (ef.emissions(jnp.ones(1), weights(kind))["co"] for kind in ("savanna", "peat"))
    np.testing.assert_allclose(ef.emissions(jnp.ones(1), mixed)["co"], 0.25 * one + 0.75 * other)
