"""Forty-two hours of ECMWF's IFS on 10 degrees and six pressure levels: small, but with eight times.

Traps: levels from 300 to 1000 hPa only, so that a third of the air is absent; every second time is a forecast of 6 h;
geopotential instead of height, relative humidity instead of specific; relative humidity below zero.
"""

from __future__ import annotations

import xarray as xr

from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.meteorology.credits import credit
from tenbin.data.meteorology.reader import REQUIRED
from tenbin.data.meteorology.reader import read as read_any

__all__ = ["read"]

PRODUCT = "met_ifs"


def read(path: PathLike | None = None, orog: xr.Dataset | None = None) -> xr.Dataset:
    """`ua va ta hus zg` (time 8, level 6, lat 19, lon 36) from 3 June 2024; with `orog` (lat, lon) [m] also `ps`."""
    source = source_path(path, PRODUCT, "ecmwf_10deg_20240603_8times.nc")
    sources = [source] if orog is None else [source, orog]
    require = tuple(name for name in REQUIRED if orog is not None or name != "ps")
    return read_any(sources, require=require, check_times=None, credit=credit(PRODUCT, "forecast"))
