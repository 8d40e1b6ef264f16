"""Days of made-up air in a small file: winds of a formula round a mountain, stirred columns, for trials and teaching.

No weather of any place: waves of `idealised.analysis` pass over a mountain, turbulence stirs the lowest layers most,
and clouds lift air near the equator. All that a run does can be seen in it within seconds and without data.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tenbin.core.constants import GRAVITY, MOLAR_MASS
from tenbin.core.errors import Fault, raise_if_any
from tenbin.transport import idealised, mass_fluxes
from tenbin.transport.air_file import AirInterval, Times, write
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.pressure_fixer import PressureFixer

__all__ = ["idealised_air"]

Floats = npt.NDArray[np.float64]
SECONDS = 21600.0
SCALE_HEIGHT = 8.314 * 250.0 / (float(MOLAR_MASS["air"]) * float(GRAVITY))
"""Of air at 250 K [m]."""
EXCHANGE = 0.05
"""Dry air [kg m-2 s-1] that turbulence exchanges near the ground. Own choice: 5 m2 s-1 across 100 m."""
UPDRAFT = 0.01
"""Dry air [kg m-2 s-1] that clouds lift on the equator, at 700 hPa. Own choice."""


def idealised_air(
    path: str | os.PathLike[str],
    start: str = "2010-01-01",
    days: int = 5,
    rows: int = 16,
    columns: int = 24,
    levels: int = 8,
    seed: int = 0,
) -> Path:
    """Write a file of air of `days` from the date `start`, four intervals a day, on rows x columns x levels cells.

    `seed` chooses small differences between winds. It takes some 20 ms an interval on 16 x 24 x 8 cells. InputError
    for a date, or numbers of days or cells, that make no air.
    """
    begin = _checked(start, days=(days, 1), rows=(rows, 6), columns=(columns, 8), levels=(levels, 3))
    times = begin + np.arange(4 * days) * np.timedelta64(6, "h")
    cells = polar_grid(rows, columns)
    grid = AirGrid(cells, *hybrid_layers(levels), merged_cells(cells))
    about = {"title": "idealised air, winds of a formula", "synthetic": "true"}
    pressure = mass_fluxes.dry_pressure(idealised.analysis(seed), grid)
    ground = SCALE_HEIGHT * np.log(np.maximum(pressure.max() / pressure, 1.0))
    return write(path, _intervals(grid, len(times), seed), Times(times, SECONDS, False), grid, about, ground)


def _checked(start: str, **numbers: tuple[int, int]) -> np.datetime64:
    faults = [
        Fault("idealised air", name, str(value), f"at least {least}", "take more")
        for name, (value, least) in numbers.items()
        if value < least
    ]
    begin = np.datetime64("NaT", "s")
    try:
        begin = np.datetime64(start, "D").astype("datetime64[s]")
    except ValueError:
        faults.append(Fault("idealised air", "start", repr(start), "a date as 2010-01-31", "write it so"))
    raise_if_any(faults)
    return begin


def _intervals(grid: AirGrid, count: int, seed: int) -> Iterator[AirInterval]:
    """Winds that go round the mountain, closed one after the other against a passing wave of pressure."""
    fixer = PressureFixer(grid)
    still = idealised.analysis(seed)
    first = _fluxes(still, grid, seed, 0)
    reached = first[0]
    for number in range(count):
        last = _fluxes(still, grid, seed, number + 1)
        made = mass_fluxes.closed(first, last, SECONDS, grid, fixer, reached)
        warm, exchange, updraft = _columns(grid, reached)
        yield AirInterval(number, made, warm, exchange, updraft)
        first, reached = last, made.dry_pressure[1]


def _fluxes(still: mass_fluxes.Winds, grid: AirGrid, seed: int, number: int) -> tuple[Floats, Floats, Floats]:
    """As `mass_fluxes.face_fluxes`; a wave of 3 hPa passes over the ground, which does not move."""
    blown = idealised.analysis(seed, 6.0 * number)._replace(ps=still.ps)
    dry, east, north = mass_fluxes.face_fluxes(blown, grid)
    around, up = np.radians(grid.grid.lon)[None], np.radians(grid.grid.lat)[:, None]
    wave = 300.0 * np.cos(up) * np.sin(around - 0.3 * number)
    return grid.mean_in_groups(dry + wave), east, north


def _columns(grid: AirGrid, dry: Floats) -> tuple[Floats, Floats, Floats]:
    """Temperature [K] of cells, and air exchanged and lifted [kg m-2 s-1] across the faces between them."""
    faces = grid.a[:, None, None] + grid.b[:, None, None] * dry
    warm = idealised.standard_temperature(0.5 * (faces[1:] + faces[:-1]), grid.grid.lat)
    share = faces[1:-1] / dry
    exchange = EXCHANGE * np.exp(-(((1.0 - share) / 0.15) ** 2)) + 1e-4
    tropics = np.exp(-((grid.grid.lat / 15.0) ** 2))[:, None]
    updraft = UPDRAFT * tropics * np.clip((share - 0.15) / 0.55, 0.0, 1.0)
    return grid.mean_in_groups(warm), grid.mean_in_groups(exchange), grid.mean_in_groups(updraft)
