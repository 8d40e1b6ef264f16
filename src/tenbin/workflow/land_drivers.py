"""A user's own weather for the land: opened from NetCDF or Zarr, laid out by cells, and checked for every fault."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.core.grid import cell_area
from tenbin.data.towers import checks
from tenbin.data.towers.site_dataset import DRIVERS, attributes_of

__all__ = ["GROUND_FLUXES", "open_drivers", "spacing"]

GROUND_FLUXES = {
    "nitrogen_deposition": 1e-6,
    "fertiliser": 1e-6,
    "burned_fraction": 1e-4,
    "conversion": 1e-4,
    "flooded": 1.0,
    "wood_harvest": 1e-6,
    "sown": 1.0,
}
"""Optional drivers and the most that is believed of each, in its SI unit; none may be below zero."""

_PLACES = {"latitude": "lat", "longitude": "lon"}
_COMMON_YEARS = ("noleap", "365_day")
_STEP = {"days": "D", "hours": "h", "minutes": "m", "seconds": "s"}
_LEAST_DAYS = 360
_ONE_CELL = 0.5


def open_drivers(path: str, leaf_area: bool = False) -> tuple[xr.Dataset, int]:
    """Daily drivers (time, cell) of `path`, and how many cells were left out as sea.

    NetCDF or Zarr, (time, lat, lon) or (time, cell), SI by CF names. Cells where every variable is always missing
    are the sea. The calendar is the real one, leap days included; years of 365 days are taken only where the
    time axis itself says `calendar = noleap` or `365_day`. `elevation` [m] is worked out from `ps` where it is
    absent, `land_area` [m2] from the grid. `leaf_area` makes `lai` a needed variable. InputError lists all faults.
    """
    opened = _opened(path)
    raw = opened.rename({old: new for old, new in _PLACES.items() if old in opened.variables})
    raw, common_years, time_faults = _with_dates(raw, path)
    raise_if_any(time_faults or _layout_faults(raw, path))
    needed = (*DRIVERS, "lai") if leaf_area else DRIVERS
    flat = raw if "cell" in raw.dims else raw.stack(cell=("lat", "lon")).reset_index("cell")
    flat = flat.transpose("time", "cell", ...).load()
    names = [name for name in (*needed, *checks.RANGES, *GROUND_FLUXES) if name in flat]
    land = ~_sea(flat, [name for name in names if name in needed])
    kept = flat.isel(cell=np.flatnonzero(land))
    raise_if_any(_faults(kept, path, needed, common_years))
    return _with_ground(kept), int((~land).sum())


def _opened(path: str) -> xr.Dataset:
    zarr = path.rstrip("/").endswith(".zarr")
    try:
        if not Path(path).exists() and "://" not in path:
            raise FileNotFoundError("no such file or folder")
        return xr.open_zarr(path, decode_times=False) if zarr else xr.open_dataset(path, decode_times=False)
    except (OSError, ValueError, KeyError) as error:
        expected = "a NetCDF file or Zarr store of daily drivers"
        found = f"{path!r} ({str(error).splitlines()[0] if str(error) else error!r})"
        raise InputError(Fault("land run", "drivers", found, expected, "check the path")) from error


def _with_dates(raw: xr.Dataset, where: str) -> tuple[xr.Dataset, bool, list[Fault]]:
    """`raw` with real dates, whether its years have 365 days by its own word, and what is wrong with its time."""
    if "time" not in raw.variables:
        return raw, False, [Fault(where, "time", "no time coordinate", "dates", "give each value its date")]
    calendar = str(raw["time"].attrs.get("calendar", "standard")).lower()
    try:
        if calendar in _COMMON_YEARS:
            return raw.assign_coords(time=_common_dates(raw["time"])), True, []
        if calendar in ("standard", "gregorian", "proleptic_gregorian"):
            return xr.decode_cf(raw), False, []
        reason = f"the {calendar} calendar"
    except (ValueError, KeyError, OverflowError) as error:
        reason = str(error).splitlines()[0]
    expected = "dates of the real calendar, or of 365 days with calendar = noleap"
    return (
        raw,
        False,
        [Fault(where, "time", reason, expected, "convert the calendar (xarray: convert_calendar)")],
    )


def _common_dates(time: xr.DataArray) -> pd.DatetimeIndex:
    """Dates of a calendar without leap days, whose numbers count from a reference date."""
    words = re.match(r"(\w+) since (\d+)-(\d+)-(\d+)", str(time.attrs["units"]))
    if words is None or words[1] not in _STEP:
        raise ValueError(f"time in {time.attrs['units']!r}")
    days = (time.values * pd.Timedelta(1, _STEP[words[1]]) / pd.Timedelta(days=1)).astype(float)
    first = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    number = np.floor(days + 1e-9).astype(int) + first[int(words[3]) - 1] + int(words[4]) - 1
    year, day = int(words[2]) + number // 365, number % 365
    month = np.searchsorted(first, day, side="right")
    return pd.DatetimeIndex(
        pd.to_datetime({"year": year, "month": month, "day": day - first[month - 1] + 1}), name="time"
    )


def _layout_faults(raw: xr.Dataset, where: str) -> list[Fault]:
    shape = "(time, lat, lon) or (time, cell) with lat and lon of each cell"
    wanted = ("lat", "lon") if "cell" not in raw.dims else ("cell",)
    found = [
        Fault(where, name, f"only the dimensions {', '.join(map(str, raw.dims))}", shape, "rename or add it")
        for name in wanted
        if name not in raw.dims
    ]
    found += [
        Fault(where, name, "no coordinate", f"{name} [degree]", "add it")
        for name in ("lat", "lon")
        if name not in raw.variables and not found
    ]
    if not found and not bool((abs(raw["lat"]) <= 90.0).all() & (abs(raw["lon"]) <= 360.0).all()):
        found.append(Fault(where, "lat, lon", "beyond the globe", "degrees north and east", "check both"))
    return found


def _by_cell(flat: xr.Dataset, names: list[str]) -> list[str]:
    return [name for name in names if {"time", "cell"} <= set(flat[name].dims)]


def _sea(flat: xr.Dataset, names: list[str]) -> np.ndarray:
    """Cells (cell,) in which every variable is missing on every day."""
    empty = [flat[name].isnull().all("time").values for name in _by_cell(flat, names)]
    return np.all(empty, axis=0) if empty else np.zeros(flat.sizes["cell"], bool)


def _faults(kept: xr.Dataset, where: str, needed: tuple[str, ...], common_years: bool) -> list[Fault]:
    if kept.sizes["cell"] == 0:
        return [Fault(where, "cells", "nothing but missing values", "land", "check the drivers")]
    found = checks.faults(kept, where, needed, gaps=False, leap_days=not common_years)
    names = [name for name in (*needed, "lai", "ch4", "sfcWind", *GROUND_FLUXES) if name in kept]
    for name in dict.fromkeys(names):
        found += _gaps(kept, name, where)
    for name, most in GROUND_FLUXES.items():
        found += _beyond(kept, name, most, where)
    days = kept.indexes["time"]
    if len(days) < _LEAST_DAYS:
        found.append(Fault(where, "time", f"{len(days)} days", "at least one whole year", "give more days"))
    elif pd.Series(days).diff().median() != pd.Timedelta(seconds=float(SECONDS_PER_DAY)):
        step = pd.Series(days).diff().median()
        found.append(Fault(where, "time", f"a step of {step}", "daily means", "average to days"))
    return found


def _gaps(kept: xr.Dataset, name: str, where: str) -> list[Fault]:
    """Missing values in cells that are not sea, with the place of the first."""
    missing = kept[name].isnull()
    if not bool(missing.any()):
        return []
    days = f"{int(missing.sum())} missing value(s)"
    if "cell" in missing.dims:
        cells = np.flatnonzero(missing.any([d for d in missing.dims if d != "cell"]).values)
        shown = ", ".join(_position(kept, cell) for cell in cells[:3])
        days = f"{days} in {len(cells)} cell(s): {shown}{', ...' if len(cells) > 3 else ''}"
        missing = missing.isel(cell=int(cells[0]))
    if "time" in missing.dims:
        days += f"; first on {str(kept['time'].values[int(np.argmax(missing.values))])[:10]}"
    remedy = "fill the gaps, or make the cell all missing in every variable if it is sea"
    return [Fault(where, name, days, "a value on every day of every cell of land", remedy)]


def _position(ds: xr.Dataset, cell: int) -> str:
    return f"lat {float(ds['lat'].values[cell]):g} lon {float(ds['lon'].values[cell]):g}"


def _beyond(kept: xr.Dataset, name: str, most: float, where: str) -> list[Fault]:
    if name not in kept:
        return []
    values = kept[name].values
    bad = values[(values < 0.0) | (values > most)]
    if bad.size == 0:
        return []
    found = f"{bad.size} value(s) from {bad.min():.4g} to {bad.max():.4g}"
    return [Fault(where, name, found, f"0 to {most:g}", "check the unit and the sign")]


def _with_ground(kept: xr.Dataset) -> xr.Dataset:
    """`kept` with `elevation` [m] and `land_area` [m2] (cell,); the columns of one value a day spread over cells."""
    made = kept
    if "elevation" not in made:
        made = made.assign(elevation=("cell", _height(made["ps"]), {"units": "m"}))
    if "land_area" not in made:
        made = made.assign(land_area=("cell", _area(made), {"units": "m2"}))
    like = made["tas"]
    names = [
        name for name in (*checks.RANGES, *GROUND_FLUXES) if name in made and made[name].dims != like.dims
    ]
    for name in names:
        made[name] = made[name].broadcast_like(like).transpose("time", "cell").assign_attrs(attributes(name))
    for name in ("lat", "lon", "elevation", "land_area"):
        made = made.set_coords(name)
    return made


def attributes(name: str) -> dict[str, str]:
    """CF attributes of a driver where the registry has it."""
    try:
        return attributes_of(name)
    except KeyError:
        return {}


def _height(ps: xr.DataArray) -> np.ndarray:
    """Height [m] at which the standard atmosphere (ISO 2533) has the mean pressure `ps` [Pa]."""
    mean = ps.mean("time") if "time" in ps.dims else ps
    return np.asarray((1.0 - (mean / 101325.0) ** (1.0 / 5.25588)) / 2.25577e-5)


def _area(made: xr.Dataset) -> np.ndarray:
    """Area of land [m2] of each cell: a cell as wide as the grid's spacing, times `land_fraction` if it is given."""
    north, east = (spacing(made[name].values) for name in ("lat", "lon"))
    lat = made["lat"].values.astype(float)[:, None] + 0.5 * north * np.array([-1.0, 1.0])
    area = cell_area(np.clip(lat, -90.0, 90.0), [[0.0, east]])[:, 0]
    return np.asarray(area * (made["land_fraction"].values if "land_fraction" in made else 1.0))


def spacing(centres: np.ndarray) -> float:
    """The least distance of two of the `centres` [degree]; half a degree where there is but one."""
    steps = np.diff(np.unique(np.round(centres.astype(float), 5)))
    return float(steps.min()) if len(steps) else _ONE_CELL
