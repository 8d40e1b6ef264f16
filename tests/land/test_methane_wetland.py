"""Wetland methane: it balances, it fades without substrate, thaw or water, and its slopes are true."""

from __future__ import annotations

import jax.flatten_util
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import GAS_CONSTANT, MOLAR_MASS
from tenbin.land import methane_gas, methane_wetland
from tenbin.land.soil_grid import DEFAULT_GRID

GRID = DEFAULT_GRID.soil
PARAMS = methane_wetland.WetlandParams()
DAY = 86400.0


CAST = {
    kind: jax.tree_util.tree_map(lambda a, k=kind: np.asarray(a, k), PARAMS)
    for kind in ("float32", "float64")
}


def forcing(*, celsius=15.0, table=0.0, rh=2e-8, liquid=0.5, ice=0.0, lai=2.0, ch4=1.9e-6, dtype=jnp.float64):
    """Arguments of a step for one cell, in the order of the step."""
    depth = np.asarray(GRID.midpoint)
    roots = np.exp(-depth / 0.2) * np.asarray(GRID.thickness)
    layer = np.ones((GRID.n_soil, 1))
    cell = np.ones(1)
    values = (
        rh * cell,
        (273.15 + celsius) * layer,
        table * cell,
        liquid * layer,
        ice * layer,
        lai * cell,
        (roots / roots.sum())[:, None],
        ch4 * cell,
        1e5 * cell,
        6.2 * cell,
    )
    return tuple(np.asarray(v, dtype) for v in values)


step = jax.jit(methane_wetland.step)


@jax.jit
def repeated(state, drivers, params, days):
    """State and fluxes after a number of equal days, one program for any number."""
    nothing = methane_wetland.WetlandFluxes(*[jnp.zeros(1)] * 6)
    return jax.lax.fori_loop(
        0, days, lambda _, both: methane_wetland.step(both[0], *drivers, params), (state, nothing)
    )


def after(days, params=PARAMS, **weather):
    """State and fluxes of the last day under steady weather."""
    drivers = forcing(**weather)
    state = methane_wetland.initial(1, dtype=drivers[0].dtype)

    state, fluxes = repeated(state, drivers, params, days)
    return state, jax.tree_util.tree_map(lambda a: float(a[0]), fluxes)


@pytest.mark.parametrize("table", [-0.2, 0.0, 0.07, 0.4, 5.0])
@pytest.mark.parametrize("ice", [0.0, 0.6, 1.0])
def test_what_is_made_is_eaten_let_out_or_kept(table, ice):
    state = methane_wetland.WetlandState(jnp.full((8, 1), 3e-3), jnp.full((8, 1), 0.5))
    new, flux = step(state, *forcing(table=table, ice=ice), PARAMS)
    change = jnp.sum(new.methane - state.methane)
    net = DAY * jnp.sum(flux.production - flux.oxidation - flux.emission)
    turnover = jnp.sum(state.methane) + DAY * jnp.sum(flux.production + flux.oxidation)
    assert abs(float(change - net)) <= 1e-12 * float(turnover)
    parts = flux.diffusion + flux.ebullition + flux.plant_transport
    assert float(parts[0]) == pytest.approx(float(flux.emission[0]), rel=1e-14)


def test_without_substrate_and_methane_outside_nothing_happens():
    _, flux = after(5, rh=0.0, ch4=0.0)
    assert max(abs(x) for x in flux) < 1e-30


def test_a_dry_soil_makes_none_and_eats_that_of_the_air():
    state, flux = after(200, table=10.0, liquid=0.3)
    assert flux.production < 1e-4 * 2e-8
    assert flux.emission < 0.0
    assert flux.oxidation == pytest.approx(-flux.emission, rel=0.05)


def test_a_wetland_frozen_solid_lets_out_next_to_nothing():
    _, warm = after(100, celsius=10.0)
    _, frozen = after(100, celsius=-5.0, ice=1.0)
    assert abs(frozen.emission) < 1e-4 * warm.emission
    assert frozen.production < 1e-6 * warm.production


