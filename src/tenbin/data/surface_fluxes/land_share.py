"""Share of land in the cells of any grid of the globe, from the package."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from tenbin.core.grid import Grid
from tenbin.data.land_grids.remap import latitude_overlap, longitude_overlap
from tenbin.data.surface_fluxes import patterns

__all__ = ["digest", "on_grid"]

Floats = npt.NDArray[np.float64]


@lru_cache(maxsize=1)
def _base() -> Floats:
    """On the cells of the patterns: of that of land each cell has its area, the greatest shares being all land."""
    area = patterns.load()["land"][0] / patterns.BASE.area
    return np.asarray(area / area.max())


def on_grid(grid: Grid) -> Floats:
    """Share of land [0..1] (lat, lon), ice sheets and lakes counted as land; mean over the cells of `grid`."""
    north = latitude_overlap(patterns.BASE.lat_edges, grid.lat_edges)
    east = longitude_overlap(patterns.BASE.lon_edges, grid.lon_edges)
    return np.asarray(north @ _base() @ east.T)


def digest() -> str:
    """By what the land is known in the keys of files that depend on it: sixteen hexadecimal digits."""
    return hashlib.sha256(_base().astype("<f4").tobytes()).hexdigest()[:16]
