"""An idealised planet for timing and checking the land: all climates from -55 to 75 degrees, drawn by seed."""

from __future__ import annotations

import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.land import closure, drivers, ecosystem, radiation
from tenbin.land.closure import Passed
from tenbin.land.drivers import Drivers, Surface
from tenbin.land.ecosystem import LandParams, LandState, Options

OPTIONS = Options(lai="prescribed")


def planet(cells: int, days: int = 365, dtype: str = "float64", seed: int = 0) -> tuple[Surface, Drivers]:
    """`cells` places of all climates and plant types, all processes on, with `days` of weather."""
    rng = np.random.default_rng(seed)
    latitude = rng.permutation(np.linspace(-55.0, 75.0, cells))
    day = 1.0 + np.arange(days) % 365
    sun = radiation.solar_geometry(jnp.asarray(latitude)[None], jnp.asarray(day)[:, None])
    clear = rng.uniform(0.2, 0.75, (days, cells))
    swing = 0.3 * np.abs(latitude) * np.sign(latitude)
    season = -np.cos(2.0 * np.pi * (day[:, None] - 15.0) / 365.0)
    tas = 299.0 - 0.55 * np.abs(latitude) + swing * season + rng.normal(0.0, 3.0, (days, cells))
    wet = rng.random((days, cells)) < 0.3
    weather = drivers.daily(
        dtype,
        tas=tas,
        tasmin=tas - 5.0,
        tasmax=tas + 5.0,
        rsds=np.asarray(sun.top_of_atmosphere) * clear,
        vpd=rng.uniform(50.0, 2000.0, (days, cells)),
        pr=wet * rng.exponential(9.0, (days, cells)) / 86400.0,
        day_length=sun.day_length,
        sin_noon_elevation=sun.sin_noon_elevation,
        clearness=clear,
        lai=np.clip(2.0 + 1.5 * season * np.sign(latitude), 0.2, None),
        nitrogen_deposition=np.full((days, cells), 1.5e-11),
        fertiliser=np.full((days, cells), 1e-10),
        burned_fraction=np.full((days, cells), 3e-10),
        flooded=(np.abs(season) > 0.5).astype(float) * np.ones((days, cells)),
        conversion=np.full((days, cells), 1e-11),
    )
    ground = drivers.surface(
        dtype,
        latitude=latitude,
        plant_type=rng.integers(0, 13, cells),
        sand=rng.uniform(0.2, 0.7, cells),
        clay=rng.uniform(0.05, 0.3, cells),
        organic=rng.uniform(0.0, 0.2, cells),
        ph=rng.uniform(4.5, 8.0, cells),
        wetland_fraction=np.full(cells, 0.1),
        rice_fraction=np.full(cells, 0.05),
        crop_fraction=np.full(cells, 0.1),
        excess_ice=np.where(np.abs(latitude) > 60.0, 100.0, 0.0),
    )
    return ground, weather


def young_land(here: ecosystem.Place, weather: Drivers, pools: str, options: Options = OPTIONS) -> LandState:
    """The state a timing starts from."""
    return ecosystem.initial_state(here, jnp.mean(weather.tas, axis=0), weather.lai[0], options, pools)


def sums_of_everything(
    surface: Surface, params: LandParams, weather: Drivers, pools: str, options: Options = OPTIONS
) -> tuple[LandState, LandState, ecosystem.LandFluxes, Passed]:
    """First and last state, every flux summed over the days, and the traffic over the border."""
    here = ecosystem.place_with(surface, params, options)
    start = young_land(here, weather, pools, options)

    def one_day(carried: tuple, today: Drivers) -> tuple:
        state, totals = carried
        after, fluxes = ecosystem.step(state, today, here, options)
        parts = (fluxes, closure.passed(fluxes, today))
        return (after, jax.tree.map(lambda a, b: a + b.astype(a.dtype), totals, parts)), None

    first = jax.tree.map(lambda x: x[0], weather)

    def parts_of(state: LandState, today: Drivers) -> tuple:
        fluxes = ecosystem.step(state, today, here, options)[1]
        return fluxes, closure.passed(fluxes, today)

    shapes = jax.eval_shape(parts_of, start, first)
    nothing = jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), shapes)
    (end, (fluxes, traffic)), _ = jax.lax.scan(jax.checkpoint(one_day), (start, nothing), weather)
    return start, end, fluxes, traffic
