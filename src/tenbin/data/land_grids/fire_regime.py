"""How much of the ground burns in a year, and in which of its months, estimated from climate and kind of plant.

Savannas burn where a wet season grows the grass that a dry season cures (Archibald et al. 2009, Glob. Change Biol.
15, 613; van der Werf et al. 2008, Glob. Biogeochem. Cycles 22, GB3028); forests of the cold burn in summer, once
in a century or two. The numbers put the 4 to 5 million km2 that burn in a year (GFED4s: Randerson et al. 2012;
van der Werf et al. 2017, Earth Syst. Sci. Data 9, 697) into the right climates; that Africa burns several times as
often as equal climates of other continents is people's doing, which no climate knows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from tenbin.core.constants import SECONDS_PER_DAY, ZERO_CELSIUS
from tenbin.data.land_grids.bioclimate import Bioclimate, bioclimate, ramp
from tenbin.data.land_grids.calendar_means import daily_curve, month_of_day
from tenbin.data.land_grids.noaa_climatology import MONTH_LENGTHS

__all__ = ["burned_per_year", "burned_rate", "season"]

Floats = npt.NDArray[np.float64]

SAVANNA_SHARE = 0.40
"""Share of grassland that burns in a year where rain and drought suit fire best [yr-1]: 0.3 to 0.6 in the moist
savannas of Africa (Archibald et al. 2010, Int. J. Wildland Fire 19, 861), less on other continents."""
_OF_SAVANNA = {
    "c4_grass": 1.0,
    "tropical_raingreen_broadleaf": 0.6,
    "shrub": 0.5,
    "c3_grass": 0.3,
    "crop": 0.1,
}
"""Readiness to burn in that climate [1]: trees shade out the grass, herds and ploughs take it."""
_ELSEWHERE = {
    "tropical_evergreen_broadleaf": 0.002,
    "temperate_evergreen_broadleaf": 0.008,
    "temperate_evergreen_needleleaf": 0.005,
    "temperate_deciduous_broadleaf": 0.001,
    "boreal_evergreen_needleleaf": 0.006,
    "boreal_deciduous_needleleaf": 0.010,
    "shrub": 0.004,
    "c3_grass": 0.012,
    "tundra": 0.0005,
    "crop": 0.005,
}
"""Share that burns in a year in any climate of a kind of plant [yr-1], one over the time between fires: 100 to 200
years in the taiga (Rogers et al. 2015, Nat. Geosci. 8, 228), the others from areas of Giglio et al. 2013, J.
Geophys. Res. 118, 317, by biome, rounded."""


def burned_per_year(climate: Bioclimate, kind: npt.ArrayLike) -> Floats:
    """Share of a tile that burns in a year [yr-1] (cell,); `kind` (cell,) are names of plant types.

    Savanna: 3 to 6 dry months after 300 to 900 mm of rain a year, without frost; above 1400 mm it fades to the
    rainforest of 2200 mm.
    """
    fuel = ramp(climate.rain, 300.0, 900.0) * ramp(climate.rain, 2200.0, 1400.0)
    savanna = SAVANNA_SHARE * fuel * ramp(climate.dry_months, 3.0, 6.0) * ramp(climate.coldest, 3.0, 14.0)
    names = np.asarray(kind)
    ready = np.array([_OF_SAVANNA.get(str(name), 0.0) for name in names])
    always = np.array([_ELSEWHERE.get(str(name), 0.0) for name in names])
    return np.asarray(always + ready * savanna)


def season(climatology: xr.Dataset) -> Floats:
    """How a year's fires fall on its months (12, cell), mean 1: months that are warm and drier than the cell's mean.

    Weight: how far rain stays below demand, squared, and none below freezing.
    """
    from tenbin.data.land_grids.bioclimate import monthly_demand

    air = climatology["tas"].values.astype(float) - float(ZERO_CELSIUS)
    rain = climatology["pr"].values.astype(float) * SECONDS_PER_DAY * MONTH_LENGTHS[:, None]
    wetness = rain / np.maximum(monthly_demand(climatology), 1.0)
    weight = ramp(air, 0.0, 12.0) * (np.exp(-wetness) + 1e-3) ** 2 + 1e-9
    return np.asarray(weight / np.average(weight, axis=0, weights=MONTH_LENGTHS))


def burned_rate(climatology: xr.Dataset, kind: npt.ArrayLike, days: npt.ArrayLike) -> Floats:
    """Share of each tile that burns [s-1] on `days` (day, cell), for a climatology (month 12, cell) of the tiles."""
    import pandas as pd

    per_year = burned_per_year(bioclimate(climatology), kind) / (365.25 * SECONDS_PER_DAY)
    when = pd.DatetimeIndex(np.asarray(days))
    year = pd.date_range("2001-01-01", "2001-12-31")
    curve = np.maximum(daily_curve(season(climatology), month_of_day(year)), 0.0)
    curve /= curve.mean(axis=0)
    return np.asarray(per_year * curve[np.minimum(when.day_of_year.to_numpy(), 365) - 1])
