"""What a year's climate means to plants: warmth above a threshold, the coldest month, and water against demand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from tenbin.core.constants import SECONDS_PER_DAY, ZERO_CELSIUS
from tenbin.data.land_grids import solar
from tenbin.data.land_grids.calendar_means import daily_curve, month_of_day
from tenbin.data.land_grids.drivers import daily_range
from tenbin.data.land_grids.noaa_climatology import MONTH_LENGTHS

__all__ = ["Bioclimate", "bioclimate", "monthly_demand", "potential_evaporation", "ramp"]

Floats = npt.NDArray[np.float64]


class Bioclimate(NamedTuple):
    """Indices of each cell (cell,): temperatures [degC], growing degree days [degC d], water [mm yr-1] and ratios."""

    mean: Floats
    """Mean temperature of the year [degC]."""
    coldest: Floats
    warmest: Floats
    gdd5: Floats
    """Sum over the days of the year of the temperature above 5 degC [degC d]."""
    rain: Floats
    demand: Floats
    """Potential evaporation [mm yr-1]."""
    moisture: Floats
    """Rain over demand [1], the aridity index of UNEP 1992."""
    dry_months: Floats
    """Number of months whose rain is less than half of the demand, 0 to 12."""
    c4_share: Floats
    """Share of the growing season that favours C4 grass [0..1]: months above 22 degC with 25 mm of rain
    (Collatz, Berry and Clark 1998, Oecologia 114, 441) among all above 5 degC with that rain."""


def ramp(x: npt.ArrayLike, low: float, high: float) -> Floats:
    """0 below `low`, 1 above `high`, a straight line between; falls instead if `low` is above `high`."""
    return np.clip((np.asarray(x, dtype=float) - low) / (high - low), 0.0, 1.0)


def potential_evaporation(celsius: npt.ArrayLike, width: npt.ArrayLike, above: npt.ArrayLike) -> Floats:
    """Demand of the air for water [mm d-1] from temperature, its daily range and the sunlight above the air [W m-2].

    Hargreaves and Samani 1985 (FAO 56, equation 52): 0.0023 R (t + 17.8) sqrt(range), R in mm d-1; not below 0.
    """
    sun = np.asarray(above, dtype=float) * SECONDS_PER_DAY / 2.45e6
    warmth = np.maximum(np.asarray(celsius, dtype=float) + 17.8, 0.0)
    return np.asarray(0.0023 * sun * warmth * np.sqrt(np.asarray(width, dtype=float)))


def bioclimate(climatology: xr.Dataset) -> Bioclimate:
    """Indices from `tas` [K] and `pr` [kg m-2 s-1] (month 12, cell) with `lat` [degree] (cell)."""
    air = climatology["tas"].values.astype(float) - float(ZERO_CELSIUS)
    rain = climatology["pr"].values.astype(float) * SECONDS_PER_DAY
    lengths = MONTH_LENGTHS[:, None]
    demand, monthly = monthly_demand(climatology), rain * lengths
    year_rain, year_demand = monthly.sum(axis=0), demand.sum(axis=0)
    growing = (air > 5.0) & (monthly > 25.0)
    return Bioclimate(
        mean=np.asarray((air * lengths).sum(axis=0) / 365.0),
        coldest=air.min(axis=0),
        warmest=air.max(axis=0),
        gdd5=_degree_days(air, 5.0),
        rain=year_rain,
        demand=year_demand,
        moisture=year_rain / np.maximum(year_demand, 1.0),
        dry_months=(monthly < 0.5 * demand).sum(axis=0).astype(float),
        c4_share=(growing & (air > 22.0)).sum(axis=0) / np.maximum(growing.sum(axis=0), 1),
    )


def monthly_demand(climatology: xr.Dataset) -> Floats:
    """Potential evaporation of each month [mm] (12, cell), by Hargreaves and Samani with an estimated daily range."""
    air = climatology["tas"].values.astype(float) - float(ZERO_CELSIUS)
    rain = climatology["pr"].values.astype(float) * SECONDS_PER_DAY
    lat = climatology["lat"].values.astype(float)
    middle = np.cumsum(MONTH_LENGTHS) - 0.5 * MONTH_LENGTHS
    above = solar.top_of_atmosphere(lat[None, :], middle[:, None] + 0.5)
    return potential_evaporation(air, daily_range(air, rain, lat), above) * MONTH_LENGTHS[:, None]


def _degree_days(air: Floats, base: float) -> Floats:
    days = daily_curve(air, month_of_day(pd.date_range("2001-01-01", "2001-12-31")))
    return np.asarray(np.maximum(days - base, 0.0).sum(axis=0))
