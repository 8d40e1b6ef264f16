"""What the weather of the atmosphere cannot be: numbers beyond nature, and nothing where there is air."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from tenbin.core.errors import Fault
from tenbin.data.meteorology.levels import level_pressure
from tenbin.data.meteorology.names import FIELDS

__all__ = ["sampled", "value_faults"]

WHOLE = ("ua", "va", "ta", "zg", "hus")
"""Fields that must have a value wherever there is air; vertical motion and surface extras may have gaps."""


def sampled(data: xr.Dataset, times: int | None) -> xr.Dataset:
    """`data` at `times` times evenly spread from first to last (None: all), loaded."""
    if "time" not in data.dims or times is None or data.sizes["time"] <= times:
        return data.compute()
    return data.isel(
        time=np.unique(np.linspace(0, data.sizes["time"] - 1, times).round().astype(int))
    ).compute()


def value_faults(data: xr.Dataset, where: str) -> list[Fault]:
    """Faults of the values of canonical `data`, in memory: out of range, or missing above the ground.

    Below the ground (pressure of the level above `ps`) anything may be missing, and humidity on whole levels:
    producers leave it out of the upper air.
    """
    found = []
    for name in data.data_vars:
        if name in FIELDS:
            found += _range_faults(data[name], str(name), where)
    if "ps" in data and {"level", "time"} <= set(data.dims):
        found += _gap_faults(data, WHOLE, where)
        if bool(data["ps"].isnull().any()) and bool(data["ps"].notnull().any()):
            found.append(_missing("ps", int(data["ps"].isnull().sum()), "", where))
    return found


def _range_faults(values: xr.DataArray, name: str, where: str) -> list[Fault]:
    field = FIELDS[name]
    given = values.values[~np.isnan(values.values)]
    if given.size == 0:
        return [Fault(where, name, "nothing but missing values", "numbers", "give the field its values")]
    low, high = float(given.min()), float(given.max())
    if field.low <= low and high <= field.high:
        return []
    wrong = int(((given < field.low) | (given > field.high)).sum())
    found = f"{wrong} value(s) beyond, the field from {low:.4g} to {high:.4g}"
    expected = f"{field.low:g} to {field.high:g} {field.variable.unit}"
    return [Fault(where, name, found, expected, _hint(name, low, high))]


def _hint(name: str, low: float, high: float) -> str:
    if name in ("ta", "tas") and low > -130.0 and high < 70.0:
        return "these look like degC: declare the unit"
    if name in ("ta", "tas") and low > 400.0 and high < 640.0:
        return f"these look like K that were declared degC: pass units={{{name!r}: 'K'}}"
    if name == "ps" and high < 1200.0:
        return "these look like hPa: declare the unit"
    if name in ("ua", "va") and high < 500.0:
        return "were these knots or km/h? declare the unit"
    return "correct the values, or the unit that is declared"


def _gap_faults(data: xr.Dataset, names: Iterable[str], where: str) -> list[Fault]:
    in_air = level_pressure(data) <= data["ps"]
    found = []
    for name in names:
        if name not in data or not bool(data[name].notnull().any()):
            continue  # absent, or said before to be nothing but missing values
        gap = data[name].isnull() & in_air
        if name == "hus":
            gap = gap & data[name].notnull().any(("time", "lat", "lon"))
        gap = gap.transpose("time", "level", "lat", "lon")
        if bool(gap.any()):
            at = np.argwhere(gap.values)[0]
            place = {dim: data[dim].values[i] for dim, i in zip(gap.dims, at, strict=True)}
            first = f", the first at {place['level']:g} Pa, {place['lat']:g} N, {place['lon']:g} E"
            found.append(_missing(name, int(gap.sum()), first, where))
    return found


def _missing(name: str, count: int, first: str, where: str) -> Fault:
    found = f"{count} missing value(s) above the ground{first}"
    return Fault(where, name, found, "a value wherever there is air", "fill them, or leave the field out")
