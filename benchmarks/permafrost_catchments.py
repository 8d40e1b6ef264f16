"""Soil temperature and snow on two small catchments of Alaskan permafrost, uncalibrated, as one JSON line.

Usage: python benchmarks/permafrost_catchments.py

The ground alone is run by the day from air temperature, humidity and precipitation measured at Goldstream (soil
temperature at 0 to 130 cm, snow at the end of three winters) and at Jarvis Creek (soil temperature on Coal Mine
Ridge, 2014). Not measured there, and so taken: a clearness of the air of 0.5, wind of 2 m s-1, spruce of leaf area
1.5, 15 cm of organic soil on silt. The gauges rest in winter: their gaps have 0.45 kg m-2 d-1, about what falls in
Fairbanks from October to April. The first year is repeated until the ground has forgotten its start. Default
parameters: the figures say how well physics does by itself.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.core.arrays import jax, jnp
from tenbin.data.towers import catchments
from tenbin.land import drivers, energy, ground, radiation, snow, soil_water
from tenbin.land.parameters import at_cells
from tenbin.land.plant_types import PLANT_TYPES
from tenbin.land.soil_grid import DEFAULT_GRID
from tenbin.land.soil_hydraulics import properties

SPIN_UP_YEARS = 30
CLEARNESS, WIND, LEAF_AREA = 0.5, 2.0, 1.5
WINTER_GAP = 0.45 / 86400.0
"""Precipitation [kg m-2 s-1] where the gauge rests."""
ORGANIC = (0.8, 0.8, 0.05, 0.05, 0.05, 0.05, 0.02, 0.02)
"""Organic part of the solids by layer of the default grid."""


def main() -> None:
    """Run both places and print."""
    found = {
        "goldstream": place("goldstream", catchments.read_goldstream_soil()),
        "coal_mine_ridge": place("jarvis_creek", catchments.read_coal_mine_soil()),
    }
    print(json.dumps(found))


def place(catchment: str, soil: xr.Dataset) -> dict[str, Any]:
    """Skill by depth, and snow at the end of winter where it was measured."""
    weather = daily_weather(catchments.read_hourly(catchment))
    temperature, mass = run(weather, float(soil.attrs.get("latitude", 64.5)))
    days = pd.DatetimeIndex(weather.time.values)
    observed = soil["tsl"].resample(time="1D").mean().reindex(time=days)
    depths = np.asarray(DEFAULT_GRID.midpoint)
    by_depth = {
        f"{float(depth):.2f} m": skill(at_depth(temperature, depths, float(depth)), observed.sel(depth=depth))
        for depth in observed.depth.values
    }
    return {"depth": by_depth} | ({"snow": snow_skill(days, mass)} if catchment == "goldstream" else {})


def daily_weather(hourly: xr.Dataset) -> xr.Dataset:
    """Daily means and extremes without gaps: temperature and dryness by time, precipitation as said above."""
    rules = hourly.resample(time="1D")
    out = rules.mean()
    out["tasmin"], out["tasmax"] = rules.min()["tas"], rules.max()["tas"]
    filled = out[["tas", "tasmin", "tasmax", "vpd"]].interpolate_na("time", fill_value="extrapolate")
    return filled.assign(pr=out["pr"].fillna(WINTER_GAP))


def run(weather: xr.Dataset, latitude: float) -> tuple[np.ndarray, np.ndarray]:
    """Temperature [K] (day, layer) and mass of snow [kg m-2] (day,) over the record, after repeats of its year 1."""
    sky = forcing(weather, latitude)
    kind = jnp.asarray([next(k for k, plant in enumerate(PLANT_TYPES) if "boreal" in plant.name)])
    params, surface = (at_cells(p, kind, jnp.float64) for p in (ground.GroundParams(), energy.EnergyParams()))
    sand, clay = (jnp.full((DEFAULT_GRID.n_soil, 1), x) for x in (0.2, 0.1))
    soil = properties(sand, clay, jnp.asarray(ORGANIC)[:, None], DEFAULT_GRID, params.hydraulics)
    roots = soil_water.root_fraction(jnp.broadcast_to(params.root_decay, (1,)), DEFAULT_GRID)

    def day(state: ground.GroundState, today: drivers.Drivers) -> tuple[ground.GroundState, Any]:
        balance = surface_energy(state, today, soil, surface)
        rain, snowfall = snow.partition(today.pr, today.tas, params.snow)
        wanted = ground.Weather(rain, snowfall, today.tas, today.rsds, today.lai, balance)
        state, fluxes = ground.step(state, wanted, roots, soil, params, tagged=False)
        return state, (fluxes.temperature[:, 0], state.snow.mass[0])

    start = ground.initial_state(sky.tas[:365].mean(0), jnp.zeros(1), soil, DEFAULT_GRID, params)
    march = jax.jit(lambda state, days: jax.lax.scan(day, state, days))
    for _ in range(SPIN_UP_YEARS):
        start, _ = march(start, jax.tree.map(lambda x: x[:365], sky))
    _, (temperature, mass) = march(start, sky)
    return np.asarray(temperature), np.asarray(mass)


def surface_energy(
    state: ground.GroundState, today: drivers.Drivers, soil: Any, params: energy.EnergyParams
) -> energy.EnergyFluxes:
    wetness = jnp.clip(state.water.liquid[0] / soil.capacity[0], 0.0, 1.0)
    # a canopy that breathes 0.15 mol m-2 s-1 where it is above freezing
    conductance = 0.15 * jax.nn.sigmoid((today.tas - 276.0) / 1.5)
    return energy.daily(
        today.rsds, today.day_length, today.tas, today.tasmin, today.tasmax, today.vpd, today.ps,
        today.sfcWind, today.lai, conductance, wetness, params,
        clearness=today.clearness, snow_cover=state.snow_cover,
    )  # fmt: skip


def forcing(weather: xr.Dataset, latitude: float) -> drivers.Drivers:
    """Drivers (time, cell); sunlight from the course of the sun and a fixed clearness."""
    day = jnp.asarray(weather.time.dt.dayofyear.values, float)[:, None]
    sun = radiation.solar_geometry(jnp.asarray([[latitude]]), day)
    given = {name: weather[name].values[:, None] for name in ("tas", "tasmin", "tasmax", "vpd", "pr")}
    return drivers.daily(
        **given,
        rsds=CLEARNESS * sun.top_of_atmosphere,
        day_length=sun.day_length,
        sin_noon_elevation=sun.sin_noon_elevation,
        clearness=CLEARNESS,
        sfcWind=WIND,
        lai=LEAF_AREA,
        ps=95000.0,
    )


def at_depth(temperature: np.ndarray, depths: np.ndarray, depth: float) -> np.ndarray:
    """Temperature [K] at a depth [m], on lines between middles of layers."""
    return np.array([np.interp(depth, depths, row) for row in temperature])


def skill(modelled: np.ndarray, observed: xr.DataArray) -> dict[str, float]:
    """Root mean square error and bias [K], correlation, and days compared."""
    seen = observed.values
    both = np.isfinite(seen)
    if both.sum() < 30:
        return {"days": int(both.sum())}
    error = modelled[both] - seen[both]
    return {
        "rmse": round(float(np.sqrt(np.mean(error**2))), 2),
        "bias": round(float(error.mean()), 2),
        "r": round(float(np.corrcoef(modelled[both], seen[both])[0, 1]), 3),
        "observed_mean": round(float(seen[both].mean() - 273.15), 2),
        "days": int(both.sum()),
    }


def snow_skill(days: pd.DatetimeIndex, mass: np.ndarray) -> dict[str, dict[str, float]]:
    """Water in the snow [kg m-2] on the first of April, modelled and as the mean of the surveyed sites."""
    surveyed = catchments.read_goldstream_snow().groupby("year")["snw"].mean()
    first = {year: pd.Timestamp(int(year), 4, 1) for year in surveyed.index}
    return {
        str(year): {
            "modelled": round(float(mass[days.get_loc(day)]), 1),
            "observed": round(float(surveyed[year]), 1),
        }
        for year, day in first.items()
        if day in days
    }


if __name__ == "__main__":
    main()
