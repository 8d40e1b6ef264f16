"""Carbon dioxide columns of OCO-2 (Lite files, version 11.2), soundings binned by OpenGHG."""

from __future__ import annotations

import xarray as xr

from tenbin.data.columns.openghg_layout import Layout, read_columns
from tenbin.data.inventories.tables import PathLike, source_path

__all__ = ["read"]

PRODUCT, FILE = "oco2_xco2_sample", "oco2-spectrometer_oco2_20150131-336_co2-column.nc"
LAYOUT = Layout("co2", "OCO-2", "X2007")


def read(path: PathLike | None = None) -> xr.Dataset:
    """XCO2 of OCO-2 as observations [mol mol-1], see `openghg_layout.read_columns`.

    The bias-corrected value is on the scale X2007; the uncertainty is that of noise alone, so an inversion has to
    add to it.
    """
    return read_columns(source_path(path, PRODUCT, FILE), LAYOUT, PRODUCT)
