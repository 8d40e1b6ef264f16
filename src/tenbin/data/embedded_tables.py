"""The background air as small embedded tables tell it: gases by latitude and day, sulphur hexafluoride by year."""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
import pandas as pd

from tenbin.core.regions import BANDS

__all__ = ["background", "background_co2", "global_sf6"]

_CENTRES = (-48.6, -14.5, 14.5, 48.6)
"""Latitudes that halve the area of each band [deg]."""
_SCALE = {"co2": 1e-6, "ch4": 1e-9, "n2o": 1e-9}


@cache
def _table(gas: str) -> pd.DataFrame:
    path = resources.files("tenbin.data") / "embedded" / "band_means.csv"
    with resources.as_file(path) as file:
        table = pd.read_csv(file)
    rows = table[table.gas == gas]
    wide = rows.pivot(index=["year", "month"], columns="band", values="value")[list(BANDS)]
    return wide.interpolate().bfill().ffill()


def background(gas: str, days: pd.DatetimeIndex, latitude: float) -> np.ndarray:
    """Mole fraction [mol mol-1] of `gas` on `days` (time,) over a latitude [deg north], from monthly band means.

    Straight lines between the middles of months and of bands; beyond the years of the table its last year's
    growth is not carried on: the ends are held.
    """
    wide = _table(gas)
    middle = np.array([np.datetime64(f"{y:04d}-{m:02d}-15") for y, m in wide.index]).astype(float)
    at_place = [np.interp(latitude, _CENTRES, row) for row in wide.to_numpy()]
    return np.interp(days.to_numpy().astype("datetime64[D]").astype(float), middle, at_place) * _SCALE[gas]


def background_co2(days: pd.DatetimeIndex, latitude: float) -> np.ndarray:
    """Carbon dioxide [mol mol-1] of the background air, see `background`."""
    return background("co2", days, latitude)


def global_sf6() -> pd.DataFrame:
    """Global mean SF6 of whole years: `mean_ppt` and `growth_ppt` [ppt, ppt yr-1] by `year` (index), 1995-2022.

    Growth is half of the next year's mean less that of the last, NaN at the ends. Source: NOAA GML, doi
    10.15138/P8XG-AA10.
    """
    path = resources.files("tenbin.data") / "embedded" / "sf6_global.csv"
    with resources.as_file(path) as file:
        return pd.read_csv(file).set_index("year")[["mean_ppt", "growth_ppt"]]
