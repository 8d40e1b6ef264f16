"""Columns of carbon dioxide of a model (GEMS, the forerunner of CAMS), every six hours of 1 to 8 January 2006."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tenbin.core.errors import Fault, raise_if_any
from tenbin.data import catalog
from tenbin.data.columns.openghg_layout import decoded_times
from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.meteorology.axes import eastward, northward
from tenbin.data.towers.site_dataset import open_netcdf

__all__ = ["read"]

PRODUCT, FILE = "gems_xco2_model", "gems_total_column_co2_200601.nc"
PLAUSIBLE = (300.0, 450.0)
"""Column means [ppm] of 2006 lie between these; kg m-2 would be near 6."""


def read(path: PathLike | None = None) -> xr.Dataset:
    """`xco2` [mol mol-1] (time, lat, lon) of a model, no observation; `is_model` is 1.

    The file states kg m-2; its numbers, 374 to 402, are ppm (a column of 6 kg m-2 is 390 ppm). Another
    size is refused.
    """
    file = source_path(path, PRODUCT, FILE)
    raw = open_netcdf(file)
    present = ", ".join(map(str, raw.variables))
    raise_if_any(
        Fault(str(file), name, f"not among {present}", "a variable", "give the file of the catalog")
        for name in ("tcco2", "time", "latitude", "longitude")
        if name not in raw.variables
    )
    values, (low, high) = raw["tcco2"].values, PLAUSIBLE
    times, faults = decoded_times(raw, file)
    if not ((values >= low) & (values <= high)).all():
        found, expected = f"{np.nanmin(values):g} to {np.nanmax(values):g}", f"{low:g} to {high:g} (ppm)"
        faults.append(Fault(str(file), "tcco2", found, expected, "use the version in the catalog"))
    raise_if_any(faults)
    entry = catalog.product(PRODUCT)
    credit = {
        key: str(getattr(entry, key)) for key in ("title", "producer", "citation", "licence", "licence_class")
    }
    said = {"units": "mol mol-1", "long_name": "column mean of CO2 in a model"}
    axes = {"time": times, "lat": raw["latitude"].values, "lon": raw["longitude"].values}
    made = xr.Dataset({"xco2": (("time", "lat", "lon"), values * 1e-6, said)}, coords=axes)
    facts = {"product": PRODUCT, "source_file": str(file), "is_model": 1}
    return eastward(northward(made)).assign_attrs(credit | facts)
