"""What is wrong with the drivers of the land: units, gaps, time and numbers no weather can have, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.core.constants import ZERO_CELSIUS
from tenbin.core.errors import Fault, InputError
from tenbin.core.units import parse
from tenbin.data.land_grids.solar import top_of_atmosphere
from tenbin.data.towers.site_dataset import DRIVERS, attributes_of

__all__ = ["RANGES", "check", "faults"]

RANGES = {
    "tas": (170.0, 335.0),
    "tasmin": (170.0, 335.0),
    "tasmax": (170.0, 340.0),
    "rsds": (-5.0, 1500.0),
    "vpd": (-1.0, 15e3),
    "pr": (0.0, 0.05),
    "ps": (3e4, 1.1e5),
    "sfcWind": (0.0, 80.0),
    "co2": (1e-4, 5e-3),
    "ch4": (1e-7, 1e-5),
    "lai": (0.0, 15.0),
    "fapar": (0.0, 1.0),
    "gpp": (-2e-6, 5e-6),
    "nee": (-5e-6, 5e-6),
    "reco": (-2e-6, 5e-6),
    "et": (-1e-3, 2e-3),
    "swc": (0.0, 1.0),
}
"""Lowest and highest number believed, in SI: beyond the records of weather, for a mean of half an hour to a day."""

_SUSPECTS: dict[str, tuple[tuple[str, float, float], ...]] = {
    "tas": (("degC", -65.0, 45.0),),
    "tasmin": (("degC", -70.0, 40.0),),
    "tasmax": (("degC", -60.0, 50.0),),
    "pr": (("mm d-1", 1e-3, 40.0),),
    "ps": (("kPa", 30.0, 110.0), ("hPa", 300.0, 1100.0)),
    "co2": (("ppm", 100.0, 5000.0),),
    "ch4": (("ppb", 300.0, 1e4),),
    "gpp": (("g C m-2 d-1 or umol m-2 s-1", 1e-4, 60.0),),
    "et": (("mm d-1", 2e-2, 20.0),),
    "swc": (("%", 1.0, 100.0),),
}
"""Units met in the wild: a mean of the values between these two numbers means that they are in that unit."""

_SENTINELS = (-9999.0, -999.0, -6999.0, 9999.0, 6999.0, 7777.0)


def check(drivers: xr.Dataset, where: str = "drivers", **options: Any) -> xr.Dataset:
    """`drivers` themselves; InputError that lists all `faults` otherwise."""
    if found := faults(drivers, where, **options):
        raise InputError(found)
    return drivers


def faults(
    drivers: xr.Dataset,
    where: str = "drivers",
    required: Iterable[str] = DRIVERS,
    gaps: bool = True,
    leap_days: bool = True,
) -> list[Fault]:
    """Every fault of `drivers` (time), (time, cell) or (time, lat, lon), in SI by CF names; empty if none.

    Looked for: `required` variables that are absent; units that are stated or betrayed by the numbers
    (temperature in degC, sunlight in MJ m-2 d-1, vapour pressure deficit in hPa or kPa, ...); numbers
    outside RANGES, sentinels and infinities; extremes of temperature in disorder; time that is twice,
    unsorted, broken or, if `leap_days`, without them; and, if `gaps`, missing values and cells of nothing else.
    `latitude` is taken from a coordinate (lat, latitude) or attribute, and tests sunlight against the sun.
    """
    names = [name for name in RANGES if name in drivers]
    found = list(_absent(drivers, required, where)) + list(_time(drivers, where, leap_days))
    for name in names:
        found += _of_variable(drivers, name, where)
    found += _disorder(drivers, where)
    if gaps:
        wanted = dict.fromkeys((*required, "lai", "fapar", "sfcWind"))
        found += [
            fault for name in wanted if name in drivers for fault in _missing(drivers[name], name, where)
        ]
    return found


def _absent(drivers: xr.Dataset, required: Iterable[str], where: str) -> Iterator[Fault]:
    present = ", ".join(map(str, drivers.data_vars))
    for name in required:
        if name not in drivers:
            unit = attributes_of(name)["units"]
            yield Fault(where, name, f"no such variable among {present}", f"{name} [{unit}]", "add it")


def _of_variable(drivers: xr.Dataset, name: str, where: str) -> list[Fault]:
    """One cause, one fault: a unit that is wrong would else be out of range as well."""
    if (fault := _stated_unit(drivers[name], name, where)) is not None:
        return [fault]
    values = np.asarray(drivers[name].values, dtype=float)
    finite = values[np.isfinite(values)]
    found = [] if not np.isinf(values).any() else [_infinite(values, name, where)]
    if finite.size == 0:
        return found
    if (fault := _sentinel(finite, name, where)) is not None:
        finite = finite[~np.isin(finite, _SENTINELS)]
        found.append(fault)
    if finite.size and (fault := _betrayed_unit(drivers, name, finite, where)) is not None:
        return [*found, fault]
    return found + (_out_of_range(finite, name, where) if finite.size else [])


def _stated_unit(values: xr.DataArray, name: str, where: str) -> Fault | None:
    stated, expected = values.attrs.get("units"), attributes_of(name)["units"]
    if stated is None or stated == expected:
        return None
    wanted = parse(expected)
    try:
        is_same = parse(str(stated)) == wanted
    except InputError:
        is_same = False  # a unit that nobody can read is told as one that is not the expected one
    if is_same:
        return None
    return Fault(where, name, f"unit {stated!r}", repr(expected), "convert the values and the attribute")


def _infinite(values: np.ndarray, name: str, where: str) -> Fault:
    count = int(np.isinf(values).sum())
    return Fault(where, name, f"{count} infinite value(s)", "finite numbers", "mark them as missing (NaN)")


def _sentinel(values: np.ndarray, name: str, where: str) -> Fault | None:
    met = [number for number in _SENTINELS if (values == number).any()]
    low, high = RANGES[name]
    met = [number for number in met if not low <= number <= high]
    if not met:
        return None
    counted = ", ".join(f"{number:g} ({int((values == number).sum())} times)" for number in met)
    return Fault(where, name, counted, "NaN where a value is missing", "replace the sentinels")


def _betrayed_unit(drivers: xr.Dataset, name: str, values: np.ndarray, where: str) -> Fault | None:
    unit = attributes_of(name)["units"]
    guess = {"rsds": _sunlight_unit, "vpd": _deficit_unit}.get(name)
    if guess is not None:
        suspect = guess(drivers)
    else:
        mean = float(np.mean(values))
        suspect = next((word for word, low, high in _SUSPECTS.get(name, ()) if low <= mean <= high), None)
    if suspect is None:
        return None
    found = f"values from {values.min():.4g} to {values.max():.4g}, as in {suspect}"
    return Fault(where, name, found, f"{name} in {unit}", f"convert from {suspect} to {unit}")


def _latitude(drivers: xr.Dataset, like: xr.DataArray) -> xr.DataArray | None:
    for name in ("lat", "latitude"):
        if name in drivers.coords or name in drivers:
            return drivers[name] if name not in like.dims else like[name]
    stated = drivers.attrs.get("latitude")
    return None if stated is None or not np.isfinite(stated) else xr.DataArray(float(stated))


def _sunlight_unit(drivers: xr.Dataset) -> str | None:
    """Of the sun's light above the air 15 to 85 % reach the ground; MJ m-2 d-1 would make it 1 to 7 %."""
    sun, time = drivers["rsds"], drivers.indexes.get("time")
    latitude = _latitude(drivers, sun)
    if latitude is None or not isinstance(time, pd.DatetimeIndex) or "time" not in sun.dims:
        highest = float(sun.max())
        return "MJ m-2 d-1" if 0.0 < highest < 50.0 and sun.size > 300 else None
    day = xr.DataArray(np.asarray(time.day_of_year, dtype=float), dims="time")
    at, on = xr.broadcast(latitude.astype(float), day)
    above = at.copy(data=top_of_atmosphere(at.values, on.values)).where(sun.notnull())
    total = float(above.sum())
    share = float(sun.sum()) / total if total > 0.0 else np.nan
    if float(above.mean()) > 20.0 and share < 0.09:
        return "MJ m-2 d-1"
    return "J m-2 d-1 or another unit" if share > 1.1 else None


