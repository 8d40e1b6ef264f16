"""Daily weather, leaf area and fluxes at flux towers, one NetCDF file a site, in the layout of DifferLand.

Any folder of that layout will do: every `*.nc` is a site, and `sites.csv` beside them, where it exists, says
where they lie. The files state temperature in degC, sunlight in MJ m-2 d-1, vapour pressure deficit in hPa,
rain in mm d-1, pressure in kPa, CO2 in ppm and carbon in g m-2 d-1; `NBE` is positive to the air, missing is
NaN or -9999, and time counts days from 2001-01-01 without saying so. `EWT` is a placeholder and is left out.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.core.errors import Fault, raise_if_any
from tenbin.data import catalog
from tenbin.data.tidy import fault, read_csv, require_columns, sentinels_to_nan
from tenbin.data.towers.site_dataset import (
    CARBON_PER_DAY,
    WATER_PER_DAY,
    kelvin,
    open_netcdf,
    site_dataset,
)

__all__ = ["folder", "read", "read_all", "sites"]

PRODUCT = "eddy_fluxnet2015_daily12"
EPOCH = pd.Timestamp("2001-01-01")
"""Day zero of the files; the day of the year that they also state must agree with it."""
SENTINELS = (-9999.0,)

_SCALE = {
    "rsds": ("SSRD", 1e6 / SECONDS_PER_DAY),
    "vpd": ("VPD", 100.0),
    "pr": ("TOTAL_PREC", WATER_PER_DAY),
    "ps": ("PA", 1e3),
    "co2": ("CO2", 1e-6),
    "lai": ("LAI", 1.0),
    "gpp": ("GPP", CARBON_PER_DAY),
    "nee": ("NBE", CARBON_PER_DAY),
    "reco": ("RECO", CARBON_PER_DAY),
    "et": ("ET", WATER_PER_DAY),
    "swc": ("SWC", 1e-2),
}
"""Our name -> name in the file and what its numbers are multiplied with to be SI."""
_WITH_UNCERTAINTY = ("lai", "gpp", "nee", "reco", "et")
_NEEDED = ("T2M_MIN", "T2M_MAX", "SSRD", "VPD", "TOTAL_PREC", "PA", "CO2")


def folder(data: str | os.PathLike[str] | None = None) -> Path:
    """`data` itself, or the folder of the catalogued sites; InputError if it is no folder with sites."""
    where = catalog.locate(PRODUCT) if data is None else Path(data)
    if not where.is_dir() or not any(where.glob("*.nc")):
        raise fault(where, "folder", "no NetCDF files", "one *.nc a site", "name a folder of site files")
    return where


def sites(data: str | os.PathLike[str] | None = None) -> list[str]:
    """Names of the sites of a folder, in order of the alphabet."""
    return sorted(path.stem for path in folder(data).glob("*.nc"))


def read(site: str, data: str | os.PathLike[str] | None = None) -> xr.Dataset:
    """One site on its days: weather, `lai`, `gpp`, `nee`, `reco`, `et`, `swc` and their uncertainties, SI.

    `tas` is the mean of the day's extremes, for the files have no mean; `vpd` is the mean of 24 hours.
    InputError: unknown site, damaged file, missing variable, days that contradict the day of the year.
    """
    where = folder(data)
    path = where / f"{site}.nc"
    if not path.is_file():
        known = ", ".join(sites(where))
        raise fault(where, "site", repr(site), f"one of {known}", "choose a site of this folder")
    raw = _checked(open_netcdf(path), path)
    time = _days(raw, path)
    columns = _columns(raw)
    product = PRODUCT if data is None or _is_catalogued(site) else None
    return site_dataset(time, columns, product, path, **_facts(site, where, raw, columns))


def read_all(
    data: str | os.PathLike[str] | None = None, only: Iterable[str] | None = None
) -> dict[str, xr.Dataset]:
    """The sites of a folder by name (only those named, if any are)."""
    wanted = sites(data) if only is None else list(only)
    return {site: read(site, data) for site in wanted}


def _is_catalogued(site: str) -> bool:
    return any(file.name == f"{site}.nc" for file in catalog.product(PRODUCT).files)


def _checked(raw: xr.Dataset, path: Path) -> xr.Dataset:
    present = ", ".join(map(str, raw.variables))
    raise_if_any(
        Fault(str(path), name, f"no such variable among {present}", "the variable", "give it in the file")
        for name in ("time", *_NEEDED)
        if name not in raw.variables
    )
    return raw


def _days(raw: xr.Dataset, path: Path) -> pd.DatetimeIndex:
    """Days since EPOCH (or since what the file says) as dates that agree with the stated day of the year."""
    since = str(raw["time"].attrs.get("units", f"days since {EPOCH:%Y-%m-%d}"))
    word, _, start = since.partition(" since ")
    if word not in ("days", "day"):
        raise fault(path, "time", repr(since), "'days since ...'", "give one value a day")
    time = pd.DatetimeIndex(pd.Timestamp(start) + pd.to_timedelta(raw["time"].values, "D"))
    if "DOY" in raw and not np.array_equal(time.day_of_year, raw["DOY"].values.astype(int)):
        wrong = int((time.day_of_year != raw["DOY"].values.astype(int)).sum())
        remedy = "count days from 2001-01-01, leap days included"
        raise fault(path, "time", f"{wrong} days whose day of the year is not DOY", "agreement", remedy)
    return time


def _columns(raw: xr.Dataset) -> dict[str, np.ndarray]:
    lowest, highest = (kelvin(_series(raw, name)) for name in ("T2M_MIN", "T2M_MAX"))
    columns = {"tas": 0.5 * (lowest + highest), "tasmin": lowest, "tasmax": highest}
    for name, (source, factor) in _SCALE.items():
        if source in raw:
            columns[name] = factor * _series(raw, source)
        if name in _WITH_UNCERTAINTY and f"{source}unc" in raw:
            columns[f"{name}_uncertainty"] = factor * _series(raw, f"{source}unc")
    return columns


def _series(raw: xr.Dataset, name: str) -> np.ndarray:
    return sentinels_to_nan(raw[name].values, SENTINELS)


def _facts(site: str, where: Path, raw: xr.Dataset, columns: dict[str, np.ndarray]) -> dict[str, Any]:
    """Place and climate of a site from `sites.csv`; what it lacks comes from the site's own file."""
    latitude = float(raw["LAT"].values) if "LAT" in raw else np.nan
    seconds = 365.25 * SECONDS_PER_DAY
    own = {
        "latitude": latitude,
        "mean_annual_temperature": float(np.nanmean(columns["tas"])),
        "mean_annual_precipitation": float(np.nanmean(columns["pr"])) * seconds,
    }
    return {"site": site} | own | _place(site, where / "sites.csv")


def _place(site: str, table: Path) -> dict[str, Any]:
    if not table.is_file():
        return {}
    rows = require_columns(read_csv(table), ("SITE_ID", "lon", "lat"), table).set_index("SITE_ID")
    if site not in rows.index:
        return {}
    row = rows.loc[site]
    facts: dict[str, Any] = {"latitude": float(row["lat"]), "longitude": float(row["lon"])}
    if "IGBP" in row:
        facts["igbp"] = str(row["IGBP"])
    if "ELEV" in row:
        facts["elevation"] = float(row["ELEV"])
    if "MAT" in row:
        facts["mean_annual_temperature"] = float(kelvin(row["MAT"]))
    if "MAP" in row:
        facts["mean_annual_precipitation"] = float(row["MAP"])
    return {key: value for key, value in facts.items() if not (isinstance(value, float) and np.isnan(value))}
