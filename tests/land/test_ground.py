"""The whole ground of a day: balances over a year, finite answers anywhere, gradients of every parameter."""

from __future__ import annotations

import equinox as eqx
import jax.flatten_util
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land import energy, ground, snow, soil_water
from tenbin.land.parameters import at_cells
from tenbin.land.soil_grid import DEFAULT_GRID
from tenbin.land.soil_hydraulics import properties

DAY = 86400.0


def place(params, n_cell, dtype):
    sand, clay, organic = (jnp.full(n_cell, x, dtype) for x in (0.4, 0.2, 0.2))
    soil = properties(sand, clay, organic, DEFAULT_GRID, params.hydraulics)
    roots = soil_water.root_fraction(jnp.broadcast_to(params.root_decay, (n_cell,)), DEFAULT_GRID)
    return soil, roots


def sky(tas, rain_day, rsds, lai, params):
    """Weather of a day; potentials grow with sun and warmth."""
    demand = rsds * jnp.exp(0.03 * jnp.minimum(tas - 290.0, 10.0)) / 2.5e6
    zero = jnp.zeros_like(tas)
    flux = energy.EnergyFluxes(
        rsds, 0.5 * demand, 0.3 * demand, 0.7 * demand, 0.05 * demand, zero, zero, zero, tas,
        zero + 0.2, zero + 50.0, zero + 1200.0, zero + 2.45e6, branch_potential=0.1 * demand,
    )  # fmt: skip
    rain, snowfall = snow.partition(rain_day / DAY, tas, params.snow)
    return ground.Weather(rain, snowfall, tas, rsds, lai, flux, lai)


def year(params, n_day, means, dtype=np.float64, seed=0, excess=40.0):
    """States at the start and the end and all fluxes of `n_day` days at places of mean temperature `means`."""
    n = len(means)
    rng = np.random.default_rng(seed)
    season = -np.cos(2.0 * np.pi * (np.arange(n_day) - 20.0) / 365.0)[:, None]
    tas = np.asarray(means)[None] + 15.0 * season + 3.0 * rng.standard_normal((n_day, n))
    wet = rng.exponential(6.0, (n_day, n)) * (rng.random((n_day, n)) < 0.3)
    sun = np.maximum(150.0 + 120.0 * season, 10.0) * np.ones((1, n))
    leaves = 2.0 + 1.5 * season * np.ones((1, n))
    soil, roots = place(params, n, dtype)
    start = ground.initial_state(
        jnp.asarray(means, dtype), jnp.full(n, excess, dtype), soil, DEFAULT_GRID, params
    )

    def one(state, day):
        return ground.step(state, sky(*day, params), roots, soil, params)

    days = tuple(jnp.asarray(x, dtype) for x in (tas, wet, sun, leaves))
    end, fluxes = jax.lax.scan(one, start, days)
    return days, start, end, fluxes


def at_type(n_cell, dtype):
    return at_cells(ground.GroundParams(), jnp.full(n_cell, 6), dtype)


MEANS = (255.0, 268.0, 274.0, 281.0, 300.0)


@pytest.fixture(scope="module")
def one_year():
    params = at_type(len(MEANS), jnp.float64)
    return jax.jit(lambda p: year(p, 365, MEANS))(params)


def test_a_year_from_tundra_to_tropics_loses_no_water(one_year):
    days, start, end, fluxes = one_year
    out = DAY * (fluxes.evapotranspiration + fluxes.runoff).sum(0)
    residual = ground.water_total(end) - ground.water_total(start) + out - days[1].sum(0)
    assert np.abs(residual / ground.water_total(start)).max() < 1e-12


def test_a_year_from_tundra_to_tropics_loses_no_joule(one_year):
    _, start, end, fluxes = one_year
    held = [s.heat.enthalpy.sum(0) - 3.34e5 * s.excess_ice.sum(0) for s in (start, end)]
    gained = DAY * (fluxes.ground_heat - fluxes.geothermal + fluxes.advected_heat).sum(0)
    assert np.abs((held[1] - held[0] - gained) / np.abs(start.heat.enthalpy).sum(0)).max() < 1e-9


def test_tags_add_up_to_each_store_and_each_loss(one_year):
    _, _, end, fluxes = one_year
    stores = ((end.tags.liquid, end.water.liquid), (end.tags.ice, end.water.ice))
    for tagged, total in (*stores, (end.tags.snow, end.snow.mass), (end.tags.canopy, end.canopy.mass)):
        assert np.abs(tagged.sum(0) - total).max() < 1e-12 * max(float(np.max(total)), 1.0)
        assert float(tagged.min()) >= -1e-15
    for tagged, total in (
        (fluxes.tagged.evapotranspiration, fluxes.evapotranspiration),
        (fluxes.tagged.runoff, fluxes.runoff),
    ):
        assert np.abs(tagged.sum(1) - total).max() < 1e-12 * float(total.max())


