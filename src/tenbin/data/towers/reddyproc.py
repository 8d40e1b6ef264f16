"""Raw half hours with gaps, as the REddyProc package has them: DE-Tha 1996-1998 and the fields of DE-Geb.

A time stamp of the source ends its half hour; here a value stands at the start. Times are local standard time.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.data.inventories.tables import PathLike, read_text, source_path
from tenbin.data.land_grids.drivers import saturation_pressure
from tenbin.data.tidy import fault, read_csv, require_columns, sentinels_to_nan
from tenbin.data.towers.pyrealm_towers import CARBON_PER_MICROMOLE
from tenbin.data.towers.site_dataset import kelvin, open_netcdf, site_dataset

__all__ = ["read_gebesee", "read_tharandt_1998", "read_tharandt_filled"]

PRODUCT = "eddy_reddyproc"
THARANDT = {"site": "DE-Tha", "latitude": 50.9636, "longitude": 13.5669, "elevation": 380.0, "igbp": "ENF"}
GEBESEE = {"site": "DE-Geb", "latitude": 51.1001, "longitude": 10.9143, "elevation": 161.5, "igbp": "CRO"}
HIGHEST_USTAR = 5.0
"""Friction velocity [m s-1] above which a value is an error of the instrument; the file of 1998 has 8.03."""

_HALF_HOUR = pd.Timedelta("30min")
_UNITS = ("-", "-", "-", "umolm-2s-1", "Wm-2", "Wm-2", "Wm-2", "degC", "degC", "%", "hPa", "ms-1")


def read_tharandt_1998(path: PathLike | None = None) -> xr.Dataset:
    """DE-Tha 1998 by half hour in SI: nee (36 % missing), hfls, hfss, rsds, tas, vpd, ustar.

    Hours run from 0.5 to 24, and the last of a day is hour 0 of the next day of the year (366 in 1998).
    """
    file = source_path(path, PRODUCT, "Example_DETha98.txt")
    lines = read_text(file).splitlines()
    if tuple(lines[1].split("\t")) != _UNITS:
        raise fault(file, "units", repr(lines[1]), repr("\t".join(_UNITS)), "use the file of the catalog")
    raw = read_csv(file, "\n".join([lines[0], *lines[2:]]), sep="\t")
    start = pd.to_datetime(raw["Year"].astype(int).astype(str) + "-01-01") - _HALF_HOUR
    ends = pd.to_timedelta((raw["DoY"] - 1) * 24.0 + raw["Hour"], "h")
    return site_dataset(pd.DatetimeIndex(start + ends), _columns(raw), PRODUCT, file, **THARANDT)


def read_gebesee(path: PathLike | None = None) -> xr.Dataset:
    """DE-Geb (cropland) 2004-2006 by half hour in SI: nee with gaps, ustar, tas, vpd, rsds."""
    file = source_path(path, PRODUCT, "DEGebExample.csv.gz")
    raw = require_columns(read_csv(file), ("DateTime", "NEE", "Ustar", "Tair", "rH", "Rg"), file)
    time = pd.DatetimeIndex(pd.to_datetime(raw["DateTime"]) - _HALF_HOUR)
    return site_dataset(time, _columns(raw), PRODUCT, file, **GEBESEE)


def read_tharandt_filled(path: PathLike | None = None) -> xr.Dataset:
    """DE-Tha 1996-1998 by half hour: nee, rsds, tas and `nee_filled`, the gap filling of FLUXNET as a reference."""
    file = source_path(path, PRODUCT, "Example_DE-Tha.1996.1998.hourly_selVars.nc")
    raw = open_netcdf(file).isel(lat=0, lon=0)
    time = pd.date_range("1996-01-01", periods=raw.sizes["time"], freq=_HALF_HOUR)
    table = pd.DataFrame({name: raw[name].values for name in ("NEE", "Rg", "rH", "Tair", "NEE_f")})
    site = site_dataset(time, _columns(table), PRODUCT, file, **THARANDT)
    filled = CARBON_PER_MICROMOLE * sentinels_to_nan(table["NEE_f"], (-9999.0,))
    words = {"units": "kg m-2 s-1", "long_name": "net ecosystem exchange of carbon, gaps filled by FLUXNET"}
    site["nee_filled"] = ("time", filled, words)
    return site


def _columns(raw: pd.DataFrame) -> dict[str, np.ndarray]:
    got = {name: sentinels_to_nan(raw[name], (-9999.0,)) for name in raw.columns if name != "DateTime"}
    tas = kelvin(got["Tair"])
    made = {"tas": tas, "rsds": got["Rg"], "nee": CARBON_PER_MICROMOLE * got["NEE"]}
    if "VPD" in got:
        made["vpd"] = 100.0 * got["VPD"]
    elif "rH" in got:
        made["vpd"] = saturation_pressure(tas) * (1.0 - np.clip(got["rH"], 0.0, 100.0) / 100.0)
    made |= {name: got[source] for name, source in {"hfls": "LE", "hfss": "H"}.items() if source in got}
    if "Ustar" in got:
        made["ustar"] = np.where(got["Ustar"] > HIGHEST_USTAR, np.nan, got["Ustar"])
    return made
