"""Half hours at BE-Vie 2014 with the GPP of a published subdaily P-model, and water at DE-Gri, as pyrealm has them.

`gpp_model` is what that model gave, not what a tower measured.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.tidy import read_csv, require_columns, sentinels_to_nan
from tenbin.data.towers.site_dataset import kelvin, open_netcdf, site_dataset

__all__ = ["CARBON_PER_MICROMOLE", "read_grillenburg_water", "read_vielsalm"]

PRODUCT = "eddy_pyrealm"
CARBON_PER_MICROMOLE = 12.011e-9
"""From umol m-2 s-1 of CO2 to kg C m-2 s-1: the molar mass of carbon, 12.011 g mol-1."""
VIELSALM = {"site": "BE-Vie", "latitude": 50.30493, "longitude": 5.99812, "elevation": 493.0, "igbp": "MF"}
GRILLENBURG = {"site": "DE-Gri", "latitude": 50.95, "longitude": 13.5126, "elevation": 385.0, "igbp": "GRA"}


def read_vielsalm(path: PathLike | None = None, lai_path: PathLike | None = None) -> xr.Dataset:
    """BE-Vie 2014 by half hour in SI: tas, vpd, co2, ps (a constant), fapar (47 gaps), ppfd [mol m-2 s-1], lai,
    gpp_model [kg C m-2 s-1].
    """
    file = source_path(path, PRODUCT, "subdaily_BE_Vie_2014.csv")
    raw = require_columns(
        read_csv(file), ("time", "ta", "vpd", "co2", "patm", "fapar", "ppfd", "GPP_JAMES"), file
    )
    got = {name: sentinels_to_nan(raw[name], (-9999.0,)) for name in raw.columns if name != "time"}
    time = pd.DatetimeIndex(pd.to_datetime(raw["time"]))
    made = {"tas": kelvin(got["ta"]), "vpd": got["vpd"], "co2": 1e-6 * got["co2"], "ps": got["patm"]}
    made |= {"fapar": got["fapar"], "ppfd": 1e-6 * got["ppfd"], "lai": _leaf_area(lai_path, time)}
    site = site_dataset(time, made, PRODUCT, file, **VIELSALM)
    words = {
        "units": "kg m-2 s-1",
        "long_name": "gross primary production of a published P-model, not measured",
    }
    site["gpp_model"] = ("time", CARBON_PER_MICROMOLE * got["GPP_JAMES"], words)
    return site


def _leaf_area(path: PathLike | None, time: pd.DatetimeIndex) -> np.ndarray:
    file = source_path(path, PRODUCT, "data_LAI_BE-Vie_2014.csv")
    raw = require_columns(read_csv(file), ("TIME", "LAI"), file)
    values = pd.Series(sentinels_to_nan(raw["LAI"], (-9999.0,)), index=pd.to_datetime(raw["TIME"]))
    return values[~values.index.duplicated()].reindex(time).to_numpy()


def read_grillenburg_water(path: PathLike | None = None) -> xr.Dataset:
    """DE-Gri 2000-2019 by day from SPLASH under CRU TS 4.07: `pr`, `et_model`, `pet_model` [kg m-2 s-1] and
    `soil_water_model` [kg m-2]: model results."""
    file = source_path(path, PRODUCT, "DE_gri_splash_cru_ts4.07_2000_2019.nc")
    raw = open_netcdf(file)
    time = pd.date_range("2000-01-01", periods=raw.sizes["time"], freq="1D")
    site = site_dataset(time, {"pr": raw["pre"].values / SECONDS_PER_DAY}, PRODUCT, file, **GRILLENBURG)
    for name, source in {"et_model": "aet", "pet_model": "pet"}.items():
        site[name] = ("time", raw[source].values / SECONDS_PER_DAY, {"units": "kg m-2 s-1"})
    site["soil_water_model"] = ("time", raw["wn"].values.astype(float), {"units": "kg m-2"})
    return site