def _deficit_unit(drivers: xr.Dataset) -> str | None:
    """Against the pressure of saturated vapour (Magnus form): never as moist as 1.2 % on the mean of a month."""
    deficit = drivers["vpd"]
    if "tas" not in drivers or deficit.size < 28:
        return None
    celsius = drivers["tas"] - float(ZERO_CELSIUS)
    celsius = celsius if float(celsius.mean()) > -100.0 else drivers["tas"]
    magnus = np.exp(17.62 * celsius.values / (243.12 + celsius.values))
    saturated = celsius.copy(data=611.2 * magnus)
    share = float(deficit.sum() / saturated.where(deficit.notnull()).sum())
    if not 0.0 < share < 0.012:
        return None
    return "kPa" if share < 0.0012 else "hPa"


def _out_of_range(values: np.ndarray, name: str, where: str) -> list[Fault]:
    low, high = RANGES[name]
    bad = values[(values < low) | (values > high)]
    if bad.size == 0:
        return []
    unit = attributes_of(name)["units"]
    found = f"{bad.size} value(s) from {bad.min():.4g} to {bad.max():.4g}"
    return [
        Fault(where, name, found, f"{low:g} to {high:g} {unit}", "mark them as missing (NaN) or correct them")
    ]


def _disorder(drivers: xr.Dataset, where: str) -> list[Fault]:
    pairs = (("tasmin", "tas"), ("tas", "tasmax"))
    counts = {
        f"{low} > {high}": int((drivers[low] > drivers[high] + 1e-3).sum())
        for low, high in pairs
        if low in drivers and high in drivers
    }
    remedy = "exchange the two columns, or mend these days"
    return [
        Fault(where, words, f"{count} time(s)", "never", remedy) for words, count in counts.items() if count
    ]


