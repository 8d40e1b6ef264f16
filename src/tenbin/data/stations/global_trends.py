"""NOAA global means and the Mauna Loa record of CO2, CH4, N2O and SF6: months, years and growth rates."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tenbin.core.calendar import to_year_month
from tenbin.data import catalog
from tenbin.data.tidy import (
    choose,
    describe,
    fault,
    read_csv,
    read_text,
    require_header,
    require_values,
    sentinels_to_nan,
    station_table,
)

__all__ = ["read_annual", "read_growth", "read_monthly", "read_tab"]

PRODUCT = "global_trends"
SENTINELS = (-9.99, -0.99, -99.99)
FIRST_SAMPLED_GROWTH = 1980
"""First year whose global CO2 growth rests on the flask network; before, on MLO and SPO."""


class _Series(NamedTuple):
    """Where a series stands and what it is in."""

    file: str
    unit: str
    factor: float = 1.0


_MONTHLY = {
    ("co2", "global"): _Series("co2_mm_gl.csv", "ppm"),
    ("ch4", "global"): _Series("ch4_mm_gl.csv", "ppb"),
    ("n2o", "global"): _Series("n2o_mm_gl.csv", "ppb"),
    ("co2", "mlo"): _Series("co2-mm-mlo.csv", "ppm"),
}
_ANNUAL = {"global": "co2_annmean_gl.csv", "mlo": "co2-annmean-mlo.csv"}
_GROWTH = {"global": "co2-gr-gl.csv", "mlo": "co2-gr-mlo.csv"}
_TAB = {"n2o": _Series("noaa_gml_n2o.tab", "ppb", 1e9), "sf6": _Series("noaa_gml_sf6.tab", "ppt", 1e12)}
_SYMBOL = {"co2": "CO2", "ch4": "CH4", "n2o": "N2O"}
_WORDS = {"ppm": "micromol/mol", "ppb": "nanomol/mol"}
_HEADER = ["year", "month", "decimal", "average", "average_unc", "trend", "trend_unc"]
# Seven columns stand under these six names, so that a plain reader shifts every one of them.
_MLO_NAMES = ["Date", "Decimal Date", "Average", "Interpolated", "Trend", "Number of Days"]
_MLO_COLUMNS = ["date", "decimal", "average", "trend", "days", "spread", "uncertainty"]
_EXTRA = ("trend", "trend_sd", "preliminary")
_PLACE: dict[str, dict[str, Any]] = {
    "global": {"site": "GLOBAL", "network": "NOAA-MBL"},
    "mlo": {"site": "MLO", "network": "NOAA", "lat": 19.536, "lon": -155.576, "alt": 3397.0},
}


def read_monthly(gas: str, place: str = "global", path: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Monthly means in STATION_COLUMNS plus `trend` (season removed), `trend_sd` and `preliminary`.

    'global': co2 [ppm], ch4 and n2o [ppb]; `sd` is the uncertainty of the mean; a month whose uncertainty is
    not available yet is preliminary. 'mlo': co2 [ppm]; `sd` is the spread of the daily means, `n` the number
    of days, both NaN before May 1974 (Scripps), `trend_sd` NaN.
    """
    choose(f"{gas} {place}", [" ".join(key) for key in _MONTHLY], "gas and place", PRODUCT)
    series = _MONTHLY[gas, place]
    file = catalog.locate(PRODUCT, series.file) if path is None else path
    columns = _mauna_loa(file) if place == "mlo" else _global(gas, series, file)
    table = station_table(columns | {"gas": gas, "unit": series.unit} | _PLACE[place], extra=_EXTRA)
    return describe(require_values(table, "value", file), PRODUCT, file, unit=series.unit)


def _global(gas: str, series: _Series, path: str | os.PathLike[str]) -> dict:
    text = read_text(path)
    _require_stated(text, gas, series.unit, path)
    # Comment lines hold commas; a blank line may follow the header.
    rows = read_csv(path, text, comment="#", skip_blank_lines=True)
    require_header(rows.columns, _HEADER, path)
    sd = sentinels_to_nan(rows["average_unc"], SENTINELS)
    return {
        "year": rows["year"], "month": rows["month"], "sd": sd, "preliminary": np.isnan(sd),
        "value": sentinels_to_nan(rows["average"], SENTINELS), "scale": "NOAA",
        "trend": sentinels_to_nan(rows["trend"], SENTINELS),
        "trend_sd": sentinels_to_nan(rows["trend_unc"], SENTINELS),
    }  # fmt: skip


def _require_stated(text: str, gas: str, unit: str, path: str | os.PathLike[str]) -> None:
    """The header must say that this gas is given in this unit."""
    header = " ".join(line.lstrip("# ") for line in text.splitlines() if line.startswith("#"))
    if f"{_SYMBOL[gas]} expressed as a mole fraction in dry air, {_WORDS[unit]}" not in header:
        raise fault(path, f"unit of {gas}", "a header that does not state it", f"{_SYMBOL[gas]} in {unit}",
                    "use the Trends file of this gas, with its header")  # fmt: skip


