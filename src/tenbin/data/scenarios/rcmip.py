"""RCMIP v5.1.0: emissions and concentrations of ten SSP scenarios, with their common history since 1700."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from tenbin.core.errors import Fault, InputError
from tenbin.data.inventories.tables import (
    UNIT,
    PathLike,
    expect_unit,
    melt_years,
    read_table,
    refuse_duplicates,
    source_path,
    tidy,
)
from tenbin.data.tidy import choose

PRODUCT = "rcmip"
_FOSSIL, _LAND = "MAGICC Fossil and Industrial", "MAGICC AFOLU"
# Variable -> (gas, sector). The totals of CH4 and N2O hold open burning, those of CO2 all land use.
_EMISSIONS = {
    "Emissions|CO2": ("co2", "anthropogenic"),
    f"Emissions|CO2|{_FOSSIL}": ("co2", "fossil"),
    f"Emissions|CO2|{_LAND}": ("co2", "land_use_change"),
    "Emissions|CH4": ("ch4", "anthropogenic_and_fires"),
    f"Emissions|CH4|{_FOSSIL}": ("ch4", "fossil"),
    "Emissions|N2O": ("n2o", "anthropogenic_and_fires"),
    "Emissions|Montreal Gases|CH3CCl3": ("mcf", "industry"),
}
_CONCENTRATIONS = {
    "Atmospheric Concentrations|CO2": ("co2", "ppm"),
    "Atmospheric Concentrations|CH4": ("ch4", "ppb"),
    "Atmospheric Concentrations|N2O": ("n2o", "ppb"),
    "Atmospheric Concentrations|Montreal Gases|CH3CCl3": ("mcf", "ppt"),
}
_TO_TG = {
    "co2": {"Mt CO2/yr": 1.0},
    "ch4": {"Mt CH4/yr": 1.0},
    "n2o": {"kt N2O/yr": 1e-3},
    "mcf": {"kt CH3CCl3/yr": 1e-3},
}
_KEYS = ("Scenario", "Region", "Variable", "Unit")


def read_emissions(
    path: PathLike | None = None, scenarios: Iterable[str] | None = None, interpolate: bool = True
) -> pd.DataFrame:
    """World emissions [Tg of the gas yr-1] of co2, ch4, n2o and mcf by scenario, sector and year 1750-2500.

    History is yearly; from 2015 the files hold 2015, 2020, 2030 ... 2100 and on. `interpolate` fills the
    years between linearly (column `interpolated`); nothing is carried past the last given year. Never sum
    'anthropogenic' with its parts. Source: Nicholls et al. 2020, GMD 13, 5175; doi 10.5281/zenodo.4589756.
    """
    file = source_path(path, PRODUCT, "rcmip-emissions-annual-means-5-1-0-ssp-only.csv")
    raw = _chosen(file, _EMISSIONS, scenarios)
    raw["gas"] = raw["Variable"].map(lambda name: _EMISSIONS[name][0])
    raw["sector"] = raw["Variable"].map(lambda name: _EMISSIONS[name][1])
    for gas, part in raw.groupby("gas"):
        expect_unit(part["Unit"], _TO_TG[str(gas)], file)
    factor = {unit: value for units in _TO_TG.values() for unit, value in units.items()}
    long = melt_years(raw, ("scenario", "gas", "sector", "category", "Unit"), file)
    long["value"] *= long.pop("Unit").map(factor)
    long = every_year(long, ("scenario", "gas", "sector", "category")) if interpolate else long
    return _labelled(long.assign(unit=UNIT, category_set="RCMIP"), file)


def read_concentrations(path: PathLike | None = None, scenarios: Iterable[str] | None = None) -> pd.DataFrame:
    """World annual mean mole fractions of co2 [ppm], ch4, n2o [ppb] and mcf [ppt] by scenario, 1700-2500.

    To 2014 observed (Meinshausen et al. 2017), then projected (Meinshausen et al. 2020), given every year.
    """
    file = source_path(path, PRODUCT, "rcmip-concentrations-annual-means-5-1-0-ssp-only.csv")
    raw = _chosen(file, _CONCENTRATIONS, scenarios)
    raw["gas"] = raw["Variable"].map(lambda name: _CONCENTRATIONS[name][0])
    for name, part in raw.groupby("Variable"):
        expect_unit(part["Unit"], (_CONCENTRATIONS[str(name)][1],), file)
    raw["unit"] = raw["Unit"]
    return _labelled(melt_years(raw, ("scenario", "gas", "unit"), file), file)


def _chosen(file: PathLike, variables: Iterable[str], scenarios: Iterable[str] | None) -> pd.DataFrame:
    """Rows of the wanted variables and scenarios."""
    raw = read_table(file, _KEYS)
    expect_unit(raw["Region"], ("World",), file)
    known = raw["Scenario"].unique()
    wanted = known if scenarios is None else [choose(name, known, "scenario", file) for name in scenarios]
    raw = raw[raw["Variable"].isin(list(variables)) & raw["Scenario"].isin(wanted)]
    if raw.empty:
        fault = Fault(str(file), "Variable", "none of CO2, CH4, N2O", ", ".join(variables), "check the file")
        raise InputError(fault)
    refuse_duplicates(raw, ("Scenario", "Variable"), file)
    return raw.assign(scenario=raw["Scenario"], category=raw["Variable"])


def every_year(long: pd.DataFrame, keys: Iterable[str]) -> pd.DataFrame:
    """`long` with a row for every year between the first and the last of each series, linear between.

    Column `interpolated` says which rows were not given.
    """
    parts = [_series(dict(zip(keys, key, strict=True)), part) for key, part in long.groupby(list(keys))]
    return pd.concat(parts, ignore_index=True)


def _series(key: dict[str, str], part: pd.DataFrame) -> pd.DataFrame:
    part = part.sort_values("year")
    years = np.arange(part["year"].iloc[0], part["year"].iloc[-1] + 1)
    values = np.interp(years, part["year"], part["value"])
    filled = ~np.isin(years, part["year"])
    return pd.DataFrame({"year": years, "value": values, "interpolated": filled}).assign(**key)


def _labelled(long: pd.DataFrame, file: PathLike) -> pd.DataFrame:
    return tidy(long.assign(region="globe", source="rcmip_5.1.0"), PRODUCT, file)
