"""Daily curves whose monthly means are given numbers, exactly; and monthly means of daily numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["daily_curve", "month_of_day", "monthly_means"]

Floats = npt.NDArray[np.float64]


def month_of_day(days: pd.DatetimeIndex) -> npt.NDArray[np.int64]:
    """Number of each day's month, counted from 0 at the first day's month, for unbroken `days`."""
    return np.asarray((days.year - days.year[0]) * 12 + days.month - days.month[0], dtype=np.int64)


def _starts(month: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.flatnonzero(np.concatenate([[True], month[1:] != month[:-1]]))


def monthly_means(daily: npt.ArrayLike, month: npt.NDArray[np.int64]) -> Floats:
    """Means (month, ...) of `daily` (day, ...) over each month of `month` (day,)."""
    values = np.asarray(daily, dtype=float)
    lengths = np.bincount(month).reshape(-1, *([1] * (values.ndim - 1)))
    return np.asarray(np.add.reduceat(values, _starts(month), axis=0) / lengths)


def daily_curve(monthly: npt.ArrayLike, month: npt.NDArray[np.int64]) -> Floats:
    """Continuous daily curve (day, ...) with the means `monthly` (month, ...), the last month before the first.

    Straight lines between the middles of months, whose heights are solved so that every month's mean is
    exact (Killworth 1996, J. Phys. Oceanogr. 26, 1978). The axis of months closes on itself.
    """
    from scipy.sparse.linalg import splu

    wanted = np.asarray(monthly, dtype=float)
    lines, means = _interpolation(month), _averaging(month)
    heights = splu((means @ lines).tocsc()).solve(wanted.reshape(wanted.shape[0], -1))
    return np.asarray(lines @ heights).reshape(-1, *wanted.shape[1:])


def _interpolation(month: npt.NDArray[np.int64]):  # type: ignore[no-untyped-def]
    """Weights (day, month) of the straight lines between the middles of months, as a sparse matrix."""
    from scipy.sparse import csr_array

    starts, lengths = _starts(month), np.bincount(month)
    count, total = len(lengths), len(month)
    middles = starts + 0.5 * lengths
    around = np.concatenate([[middles[-1] - total], middles, [middles[0] + total]])
    day = np.arange(total) + 0.5
    left = np.searchsorted(around, day, side="right") - 1
    share = (day - around[left]) / (around[left + 1] - around[left])
    rows = np.concatenate([np.arange(total)] * 2)
    columns = np.concatenate([(left - 1) % count, left % count])
    return csr_array((np.concatenate([1.0 - share, share]), (rows, columns)), shape=(total, count))


def _averaging(month: npt.NDArray[np.int64]):  # type: ignore[no-untyped-def]
    from scipy.sparse import csr_array

    lengths = np.bincount(month)
    return csr_array((1.0 / lengths[month], (month, np.arange(len(month)))), shape=(len(lengths), len(month)))
