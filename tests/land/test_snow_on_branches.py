"""Snow on branches: none is lost, warmth brings it down, and the air takes what energy allows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land import energy, snow_on_branches

PARAMS = snow_on_branches.BranchSnowParams()
SPRUCE = jax.tree.map(lambda a: a if a.ndim == 0 else a[5], energy.EnergyParams())


def step(mass, snowfall, potential, leaves, celsius):
    values = (snowfall, potential, leaves, 273.15 + celsius)
    state = snow_on_branches.BranchSnow(jnp.asarray(mass))
    return snow_on_branches.step(state, *map(jnp.asarray, values), PARAMS)


@given(
    st.floats(0, 40), st.floats(0, 1e-3), st.floats(0, 5e-5), st.floats(0, 8), st.floats(-60, 30)
)  # fmt: skip
def test_no_flake_is_lost(mass, snowfall, potential, leaves, celsius):
    state, out = step(mass, snowfall, potential, leaves, celsius)
    total = float(out.fallen + out.sublimation) * 86400 + float(state.mass)
    np.testing.assert_allclose(total, mass + snowfall * 86400, rtol=1e-12, atol=1e-12)
    assert out.fallen >= -1e-18 and out.sublimation >= 0 and state.mass >= 0
    assert float(state.mass) <= 6.0 * leaves + 1e-12


def test_bare_ground_gets_all_snow():
    state, out = step(0.0, 1e-4, 1e-5, 0.0, -5.0)
    np.testing.assert_allclose([out.fallen, out.sublimation, state.mass], [1e-4, 0.0, 0.0], atol=1e-15)


def test_a_load_at_freezing_slides_off_with_the_time_of_roesch():
    rate = snow_on_branches.unloading_rate(jnp.array(273.15), PARAMS)
    assert float(1.0 / rate) == pytest.approx(1.87e5 / 3.0, rel=0.07)


def test_two_thirds_of_a_load_stay_for_a_week_of_cold_and_little_for_a_day_of_thaw():
    state = snow_on_branches.BranchSnow(jnp.array(5.0))
    for _ in range(7):
        nothing = jnp.array(0.0)
        state, _ = snow_on_branches.step(state, nothing, nothing, jnp.array(2.0), jnp.array(248.0), PARAMS)
    assert float(state.mass) / 5.0 == pytest.approx(0.678, rel=0.07)
    assert float(step(5.0, 0.0, 0.0, 2.0, 3.0)[0].mass) < 1.5


def test_the_air_takes_no_more_than_its_energy_allows_and_less_of_a_small_load():
    full, little = (float(step(load, 0.0, 1e-6, 4.0, -20.0)[1].sublimation) for load in (24.0, 2.4))
    assert 0.85e-6 < full <= 1e-6
    # Pomeroy et al. 1998: per mass more by the power 0.4 of how much less there is
    assert little / full == pytest.approx(0.1**0.6, rel=0.07)


def potential(celsius, vpd, sun=0.0):
    values = (sun, 3e4, 273.15 + celsius, 270.15 + celsius, 276.15 + celsius, vpd, 1e5, 3.0, 2.5, 0.0, 0.5)
    day = energy.daily(*(jnp.array([v]) for v in values), SPRUCE, snow_cover=jnp.array([1.0]))
    return 86400.0 * float(day.branch_potential[0])


def test_damp_dark_air_takes_little_and_a_dry_bright_day_no_more_than_was_weighed():
    # Lundberg and Halldin 1994: 3.3 mm in 24 h at most from a spruce
    assert 0.0 < potential(-10.0, 30.0) < 0.3
    assert potential(-10.0, 30.0) < potential(-5.0, 120.0, sun=150.0) < 3.3


def test_a_winter_of_saskatchewan_loses_what_was_found_there():
    """A fourth to a half of snowfall (Essery et al. 2003, J. Clim. 16, 1855), spruce of a leaf area of 2.5 or so."""
    state, lost, days = snow_on_branches.BranchSnow(jnp.array(0.0)), 0.0, 150
    for day in range(days):
        # November to March: -8 to -19 degC, 78 % relative humidity, sun of 54 N, a fall of 3 mm every third day
        phase = np.cos(2.0 * np.pi * (day - 70.0) / 365.0)
        celsius, sun = -6.0 - 13.0 * phase, 150.0 - 110.0 * phase
        dry = 0.22 * 611.0 * np.exp(17.27 * celsius / (celsius + 237.3))
        snowfall = jnp.array(3.0 / 86400.0 if day % 3 == 0 else 0.0)
        rate = jnp.array(potential(celsius, dry, sun) / 86400.0)
        at = (jnp.array(2.5), jnp.array(273.15 + celsius))
        state, out = snow_on_branches.step(state, snowfall, rate, *at, PARAMS)
        lost += 86400.0 * float(out.sublimation)
    assert 0.2 < lost / days < 0.45


def test_gradients_are_finite_where_nothing_falls_on_nothing():
    def total(*values):
        state, out = step(*values)
        return state.mass + out.fallen + out.sublimation

    slopes = jax.grad(total, argnums=tuple(range(5)))(*map(jnp.array, (0.0, 0.0, 0.0, 0.0, 0.0)))
    assert np.isfinite(slopes).all()
