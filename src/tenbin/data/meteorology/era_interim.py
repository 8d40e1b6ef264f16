"""ERA-Interim: one analysis on 1.5 degrees with a file each for temperature and winds, and means of two months.

Traps: levels in "millibars" from the top, latitude from the north, time a scalar; neither surface pressure nor
heights nor relief, so that these winds alone cannot carry air. The means lack years and have three levels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.meteorology.credits import credit
from tenbin.data.meteorology.opening import lazily
from tenbin.data.meteorology.reader import read as read_any

__all__ = ["MEANS_YEAR", "read", "read_means"]

PRODUCT = "met_era_interim"
MEANS = "met_era_interim_means"
MEANS_YEAR = 2000
"""Year under which the means of January and July stand: their source does not say over which years they go."""

_WINDS = ("ua", "va")


def read(paths: Sequence[PathLike] | None = None) -> xr.Dataset:
    """`ta ua va` of 23 January 2005, 0 UTC (level 37, lat 121, lon 240), in canonical form. It has no `ps`."""
    files = [f"erainterim_1p5deg_20050123T00_{letter}.nc" for letter in "tuv"]
    sources = list(paths) if paths is not None else [source_path(None, PRODUCT, file) for file in files]
    return read_any(sources, require=(*_WINDS, "ta"), credit=credit(PRODUCT, "analysis"))


def read_means(path: PathLike | None = None) -> xr.Dataset:
    """Means of January and July: `ua va zg` at 850, 500 and 200 hPa on 0.75 degrees, in the year MEANS_YEAR."""
    raw = lazily(source_path(path, MEANS, "erainterim_jan_jul_means_uvz_3lev.nc"))
    middles = [np.datetime64(f"{MEANS_YEAR}-{month:02d}-16", "ns") for month in raw["month"].values]
    dated = raw.rename(month="time").assign_coords(time=middles)
    note = f"means of years that the source does not name; {MEANS_YEAR} stands for them"
    return read_any(dated, require=_WINDS, credit=credit(MEANS, "mean of analyses", time_note=note))
