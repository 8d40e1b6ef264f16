"""Monthly weather and fluxes at 175 flux towers, 2001-2016, with other months set aside to score a model on.

The weather is that of a reanalysis cell near each tower, complete; the fluxes are the towers', with gaps. The
months of `validation` are not among those of `read`: the first is for fitting, the second for judging.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.tidy import describe, fault, read_csv, require_columns, sentinels_to_nan
from tenbin.data.towers.site_dataset import (
    CARBON_PER_DAY,
    WATER_PER_DAY,
    attributes_of,
    kelvin,
    open_netcdf,
)

__all__ = ["read", "validation"]

PRODUCT = "eddy_fluxnet2015_monthly"
_SCALE = {
    "rsds": ("swrad", 1e6 / SECONDS_PER_DAY),
    "vpd": ("vpd", 100.0),
    "pr": ("precip", WATER_PER_DAY),
    "co2": ("co2", 1e-6),
    "lai": ("lai", 1.0),
    "gpp": ("gpp", CARBON_PER_DAY),
    "nee": ("nee", CARBON_PER_DAY),
    "et": ("et", WATER_PER_DAY),
    "cWood": ("woody_biomass", 1e-3),
}
_NEVER_NEGATIVE = ("rsds", "pr")
_ROUND_OFF = 1e-9


def read(path: PathLike | None = None) -> xr.Dataset:
    """Weather (`tas`, `tasmin`, `tasmax`, `rsds`, `vpd`, `pr`, `co2`), `lai`, `gpp`, `nee`, `et`, `cWood`, all
    (site 175, time 192) in SI on the first days of months; lat, lon [degree] and igbp by site.

    `nee` is positive to the air. Round-off below zero (-1e-15) in sunlight and rain becomes 0.
    """
    file = source_path(path, PRODUCT, "fluxval_monthly.nc")
    raw = open_netcdf(file)
    missing = [name for name, _ in _SCALE.values() if name not in raw]
    if missing:
        raise fault(
            file, ", ".join(missing), "no such variable", "the variables of the product", "refetch the file"
        )
    time = pd.date_range("2001-01-01", periods=raw.sizes["time"], freq="MS")
    if not np.array_equal((time - time[0]).days, raw["time"].values - raw["time"].values[0]):
        raise fault(
            file, "time", "days that are not first days of months from 2001", "months", "refetch the file"
        )
    low, high = (kelvin(_numbers(raw, name)) for name in ("tmin", "tmax"))
    columns = {"tas": 0.5 * (low + high), "tasmin": low, "tasmax": high}
    for name, (source, factor) in _SCALE.items():
        values = factor * _numbers(raw, source)
        tiny = (values < 0.0) & (values > -_ROUND_OFF) & (name in _NEVER_NEGATIVE)
        columns[name] = np.where(tiny, 0.0, values)
    return _dataset(raw, columns, time, str(file))


def _numbers(raw: xr.Dataset, name: str) -> np.ndarray:
    return sentinels_to_nan(raw[name].values.ravel(), (-9999.0,)).reshape(raw[name].shape)


def _dataset(
    raw: xr.Dataset, columns: dict[str, np.ndarray], time: pd.DatetimeIndex, file: str
) -> xr.Dataset:
    variables = {name: (("site", "time"), values, attributes_of(name)) for name, values in columns.items()}
    places = {name: ("site", raw[name].values) for name in ("lat", "lon", "igbp")}
    made = xr.Dataset(variables, coords={"site": raw["site"].values, "time": time} | places)
    credit = describe(pd.DataFrame(), PRODUCT, file).attrs
    return made.assign_attrs(credit | {"time_convention": "monthly means, named by the first day"})


def validation(path: PathLike | None = None) -> pd.DataFrame:
    """Months set aside: site, time (first day), `gpp`, `nee` [kg C m-2 s-1] and `et` [kg m-2 s-1]."""
    file = source_path(path, PRODUCT, "validation_monthly.csv")
    raw = require_columns(read_csv(file), ("site", "Date", "GPP", "NEE", "ET"), file)
    time = pd.to_datetime(raw["Date"].astype(str), format="%Y%m")
    scales = {"gpp": CARBON_PER_DAY, "nee": CARBON_PER_DAY, "et": WATER_PER_DAY}
    fluxes = {
        name: factor * sentinels_to_nan(raw[name.upper()], (-9999.0,)) for name, factor in scales.items()
    }
    return describe(pd.DataFrame({"site": raw["site"], "time": time} | fluxes), PRODUCT, file)
