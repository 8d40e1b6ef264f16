"""What share of each grid cell belongs to each country: exact areas, so that no mass is lost at a coast."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from tenbin.core.constants import EARTH_RADIUS
from tenbin.core.errors import ConservationError, Fault
from tenbin.core.grid import Grid
from tenbin.data.surfaces.countries import equal_area

if TYPE_CHECKING:
    import xarray as xr

_LARGEST_LOSS = 1e-9  # relative to the area of a country
_OVERLAP = 1e-4  # of a cell: round-off at 1:50 million; slivers to 5e-5 at 1:110 million


def fractions(countries: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """Share (0-1] of the area of each cell that each country covers: iso3, row, column, lat, lon, fraction.

    `countries` has iso3 and geometry (as from `countries.read`); rows and columns count from the first cell
    of `grid`, whose longitudes must lie in -180..180. Cells without land have no row. Each country's shares
    times cell areas sum to its area to 1e-9 and no cell is covered more than once (1e-4), or
    ConservationError names what fails. One degree takes about 2 s.
    """
    parts = [_country(iso3, equal_area(shape), grid)
             for iso3, shape in zip(countries["iso3"], countries["geometry"], strict=True)]  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    _refuse_overlap(table, grid)
    table["lat"], table["lon"] = grid.lat[table["row"]], grid.lon[table["column"]]
    return table[["iso3", "row", "column", "lat", "lon", "fraction"]]


def _country(iso3: str, shape: BaseGeometry, grid: Grid) -> pd.DataFrame:
    """Shares of one country, given on the equal-area cylinder."""
    x, y = np.radians(grid.lon_edges), np.sin(np.radians(grid.lat_edges))
    west, south, east, north = shape.bounds
    cells: list[tuple[int, int, float]] = []
    for row in _touched(y, south, north):
        strip = shapely.clip_by_rect(shape, west, *_sorted(y[row : row + 2], east))
        cells += _row(strip, x, y, row)
    table = pd.DataFrame(cells, columns=["row", "column", "area"])
    _refuse_loss(iso3, table["area"].sum(), shape.area)
    size = np.abs(np.diff(y))[table["row"]] * np.abs(np.diff(x))[table["column"]]
    return pd.DataFrame({"iso3": iso3, "row": table["row"], "column": table["column"],
                         "fraction": np.minimum(table["area"] / size, 1.0)})  # fmt: skip


def _sorted(edges: np.ndarray, east: float) -> tuple[float, float, float]:
    """South, east, north: the last three sides of a strip, for edges in either direction."""
    return float(edges.min()), east, float(edges.max())


def _touched(edges: np.ndarray, low: float, high: float) -> np.ndarray:
    """Numbers of the cells that a span from `low` to `high` touches."""
    lower, upper = np.minimum(edges[:-1], edges[1:]), np.maximum(edges[:-1], edges[1:])
    return np.nonzero((upper > low) & (lower < high))[0]


def _row(strip: BaseGeometry, x: np.ndarray, y: np.ndarray, row: int) -> list[tuple[int, int, float]]:
    """(row, column, area) of the cells of one row, from the part of the country in it."""
    if strip.is_empty:
        return []
    low, high = sorted((float(y[row]), float(y[row + 1])))
    columns = _touched(x, strip.bounds[0], strip.bounds[2])
    sides = [(float(min(x[c : c + 2])), float(max(x[c : c + 2]))) for c in columns]
    areas = [shapely.clip_by_rect(strip, west, low, east, high).area for west, east in sides]
    return [(int(row), int(c), a) for c, a in zip(columns, areas, strict=True) if a > 0.0]


def _refuse_loss(iso3: str, found: float, expected: float) -> None:
    if abs(found - expected) > _LARGEST_LOSS * expected:
        square_km = float(EARTH_RADIUS) ** 2 / 1e6
        sizes = f"{found * square_km:.3f} km2", f"{expected * square_km:.3f} km2"
        remedy = "let the grid cover the globe, -180 to 180 east"
        raise ConservationError(Fault(f"country {iso3}", "area over cells", *sizes, remedy))


def _refuse_overlap(table: pd.DataFrame, grid: Grid) -> None:
    cover = table.groupby(["row", "column"])["fraction"].sum()
    if cover.max() > 1.0 + _OVERLAP:
        row, column = cover.idxmax()
        where = f"cell at {grid.lat[row]:g} N {grid.lon[column]:g} E"
        both = ", ".join(table[(table["row"] == row) & (table["column"] == column)]["iso3"])
        fault = Fault(where, "sum of fractions", f"{cover.max():.6f} from {both}", "at most 1",
                      "split shapes that cross the dateline")  # fmt: skip
        raise ConservationError(fault)


def as_dataset(table: pd.DataFrame, grid: Grid) -> xr.Dataset:
    """`fraction` (country, lat, lon) [1] and `cell_area` (lat, lon) [m2] from the table of `fractions`.

    Dense: 64 bit, 125 MB at one degree. The sum of flux * cell_area * fraction is a country's total.
    """
    import xarray as xr

    codes = sorted(table["iso3"].unique())
    number = table["iso3"].map({code: i for i, code in enumerate(codes)})
    dense = np.zeros((len(codes), *grid.shape))
    dense[number, table["row"], table["column"]] = table["fraction"]
    share = {"units": "1", "long_name": "share of the cell's area in the country"}
    area = {"units": "m2", "standard_name": "cell_area"}
    return xr.Dataset(
        {
            "fraction": (("country", "lat", "lon"), dense, share),
            "cell_area": (("lat", "lon"), grid.area, area),
        },
        coords={"country": codes, "lat": grid.lat, "lon": grid.lon},
    )
