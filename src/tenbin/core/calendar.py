"""Months, years and decades: how long they are and where they lie on the decimal axis of time."""

from __future__ import annotations

from calendar import monthrange

import numpy as np
import numpy.typing as npt
import pandas as pd

from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.core.errors import Fault, InputError

__all__ = ["decades", "decimal_year", "month_index", "months_between", "to_year_month"]


def months_between(year_start: int, year_end: int) -> pd.DataFrame:
    """All months of the years `year_start` to `year_end`, both included, in order.

    Columns: year, month (1-12), length_s [s] (Gregorian, leap years kept) and decimal_year (mid-month).

    >>> float(months_between(2019, 2020).length_s.sum() / 86400)
    731.0
    """
    if year_end < year_start:
        raise InputError(
            Fault(
                "period",
                "year_end",
                f"{year_start} to {year_end}",
                "an end not before the start",
                "swap the two years",
            )
        )
    years = np.repeat(np.arange(year_start, year_end + 1), 12)
    months = np.tile(np.arange(1, 13), year_end - year_start + 1)
    days = [monthrange(int(y), int(m))[1] for y, m in zip(years, months, strict=True)]
    return pd.DataFrame(
        {
            "year": years,
            "month": months,
            "length_s": np.array(days) * float(SECONDS_PER_DAY),
            "decimal_year": decimal_year(years, months),
        }
    )


def decimal_year(year: npt.ArrayLike, month: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Decimal year of the middle of a month, with twelve equal months: 2000 July is 2000 + 6.5/12.

    `year` and `month` (1-12) may be scalars or arrays of one shape; equal months keep a monthly axis even.
    """
    return np.asarray(year, dtype=float) + (np.asarray(month, dtype=float) - 0.5) / 12.0


def to_year_month(decimal: npt.ArrayLike) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Year and month (1-12) that hold the decimal years; the inverse of `decimal_year`.

    >>> year, month = to_year_month([1999.9583, 2000.0417])
    >>> year.tolist(), month.tolist()
    ([1999, 2000], [12, 1])
    """
    value = np.asarray(decimal, dtype=float)
    year = np.floor(value)
    month = np.clip(np.floor((value - year) * 12.0) + 1.0, 1, 12)
    return year.astype(np.int64), month.astype(np.int64)


def month_index(year: npt.ArrayLike, month: npt.ArrayLike, year_start: int) -> npt.NDArray[np.int64]:
    """Number of whole months since January of `year_start`; January of that year is 0."""
    return (np.asarray(year, dtype=np.int64) - year_start) * 12 + np.asarray(month, dtype=np.int64) - 1


def decades(first: int, last: int) -> list[tuple[int, int]]:
    """Whole decades (x0 to x9, both included) that lie within the years `first` to `last`.

    >>> decades(1984, 2019)
    [(1990, 1999), (2000, 2009), (2010, 2019)]
    """
    start = -(-first // 10) * 10
    return [(year, year + 9) for year in range(start, last - 8, 10)]
