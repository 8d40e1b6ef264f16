"""Origins of water through snow, frozen ground and three Siberian years."""

from __future__ import annotations

import equinox as eqx
import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.core.tags import SOIL_TAGS
from tenbin.land import permafrost, snow, soil_heat, soil_hydraulics, soil_water, water_tags
from tenbin.land.soil_grid import DEFAULT_GRID
from tenbin.land.soil_water import SoilWaterState

DAY = 86400.0


class Params(eqx.Module):
    snow: snow.SnowParams = eqx.field(
        default_factory=lambda: jax.tree.map(lambda x: x if x.ndim == 0 else x[6], snow.SnowParams())
    )
    hydraulics: soil_hydraulics.SoilHydraulicsParams = eqx.field(
        default_factory=soil_hydraulics.SoilHydraulicsParams
    )
    heat: soil_heat.SoilHeatParams = eqx.field(default_factory=soil_heat.SoilHeatParams)
    ground_ice: permafrost.PermafrostParams = eqx.field(default_factory=permafrost.PermafrostParams)
    water: soil_water.SoilWaterParams = eqx.field(default_factory=soil_water.SoilWaterParams)


def in_precision(module, dtype):
    return jax.tree.map(lambda x: x.astype(dtype), module)


def siberian_weather(n_day: int, n_cell: int, dtype=np.float64, seed: int = 0):
    """tas [K], precipitation [kg m-2 s-1], shortwave [W m-2] and wished evaporation [kg m-2 s-1], (day, cell)."""
    rng = np.random.default_rng(seed)
    season = -np.cos(2.0 * np.pi * (np.arange(n_day) - 20.0) / 365.0)[:, None]
    tas = 263.0 + 27.0 * season + 3.0 * rng.standard_normal((n_day, n_cell))
    wet = rng.random((n_day, n_cell)) < 0.3
    precipitation = wet * rng.exponential(3.0, (n_day, n_cell)) * (1.0 + 0.5 * season) / DAY
    shortwave = np.maximum(130.0 + 130.0 * season, 5.0) * np.ones((n_day, n_cell))
    demand = 2.0 * np.maximum(season + 0.2, 0.0) / DAY * np.ones((n_day, n_cell))
    return tuple(x.astype(dtype) for x in (tas, precipitation, shortwave, demand))


def initial(params, dtype, n_cell):
    sand, clay, organic = (jnp.full(n_cell, x, dtype) for x in (0.4, 0.2, 0.2))
    soil = soil_hydraulics.properties(sand, clay, organic, DEFAULT_GRID, params.hydraulics)
    water = 0.7 * soil.capacity
    cold = jnp.full((len(DEFAULT_GRID), n_cell), 268.0, dtype)
    heat, liquid = soil_heat.initial_state(cold, water, soil, params.heat)
    state = SoilWaterState(liquid, water - liquid)
    pack = snow.SnowState(jnp.full(n_cell, 50.0, dtype), jnp.full(n_cell, 200.0, dtype))
    excess = 100.0 * jnp.ones_like(water).at[:3].set(0.0)
    tags = water_tags.initial_tags(jnp.zeros(n_cell, dtype), pack.mass, state)
    return soil, (pack, heat, state, excess, tags)


def day(params, soil, roots, state, weather):
    pack, heat, water, excess, tags = state
    tas, precipitation, shortwave, demand = weather
    rain, snowfall = snow.partition(precipitation, tas, params.snow)
    pack, melt = snow.step(pack, snowfall, rain, tas, shortwave, 0.1 * demand, params.snow)
    falling = water_tags.only("snowmelt", DAY * snowfall)
    snow_tags, melted, _ = water_tags.store_step(
        tags.snow, falling, pack.mass, DAY * melt.melt, DAY * melt.sublimation
    )
    incoming = melted + water_tags.only("rain", DAY * rain)
    before = water
    heat, ground = soil_heat.step(heat, *before, tas, melt.resistance, soil, params.heat)
    thaw = permafrost.melt_excess_ice(excess, heat.enthalpy, params.ground_ice)
    start = SoilWaterState(ground.liquid + thaw.melt, ground.ice)
    water, fluxes = soil_water.step(start, rain + melt.melt, demand, 0.3 * demand, roots, soil, params.water)
    loss = fluxes.uptake.at[0].add(fluxes.evaporation)
    enthalpy, gained = soil_heat.advect(thaw.enthalpy, heat.temperature, fluxes.interface, loss, tas)
    liquid, ice, left = water_tags.soil_step(
        tags.liquid, tags.ice, before, ground.ice - before.ice, thaw.melt, incoming, water, fluxes
    )
    new_tags = water_tags.TaggedWater(tags.canopy, snow_tags, liquid, ice)
    heat = soil_heat.SoilHeatState(enthalpy, heat.temperature)
    energy = DAY * (ground.ground_heat - ground.geothermal) + gained
    return (pack, heat, water, thaw.excess_ice, new_tags), (
        melt,
        fluxes,
        left,
        energy,
        heat.temperature,
        thaw.melt,
    )


