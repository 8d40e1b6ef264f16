"""Greenhouse gases before the instruments: ice cores, firn air, splines through them, and halocarbon tables.

Air is younger than the ice around it: `year` is always the age of the gas [year CE], never that of the ice.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from tenbin.data import catalog
from tenbin.data.stations.spreadsheet import cells, header_row, numbers
from tenbin.data.tidy import choose, describe, fault, require_unit, require_values

__all__ = [
    "read_ghosh_inversion",
    "read_ghosh_n2o",
    "read_law_dome",
    "read_law_dome_spline",
    "read_menking_spline",
    "read_wmo_mixing_ratio",
]

LAW_DOME_SITE = {"site": "LAW", "lat": -66.733, "lon": 112.833, "alt": 1390.0}
_LAW_DOME = {
    "co2": ("CO2", "CO2", "ppm"),
    "ch4": ("CH4", "CH4", "ppb"),
    "n2o": ("N2O", "N2O", "ppb"),
    "d13c_co2": ("d13C", "d13C-CO2", "per mil"),
}
_SPLINE_COLUMN = {"co2": 0, "ch4": 3, "n2o": 6, "d13c_co2": 9}
_GHOSH = {"n2o": "N2O", "d15n_n2o": "d15N_N2O", "d18o_n2o": "d18O_N2O", "d15nsp_n2o": "d15NSP_N2O"}
_GHOSH_UNIT = {"n2o": "ppb", "d15n_n2o": "‰, AIR N2", "d18o_n2o": "‰, VSMOW", "d15nsp_n2o": "‰, AIR N2"}
_MENKING_COLUMN = {"co2": (0, "ppm"), "n2o": (3, "ppb")}

Path = str | os.PathLike[str]


def read_law_dome(gas: str, path: Path | None = None) -> pd.DataFrame:
    """Samples of Law Dome: gas, core, sample, firn, ice_year, year, value, sd, unit, site, lat, lon, alt.

    `gas` is co2 [ppm], ch4, n2o [ppb] or d13c_co2 [per mil]; 154-1996 CE (d13c_co2 from 1019). `firn` marks
    air pumped from the snow, which has no ice age (NaN). Source: Rubino et al. 2019.
    """
    sheet, symbol, unit = _LAW_DOME[choose(gas, _LAW_DOME, "gas", "law_dome")]
    file = catalog.locate("law_dome") if path is None else path
    rows = cells(file, f"{sheet}byAge")
    top = header_row(rows, ("Sample ID", "Ice Age (year AD)"), file)
    _require_header_unit(rows[top][3], symbol, unit, file)
    body = [row for row in rows[top + 1 :] if row[0] is not None]
    ice, year, value, sd = (
        numbers([row[column] for row in body], file, missing=("firn",)) for column in (1, 2, 3, 4)
    )
    table = pd.DataFrame({
        "gas": gas, "core": [str(row[0]).split()[0] for row in body], "sample": [str(row[0]) for row in body],
        "firn": [row[1] == "firn" for row in body], "ice_year": ice, "year": year, "value": value, "sd": sd,
        "unit": unit, **LAW_DOME_SITE,
    })  # fmt: skip
    return _in_order(require_values(table, "value", file), "law_dome", file, unit)


def _require_header_unit(header: Any, symbol: str, unit: str, path: Path) -> None:
    """The unit stands in brackets in the column's header: 'CO2 (ppm)'."""
    match = re.fullmatch(r"(\S+) \((.+)\)", str(header).strip())
    if not match or match[1] != symbol:
        remedy = "use the sheet of this gas in the catalog's version"
        raise fault(path, "header", repr(header), f"'{symbol} ({unit})'", remedy)
    require_unit(match[2], unit, symbol, path)


def _in_order(table: pd.DataFrame, product: str, path: Path, unit: str) -> pd.DataFrame:
    table = table[table["value"].notna() & table["year"].notna()]
    ordered = table.sort_values("year", kind="stable").reset_index(drop=True)
    return describe(ordered, product, path, unit=unit)


def read_law_dome_spline(gas: str, path: Path | None = None) -> pd.DataFrame:
    """Annual spline through the Law Dome record: gas, year, value, growth [unit yr-1], unit.

    The cut-off, 20 yr for CO2 and CH4, 100 yr for N2O and 50 yr for d13c_co2, damps anything faster.
    """
    unit = _LAW_DOME[choose(gas, _LAW_DOME, "gas", "law_dome")][2]
    file = catalog.locate("law_dome") if path is None else path
    rows = cells(file, "Splines fits")
    top = header_row(rows, ("Year AD",), file)
    first = _SPLINE_COLUMN[gas]
    year, value, growth = (numbers([row[first + k] for row in rows[top + 1 :]], file) for k in range(3))
    table = pd.DataFrame({"gas": gas, "year": year, "value": value, "growth": growth, "unit": unit})
    return _in_order(require_values(table, "value", file), "law_dome", file, unit)