def _mauna_loa(path: str | os.PathLike[str]) -> dict:
    lines = read_text(path).splitlines()
    require_header(lines[0].split(","), _MLO_NAMES, path)
    rows = read_csv(path, "\n".join(lines[1:]), header=None)
    if rows.shape[1] != len(_MLO_COLUMNS):
        raise fault(path, "columns", f"{rows.shape[1]} in each row", f"{len(_MLO_COLUMNS)}",
                    "the layout has changed: use the version in the catalog")  # fmt: skip
    rows.columns = pd.Index(_MLO_COLUMNS)
    date = rows["date"].str.split("-", expand=True).astype(int)
    return {
        "year": date[0], "month": date[1], "value": sentinels_to_nan(rows["average"], SENTINELS),
        "sd": sentinels_to_nan(rows["spread"], SENTINELS), "n": sentinels_to_nan(rows["days"], [-1.0]),
        "trend": sentinels_to_nan(rows["trend"], SENTINELS), "preliminary": False,
        "scale": "NOAA",
    }  # fmt: skip


def read_annual(place: str = "global", path: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Annual mean CO2 [ppm] of 'global' or 'mlo': gas, site, network, year, value, sd, unit."""
    file = (
        catalog.locate(PRODUCT, _ANNUAL[choose(place, _ANNUAL, "place", PRODUCT)]) if path is None else path
    )
    header = ["year", "mean", "unc"] if place == "global" else ["Year", "Mean", "Uncertainty"]
    return _yearly(file, header, place, "ppm")


def read_growth(place: str = "global", path: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Annual increase of CO2 [ppm yr-1]: gas, site, network, year, value, sd, unit, derived.

    `derived` marks global years before 1980, which rest on MLO and SPO instead of the network.
    """
    file = (
        catalog.locate(PRODUCT, _GROWTH[choose(place, _GROWTH, "place", PRODUCT)]) if path is None else path
    )
    table = _yearly(file, ["Year", "Annual Increase", "Uncertainty"], place, "ppm yr-1")
    table["derived"] = (table["year"] < FIRST_SAMPLED_GROWTH) & (place == "global")
    return table


def _yearly(path: str | os.PathLike[str], header: list[str], place: str, unit: str) -> pd.DataFrame:
    rows = read_csv(path, comment="#")
    require_header(rows.columns, header, path)
    values = {"value": sentinels_to_nan(rows[header[1]], SENTINELS)}
    values["sd"] = sentinels_to_nan(rows[header[2]], SENTINELS)
    labels = {"gas": "co2", "site": _PLACE[place]["site"], "network": _PLACE[place]["network"], "unit": unit}
    table = pd.DataFrame({"year": rows[header[0]].astype(int)} | values | labels)
    table = require_values(table, "value", path)[["gas", "site", "network", "year", "value", "sd", "unit"]]
    return describe(table[table["value"].notna()].reset_index(drop=True), PRODUCT, path, unit=unit)


def read_tab(gas: str, path: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Global monthly 'n2o' [ppb] (from 1977) or 'sf6' [ppt] in STATION_COLUMNS, from a table in mol mol-1.

    Months may be absent: N2O has none of January to March 1997.
    """
    choose(gas, _TAB, "gas", PRODUCT)
    series = _TAB[gas]
    file = catalog.locate(PRODUCT, series.file) if path is None else path
    rows = read_csv(file, sep=r"\s+", header=None)
    if rows.shape[1] != 2 or not (rows[1] < 1e-6).all():
        found = f"{rows.shape[1]} columns, values to {rows.iloc[:, -1].max():g}"
        raise fault(
            file, f"unit of {gas}", found, "decimal year and mol mol-1", "convert the values to mol mol-1"
        )
    year, month = to_year_month(rows[0])
    _require_mid_months(rows[0].to_numpy(), file)
    columns = {"year": year, "month": month, "value": rows[1] * series.factor}
    labels = {"gas": gas, "unit": series.unit, "site": "GLOBAL", "network": "NOAA-HATS", "scale": "NOAA"}
    table = require_values(station_table(columns | labels), "value", file)
    return describe(table, PRODUCT, file, unit=series.unit)


def _require_mid_months(decimal: np.ndarray, path: str | os.PathLike[str]) -> None:
    """Years rounded to 0.01 tell the month only if they are mid-months, each later than the one before."""
    within = decimal * 12.0 % 1.0
    wrong = np.flatnonzero((np.abs(within - 0.5) > 0.1) | (np.diff(decimal, prepend=-np.inf) <= 0.0))
    if wrong.size:
        remedy = "use the version in the catalog"
        raise fault(path, "decimal year", f"{decimal[wrong[0]]}", "mid-months in rising order", remedy)