def one_day(inputs, params, dtype):
    tas, rain, wetness, lai = inputs
    soil, roots = place(params, 1, dtype)
    state = ground.initial_state(tas, jnp.full(1, 20.0, dtype), soil, DEFAULT_GRID, params)
    total = wetness * soil.capacity
    ice = state.water.ice / (state.water.ice + state.water.liquid) * total
    water = soil_water.SoilWaterState(total - ice, ice)
    state = state._replace(water=water)
    state = state._replace(tags=state.tags._replace(liquid=0.25 * jnp.stack([water.liquid] * 4)))
    end, fluxes = ground.step(state, sky(tas, rain, 10.0 * lai, lai, params), roots, soil, params)
    return sum(jnp.sum(x) for x in jax.tree.leaves((end, fluxes)))


FINITE = {
    dtype: jax.jit(
        jax.value_and_grad(
            lambda pair, dtype=dtype: one_day(*pair, dtype),
        )
    )
    for dtype in ("float32", "float64")
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@settings(max_examples=30, deadline=None)
@given(st.floats(213.0, 323.0), st.floats(0.0, 150.0), st.floats(0.0, 1.0), st.floats(0.0, 7.0))
@example(260.0, 5.0, 1e-12, 0.0)  # traces of water below leafless frozen ground
@example(260.0, 5.0, 1e-20, 0.0)
def test_a_day_and_its_gradient_are_finite_anywhere(dtype, tas, rain, wetness, lai):
    inputs = tuple(jnp.full(1, x, dtype) for x in (tas, rain, wetness, lai))
    value, slope = FINITE[dtype]((inputs, at_type(1, jnp.dtype(dtype))))
    assert np.isfinite(value)
    assert all(np.isfinite(x).all() for x in jax.tree.leaves(slope))


def test_gradients_through_freeze_and_thaw_match_central_differences():
    """Each parameter at once: a cell of the batch has one parameter a little larger or smaller."""
    params = at_type(1, jnp.float64)
    flat, build = jax.flatten_util.ravel_pytree(params)

    def loss(flat):
        _, _, end, fluxes = year(build(flat), 200, (268.0,), seed=3)
        wet = 1e5 * (fluxes.runoff + fluxes.tagged.evapotranspiration[:, 1]).mean()
        return (
            (fluxes.temperature - 268.0).mean() + wet + 0.01 * end.tags.ice.sum() + fluxes.snow_depth.mean()
        )

    slope = np.asarray(jax.jit(jax.grad(loss))(flat)) * flat
    run = jax.jit(jax.vmap(loss))

    def differences(step):
        moves = step * jnp.diag(flat)
        both = run(jnp.concatenate([flat + moves, flat - moves])).reshape(2, -1)
        return np.asarray(both[0] - both[1]) / (2.0 * step), 10.0 * 2.2e-16 * abs(float(both[0, 0])) / step

    # a parameter that hardly matters wants the longer step: the shorter one loses its digits
    (shorter, lost), (short, _), (longer, _) = (differences(step) for step in (1.5e-6, 3e-6, 1e-4))
    short = (4.0 * shorter - short) / 3.0  # without the curvature that the end of a pack has
    central = np.where(np.abs(longer - short) <= lost, longer, short)
    scale = np.maximum(np.abs(central), 1e-3)
    assert np.max(np.abs(slope - central) / scale) < 1e-5


def test_moss_insulates_in_every_season_but_less_when_its_water_is_ice():
    params = at_cells(ground.GroundParams(), jnp.asarray([5]), jnp.float64)
    bald = eqx.tree_at(lambda p: p.moss_resistance, params, jnp.zeros(1))

    def kept(celsius, change):
        """Heat that passes moss over that which passes without it, the surface `change` warmer than the ground."""
        flows = []
        for p in (params, bald):
            soil, roots = place(p, 1, np.float64)
            start = ground.initial_state(jnp.array([273.15 + celsius]), jnp.zeros(1), soil, DEFAULT_GRID, p)
            nothing = jnp.zeros(1)
            day = sky(jnp.array([273.15 + celsius + change]), nothing, jnp.array([50.0]), nothing, p)
            flows.append(float(ground.step(start, day, roots, soil, p)[1].ground_heat[0]))
        return flows[0] / flows[1]

    assert 0.0 < kept(5.0, 10.0) < kept(-15.0, -10.0) < 0.9
