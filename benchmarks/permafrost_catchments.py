"""Soil temperature and snow on two small catchments of Alaskan permafrost, uncalibrated, as one JSON line.

Usage: python benchmarks/permafrost_catchments.py

The ground alone is run by the day from measured air temperature, humidity and rain, and held against soil temperature
to 0.9 m on a wooded hill above Goldstream Creek (with snow at the end of winter) and to 1.25 m on Coal Mine Ridge,
Jarvis Creek. `HILL` and `RIDGE` say what is known of each place and what is taken. Default parameters: the figures
say how well physics does by itself. Two things about these data decide the outcome:

- The hourly air of Goldstream is that of the valley's floor, where cold air pools of nights: a March day there spans
  22 K. The soil lies 250 m higher. The station beside it (file GSM3_OldMurphyDomeRdEast_Met of the source) was 9 K
  warmer in January and November, 7 in December, 6 in March, 3 in May and September and 1 in July: eight spells of
  2016 to 2018, 79 days in all, read every six hours. `POOL` is fitted to these; it misses a day by 3 K.
- The gauges see rain alone: below 0 degC they report nothing or nought. Snowfall there is what surveys found lying at
  the end of winter, spread over the winter's days without a gauge. What the model's pack holds then says what it has
  lost on the way.

The first two years are repeated until the ground has forgotten its start.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.core.arrays import jax, jnp
from tenbin.data.land_grids.drivers import saturation_pressure
from tenbin.data.towers import catchments
from tenbin.land import below_canopy, drivers, energy, ground, radiation, snow, soil_water
from tenbin.land.parameters import at_cells
from tenbin.land.plant_types import PLANT_TYPES
from tenbin.land.soil_grid import DEFAULT_GRID
from tenbin.land.soil_hydraulics import organic_profile, properties

SPIN_UPS, SPIN_UP_DAYS = 15, 730
CLEARNESS = 0.5
"""Sunlight over that above the air, by neither station measured all year."""
FREEZING = 273.15
POOL = (6.2, 0.23)
"""How much warmer the hill is on a day that is all night, the valley at 0 degC [K], and more per kelvin below [1]."""
CALMER = 0.6
"""Daily range on the hill over that in the valley [1], in the same days."""


class Site(NamedTuple):
    """A place: what stands there, and what is taken where nothing was measured."""

    catchment: str
    plant: str
    organic: float
    """Share of the topsoil's solids [1]; 0.6 is the land's own estimate for cold, wet ground."""
    leaves: tuple[float, float]
    """Leaf area of winter and of summer [1]."""
    wind: float
    """[m s-1]"""
    snow: dict[int, float]
    """Water in the snow at the end of winter by year [kg m-2]."""
    in_pool: bool = False
    """Whether the thermometer stands where cold air pools and the soil does not."""


HILL = Site(
    "goldstream",
    "boreal_deciduous_needleleaf",  # 'deciduous, sparse spruce' (OMDRE_Ablation of the source): no birch in the land
    organic=0.6,
    leaves=(0.5, 2.0),
    wind=1.5,  # 0.7 m s-1 at 3 m among the trees (GSM3)
    snow={2016: 102.0, 2017: 127.0, 2018: 182.0},  # OMDR-East Met of the survey
    in_pool=True,
)
# The sonic gauge of CoalMineMet (2013, 2014) saw 6 cm of snow in November, 2 in January, 4 in March, after falls 15
# to 20 until the next storm, and wind up to 30 m s-1, 5 on most days. Between what it held and all that falls there
# (as at Fairbanks) lies what the soil had over it
RIDGE = Site("jarvis_creek", "tundra", 0.6, (0.5, 0.5), 5.0, {2014: 95.0, 2015: 95.0, 2016: 95.0})
SWEPT = RIDGE._replace(snow={2014: 20.0, 2015: 20.0, 2016: 20.0})


def main() -> None:
    """Run both places, the ridge with all its snow and swept, and print."""
    hill, ridge = catchments.read_goldstream_soil(), catchments.read_coal_mine_soil()
    found = {
        "goldstream": place(HILL, hill),
        "coal_mine_ridge": place(RIDGE, ridge),
        "coal_mine_ridge_swept": place(SWEPT, ridge),
    }
    print(json.dumps(found))


def place(site: Site, soil: xr.Dataset) -> dict[str, Any]:
    """Skill by depth, and what the snow has kept of what was found lying."""
    weather = daily_weather(site)
    temperature, mass = run(site, weather, float(soil.attrs["latitude"]))
    days = pd.DatetimeIndex(weather.time.values)
    observed = soil["tsl"].resample(time="1D").mean().reindex(time=days)
    depths = np.asarray(DEFAULT_GRID.midpoint)
    by_depth = {
        f"{float(depth):.2f} m": skill(at_depth(temperature, depths, float(depth)), observed.sel(depth=depth))
        for depth in observed.depth.values
    }
    return {"depth": by_depth, "snow": snow_on_first_of_april(site, days, mass)}


def daily_weather(site: Site) -> xr.Dataset:
    """Daily means and extremes without gaps at the place of the soil."""
    rules = catchments.read_hourly(site.catchment).resample(time="1D")
    out = rules.mean()
    out["tasmin"], out["tasmax"] = rules.min()["tas"], rules.max()["tas"]
    filled = out[["tas", "tasmin", "tasmax", "vpd"]].interpolate_na("time", fill_value="extrapolate")
    seen = out["pr"].where(filled["tas"] > FREEZING)
    if site.in_pool:
        filled = out_of_the_pool(filled)
    return filled.assign(pr=with_snow(seen, site.snow))


def out_of_the_pool(weather: xr.Dataset) -> xr.Dataset:
    """Weather of the hill from that of the valley; the relative humidity is taken to be the same."""
    day = jnp.asarray(weather.time.dt.dayofyear.values, float)
    night = 1.0 - np.asarray(radiation.solar_geometry(jnp.asarray(65.0), day).day_length) / 86400.0
    valley = weather["tas"]
    hill = valley + night * (POOL[0] - POOL[1] * (valley - FREEZING))
    dryness = weather["vpd"] * saturation_pressure(hill) / saturation_pressure(valley)
    ends = {name: hill + CALMER * (weather[name] - valley) for name in ("tasmin", "tasmax")}
    return weather.assign(ends | {"tas": hill, "vpd": dryness})


def with_snow(seen: xr.DataArray, lying: dict[int, float]) -> xr.DataArray:
    """Precipitation [kg m-2 s-1] (time,) with what was found `lying` [kg m-2] shared by the gaps of October to March.

    Gaps of April go on alike; winters that are not surveyed take the rate of the nearest one, summers are dry.
    """
    time = pd.DatetimeIndex(seen.time.values)
    winter = np.asarray(time.year + (time.month >= 7))
    gap = np.isnan(seen.values)
    counted = gap & np.isin(time.month, (10, 11, 12, 1, 2, 3))
    filled = np.nan_to_num(seen.values)
    for year in np.unique(winter):
        near = min(lying, key=lambda known: abs(known - int(year)))
        # winters of which the record has but an end are as long as others
        days = max((counted & (winter == near)).sum(), 120)
        filled[(counted | gap & (time.month == 4)) & (winter == year)] = lying[near] / days / 86400.0
    return seen.copy(data=filled)


def run(site: Site, weather: xr.Dataset, latitude: float) -> tuple[np.ndarray, np.ndarray]:
    """Temperature [K] (day, layer) and mass of snow [kg m-2] (day,) over the record, after repeats of its start."""
    sky = forcing(site, weather, latitude)
    kind = jnp.asarray([[plant.name for plant in PLANT_TYPES].index(site.plant)])
    params, surface = (at_cells(p, kind, jnp.float64) for p in (ground.GroundParams(), energy.EnergyParams()))
    sand, clay = (jnp.full((DEFAULT_GRID.n_soil, 1), x) for x in (0.2, 0.1))
    humus = organic_profile(jnp.full(1, site.organic), DEFAULT_GRID)
    soil = properties(sand, clay, humus, DEFAULT_GRID, params.hydraulics)
    roots = soil_water.root_fraction(jnp.broadcast_to(params.root_decay, (1,)), DEFAULT_GRID)

    def day(state: ground.GroundState, today: drivers.Drivers) -> tuple[ground.GroundState, Any]:
        balance = surface_energy(state, today, soil, surface)
        rain, snowfall = snow.partition(today.pr, today.tas, params.snow)
        sun = below_canopy.sunlight(
            today.rsds, today.lai, state.snow_cover, surface.light_extinction, surface.canopy_height
        )
        # what lay on the ground is known, so that branches, which hold some of what falls, are left out
        bare = jnp.zeros_like(today.lai)
        wanted = ground.Weather(rain, snowfall, today.tas, sun, today.lai, balance, bare)
        state, fluxes = ground.step(state, wanted, roots, soil, params, tagged=False)
        return state, (fluxes.temperature[:, 0], state.snow.mass[0])

    start = ground.initial_state(sky.tas[:365].mean(0), jnp.zeros(1), soil, DEFAULT_GRID, params)
    march = jax.jit(lambda state, days: jax.lax.scan(day, state, days))
    for _ in range(SPIN_UPS):
        start, _ = march(start, jax.tree.map(lambda x: x[:SPIN_UP_DAYS], sky))
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


def forcing(site: Site, weather: xr.Dataset, latitude: float) -> drivers.Drivers:
    """Drivers (time, cell); sunlight from the course of the sun and a fixed clearness."""
    day = jnp.asarray(weather.time.dt.dayofyear.values, float)[:, None]
    sun = radiation.solar_geometry(jnp.asarray([[latitude]]), day)
    given: dict[str, Any] = {
        name: weather[name].values[:, None] for name in ("tas", "tasmin", "tasmax", "vpd", "pr")
    }
    summer = weather.time.dt.month.isin((5, 6, 7, 8, 9)).values[:, None]
    return drivers.daily(
        **given,
        rsds=CLEARNESS * sun.top_of_atmosphere,
        day_length=sun.day_length,
        sin_noon_elevation=sun.sin_noon_elevation,
        clearness=CLEARNESS,
        sfcWind=site.wind,
        lai=np.where(summer, site.leaves[1], site.leaves[0]),
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


def snow_on_first_of_april(
    site: Site, days: pd.DatetimeIndex, mass: np.ndarray
) -> dict[str, dict[str, float]]:
    """Water in the snow [kg m-2] beside what was found lying, which is what the run is given."""
    dates = {year: pd.Timestamp(year, 4, 1) for year in site.snow}
    return {
        str(year): {"modelled": round(float(mass[days.get_loc(date)]), 1), "given": site.snow[year]}
        for year, date in dates.items()
        if date in days
    }


if __name__ == "__main__":
    main()