def test_a_frozen_lid_holds_the_methane_back_until_thaw():
    loaded = after(300, celsius=10.0, lai=0.0)[0]
    lid = list(forcing(celsius=2.0, lai=0.0))
    lid[4][:2] = 1.0
    _, shut = step(loaded, *lid, PARAMS)
    _, opened = step(loaded, *forcing(celsius=2.0, lai=0.0), PARAMS)
    assert float(shut.emission[0]) < 0.05 * float(opened.emission[0])


def test_production_doubles_over_ten_degrees():
    cold, warm = after(60, celsius=12.0)[1], after(60, celsius=22.0)[1]
    assert warm.production / cold.production == pytest.approx(float(PARAMS.production_q10), rel=1e-9)


def test_a_lower_water_table_lowers_the_emission_and_raises_the_share_eaten():
    fluxes = [after(200, table=t)[1] for t in (-0.05, 0.05, 0.15, 0.4)]
    emission = [f.emission for f in fluxes]
    eaten = [f.oxidation / f.production for f in fluxes]
    assert emission == sorted(emission, reverse=True)
    assert eaten[1:] == sorted(eaten[1:])


def test_bubbles_rise_only_where_methane_presses_beyond_its_share():
    ways = methane_gas.pores(jnp.full((8, 1), 283.15), jnp.zeros((8, 1)), jnp.full((8, 1), 0.75), 0.75)
    thickness = jnp.asarray(GRID.thickness)[:, None]
    limit = float(PARAMS.bubble_share) * 1e5 / (GAS_CONSTANT * 283.15)
    for factor, least, most in [(0.5, 0.0, 2e-3), (3.0, 0.4, 1.0)]:
        held = factor * limit * ways.capacity * thickness * MOLAR_MASS["ch4"]
        state = methane_wetland.WetlandState(held, jnp.zeros((8, 1)))
        _, flux = step(state, *forcing(celsius=10.0, table=-0.1, rh=0.0, lai=0.0), PARAMS)
        share = float(flux.ebullition[0] * DAY / jnp.sum(held))
        assert least <= share <= most, factor


def test_plants_are_a_pipe_and_eat_half_of_what_they_carry():
    bare, green = after(150, lai=0.0)[1], after(150, lai=4.0)[1]
    assert bare.plant_transport == 0.0
    assert green.plant_transport > 0.0
    assert green.ebullition + green.diffusion < bare.ebullition + bare.diffusion


def test_a_fresh_flood_makes_little_until_other_oxidants_are_spent():
    young, old = after(1)[1], after(120)[1]
    assert young.production < 0.2 * old.production


def test_the_water_table_is_shared_out_to_layers_without_loss():
    for table in (-0.3, 0.0, 0.031, 0.26, 1.7):
        share, _ = methane_wetland.waterlogged(jnp.array([table]), GRID)
        wet = float(jnp.sum(share[:, 0] * jnp.asarray(GRID.thickness)))
        assert wet == pytest.approx(min(3.0, 3.0 - table), abs=0.012)


def test_production_is_best_at_ph_6_2():
    ph = jnp.linspace(3.0, 9.0, 601)
    best = methane_wetland.ph_response(ph)
    assert float(ph[jnp.argmax(best)]) == pytest.approx(6.20, abs=0.01)
    assert float(best.max()) == pytest.approx(0.998, abs=2e-3)  # 10^(2.7727^2 / (4 x 0.2235) - 8.6)


def test_methane_dissolves_as_henry_says():
    assert float(methane_gas.solubility(jnp.array(298.15))) == pytest.approx(0.034705, rel=1e-4)
    assert float(methane_gas.solubility(jnp.array(273.15))) == pytest.approx(0.053576, rel=2e-3)


def test_diffusion_with_loss_finds_the_exact_exponential_profile():
    # d/dz (D dc/dz) = k c under a fixed surface: c = exp(-z sqrt(k / D)), flux sqrt(k D)
    thickness, layers = 0.004, 250
    conductivity, rate = 1e-6, 1e-4
    half, loss = jnp.array([0.5 * thickness / conductivity]), jnp.array([rate * thickness])
    over, own, weight = methane_gas.under_the_sky(jnp.ones(1), jnp.zeros(1)), [], []
    for _ in range(layers):
        over, share = methane_gas.couple(over, half, jnp.zeros(1), loss)
        own.append(float(over.concentration[0]))
        weight.append(float(share[0]))
    found = [own[-1]]
    for k in range(layers - 1, 0, -1):
        found.insert(0, (1.0 - weight[k]) * own[k - 1] + weight[k] * found[0])
    expected = np.exp(-(np.arange(layers) + 0.5) * thickness * (rate / conductivity) ** 0.5)
    assert found == pytest.approx(expected, abs=3e-4)
    assert rate * thickness * sum(found) == pytest.approx((rate * conductivity) ** 0.5, rel=2e-3)


