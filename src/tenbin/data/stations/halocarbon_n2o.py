"""Monthly N2O, methyl chloroform and delta13C-CH4 at stations; CH4 of the hemispheres' marine boundary layer.

Networks stand on their own calibration scales (N2O up to 1 ppb apart): labelled, and never merged here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import numpy as np
import pandas as pd

from tenbin.data import catalog
from tenbin.data.stations.noaa_flask import require_sites
from tenbin.data.tidy import (
    choose,
    describe,
    fault,
    read_csv,
    require_columns,
    require_unit,
    require_values,
    station_table,
)

__all__ = ["read_monthly", "read_zone", "zone_monthly"]

PRODUCT = "halocarbon_n2o"
UNIT = {"n2o": "ppb", "mcf": "ppt", "d13c_ch4": "permil VPDB"}
_NAME_IN_SOURCE = {"n2o": "n2o", "mcf": "mcf", "d13c_ch4": "ch4c13"}
# The files name no scale; the compilation's paper gives the laboratory's scale of N2O only.
SCALE = {
    ("n2o", "NOAA"): "NOAA-2006A",
    ("n2o", "AGAGE"): "SIO (AGAGE)",
    ("n2o", "GAGE"): "SIO (GAGE)",
    ("mcf", "NOAA"): "NOAA",
    ("mcf", "AGAGE"): "SIO (AGAGE)",
    ("mcf", "GAGE"): "SIO (GAGE)",
    ("d13c_ch4", "INSTAAR"): "VPDB",
}
# Errata of the source [degree north]: the sign of American Samoa; Svalbard's Zeppelin a degree too far north.
LATITUDE = {"SMO": -14.25, "ZEP": 78.907}
STEPS_A_YEAR = 48


def read_monthly(
    gas: str,
    networks: Iterable[str] | None = None,
    sites: Iterable[str] | None = None,
    path: str | os.PathLike[str] | None = None,
) -> pd.DataFrame:
    """Monthly 'n2o' [ppb], 'mcf' [ppt] or 'd13c_ch4' [permil VPDB] in STATION_COLUMNS.

    `networks` are among NOAA, AGAGE, GAGE, INSTAAR (all of the gas if None). The source has no spread, number
    of samples or altitude (NaN), and no longitude for the lesser sites.
    """
    choose(gas, UNIT, "gas", PRODUCT)
    file = catalog.locate(PRODUCT, "station_monthly_n2o_mcf_ch4c13.csv") if path is None else path
    needed = ("gas", "site", "network", "year", "month", "value", "unit", "lat_in_source", "lat", "lon")
    raw = require_columns(read_csv(file), needed, file)
    raw = raw[raw["gas"] == _NAME_IN_SOURCE[gas]]
    raw = _of_networks(require_values(raw, "value", file), networks, file)
    require_unit(raw["unit"].unique(), UNIT[gas], gas, file)
    columns = {name: raw[name] for name in ("site", "network", "year", "month", "value", "unit", "lon")}
    columns |= {"gas": gas, "lat": _latitude(raw), "scale": [SCALE[gas, name] for name in raw["network"]]}
    table = require_sites(station_table(columns), sites, file)
    return describe(require_values(table, "value", file), PRODUCT, file, unit=UNIT[gas])


def _of_networks(
    raw: pd.DataFrame, networks: Iterable[str] | None, path: str | os.PathLike[str]
) -> pd.DataFrame:
    known = set(raw["network"])
    for network in [] if networks is None else networks:
        choose(network, known, "network", path)
    return raw if networks is None else raw[raw["network"].isin(set(networks))]


def _latitude(raw: pd.DataFrame) -> pd.Series:
    """Latitude [degree north] of the station table, else of the source, with its errata mended."""
    return raw["site"].map(LATITUDE).astype(float).fillna(raw["lat"]).fillna(raw["lat_in_source"])


def read_zone(hemisphere: str, path: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """CH4 [ppb] of the marine boundary layer of 'nh' or 'sh', 48 steps a year: decimal_year, value, unit."""
    choose(hemisphere, ("nh", "sh"), "hemisphere", PRODUCT)
    file = catalog.locate(PRODUCT, f"zone_{hemisphere}.mbl.ch4") if path is None else path
    table = read_csv(file, sep=r"\s+", header=None)
    if table.shape[1] != 2 or not all(map(pd.api.types.is_numeric_dtype, table.dtypes)):
        remedy = "use the zone file of the marine boundary layer"
        raise fault(file, "columns", f"{table.shape[1]} columns", "two numbers a line: year and ppb", remedy)
    table.columns = ["decimal_year", "value"]
    _require_steps(table["decimal_year"].to_numpy(), file)
    return describe(table.assign(unit="ppb", region=hemisphere), PRODUCT, file, unit="ppb")


def _require_steps(year: np.ndarray, path: str | os.PathLike[str]) -> None:
    # Four quarters make a month only if every step is a 48th of a year and none is missing.
    expected = year[0] + np.arange(year.size) / STEPS_A_YEAR
    if not np.allclose(year, expected, rtol=0.0, atol=2e-3):
        first = year[np.abs(year - expected) > 2e-3][0]
        remedy = "fill the gap or use the version in the catalog"
        raise fault(path, "decimal year", f"a break at {first:.4f}", "48 even steps a year", remedy)


def zone_monthly(hemisphere: str, path: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Monthly CH4 [ppb] of a hemisphere's marine boundary layer in STATION_COLUMNS, site 'MBL-NH', 'MBL-SH'.

    A month is the mean of its four steps; a month with fewer, at the ends of the record, is left out. `sd` is
    NaN: the spread of a smoothed curve is no error. Latitude is the hemisphere's middle by area.
    """
    zone = read_zone(hemisphere, path)
    step = np.rint(zone["decimal_year"] * STEPS_A_YEAR).astype(int)
    keys = {"year": step // STEPS_A_YEAR, "month": step % STEPS_A_YEAR // 4 + 1}
    means = zone.assign(**keys).groupby(["year", "month"])["value"].agg(["mean", "size"]).reset_index()
    whole = means[means["size"] == 4]
    columns = {"year": whole["year"], "month": whole["month"], "value": whole["mean"]}
    labels = {"gas": "ch4", "site": f"MBL-{hemisphere.upper()}", "network": "NOAA-MBL", "unit": "ppb"}
    table = station_table(
        columns | labels | {"scale": "unknown", "lat": 30.0 if hemisphere == "nh" else -30.0}
    )
    table.attrs = zone.attrs
    return table