def _missing(values: xr.DataArray, name: str, where: str) -> list[Fault]:
    """Cells of nothing but missing values are one fault, gaps elsewhere another."""
    absent = values.isnull()
    if not bool(absent.any()):
        return []
    everywhere = absent.all("time") if "time" in absent.dims else absent
    found, empty = [], int(everywhere.sum())
    if empty:
        remedy = "leave these cells out, or give them data"
        found.append(Fault(where, name, _empty_cells(everywhere), "values in every cell", remedy))
    elsewhere = absent & ~everywhere
    if bool(elsewhere.any()):
        days = elsewhere.any([dim for dim in elsewhere.dims if dim != "time"]).values
        first, count = str(values["time"].values[int(np.argmax(days))])[:10], int(elsewhere.sum())
        remedy = "fill the gaps (tenbin.data.towers.gaps.fill) or give the missing values"
        found.append(Fault(where, name, f"{count} missing value(s), first on {first}", "no gaps", remedy))
    return found


def _empty_cells(everywhere: xr.DataArray) -> str:
    if everywhere.ndim == 0:
        return "nothing but missing values"
    places = np.argwhere(everywhere.values)[:3].tolist()
    return (
        f"{int(everywhere.sum())} cell(s) of nothing but missing values, such as {everywhere.dims} {places}"
    )


def _time(drivers: xr.Dataset, where: str, leap_days: bool) -> list[Fault]:
    if "time" not in drivers.indexes:
        return [Fault(where, "time", "no time coordinate", "dates", "give each value its date")]
    index = drivers.indexes["time"]
    if not isinstance(index, pd.DatetimeIndex):
        stated = drivers["time"].attrs.get("calendar")
        calendar = getattr(index, "calendar", None) or stated
        found = f"the {calendar} calendar" if calendar else f"{type(index).__name__} of {index.dtype}"
        remedy = "convert to the standard calendar (xarray: convert_calendar), leap days filled"
        return [Fault(where, "time", found, "dates of the real calendar, leap days included", remedy)]
    faults_found: list[Fault] = []
    if twice := int(index.duplicated().sum()):
        first = index[index.duplicated()][0]
        faults_found.append(
            Fault(where, "time", f"{twice} time(s) twice, first {first}", "each once", "drop one")
        )
    if not index.is_monotonic_increasing:
        faults_found.append(Fault(where, "time", "times out of order", "rising times", "sort by time"))
    return faults_found + _absent_days(index, where, leap_days)


def _absent_days(index: pd.DatetimeIndex, where: str, leap_days: bool) -> list[Fault]:
    """Steps that are missing from a record of a constant step of at most one day; leap days apart."""
    ordered = index.unique().sort_values()
    if len(ordered) < 3 or (step := ordered.to_series().diff().median()) > pd.Timedelta("1D"):
        return []
    absent = pd.date_range(ordered[0], ordered[-1], freq=step).difference(ordered)
    leap = absent[(absent.month == 2) & (absent.day == 29)]
    others = absent.difference(leap)
    found = []
    if len(leap) and leap_days:
        remedy = "put them in (tenbin.data.towers.gaps.fill does) or give their data"
        found.append(Fault(where, "time", f"{len(leap)} step(s) of 29 February absent, first {leap[0]:%Y-%m-%d}",
                           "leap days", remedy))  # fmt: skip
    if len(others):
        found.append(Fault(where, "time", f"{len(others)} step(s) absent, first {others[0]}",
                           f"every {step}", "put the missing times in, as NaN"))  # fmt: skip
    return found
