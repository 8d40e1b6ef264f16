"""A weather generator: days of rain and warmth made from monthly means, which they keep exactly.

Wet days follow a Markov chain and their amounts a gamma distribution (Richardson 1981, Water Resour. Res. 17,
182; parameters from monthly means after Geng et al. 1986, Agric. For. Meteorol. 36, 363); temperature departs
from its season by an autocorrelated anomaly. All cells at once; the draws belong to place and day.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from tenbin.data.land_grids import chance
from tenbin.data.land_grids.calendar_means import daily_curve, month_of_day, monthly_means

__all__ = ["Rain", "anomaly_spread", "rainfall", "temperature", "wet_day_share"]

Floats = npt.NDArray[np.float64]
SECONDS = 86400.0

PERSISTENCE = 0.70
"""Correlation [1] of the temperature of one day with the next; Richardson 1981 finds 0.62-0.69 for maxima and
minima over North America; daily means last a little longer."""
WET_AFTER_DRY = 0.75
"""Chance of rain after a dry day over the share of wet days; Geng et al. 1986, equation 5."""
SHAPE_LEAST = 0.3
"""The gamma shape [1] is kept above this: the regression of Geng et al. was made for 2 to 15 mm per wet day."""

_WET_STREAM, _AMOUNT_STREAM, _WARM_STREAM, _FIRST_STREAM = 1, 2, 3, 4


class Rain(NamedTuple):
    """Daily precipitation [kg m-2 s-1] and whether it fell, both (day, cell)."""

    amount: Floats
    wet: npt.NDArray[np.bool_]


def wet_day_share(precipitation: npt.ArrayLike, celsius: npt.ArrayLike) -> Floats:
    """Share of days with rain [0..1] from a month's precipitation [mm d-1] and temperature [degC].

    An estimate: rain on a wet day is taken as 2 mm in the cold, 0.12 mm more per degree above freezing, and
    0.8 of the month's daily mean on top. It gives 0.65 in a rainforest month of 200 mm, 0.4 in a mild month of
    60 mm and 0.1 in a dry one of 10 mm, as rain gauges do.
    """
    mean = np.asarray(precipitation, dtype=float)
    per_wet_day = 2.0 + 0.12 * np.maximum(np.asarray(celsius, dtype=float), 0.0) + 0.8 * mean
    return np.clip(mean / per_wet_day, 0.0, 0.95)


def rainfall(
    monthly: npt.ArrayLike,
    celsius: npt.ArrayLike,
    days: pd.DatetimeIndex,
    places: npt.NDArray[np.uint64],
    seed: int,
) -> Rain:
    """Daily rain over `days` whose mean of each month is `monthly` (month, cell) [kg m-2 s-1], exactly.

    `celsius` (month, cell) is the temperature of the months. A month without rain has no wet day; one with
    rain has at least one. Equations: Geng et al. 1986: P(wet|dry) = 0.75 f, P(wet|wet) = 0.25 + P(wet|dry);
    gamma scale = -2.16 + 1.83 r [mm], shape = r / scale, with f the share of wet days and r rain per wet day.
    """
    month = month_of_day(days)
    rain = np.asarray(monthly, dtype=float) * SECONDS
    share = wet_day_share(rain, celsius)
    wet = _wet_days(share, rain, month, places, seed, _day_number(days))
    drawn = _amounts(wet, rain, share, month, places, seed, _day_number(days))
    mean = monthly_means(drawn, month)
    scale = np.divide(rain, mean, out=np.zeros_like(rain), where=mean > 0.0)
    return Rain(drawn * scale[month] / SECONDS, wet)


def _day_number(days: pd.DatetimeIndex) -> npt.NDArray[np.int64]:
    """Days since 1600, so that a day has the same number whichever years are made."""
    return np.asarray((days - pd.Timestamp("1600-01-01")).days, dtype=np.int64)


def _wet_days(
    share: Floats, rain: Floats, month: npt.NDArray[np.int64], places: npt.NDArray[np.uint64], seed: int,
    numbers: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:  # fmt: skip
    drawn = chance.uniform(seed, _WET_STREAM, places, numbers)
    wet = np.zeros(drawn.shape, dtype=bool)
    # The day before the first is drawn at the month's share of wet days.
    before = chance.uniform(seed, _FIRST_STREAM, places, numbers[:1])[0] < share[0]
    for day, at in enumerate(month):
        after_dry = WET_AFTER_DRY * share[at]
        before = drawn[day] < np.where(before, after_dry + (1.0 - WET_AFTER_DRY), after_dry)
        wet[day] = before
    return _at_least_one(wet & (rain > 0.0)[month], rain > 0.0, drawn, month)


def _at_least_one(
    wet: npt.NDArray[np.bool_], rains: npt.NDArray[np.bool_], drawn: Floats, month: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """In a month that rains but has no wet day, the day nearest to being wet becomes one."""
    for at in range(rains.shape[0]):
        within = np.flatnonzero(month == at)
        none = np.flatnonzero(rains[at] & ~wet[within].any(axis=0))
        wet[within[drawn[np.ix_(within, none)].argmin(axis=0)], none] = True
    return wet


def _amounts(
    wet: npt.NDArray[np.bool_], rain: Floats, share: Floats, month: npt.NDArray[np.int64],
    places: npt.NDArray[np.uint64], seed: int, numbers: npt.NDArray[np.int64],
) -> Floats:  # fmt: skip
    """Gamma amounts [mm] on wet days, 0 on others, before they are scaled to the month."""
    per_wet_day = np.divide(rain, share, out=np.ones_like(rain), where=share > 0.0)
    scale = np.maximum(1.83 * per_wet_day - 2.16, 0.1 * per_wet_day)
    shape = np.maximum(per_wet_day / scale, SHAPE_LEAST)
    day, cell = np.nonzero(wet)
    drawn = chance.uniform(seed, _AMOUNT_STREAM, places, numbers)[day, cell]
    amounts = np.zeros(wet.shape)
    at = month[day], cell
    amounts[day, cell] = np.maximum(chance.gamma(drawn, shape[at]) * scale[at], 1e-3 * per_wet_day[at])
    return amounts


def anomaly_spread(celsius: npt.ArrayLike) -> Floats:
    """Standard deviation [K] of daily temperature about its season, from the year's months (12, cell) [degC].

    An estimate: 1 K, 4 % of the range between the warmest and coldest month, and 6 % of how far a month is
    below the warmest: 1.2 K in the tropics, 3 K in a mild winter, 5-6 K in Siberia's.
    """
    month = np.asarray(celsius, dtype=float)
    warmest, coldest = month.max(axis=0), month.min(axis=0)
    return np.asarray(1.0 + 0.04 * (warmest - coldest) + 0.06 * (warmest - month))


def temperature(
    monthly: npt.ArrayLike,
    spread: npt.ArrayLike,
    days: pd.DatetimeIndex,
    places: npt.NDArray[np.uint64],
    seed: int,
) -> Floats:
    """Daily mean temperature (day, cell) whose mean of each month is `monthly` (month, cell), exactly, in its unit.

    A curve through the months, plus a first-order autoregressive anomaly of standard deviation `spread`
    (month, cell) [K], from which the curve through its own monthly means is taken away.
    """
    month = month_of_day(days)
    drawn = chance.normal(chance.uniform(seed, _WARM_STREAM, places, _day_number(days)))
    innovation = np.sqrt(1.0 - PERSISTENCE**2)
    for day in range(1, len(month)):
        drawn[day] = PERSISTENCE * drawn[day - 1] + innovation * drawn[day]
    drawn *= np.asarray(spread, dtype=float)[month]
    return drawn + daily_curve(np.asarray(monthly, dtype=float) - monthly_means(drawn, month), month)
