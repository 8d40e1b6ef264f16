"""Daily FLUXNET2015 records of three European forests (CH-Dav, CH-Lae, FR-Pue), up to eighteen years long.

GPP of the night-time partition is their only flux and may be negative; `gpp_quality` is the share of the day
that was measured or well filled. `sites.csv` also lists a site whose series is not here.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.data import catalog
from tenbin.data.tidy import fault, read_csv, require_columns
from tenbin.data.towers.fluxnet_fullset import columns_of
from tenbin.data.towers.site_dataset import site_dataset

__all__ = ["read", "sites"]

PRODUCT = "eddy_fluxnet2015_daily"
_NEEDED = ("TIMESTAMP", "TA_F", "SW_IN_F", "VPD_F", "PA_F", "P_F", "GPP_NT_VUT_REF", "NEE_VUT_REF_QC")


def _folder(data: str | os.PathLike[str] | None) -> Path:
    return catalog.locate(PRODUCT) if data is None else Path(data)


def sites(data: str | os.PathLike[str] | None = None) -> list[str]:
    """Sites with a series in the folder."""
    return sorted(path.name.removesuffix("_DD.csv.gz") for path in _folder(data).glob("*_DD.csv.gz"))


def read(site: str, data: str | os.PathLike[str] | None = None, least_quality: float = 0.0) -> xr.Dataset:
    """One site by day in SI: tas, rsds, rlds, vpd, ps, pr, sfcWind, gpp, gpp_quality, swc (time, layer).

    Fluxes of days whose quality is below `least_quality` (0 to 1; 0.5 to 0.8 is usual) become missing. There
    are no extremes of temperature and no CO2 in this product.
    """
    where = _folder(data)
    if site not in (known := sites(where)):
        raise fault(
            where, "site", repr(site), f"one of {', '.join(known)}", "choose a site that has a series"
        )
    path = where / f"{site}_DD.csv.gz"
    raw = require_columns(read_csv(path), _NEEDED, path)
    made = columns_of(raw)
    made["gpp"] = np.where(made["gpp_quality"] >= least_quality, made["gpp"], np.nan)
    time = pd.DatetimeIndex(pd.to_datetime(raw["TIMESTAMP"]))
    row = read_csv(where / "sites.csv").set_index("siteid").loc[site]
    facts = {"latitude": float(row["lat"]), "longitude": float(row["lon"]), "elevation": float(row["elv"])}
    words = {"site": site, "igbp": str(row["classid"]), "koeppen": str(row["koeppen_code"])}
    return site_dataset(time, made, PRODUCT, path, **facts, **words, water_holding_capacity=float(row["whc"]))
