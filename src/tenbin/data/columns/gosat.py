"""Methane columns of GOSAT by the proxy method of the University of Leicester, soundings binned by OpenGHG."""

from __future__ import annotations

import xarray as xr

from tenbin.data.columns.openghg_layout import Layout, read_columns
from tenbin.data.inventories.tables import PathLike, source_path

__all__ = ["read"]

PRODUCT, FILE = "gosat_xch4_sample", "gosat-fts_gosat_20160101_ch4-column.nc"
LAYOUT = Layout("ch4", "GOSAT", "not stated (proxy retrieval of UoL v7.2)")


def read(path: PathLike | None = None) -> xr.Dataset:
    """XCH4 of GOSAT as observations [mol mol-1], see `openghg_layout.read_columns`.

    The file calls its prior a profile "in ppm"; its numbers and its unit attribute are ppb. A value is the mean of up
    to three soundings.
    """
    return read_columns(source_path(path, PRODUCT, FILE), LAYOUT, PRODUCT)
