"""Pressure at the ground, found from the heights of pressure levels where a file does not give it."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tenbin.core.constants import GRAVITY
from tenbin.core.variables import VARIABLES, attributes

__all__ = ["pressure_at_height", "surface_pressure_from_geopotential"]

LAPSE_RATE = 6.5e-3
"""Fall of temperature with height below the lowest level [K m-1]: ICAO Standard Atmosphere (1993)."""
DRY_AIR = 287.06
"""Gas constant of dry air [J kg-1 K-1]: IFS Documentation CY47R3, Part IV (287.0597)."""


def surface_pressure_from_geopotential(
    zg: xr.DataArray, ta: xr.DataArray, orog: xr.DataArray
) -> xr.DataArray:
    """`ps` [Pa] (time, lat, lon) from heights `zg` [m] and temperature `ta` [K] on pressure `level` [Pa, ground up].

    `orog` [m] (lat, lon) must be the ground of the same model on the same grid: 10 m of relief are 1.2 hPa.
    Between levels temperature is linear in height, so that a constant lapse rate is met exactly; below the lowest
    it rises by 6.5 K km-1, as in Trenberth et al. (1993) NCAR/TN-396. Lazy where its inputs are.
    """
    made = xr.apply_ufunc(
        pressure_at_height, zg, ta, orog, zg["level"].astype(float),
        input_core_dims=[["level"], ["level"], [], ["level"]], dask="parallelized", output_dtypes=[float],
        dask_gufunc_kwargs={"allow_rechunk": True},
    )  # fmt: skip
    order = [dim for dim in zg.dims if dim != "level"]
    said = {"comment": "derived from zg, ta and orog: not given by the producer"}
    return made.transpose(*order).rename("ps").assign_attrs(attributes(VARIABLES["ps"]) | said)


def pressure_at_height(
    zg: np.ndarray, ta: np.ndarray, height: np.ndarray, pressure: np.ndarray
) -> np.ndarray:
    """Pressure [Pa] at `height` [m] (...) in columns `zg` [m], `ta` [K] (..., level) on `pressure` [Pa] (level).

    Levels go from the ground up and may be NaN below ground; NaN where `height` is above the highest.
    """
    top = zg.shape[-1] - 1
    # A level that is missing lies below ground: it is not above it.
    above = np.clip((~(zg > height[..., None])).sum(axis=-1), 0, top)
    below = np.clip(above - 1, 0, top)

    def at(values: np.ndarray, index: np.ndarray) -> np.ndarray:
        return np.take_along_axis(values, index[..., None], axis=-1)[..., 0]

    upper, warm = at(zg, above), at(ta, above)
    lower, ground = at(zg, below), at(ta, below)
    between = _between(height, (lower, ground, pressure[below]), (upper, warm, pressure[above]))
    extended = pressure[above] * (1.0 + LAPSE_RATE * (upper - height) / warm) ** (
        float(GRAVITY) / (DRY_AIR * LAPSE_RATE)
    )
    inside = (below < above) & np.isfinite(lower)
    found = np.where(inside, between, extended)
    return np.asarray(np.where(upper >= height, found, np.nan))


def _between(height: np.ndarray, low: tuple, high: tuple) -> np.ndarray:
    """Pressure between two levels (height [m], temperature [K], pressure [Pa]) in hydrostatic balance."""
    (z0, t0, p0), (z1, t1, p1) = low, high
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (height - z0) / (z1 - z0)
        bend = t1 / t0 - 1.0
        curved = np.log1p(bend * share) / np.log1p(bend)
    # In air of one temperature the logarithm of pressure is linear in height.
    weight = np.where(np.abs(bend) < 1e-6, share, curved)
    return np.asarray(p0 * (p1 / p0) ** weight)
