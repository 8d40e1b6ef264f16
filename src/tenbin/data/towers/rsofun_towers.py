"""Drivers that came with rsofun: FR-Pue by day with GPP, CH-Lae by hour; both without leap days."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.land_grids.drivers import saturation_pressure
from tenbin.data.tidy import read_csv, require_columns, sentinels_to_nan
from tenbin.data.towers.site_dataset import CARBON_PER_DAY, kelvin, site_dataset

__all__ = ["read_laegern", "read_puechabon"]

PRODUCT = "eddy_rsofun"
PUECHABON = {"site": "FR-Pue", "latitude": 43.7413, "longitude": 3.5957, "elevation": 270.0, "igbp": "EBF"}
LAEGERN = {"site": "CH-Lae", "latitude": 47.4781, "longitude": 8.365, "elevation": 689.0, "igbp": "MF"}


def read_puechabon(path: PathLike | None = None) -> xr.Dataset:
    """FR-Pue 2007-2012 by day in SI: tas, tasmin, tasmax, vpd, ppfd [mol m-2 s-1, mean of the day], netrad, ps,
    pr (rain and snow), fapar, co2, gpp and its uncertainty. 29 February is absent: `gaps.fill` puts it in.
    """
    file = source_path(path, PRODUCT, "FR-Pue_pmodel_daily.csv")
    needed = (
        "date",
        "temp",
        "tmin",
        "tmax",
        "vpd",
        "ppfd",
        "netrad",
        "patm",
        "rain",
        "snow",
        "fapar",
        "co2",
        "gpp",
    )
    raw = require_columns(read_csv(file), (*needed, "gpp_unc"), file)
    got = {name: sentinels_to_nan(raw[name], (-9999.0,)) for name in (*needed[1:], "gpp_unc")}
    made = {"tas": kelvin(got["temp"]), "tasmin": kelvin(got["tmin"]), "tasmax": kelvin(got["tmax"])}
    made |= {name: got[name] for name in ("vpd", "ppfd", "netrad", "fapar")}
    made |= {"ps": got["patm"], "pr": got["rain"] + got["snow"], "co2": 1e-6 * got["co2"]}
    made |= {"gpp": CARBON_PER_DAY * got["gpp"], "gpp_uncertainty": CARBON_PER_DAY * got["gpp_unc"]}
    time = pd.DatetimeIndex(pd.to_datetime(raw["date"]))
    return site_dataset(time, made, PRODUCT, file, **PUECHABON, water_holding_capacity=432.0)


def read_laegern(path: PathLike | None = None) -> xr.Dataset:
    """CH-Lae 2004-2014 by hour in SI: tas, rsds, ppfd [mol m-2 s-1], vpd (from relative humidity), pr, ps,
    sfcWind, co2, swc. Leap days are absent; times are local.
    """
    file = source_path(path, PRODUCT, "CH-Lae_hourly_forcing.csv.gz")
    needed = ("datetime", "PAR", "Swdown", "TEMP", "RH", "RAIN", "WIND", "PRESSURE", "aCO2_AW", "SWC")
    raw = require_columns(read_csv(file), needed, file)
    got = {name: sentinels_to_nan(raw[name], (-9999.0,)) for name in needed[1:]}
    tas = kelvin(got["TEMP"])
    moisture = np.clip(got["RH"], 0.0, 100.0) / 100.0
    made = {
        "tas": tas,
        "rsds": got["Swdown"],
        "ppfd": 1e-6 * got["PAR"],
        "pr": got["RAIN"],
        "ps": got["PRESSURE"],
    }
    made |= {"vpd": saturation_pressure(tas) * (1.0 - moisture), "sfcWind": got["WIND"]}
    made |= {"co2": 1e-6 * got["aCO2_AW"], "swc": got["SWC"] / 100.0}
    return site_dataset(pd.DatetimeIndex(pd.to_datetime(raw["datetime"])), made, PRODUCT, file, **LAEGERN)
