"""Axes of a field of the atmosphere: found whatever their names, and set in one order: up, north, east, forward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from tenbin.core.errors import Fault

__all__ = ["Axes", "eastward", "find", "forward", "grid_faults", "northward", "time_faults"]

_LATITUDE = ("lat", "latitude")
_LONGITUDE = ("lon", "longitude")
_TIME = ("time", "valid_time", "Time")
_LEVEL = ("level", "lev", "plev", "pressure_level", "isobaricInhPa", "isobaric", "pressure", "hybrid",
          "model_level", "pfull")  # fmt: skip
_VERTICAL = ("air_pressure", "atmosphere_hybrid_sigma_pressure_coordinate")
_PRESSURES = ("Pa", "hPa", "mb", "mbar", "millibar", "millibars", "hybrid_sigma_pressure")

LON_ROUND_OFF = 1e-3
"""Longitudes [degree] nearer than this are one meridian: files hold them in 32 bits."""


@dataclass(frozen=True)
class Axes:
    """Names of dimensions in a file: latitude, longitude, time and every vertical one; None where there is none."""

    lat: str | None
    lon: str | None
    time: str | None
    vertical: tuple[str, ...]

    def renamed(self, level: str | None) -> dict[str, str]:
        """Their names -> ours, where `level` is the vertical dimension that becomes our `level`."""
        pairs = {"lat": self.lat, "lon": self.lon, "time": self.time, "level": level}
        return {theirs: ours for ours, theirs in pairs.items() if theirs is not None and theirs != ours}


def find(raw: xr.Dataset) -> Axes:
    """The axes of `raw`, by name, by CF standard name, or by unit."""
    return Axes(
        lat=_one(raw, _LATITUDE, "latitude", ("degrees_north", "degrees north")),
        lon=_one(raw, _LONGITUDE, "longitude", ("degrees_east", "degrees east")),
        time=_one(raw, _TIME, "time", ()) or _scalar_time(raw),
        vertical=tuple(str(dim) for dim in raw.dims if _is_vertical(raw, str(dim))),
    )


def _one(raw: xr.Dataset, names: tuple[str, ...], standard: str, units: tuple[str, ...]) -> str | None:
    dims = [str(dim) for dim in raw.dims]
    for name in names:
        if name in dims:
            return name
    for name in dims:
        said: Mapping = raw[name].attrs if name in raw.coords else {}
        if said.get("standard_name") == standard or said.get("units") in units:
            return name
    return None


def _scalar_time(raw: xr.Dataset) -> str | None:
    # Beside `valid_time`, `time` is when a forecast began.
    names = ("valid_time", "time", "Time")
    return next((name for name in names if name in raw.coords and raw[name].ndim == 0), None)


def _is_vertical(raw: xr.Dataset, dim: str) -> bool:
    if dim in _LEVEL:
        return True
    said = raw[dim].attrs if dim in raw.coords else {}
    return said.get("standard_name") in _VERTICAL or said.get("units") in _PRESSURES


def northward(data: xr.Dataset) -> xr.Dataset:
    """`data` with latitude [degrees north] from south to north, in 64 bits."""
    said = {"standard_name": "latitude", "units": "degrees_north"}
    return _in_order(data.assign_coords(lat=("lat", data["lat"].values.astype(float), said)), "lat")


def eastward(data: xr.Dataset) -> xr.Dataset:
    """`data` with longitude [degrees east] ascending in [-180, 180), without a meridian that stands twice."""
    said = {"standard_name": "longitude", "units": "degrees_east"}
    lon = (data["lon"].values.astype(float) + 180.0) % 360.0
    # 179.99999 is a rounded 180, the meridian with which our row begins.
    lon = np.where(lon > 360.0 - LON_ROUND_OFF, 0.0, lon) - 180.0
    placed = _in_order(data.assign_coords(lon=("lon", lon, said)), "lon")
    kept = np.diff(placed["lon"].values, prepend=-np.inf) > LON_ROUND_OFF
    return placed if kept.all() else placed.isel(lon=np.flatnonzero(kept))


def forward(data: xr.Dataset) -> xr.Dataset:
    """`data` with time ascending."""
    return _in_order(data, "time")


def _in_order(data: xr.Dataset, dim: str) -> xr.Dataset:
    """Ascending along `dim`; a stable order, and a slice where it only has to be turned."""
    values = data[dim].values
    if (np.diff(values) > np.zeros(1, dtype=np.diff(values).dtype)).all():
        return data
    turned = values[::-1]
    if (np.diff(turned) > np.zeros(1, dtype=np.diff(values).dtype)).all():
        return data.isel({dim: slice(None, None, -1)})
    return data.isel({dim: np.argsort(values, kind="stable")})


def grid_faults(lat: np.ndarray, lon: np.ndarray, where: str) -> list[Fault]:
    """Faults of a grid that should cover the globe once: `lat` ascending, `lon` ascending in [-180, 180)."""
    if lat.size < 2 or lon.size < 2:
        found = f"{lat.size} latitude(s) and {lon.size} longitude(s)"
        return [Fault(where, "grid", found, "a grid of the globe", "give the whole globe")]
    faults = []
    step = float(np.median(np.diff(lat)))
    if np.abs(lat).max() > 90.0 + LON_ROUND_OFF:
        found = f"{lat[0]:g} to {lat[-1]:g}"
        faults.append(Fault(where, "lat", found, "-90 to 90 degrees", "check the unit of latitude"))
    elif lat[0] > -90.0 + 1.01 * step or lat[-1] < 90.0 - 1.01 * step:
        found = f"{lat[0]:g} to {lat[-1]:g} degrees"
        faults.append(
            Fault(where, "lat", found, "pole to pole", "give the whole globe: transport has no edges")
        )
    if np.diff(lat).max() > 1.6 * step or np.diff(lat).min() <= 0.0:
        faults.append(Fault(where, "lat", "rows missing or twice", "even rows", "give every latitude once"))
    gaps = np.diff(lon, append=lon[0] + 360.0)
    if gaps.max() > 1.6 * np.median(gaps):
        at = int(gaps.argmax())
        found = f"a gap of {gaps[at]:g} degrees after {lon[at]:g}, in steps of {np.median(gaps):g}"
        remedy = "give every meridian of the globe once"
        faults.append(Fault(where, "lon", found, "the whole circle", remedy))
    return faults


def time_faults(time: np.ndarray, where: str) -> list[Fault]:
    """Faults of times in ascending order: absent, twice, gaps beyond the usual step; the first few of each."""
    if time.size == 0:
        return [Fault(where, "time", "no times", "one at least", "choose a period that the file has")]
    if np.isnat(time).any():
        return [Fault(where, "time", f"{int(np.isnat(time).sum())} missing", "a time each", "mend the axis")]
    steps = np.diff(time)
    zero = np.timedelta64(0, "ns")
    faults = []
    if (steps == zero).any():
        faults.append(_listed(time[1:][steps == zero], "twice", "each time once", "drop the repeats", where))
    usual = (
        np.median(steps[steps > zero].astype("timedelta64[s]").astype(float)) if (steps > zero).any() else 0
    )
    # Months differ by a tenth: only a step of half as much again is a gap.
    wide = steps.astype("timedelta64[s]").astype(float) > 1.5 * usual
    if usual and wide.any():
        expected = f"steps of about {usual / 3600.0:g} h"
        faults.append(_listed(time[:-1][wide], "a gap after", expected, "give the missing times", where))
    return faults


def _listed(times: np.ndarray, what: str, expected: str, remedy: str, where: str, most: int = 3) -> Fault:
    first = ", ".join(str(time.astype("datetime64[m]")) for time in times[:most])
    more = f" and {times.size - most} more" if times.size > most else ""
    return Fault(where, "time", f"{what} {first}{more}", expected, remedy)
