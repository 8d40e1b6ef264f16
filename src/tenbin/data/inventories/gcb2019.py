"""The Global Carbon Budget 2019: global terms, the models behind them, and national fossil CO2."""

from __future__ import annotations

import pandas as pd

from tenbin.core.constants import C_TO_CO2
from tenbin.core.errors import Fault, InputError
from tenbin.data.inventories.tables import (
    UNIT,
    PathLike,
    melt_years,
    numbers,
    read_table,
    refuse_duplicates,
    source_path,
    tidy,
)
from tenbin.data.tidy import choose

PRODUCT = "gcb2019"
_PGC = 1000.0 * float(C_TO_CO2)  # PgC yr-1 -> Tg CO2 yr-1
_MTC = float(C_TO_CO2)  # MtC yr-1 -> Tg CO2 yr-1

# Column of the file -> (sector, sign). Sinks stand positive in the files and negative, to the air, here.
_TERMS = {
    "Fossil-Fuel-And-Industry": ("fossil", 1),
    "Fossil-Fuel-Industry": ("fossil", 1),
    "Land-Use-Change-Emissions": ("land_use_change", 1),
    "Land-Use-Change": ("land_use_change", 1),
    "Atmospheric-Growth": ("atmospheric_growth", 1),
    "Ocean-Sink": ("ocean", -1),
    "Land-Sink": ("land_sink", -1),
    "Budget-Imbalance": ("imbalance", 1),
}
_FUELS = {"Coal", "Oil", "Gas", "Flaring"}
_MODELS = {
    "land_use_change": ("land-use-change.csv", "Land-Use-Change", 1),
    "ocean": ("ocean-sink.csv", "Ocean-Sink", -1),
    "land_sink": ("terrestrial-sink.csv", "Terrestrial-Sink", -1),
}
_NATIONAL = {
    "territorial": ("territorial-emissions.csv", "Emissions"),
    "consumption": ("consumption-emissions.csv", "Consumption-Emissions"),
}
_AGGREGATES = {"World": "globe", "Bunkers": "bunkers"}


def read(path: PathLike | None = None) -> pd.DataFrame:
    """The global budget 1959-2018 [Tg CO2 yr-1], from PgC yr-1: sinks negative, to the air.

    Sector 'fossil' is fuels and industry together (category 'Fossil-Fuel-And-Industry').
    'atmospheric_growth' and 'imbalance' (positive: sources exceed sinks) are no fluxes; fossil +
    land_use_change + land_sink + ocean = atmospheric_growth + imbalance, to the rounding of 0.001 PgC per
    term. Source: Friedlingstein et al. 2019.
    """
    names = ("Fossil-Fuel-And-Industry", "Land-Use-Change-Emissions", "Atmospheric-Growth", "Ocean-Sink",
             "Land-Sink", "Budget-Imbalance")  # fmt: skip
    return _terms(source_path(path, PRODUCT, "global-carbon-budget.csv"), names)


def read_historical(path: PathLike | None = None) -> pd.DataFrame:
    """The budget since 1750 [Tg CO2 yr-1], without a land sink; early cells are empty and left out.

    Its atmospheric growth of 2018 (5.155 PgC) is a later estimate than that of `read` (5.140).
    """
    names = ("Fossil-Fuel-Industry", "Land-Use-Change", "Atmospheric-Growth", "Ocean-Sink")
    return _terms(source_path(path, PRODUCT, "historical-budget.csv"), names)


def _terms(file: PathLike, names: tuple[str, ...]) -> pd.DataFrame:
    raw = read_table(file, ("Year", *names))
    long = _columns_as_rows(raw, list(names), file)
    long["sector"] = long["category"].map(lambda name: _TERMS[name][0])
    long["value"] *= long["category"].map(lambda name: _TERMS[name][1]) * _PGC
    return _global(long, file)


def _columns_as_rows(raw: pd.DataFrame, names: list[str], file: PathLike) -> pd.DataFrame:
    """One row per year and named column: category, year, value."""
    refuse_duplicates(raw, ("Year",), file)
    wide = raw.set_index("Year")[names].T.rename_axis("category").reset_index()
    return melt_years(wide, ("category",), file)


def _global(long: pd.DataFrame, file: PathLike, **more: str) -> pd.DataFrame:
    labels = {
        "gas": "co2",
        "region": "globe",
        "unit": UNIT,
        "source": PRODUCT,
        "category_set": "GCB2019",
    } | more
    return tidy(long.assign(**labels), PRODUCT, file, unit=UNIT)