def run(params, n_day, n_cell, dtype=jnp.float64, seed=0, dry_from=None):
    params = in_precision(params, dtype)
    soil, start = initial(params, dtype, n_cell)
    roots = soil_water.root_fraction(jnp.full(n_cell, 0.94, dtype), DEFAULT_GRID)
    weather = siberian_weather(n_day, n_cell, dtype, seed)
    weather[1][dry_from or n_day :] = 0.0
    end, out = jax.lax.scan(lambda s, w: day(params, soil, roots, s, w), start, weather)
    return soil, weather, start, end, out


@pytest.fixture(scope="module")
def three_years():
    return jax.jit(lambda params: run(params, 3 * 365, 2))(Params())


def test_three_siberian_years_lose_no_water_no_origin_and_no_joule(three_years):
    _, weather, start, end, (melt, fluxes, _, energy, temperature, _) = three_years
    stores = [
        pack.mass + (water.liquid + water.ice + excess).sum(0) for pack, _, water, excess, _ in (start, end)
    ]
    lost = fluxes.uptake.sum((0, 1)) + fluxes.evaporation.sum(0) + fluxes.surface_runoff.sum(0)
    lost = lost + fluxes.drainage.sum(0) + DAY * melt.sublimation.sum(0)
    residual = stores[1] - stores[0] + lost - DAY * weather[1].sum(0)
    assert np.abs(residual / stores[0]).max() < 1e-12
    heat = [h.enthalpy.sum(0) - 3.34e5 * excess.sum(0) for _, h, _, excess, _ in (start, end)]
    assert np.abs((heat[1] - heat[0] - energy.sum(0)) / heat[0]).max() < 1e-12
    pack, _, water, _, tags = end
    for tagged, total in ((tags.liquid, water.liquid), (tags.ice, water.ice), (tags.snow, pack.mass)):
        assert np.abs(tagged.sum(0) - total).max() < 1e-12 * max(float(np.max(total)), 1.0)
        assert float(tagged.min()) > -1e-12
    assert 200.0 < float(temperature.min()) and float(temperature.max()) < 310.0


def test_tagged_evaporation_is_the_evaporation(three_years):
    _, _, _, _, (_, fluxes, left, *_) = three_years
    assert np.allclose(left.transpiration.sum(1), fluxes.uptake.sum(1), atol=1e-11)
    assert np.allclose(left.drainage.sum(1), fluxes.drainage, atol=1e-11)
    assert np.allclose(left.surface_runoff.sum(1), fluxes.surface_runoff, atol=1e-11)


def test_rain_of_last_autumn_frozen_in_leaves_with_the_roots_next_spring():
    """Nothing falls after the first of December: what roots take of rain next spring was ice all winter."""
    frozen, last = 335, 365 + 150
    _, weather, _, _, (_, fluxes, left, *_) = jax.jit(lambda p: run(p, last, 2, dry_from=frozen))(Params())
    assert not weather[1][frozen:].any()
    rain, spring = SOIL_TAGS.index("rain"), slice(365 + 100, last)
    winter = slice(frozen + 30, 365 + 90)
    assert float(fluxes.uptake[winter].sum()) < 0.05 * float(fluxes.uptake[spring].sum())
    assert float(fluxes.uptake[spring].sum()) > 1.0
    assert float(left.transpiration[spring, rain].sum()) > 0.03 * float(fluxes.uptake[spring].sum())


def test_a_wrong_flux_shows_in_the_sum_of_tags():
    one = jnp.ones((4, 1))
    tags, _ = water_tags.store_step(0.25 * one, 0.0 * one, jnp.array([0.9]), jnp.array([0.2]))
    assert abs(float(tags.sum()) - 0.9) > 0.05


def test_gradients_through_freeze_and_thaw_match_central_differences():
    def loss(scale, name):
        params = Params()
        where = {
            "heat": lambda p: p.heat.conductivity_scale,
            "water": lambda p: p.water.free_drainage,
            "snow": lambda p: p.snow.degree_day_factor,
            "bound": lambda p: p.heat.bound_water,
        }[name]
        params = eqx.tree_at(where, params, replace_fn=lambda x: x * scale)
        _, _, _, end, (_, fluxes, left, _, temperature, _) = run(params, 200, 1, seed=3)
        return (
            temperature.mean()
            + fluxes.surface_runoff.sum()
            + left.transpiration[:, 1].sum()
            + end[4].ice[3].sum()
        )

    for name in ("heat", "snow"):
        value = jax.jit(lambda s, name=name: loss(s, name))
        slope = float(jax.jit(jax.grad(lambda s, name=name: loss(s, name)))(1.0))
        step = 1e-5
        central = float(value(1.0 + step) - value(1.0 - step)) / (2.0 * step)
        assert slope == pytest.approx(central, rel=1e-5, abs=1e-7), name
