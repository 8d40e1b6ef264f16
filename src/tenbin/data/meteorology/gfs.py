"""GFS forecasts of NCEP on 2.5 degrees and 26 pressure levels: the one file here with all that transport needs.

Traps: levels and latitude come from the top and from the north; vertical motion was cut at +-2.1475 Pa s-1 by the
producer's packing and stands on 21 levels only; relative humidity lacks 20 hPa.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.meteorology.credits import credit
from tenbin.data.meteorology.humidity import dry_above
from tenbin.data.meteorology.reader import read as read_any

__all__ = ["FILES", "read"]

PRODUCT = "met_gfs"
FILES = ("gfs_2p5deg_20110115T12.nc", "gfs_2p5deg_20111011T00.nc")
"""Forecasts for 120 h (15 January 2011, 12 UTC) and 72 h (11 October 2011, 0 UTC)."""

SATURATED = 2.147
"""Vertical motion [Pa s-1] from which on the packed numbers are at their end: the true motion is unknown."""


def read(path: PathLike | None = None, file: str = FILES[0]) -> xr.Dataset:
    """A GFS forecast in canonical form: `path`, or the catalog's `file` of FILES.

    `wap` is NaN where it was cut; `hus` has stratospheric air where the file has no humidity.
    """
    made = read_any(source_path(path, PRODUCT, file), credit=credit(PRODUCT, "forecast"))
    uncut = made["wap"].where(np.abs(made["wap"]) < SATURATED).assign_attrs(made["wap"].attrs)
    return made.assign(wap=uncut, hus=dry_above(made["hus"]))
