"""A short file of air blown by a formula, with prescribed mixing: for trials, examples and timing without data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tenbin.data.surface_fluxes import land_share
from tenbin.transport import idealised, mass_fluxes
from tenbin.transport.air_file import AirInterval, Times, write
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.pressure_fixer import PressureFixer
from tenbin.transport.synthetic_mixing import synthetic_mixing

__all__ = ["cells", "idealised_air"]

Floats = npt.NDArray[np.float64]
HOURS = 6.0
TITLE = "IDEALISED air: winds of a formula, not the weather of any time"


def cells(rows: int = 46, columns: int = 72, levels: int = 20) -> AirGrid:
    """Cells of air over the globe, those near the poles merged."""
    grid = polar_grid(rows, columns)
    return AirGrid(grid, *hybrid_layers(levels), merged_cells(grid))


def idealised_air(
    path: str | os.PathLike[str],
    grid: AirGrid,
    days: int = 2,
    start: str = "2010-01-01",
    perpetual: bool = False,
) -> Path:
    """Write `days` of `idealised.analysis` in intervals of 6 h from `start` to `path`, a wave of surface pressure
    going round in each; see `air_file.write`."""
    count = round(days * 24 / HOURS)
    begins = np.datetime64(start, "s") + np.arange(count) * np.timedelta64(int(HOURS), "h")
    times = Times(begins, HOURS * 3600.0, perpetual)
    about = {"title": TITLE, "synthetic": "true"}
    return write(path, _intervals(grid, count), times, grid, about)


def _intervals(grid: AirGrid, count: int) -> Iterator[AirInterval]:
    """The wave comes back after a day, so that a perpetual year of whole days closes."""
    flux = mass_fluxes.face_fluxes(idealised.analysis(), grid)
    fixer = PressureFixer(grid)
    land = grid.mean_in_groups(land_share.on_grid(grid.grid))
    lat, lon = np.radians(grid.grid.lat)[:, None], np.radians(grid.grid.lon)[None]

    def pressure(number: int) -> Floats:
        return grid.mean_in_groups(flux[0] + 200.0 * np.cos(lat) * np.sin(lon + 0.5 * np.pi * number))

    begin = pressure(0)
    warm = np.asarray(idealised.standard_temperature(_middle(grid, begin), grid.grid.lat))
    for number in range(count):
        end = (pressure(number + 1), *flux[1:])
        made = mass_fluxes.closed(flux, end, HOURS * 3600.0, grid, fixer, begin)
        begin = made.dry_pressure[1]
        yield AirInterval(number, made, warm, *synthetic_mixing(number, made, warm, land, grid, HOURS))


def _middle(grid: AirGrid, dry: Floats) -> Floats:
    faces = grid.a[:, None, None] + grid.b[:, None, None] * dry
    return np.asarray(0.5 * (faces[1:] + faces[:-1]))
