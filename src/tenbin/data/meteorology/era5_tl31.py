"""One moment of ERA5 on a Gaussian grid of 64 by 32 (TL31) and 37 pressure levels, as NeuralGCM ships it.

Traps: dimensions are (level, longitude, latitude) and time is a scalar; levels come from the top and have no unit
(hPa). No surface pressure and no relief: with the model's own `orog`, `ps` follows from heights and temperature.
"""

from __future__ import annotations

import xarray as xr

from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.meteorology.credits import credit
from tenbin.data.meteorology.reader import REQUIRED
from tenbin.data.meteorology.reader import read as read_any

__all__ = ["read"]

PRODUCT = "met_era5_tl31"


def read(path: PathLike | None = None, orog: xr.Dataset | None = None) -> xr.Dataset:
    """`ua va ta hus zg wap...` of 2 January 1959, 0 UTC, in canonical form; with `orog` (lat, lon) [m] also `ps`."""
    source = source_path(path, PRODUCT, "era5_tl31_19590102T00.nc")
    sources = [source] if orog is None else [source, orog]
    require = tuple(name for name in REQUIRED if orog is not None or name != "ps")
    return read_any(sources, require=require, credit=credit(PRODUCT, "analysis"))