def read_ghosh_n2o(path: Path | None = None, corrected: bool = True) -> pd.DataFrame:
    """N2O of ice and firn air [ppb]: gas, site, archive, depth [m], mean_year, year, value, sd, unit.

    `year` is the effective gas age. The value is corrected for laboratory, hemisphere and gravity;
    `corrected=False` gives the original observation. Source: Ghosh et al. 2023, table S2.
    """
    file = catalog.locate("ghosh2023_n2o") if path is None else path
    rows = cells(file, "N2O observations")
    top = header_row(rows, ("Name", "Archive", "Depth", "Mean age", "Effective age"), file)
    require_unit(rows[top + 1][8 if corrected else 5], "nmol mol-1", "N2O", file)
    body = [row for row in rows[top + 2 :] if row[0] is not None]
    columns = {"depth": 2, "mean_year": 3, "year": 4, "value": 8 if corrected else 5, "sd": 9}
    values = {name: numbers([row[k] for row in body], file, missing=("NA",)) for name, k in columns.items()}
    words = {"gas": "n2o", "site": [row[0] for row in body], "archive": [row[1] for row in body]}
    table = require_values(pd.DataFrame(words | values | {"unit": "ppb"}), "value", file)
    return _in_order(table, "ghosh2023_n2o", file, "ppb")


def read_ghosh_inversion(gas: str = "n2o", path: Path | None = None) -> pd.DataFrame:
    """History from the Monte Carlo inversion: gas, year, low2, low1, value, high1, high2, sd, unit.

    `gas` is n2o [ppb] or its isotopes d15n_n2o, d18o_n2o, d15nsp_n2o [permil]. `value` is the median, low and
    high are its quantiles at one and two sigma, `sd` half the distance between those at one sigma.
    """
    unit = _GHOSH_UNIT[choose(gas, _GHOSH, "gas", "ghosh2023_n2o")]
    file = catalog.locate("ghosh2023_n2o") if path is None else path
    rows = cells(file, f"Inversion ({_GHOSH[gas]})")
    top = header_row(rows, ("Cal year CE",), file)
    require_unit(rows[top + 1][3], unit, gas, file)
    names = ("year", "low2", "low1", "value", "high1", "high2")
    table = pd.DataFrame({n: numbers([row[k] for row in rows[top + 2 :]], file) for k, n in enumerate(names)})
    table = table.assign(gas=gas, sd=(table["high1"] - table["low1"]) / 2.0, unit=unit)
    return _in_order(require_values(table, "value", file), "ghosh2023_n2o", file, unit)


def read_menking_spline(gas: str, path: Path | None = None) -> pd.DataFrame:
    """Annual spline of co2 [ppm] (1-2025 CE) or n2o [ppb] (5-2025 CE): gas, year, value, unit."""
    first, unit = _MENKING_COLUMN[choose(gas, _MENKING_COLUMN, "gas", "menking2025_splines")]
    file = catalog.locate("menking2025_splines") if path is None else path
    rows = cells(file, "Sheet1")
    top = header_row(rows, ("Year (CE)",), file)
    _require_header_unit(rows[top][first + 1], gas.upper(), unit, file)
    year, value = (numbers([row[first + k] for row in rows[top + 1 :]], file) for k in range(2))
    table = pd.DataFrame({"gas": gas, "year": year, "value": value, "unit": unit})
    return _in_order(require_values(table, "value", file), "menking2025_splines", file, unit)


def read_wmo_mixing_ratio(species: str = "CH3CCl3", path: Path | None = None) -> pd.DataFrame:
    """Annual mole fraction [ppt] of one ozone-depleting substance, 1955-2100: gas, year, value, unit.

    Past years rest on observations, later ones are a scenario. Source: WMO 2022, chapter 7.
    """
    file = catalog.locate("wmo2022_mixing_ratios") if path is None else path
    rows = cells(file, "2022 MX")
    top = header_row(rows, ("Year",), file)
    names: Sequence[str] = [str(name) for name in rows[top][1:] if name is not None]
    column = 1 + names.index(choose(species, names, "species", file))
    year, value = (numbers([row[k] for row in rows[top + 1 :]], file) for k in (0, column))
    gas = "mcf" if species == "CH3CCl3" else species.lower()
    table = pd.DataFrame({"gas": gas, "year": year, "value": value, "unit": "ppt"})
    return _in_order(require_values(table, "value", file), "wmo2022_mixing_ratios", file, "ppt")
