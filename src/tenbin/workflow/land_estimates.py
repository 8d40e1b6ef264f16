"""What people and fire do to the tiles of a run where its drivers do not say: estimates from climate, day by day."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tenbin.core.constants import SECONDS_PER_YEAR
from tenbin.data.land_grids import crop_calendar, fire_regime, wood_harvest
from tenbin.land.plant_types import PLANT_TYPES, index_of

__all__ = ["disturbances"]

_YEAR = float(SECONDS_PER_YEAR)


def disturbances(weather: xr.Dataset, plant_type: np.ndarray) -> dict[str, np.ndarray]:
    """`burned_fraction`, `wood_harvest` [s-1] and `sown` [1] (time, cell) of tiles with daily `weather` (time, cell).

    `plant_type` (cell,) counts along the plant types; only cropland is sown, elsewhere the share is one.
    """
    names = [PLANT_TYPES[int(kind)].name for kind in plant_type]
    climate = weather[["tas", "pr"]].groupby("time.month").mean().assign_coords(lat=weather["lat"])
    shape = weather["tas"].shape
    return {
        "burned_fraction": fire_regime.burned_rate(climate, names, weather["time"].values),
        "wood_harvest": np.broadcast_to(wood_harvest.cut_per_year(names) / _YEAR, shape),
        "sown": _sown(weather, plant_type),
    }


def _sown(weather: xr.Dataset, plant_type: np.ndarray) -> np.ndarray:
    """Share of cropland under crops (time, cell), from the mean year of the weather; 1 on other land."""
    made = np.ones(weather["tas"].shape)
    fields = np.flatnonzero(plant_type == index_of("crop"))
    if fields.size:
        part = weather[["tas", "pr", "rsds"]].isel(cell=fields)
        day = np.minimum(part["time"].dt.dayofyear.values, 365) - 1
        mean = part.assign_coords(day=("time", day)).groupby("day").mean()
        share = crop_calendar.sown(*(mean[name].values for name in ("tas", "pr", "rsds")))
        made[:, fields] = share[np.searchsorted(mean["day"].values, day)]
    return made
