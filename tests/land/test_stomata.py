"""Stomata close in dry air and over dry soil, as each of the three theories says."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.land import stomata
from tenbin.land.photosynthesis import enzyme_constants


@pytest.fixture
def params():
    whole = stomata.StomataParams()
    return jax.tree.map(lambda a: a if a.ndim == 0 else a[4], whole)


def air(vpd, stress=1.0, temperature=298.15):
    compensation, michaelis = (101325.0 * c for c in enzyme_constants(jnp.array(temperature)))
    return stomata.LeafAir(
        jnp.array(temperature),
        jnp.array(vpd),
        jnp.array(101325.0),
        jnp.array(40.0),
        compensation,
        michaelis,
        stress,
    )


def test_medlyn_is_its_closed_form(params):
    expected = 4.45 / (4.45 + np.sqrt(1.5))
    assert float(stomata.medlyn(air(1500.0), params)) == pytest.approx(expected, rel=1e-12)


def test_medlyn_opens_wide_where_leaves_are_lavish(params):
    import equinox as eqx

    lavish = eqx.tree_at(lambda p: p.g1, params, jnp.array(1e6))
    assert float(stomata.medlyn(air(1500.0), lavish)) == pytest.approx(1.0, abs=2e-6)


@pytest.mark.parametrize("model", [stomata.medlyn, stomata.ball_berry, stomata.optimal])
def test_dry_air_and_dry_soil_close_leaves(model, params):
    moist, dry = model(air(500.0), params), model(air(2500.0), params)
    thirsty = model(air(500.0, jnp.array(0.2)), params)
    assert 0 < dry < moist < 1 and 0 < thirsty < moist


def test_optimal_ratio_is_that_of_the_published_cost():
    params = stomata.StomataParams()
    here = air(1000.0)
    compensation, michaelis = float(here.compensation), float(here.michaelis)
    xi = np.sqrt(146.0 * (michaelis + compensation) / 1.6)  # viscosity ratio is 1 at 25 C
    floor = compensation / 40.0
    expected = floor + (1 - floor) * xi / (xi + np.sqrt(1000.0))
    assert float(stomata.optimal(here, params)) == pytest.approx(expected, rel=1e-12)


def test_water_at_freezing_is_twice_as_viscous_as_at_25_celsius():
    # 1.792 over 0.890 mPa s (CRC Handbook)
    assert float(stomata.viscosity_ratio(jnp.array(273.15))) == pytest.approx(1.792 / 0.890, rel=0.04)


def test_supply_through_a_residual_conductance_meets_demand():
    ca, uptake, ratio, g0 = jnp.array(4e-4), jnp.array(1e-5), jnp.array(0.7), jnp.array(0.05)
    inside = stomata.with_residual(ratio, uptake, ca, g0)
    opening = g0 + 1.6 * uptake / (ca * (1 - ratio))
    assert float(opening / 1.6 * ca * (1 - inside)) == pytest.approx(1e-5, rel=1e-12)
    assert inside > ratio


def test_a_power_of_nought_wetness_keeps_its_gradient():
    slope = jax.grad(lambda w: stomata.stress_power(w, jnp.array(0.5)))
    assert np.isfinite([float(slope(jnp.array(x))) for x in (0.0, 1e-6, 0.5, 1.0)]).all()
