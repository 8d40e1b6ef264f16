"""Gaps in weather and leaf area closed by one stated rule, and counted; what was observed stays as it was."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.core.errors import Fault, InputError
from tenbin.data.towers.site_dataset import OBSERVATIONS

__all__ = ["LONGEST", "fill", "filled_table"]

LONGEST = 7
"""The longest gap [d] that is closed by a straight line; longer ones take the mean of their time of the year."""

_WINDOW = 15
"""Days around a day of the year whose mean stands for it."""


def fill(site: xr.Dataset, longest: int = LONGEST) -> xr.Dataset:
    """`site` on unbroken days, its weather and leaf area (`lai`, `fapar`) without gaps; observations untouched.

    Days that are absent (leap days, too) are put in first. A gap of at most `longest` days between values is
    crossed by a straight line; a longer one, or one at an end, takes the mean of that day of the year, over
    15 days around it and all years; a record too short for that takes its own mean. How many were put in is
    counted in the attributes `filled_by_line` and `filled_by_climatology` of each variable and tabled by
    `filled_table`. Order must be strict in time; a variable with no value at all raises InputError.
    """
    whole = _unbroken(site)
    weather = [str(name) for name in whole.data_vars if _is_weather(whole, str(name))]
    empty = [name for name in weather if bool(whole[name].isnull().all("time").any())]
    if empty:
        remedy = "give it values, or leave the site or cell out"
        where = str(site.attrs.get("source_file", "drivers"))
        raise InputError(Fault(where, name, "no value at all", "at least one", remedy) for name in empty)
    return whole.assign({name: _filled(whole[name], longest) for name in weather})


def _is_weather(site: xr.Dataset, name: str) -> bool:
    base = name.removesuffix("_uncertainty").removesuffix("_quality")
    return base == name and name not in OBSERVATIONS and "time" in site[name].dims


def _unbroken(site: xr.Dataset) -> xr.Dataset:
    index = site.indexes["time"]
    if not (index.is_monotonic_increasing and index.is_unique):
        remedy = "sort by time and drop what is twice"
        raise InputError(Fault("drivers", "time", "times twice or out of order", "rising times", remedy))
    days = pd.date_range(index[0], index[-1], freq="1D")
    return site if len(days) == len(index) else site.reindex(time=days)


def _filled(values: xr.DataArray, longest: int) -> xr.DataArray:
    if not bool(values.isnull().any()):
        return values
    ordered = values.transpose("time", ...)
    table = ordered.values.reshape(ordered.sizes["time"], -1).astype(float)
    day = np.asarray(ordered.indexes["time"].day_of_year)
    by_line = by_climatology = 0
    for column in np.flatnonzero(np.isnan(table).any(axis=0)):
        table[:, column], lines, others = _fill_column(table[:, column], day, longest)
        by_line, by_climatology = by_line + lines, by_climatology + others
    counted = {"filled_by_line": by_line, "filled_by_climatology": by_climatology}
    made = ordered.copy(data=table.reshape(ordered.shape)).transpose(*values.dims)
    return made.assign_attrs(counted)


def _fill_column(values: np.ndarray, day: np.ndarray, longest: int) -> tuple[np.ndarray, int, int]:
    absent = np.isnan(values)
    short = absent & (_length_of_gap(absent) <= longest) & _between_values(absent)
    position = np.arange(values.size)
    line = np.interp(position, position[~absent], values[~absent])
    usual = _climatology(values, day)[np.minimum(day, 366) - 1]
    return (
        np.where(short, line, np.where(absent, usual, values)),
        int(short.sum()),
        int((absent & ~short).sum()),
    )


def _length_of_gap(absent: np.ndarray) -> np.ndarray:
    """Length of the run of equal values that each element belongs to."""
    starts = np.concatenate([[True], absent[1:] != absent[:-1]])
    return np.bincount(np.cumsum(starts) - 1)[np.cumsum(starts) - 1]


def _between_values(absent: np.ndarray) -> np.ndarray:
    present = np.flatnonzero(~absent)
    position = np.arange(absent.size)
    return (position > present[0]) & (position < present[-1])


def _climatology(values: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Mean of each day of the year (366,) over all years and _WINDOW days around; the record's mean where none."""
    valid = ~np.isnan(values)
    totals = np.bincount(day[valid] - 1, weights=values[valid], minlength=366)
    counts = np.bincount(day[valid] - 1, minlength=366).astype(float)
    half = _WINDOW // 2
    around = np.arange(-half, half + 1)[:, None] + np.arange(366)[None, :]
    sums, numbers = totals[around % 366].sum(axis=0), counts[around % 366].sum(axis=0)
    mean = values[valid].mean()
    return np.where(numbers > 0, sums / np.maximum(numbers, 1.0), mean)


def filled_table(site: xr.Dataset) -> pd.DataFrame:
    """One row a variable that was filled: how many days by a line, how many by the time of the year."""
    rows = {
        str(name): {
            "by_line": data.attrs["filled_by_line"],
            "by_climatology": data.attrs["filled_by_climatology"],
        }
        for name, data in site.data_vars.items()
        if "filled_by_line" in data.attrs
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["by_line", "by_climatology"])
