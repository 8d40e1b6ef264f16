"""A perpetual year of made-up weather: its end joined to its start, and dry air through faces that closes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from tenbin.transport.air_file import AirInterval
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.mass_fluxes import Winds, closed, dry_pressure, face_fluxes, layer_means
from tenbin.transport.pressure_fixer import PressureFixer
from tenbin.transport.synthetic_dynamics import HOURS, Weather
from tenbin.transport.synthetic_mixing import synthetic_mixing

__all__ = ["blown", "joined"]

Floats = npt.NDArray[np.float64]
_T = TypeVar("_T")


def joined(course: Iterable[Weather], length: int, overlap: int) -> Iterator[tuple[int, Weather]]:
    """Intervals of a year of `length` with their numbers: from `overlap` to the end, the first `overlap`, then the
    one it began with once more.

    The first ones are the weather that follows the end of the year, which gives way evenly to the weather that the
    year began with, so that nothing jumps.
    """
    course = iter(course)
    began = list(islice(course, overlap))
    opening = None
    for index, now in zip(range(overlap, length), course, strict=False):  # the course has no end
        opening = now if opening is None else opening
        yield index, now
    for index, (early, late) in enumerate(zip(began, course, strict=False)):
        yield index, _mixed(late, early, index / overlap, (index + 0.5) / overlap)
    if opening is not None:
        yield overlap, opening


def _mixed(late: Weather, early: Weather, at_start: float, in_middle: float) -> Weather:
    """`early` with these weights, at the start of the interval and for the means over it."""
    weights = {"temperature": at_start, "ps": at_start, "u": in_middle, "v": in_middle}
    mixed = {
        name: (1.0 - part) * getattr(late, name) + part * getattr(early, name)
        for name, part in weights.items()
    }
    return early._replace(**mixed)


def blown(
    course: Iterable[tuple[int, Weather]], grid: AirGrid, land: Floats | None = None
) -> Iterator[AirInterval]:
    """Flow of dry air in each interval but the last, which only ends the one before, and what mixes it.

    Winds are means over the interval, so that waves of a few hours have gone; the air of each layer is that midway.
    `land` (lat, lon) is the share of land, which mixes by day; without it all is sea.
    """
    land = np.zeros(grid.grid.shape) if land is None else land
    fixer = PressureFixer(grid)
    start: Floats | None = None
    for (index, now), (_, after) in _pairs(course):
        winds = _winds(now, now.ps)
        begin = dry_pressure(winds, grid) if start is None else start
        end = dry_pressure(_winds(after, after.ps), grid)
        _, east, north = face_fluxes(_winds(now, 0.5 * (now.ps + after.ps)), grid)
        interval = closed((begin, east, north), (end, east, north), HOURS * 3600.0, grid, fixer)
        start = interval.dry_pressure[1]
        warm = layer_means(winds, now.temperature.astype(float), grid)
        yield AirInterval(
            index, interval, warm, *synthetic_mixing(index, interval, warm, land, grid, float(HOURS))
        )


def _pairs(course: Iterable[_T]) -> Iterator[tuple[_T, _T]]:
    course = iter(course)
    before = next(course)
    for after in course:
        yield before, after
        before = after


def _winds(weather: Weather, ps: npt.NDArray[np.floating]) -> Winds:
    """Dry air, its levels at shares of surface pressure."""
    pressure = weather.sigma[:, None, None] * ps.astype(float)
    u, v = weather.u.astype(float), weather.v.astype(float)
    return Winds(weather.lat, weather.lon, pressure, u, v, np.zeros_like(u), ps.astype(float))