def season(theta, days=40):
    """Emission of a thaw under a falling water table, as a function of the parameters in a vector."""
    params = from_flat(theta)
    base = forcing()

    def day(state, t):
        celsius = -4.0 + 0.4 * t
        ice = jax.nn.sigmoid(-2.0 * celsius) * jnp.ones((8, 1))
        drivers = list(base)
        drivers[1] = jnp.full((8, 1), 273.15) + celsius
        drivers[2] = jnp.array([-0.05]) + 0.006 * t
        drivers[3], drivers[4] = 0.5 * (1.0 - ice), ice
        return methane_wetland.step(state, *drivers, params)

    state, flux = jax.lax.scan(day, methane_wetland.initial(1), jnp.arange(float(days)))
    return 1e9 * sum(jnp.sum(f * w) for f, w in zip(flux, (1.0, 1.3, 2.0, 3.0, 0.7, 0.2), strict=True))


flat, from_flat = jax.flatten_util.ravel_pytree(PARAMS)


season_value_and_gradient = jax.jit(jax.value_and_grad(season))


def test_forward_slopes_are_those_of_the_reverse():
    forward = jax.jit(lambda t: jax.jvp(season, (t,), (t,))[1])(flat)
    assert float(forward) == pytest.approx(
        float(jnp.vdot(season_value_and_gradient(flat)[1], flat)), rel=1e-10
    )


def test_slopes_through_thaw_and_a_falling_table_match_differences():
    step_size = 2e-5 * flat
    moved = jnp.diag(step_size)
    values = jax.jit(lambda points: jax.lax.map(season, points))(
        jnp.concatenate([flat + moved, flat - moved])
    )
    slopes = (values[: flat.size] - values[flat.size :]) / (2.0 * step_size)
    scale = jnp.maximum(abs(slopes), 1e-6 * abs(season_value_and_gradient(flat)[0] / flat))
    assert bool((abs(season_value_and_gradient(flat)[1] - slopes) <= 1e-5 * scale).all())


def loss(drivers, state, params):
    new, flux = methane_wetland.step(state, *drivers, params)
    return sum(jnp.sum(f) for f in flux) + jnp.sum(new.methane) + jnp.sum(new.reduced), new.methane


@jax.jit
def everything(drivers, state, params):
    """Value, whether all slopes are finite, and the least methane."""
    (value, methane), slopes = jax.value_and_grad(loss, (0, 1, 2), has_aux=True)(drivers, state, params)
    finite = [jnp.isfinite(leaf).all() for leaf in jax.tree_util.tree_leaves(slopes)]
    return value, jnp.stack(finite).all(), methane.min()


@settings(max_examples=20)
@given(
    celsius=st.floats(-60, 50),
    table=st.floats(-2, 30),
    rh=st.sampled_from([0.0, 1e-9, 1e-6]),
    liquid=st.floats(0, 1),
    ice=st.floats(0, 1),
    lai=st.sampled_from([0.0, 0.5, 8.0]),
    held=st.sampled_from([0.0, 1e-12, 1e-2, 1.0]),
    dtype=st.sampled_from(["float32", "float64"]),
)
def test_value_and_slopes_stay_finite_in_any_weather(celsius, table, rh, liquid, ice, lai, held, dtype):
    weather = forcing(celsius=celsius, table=table, rh=rh, liquid=liquid, ice=min(ice, 1 - liquid), lai=lai)
    drivers = tuple(np.asarray(values, dtype) for values in weather)
    state = methane_wetland.WetlandState(np.full((8, 1), held, dtype), np.full((8, 1), 0.3, dtype))
    value, slopes_are_finite, least = everything(drivers, state, CAST[dtype])
    assert value.dtype == dtype
    assert np.isfinite(float(value))
    assert bool(slopes_are_finite)
    assert float(least) >= 0.0
