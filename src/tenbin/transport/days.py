"""The days of a run: which intervals of the air each has, and in which month it lies."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

import numpy as np

from tenbin.core.errors import Fault, InputError
from tenbin.transport.air_file import Times

__all__ = ["Day", "days_of", "months_of"]


class Day(NamedTuple):
    """`date` of a day, the `numbers` of its intervals in the air's file, and the `slot` of its month, which counts
    from the first month of the run. A part of a day tells the numbers of the `whole` day, whose steps it takes."""

    date: np.datetime64
    numbers: tuple[int, ...]
    slot: int
    whole: tuple[int, ...] = ()


def days_of(times: Times, first_year: int | None = None, years: int | None = None) -> list[Day]:
    """Whole days of the air in order; a perpetual year goes round for `years` from January of `first_year`.

    Air of real dates is taken as it is, from `first_year` for `years` where they are given. InputError where its
    intervals do not fill days, have gaps, or no day is left.
    """
    per_day = 86400.0 / times.seconds
    if per_day % 1.0:
        found = f"intervals of {times.seconds:g} s"
        raise InputError(
            Fault("transport", "time", found, "intervals that divide a day", "make the air again")
        )
    count = int(per_day)
    if times.perpetual:
        return _around(len(times.start) // count, count, first_year or 2001, years or 1)
    return _dated(times, count, first_year, years)


def _around(length: int, count: int, first_year: int, years: int) -> list[Day]:
    """A perpetual year of `length` days, over and over, 29 February passed over."""
    made = []
    for year in range(first_year, first_year + years):
        dates = np.arange(f"{year}-01-01", f"{year + 1}-01-01", dtype="datetime64[D]")
        leap = np.array([str(date)[5:] == "02-29" for date in dates])
        for number, date in enumerate(dates[~leap][:length]):
            numbers = tuple(range(number * count, (number + 1) * count))
            made.append((date, numbers))
    return _slotted(made)


def _dated(times: Times, count: int, first_year: int | None, years: int | None) -> list[Day]:
    steps = np.diff(times.start) / np.timedelta64(1, "s")
    if (steps != times.seconds).any():
        place = int(np.flatnonzero(steps != times.seconds)[0])
        found = f"{steps[place]:g} s after {times.start[place]}"
        raise InputError(Fault("transport", "time", found, f"{times.seconds:g} s throughout", "fill the gap"))
    dates = times.start.astype("datetime64[D]")
    made = []
    for date, numbers in groupby(range(len(dates)), key=lambda number: dates[number]):
        own = tuple(numbers)
        year = int(date.astype("datetime64[Y]").astype(int)) + 1970
        first = year if first_year is None else first_year
        if len(own) == count and first <= year < first + (years or 10_000):
            made.append((date, own))
    if not made:
        found = f"air from {times.start[0]} to {times.start[-1]}"
        raise InputError(
            Fault("transport", "first_year", found, "a whole day within", "choose years that the air has")
        )
    return _slotted(made)


def _slotted(dated: list[tuple[np.datetime64, tuple[int, ...]]]) -> list[Day]:
    months = np.array([date for date, _ in dated]).astype("datetime64[M]").astype(int)
    return [
        Day(date, numbers, int(month - months[0]))
        for (date, numbers), month in zip(dated, months, strict=True)
    ]


def months_of(days: list[Day]) -> list[tuple[np.datetime64, list[Day]]]:
    """Months in order, each with its days."""
    return [
        (own[0].date.astype("datetime64[M]"), own)
        for _, own in ((slot, list(group)) for slot, group in groupby(days, key=lambda day: day.slot))
    ]
