"""Monthly means of the NCEP/NCAR reanalysis on a T42 Gaussian grid, and long-term winds at 200 hPa.

Traps: pressure in millibars, humidity in g kg-1 up to 300 hPa, vertical motion in mb per day up to 100 hPa, each on a
level dimension of its own; times count months without a date; the temperature of January 1988 is in K and says C.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.meteorology.credits import credit
from tenbin.data.meteorology.humidity import dry_above
from tenbin.data.meteorology.opening import lazily
from tenbin.data.meteorology.reader import read as read_any

__all__ = ["CLIMATE_YEAR", "read", "read_january_1988", "read_winds_200hpa"]

PRODUCT = "met_ncep"
WINDS = "met_ncep_200hpa"
CLIMATE_YEAR = 1979
"""Year under which the mean of the Junes from 1979 on stands."""


def read(path: PathLike | None = None) -> xr.Dataset:
    """The mean June in canonical form, with `ps`, `wap` and surface fluxes; dry stratospheric air above 300 hPa."""
    raw = lazily(source_path(path, PRODUCT, "ncep_june_climatology_T42.nc"))
    note = f"a mean of Junes from 1979 on; {CLIMATE_YEAR} stands for them"
    said = credit(PRODUCT, "mean of analyses", time_note=note)
    made = read_any(_dated(raw, CLIMATE_YEAR, 6), credit=said)
    return made.assign(hus=dry_above(made["hus"]))


def read_january_1988(path: PathLike | None = None) -> xr.Dataset:
    """The mean of January 1988: `ua va ta` on 14 levels, without `ps`."""
    raw = lazily(source_path(path, PRODUCT, "ncar_uvt_jan1988_T42.nc"))
    said = credit(PRODUCT, "mean of analyses")
    return read_any(_dated(raw, 1988, 1), units={"ta": "K"}, require=("ua", "va", "ta"), credit=said)


def read_winds_200hpa(path_u: PathLike | None = None, path_v: PathLike | None = None) -> xr.Dataset:
    """Long-term monthly means of `ua` and `va` at 200 hPa on 2.5 degrees; their year, 1970, has no meaning."""
    files = (path_u, "ncep_ltm_200hPa_uwnd.nc"), (path_v, "ncep_ltm_200hPa_vwnd.nc")
    winds = [lazily(source_path(path, WINDS, file)) for path, file in files]
    level = [wind.expand_dims("air_pressure", axis=1) for wind in winds]
    said = credit(WINDS, "mean of analyses", time_note="means of many years; 1970 stands for them")
    return read_any(level, require=("ua", "va"), credit=said)


def _dated(raw: xr.Dataset, year: int, month: int) -> xr.Dataset:
    """`raw`, of one month, with the middle of that month as its time."""
    return raw.assign_coords(time=[np.datetime64(f"{year}-{month:02d}-16", "ns")])