def read_fossil(path: PathLike | None = None) -> pd.DataFrame:
    """Global fossil CO2 by fuel 1959-2018 [Tg CO2 yr-1]: fuels and flaring 'fossil', cement 'industry'.

    The file's total is left out. From 1990 it exceeds the five rows by 34 to 50 MtC of sources reported to
    the UN and not listed by fuel: for a world total use `read`. Column `provenance` says CDIAC, BP, USGS or
    'Constant'.
    """
    file = source_path(path, PRODUCT, "fossil-fuel-cement.csv")
    raw = read_table(file, ("Year", "Category", "Value", "Source"))
    refuse_duplicates(raw, ("Year", "Category"), file)
    for name in raw["Category"].unique():
        choose(name, _FUELS | {"Cement", "Total"}, "Category", file)
    raw = raw[raw["Category"] != "Total"]
    long = pd.DataFrame(
        {
            "sector": raw["Category"].isin(_FUELS).map({True: "fossil", False: "industry"}),
            "year": numbers(raw["Year"], file).astype(int),
            "value": numbers(raw["Value"], file) * _MTC,
            "category": raw["Category"],
            "provenance": raw["Source"],
        }
    )
    return _global(long.dropna(subset=["value"]), file)


def read_models(path: PathLike | None = None, sector: str = "land_sink") -> pd.DataFrame:
    """Each model's 'land_use_change', 'ocean' or 'land_sink' 1959-2018 [Tg CO2 yr-1], sinks negative.

    Column `model`; the budget's own estimate is model 'GCB' and means carry their name. The land sink of the
    models' table (2018: 3.516 PgC) is not that of the budget (3.469, which is its multi-model mean).
    """
    name, own, sign = _MODELS[choose(sector, _MODELS, "sector", "GCB2019")]
    file = source_path(path, PRODUCT, name)
    raw = read_table(file, ("Year", own))
    long = _columns_as_rows(raw, [column for column in raw.columns if column != "Year"], file)
    long["value"] *= sign * _PGC
    return _global(long.assign(sector=sector, model=long["category"].replace({own: "GCB"})), file)


def read_national(
    path: PathLike | None = None, accounting: str = "territorial", aggregates: bool = False
) -> pd.DataFrame:
    """National fossil CO2 [Tg CO2 yr-1] from MtC: 'territorial' (1959-2018) or 'consumption' (1990-2017).

    Groups (World, Africa, OECD, EUU ...), 'Bunkers' and 'Statistical Difference' share the file's Code
    column. They are dropped unless `aggregates`; bunkers are not split into ships and aircraft, region
    'bunkers'.
    """
    name, column = _NATIONAL[choose(accounting, _NATIONAL, "accounting", "GCB2019")]
    file = source_path(path, PRODUCT, name)
    raw = read_table(file, ("Code", "Year", column))
    refuse_duplicates(raw, ("Code", "Year"), file)
    code = raw["Code"]
    is_country = code.str.fullmatch("[A-Z]{3}") & (code != "EUU")
    long = pd.DataFrame(
        {
            "region": code.replace(_AGGREGATES),
            "year": numbers(raw["Year"], file).astype(int),
            "value": numbers(raw[column], file) * _MTC,
            "sector": "fossil",
            "category": f"{accounting} fossil and cement",
        }
    )
    long = long[is_country | aggregates].dropna(subset=["value"])
    if long.empty:
        fault = Fault(
            str(file), "Code", "no three-letter code", "ISO3 codes", "check that this is the right file"
        )
        raise InputError(fault)
    return tidy(
        long.assign(gas="co2", unit=UNIT, source=PRODUCT, category_set="GCB2019"), PRODUCT, file, unit=UNIT
    )


def read_definitions(path: PathLike | None = None) -> pd.DataFrame:
    """Countries and regions of the consumption accounts: code, name, territories (names, often none)."""
    file = source_path(path, PRODUCT, "country-definitions.csv")
    raw = read_table(file, ("Number", "Code", "Name", "Description"))
    parts = raw["Description"].map(
        lambda text: tuple(p.strip(" -") for p in text.split(" - ") if p.strip(" -"))
    )
    return tidy(pd.DataFrame({"code": raw["Code"], "name": raw["Name"], "territories": parts}), PRODUCT, file)
