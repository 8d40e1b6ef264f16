"""Files in FLUXNET's own layout (FULLSET; daily, monthly, yearly), read into the shared form of a site.

Fluxes are the reference of the variable u* threshold (VUT_REF), GPP of the night-time partition; it may be
negative. Missing is -9999. Yearly files count rain and carbon per year, the others per day.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.tidy import choose, describe, read_csv, require_columns, sentinels_to_nan
from tenbin.data.towers.site_dataset import CARBON_PER_DAY, WATER_PER_DAY, kelvin, site_dataset

__all__ = ["columns_of", "read", "read_fapar"]

PRODUCT = "eddy_ingestr"
Resolution = Literal["DD", "MM", "YY"]
_FORMATS = {"DD": "%Y%m%d", "MM": "%Y%m", "YY": "%Y"}
_SENTINELS = (-9999.0,)
_WEATHER = {
    "rsds": ("SW_IN_F", 1.0),
    "rlds": ("LW_IN_F", 1.0),
    "vpd": ("VPD_F", 100.0),
    "ps": ("PA_F", 1e3),
    "sfcWind": ("WS_F", 1.0),
    "co2": ("CO2_F_MDS", 1e-6),
    "hfls": ("LE_F_MDS", 1.0),
    "hfss": ("H_F_MDS", 1.0),
}
_CARBON = {"gpp": "GPP_NT_VUT_REF", "nee": "NEE_VUT_REF", "reco": "RECO_NT_VUT_REF"}


def columns_of(raw: pd.DataFrame) -> dict[str, np.ndarray]:
    """Weather, fluxes and soil water of a table with FLUXNET's names, in SI; what it lacks is left out.

    Rain and carbon are taken as sums of a day. `gpp_quality` and `nee_quality` are the share of measured or
    well filled half hours (NEE_VUT_REF_QC).
    """

    def numbers(name: str) -> np.ndarray:
        return sentinels_to_nan(raw[name], _SENTINELS)

    made = {"tas": kelvin(numbers("TA_F"))} if "TA_F" in raw else {}
    made |= {name: factor * numbers(source) for name, (source, factor) in _WEATHER.items() if source in raw}
    if "P_F" in raw:
        made["pr"] = WATER_PER_DAY * numbers("P_F")
    made |= {name: CARBON_PER_DAY * numbers(source) for name, source in _CARBON.items() if source in raw}
    if "NEE_VUT_REF_QC" in raw:
        quality = numbers("NEE_VUT_REF_QC")
        made |= {f"{name}_quality": quality for name in ("gpp", "nee", "reco") if name in made}
    layers = [name for name in (f"SWC_F_MDS_{layer}" for layer in range(1, 10)) if name in raw]
    if layers:
        made["swc"] = 1e-2 * np.stack([numbers(name) for name in layers], axis=1)
    return made


def read(path: PathLike | None = None, resolution: Resolution = "MM", site: str = "FR-Pue") -> xr.Dataset:
    """A site from a FULLSET file (FR-Pue of the catalog if no path): tas, rsds, vpd, pr, gpp, nee, reco ..., SI.

    `resolution` is DD, MM or YY. Times are the first day of the interval.
    """
    choose(resolution, _FORMATS, "resolution", PRODUCT)
    file = source_path(path, PRODUCT, f"FLX_FR-Pue_FLUXNET2015_FULLSET_{resolution}_2007-2014_2-3.csv")
    raw = require_columns(read_csv(file), ("TIMESTAMP", "TA_F"), file)
    time = pd.DatetimeIndex(pd.to_datetime(raw["TIMESTAMP"].astype(str), format=_FORMATS[resolution]))
    days = np.where(time.is_leap_year, 366.0, 365.0) if resolution == "YY" else 1.0
    made = columns_of(raw)
    summed = [name for name in ("pr", *_CARBON) if name in made]
    made |= {name: made[name] / days for name in summed}
    return site_dataset(time, made, PRODUCT if path is None else None, file, site=site)


def read_fapar(path: PathLike | None = None) -> pd.DataFrame:
    """MODIS MCD15A3H at CH-Lae: date, `fapar` [1], `quality` (FparLai_QC; an even number is the main algorithm)."""
    file = source_path(path, PRODUCT, "CH-Lae_MCD15A3H_gee_subset.csv")
    raw = require_columns(read_csv(file), ("date", "Fpar", "FparLai_QC"), file)
    percent = sentinels_to_nan(raw["Fpar"], ())
    fapar = np.where((percent < 0.0) | (percent > 100.0), np.nan, percent) / 100.0
    table = pd.DataFrame({"date": pd.to_datetime(raw["date"]), "fapar": fapar, "quality": raw["FparLai_QC"]})
    return describe(table, PRODUCT, file)
