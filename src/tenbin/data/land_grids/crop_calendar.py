"""When fields bear a crop and when they lie bare, estimated from climate: one season of growth, a second where
it can.

Plants of fields do not stand through the year: cereals take 120 to 165 days from sowing to harvest (Allen et al.
1998, FAO 56, table 11), and harvests per area of cropland and year are 0.83, fallow counted (Siebert, Portmann and
Doell 2010, Remote Sens. 2, 1625).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenbin.data.land_grids.bioclimate import ramp

__all__ = ["SEASON", "sown"]

Floats = npt.NDArray[np.float64]

SEASON = 140
"""Days from sowing to harvest [d], FAO 56, table 11."""
FIRST, SECOND, BETWEEN = 0.75, 0.25, 0.10
"""Shares of cropland that bear the first crop, a second one, and weeds, catch crops or pasture between them
[1]: about
0.83 harvests where a third of the fields stand in climates of two seasons; own choice."""


def sown(tas: npt.ArrayLike, pr: npt.ArrayLike, rsds: npt.ArrayLike) -> Floats:
    """Share of cropland under crops [0..1] (day, cell) in a year of `tas` [K], `pr` [kg m-2 s-1], `rsds` [W m-2].

    The season is the `SEASON` days in a row whose warmth, water and light suit best; the second one follows in the
    best days that are left, if these suit half as well. The year closes on itself.
    """
    suits = _smooth(_suitability(np.asarray(tas, float), np.asarray(pr, float), np.asarray(rsds, float)))
    total = _window_sum(suits, SEASON)
    first = total.argmax(axis=0)
    day = np.arange(suits.shape[0])[:, None]
    apart = np.mod(day - first, suits.shape[0])
    free = (apart >= SEASON + 15) & (apart <= suits.shape[0] - SEASON - 15)
    rest = np.where(free, total, -1.0)
    second, best = rest.argmax(axis=0), np.maximum(total.max(axis=0), 1e-9)
    worth = ramp(rest.max(axis=0) / best, 0.3, 0.7)
    after_second = np.mod(day - second, suits.shape[0])
    grown = FIRST * _cover(apart) + SECOND * worth * _cover(after_second)
    return np.asarray(BETWEEN + (1.0 - BETWEEN) * grown)


def _cover(day: npt.ArrayLike) -> Floats:
    """Ground covered by a crop [0..1] `day` days after sowing: FAO 56's stages of 25, 35, 50 and 30 days (table 11),
    bare at first, closing, closed, and ripening to 0.3; nothing after the harvest."""
    return np.interp(
        np.asarray(day, dtype=float),
        [0.0, 25.0, 60.0, 110.0, SEASON - 1.0, SEASON],
        [0.05, 0.15, 1.0, 1.0, 0.3, 0.0],
    )


def _suitability(tas: Floats, pr: Floats, rsds: Floats) -> Floats:
    """How well a day suits crops [0..1]: 3 to 12 degC of warmth, water against the demand of its sunlight."""
    demand = np.maximum(0.6 * rsds / 2.45e6, 1e-6)
    return ramp(tas - 273.15, 3.0, 12.0) * (0.2 + ramp(_smooth(pr) / demand, 0.1, 0.8)) * rsds


def _smooth(values: Floats, days: int = 30) -> Floats:
    """Running mean over a month of a year (day, cell) that closes on itself."""
    return _window_sum(np.roll(values, days // 2, axis=0), days) / days


def _window_sum(values: Floats, length: int) -> Floats:
    """Sum over the `length` days from each day on, round the year (day, cell)."""
    summed = np.cumsum(np.concatenate([np.zeros_like(values[:1]), values, values[:length]]), axis=0)
    return np.asarray(summed[length : length + values.shape[0]] - summed[: values.shape[0]])
