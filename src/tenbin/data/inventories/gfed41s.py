"""Fires: GFED4.1s by region, fire type and year 1997-2019, its global series, and BB4CMIP since 1750."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from tenbin.data.inventories.tables import (
    UNIT,
    PathLike,
    expect_unit,
    melt_years,
    numbers,
    read_table,
    refuse_duplicates,
    source_path,
    tidy,
)
from tenbin.data.tidy import choose

PRODUCT = "gfed41s"
REGIONS = (
    "BONA", "TENA", "CEAM", "NHSA", "SHSA", "EURO", "MIDE", "NHAF", "SHAF", "BOAS",
    "TEAS", "SEAS", "EQAS", "AUST",
)  # fmt: skip
"""The 14 basis regions of GFED; in tables 'gfed:BONA' and so on."""
ALL_TYPES = "All fire types combined"
AGRICULTURE = "Agricultural waste burning"
"""Fire type that inventories count too (IPCC 1996 4F): a ledger keeps one of the two."""
FIRST_BETA_YEAR = 2017
"""From here on GFED4.1s is 'beta': emissions estimated from active fires alone."""
_UNITS = {f"1E{power} g": 10.0 ** (power - 12) for power in range(9, 14)}  # -> Tg
# GFED turns carbon into gases with integer molar masses; exact ones leave 0.06-0.07 % unclosed.
CARBON_PER_GAS = {"co2": 12.0 / 44.0, "co": 12.0 / 28.0, "ch4": 12.0 / 16.0}


def read(
    path: PathLike | None = None, species: Iterable[str] = ("CO2", "CH4", "N2O"), fire_types: bool = True
) -> pd.DataFrame:
    """Emissions [Tg of the species yr-1] by GFED region ('gfed:BONA' ...) and 'globe', 1997-2019.

    `fire_types` gives one row per fire type (category), else the combined total. Values are whole numbers in
    the unit of their row, cut and not rounded: the 14 regions fall short of the globe by 7 steps on average,
    half a step each. The step is column `resolution` [Tg yr-1], and the truth lies in value .. value +
    resolution; a small region's 0 is less than one step. Column `status` is 'final' or 'beta' (from 2017).
    Source: van der Werf et al. 2017, ESSD 9, 697.
    """
    file = source_path(path, PRODUCT, "gfed41s_region_year_1997-2019.csv.gz")
    raw = read_table(file, ("species", "fire_type", "region", "year", "value", "unit"))
    expect_unit(raw["unit"], _UNITS, file)
    refuse_duplicates(raw, ("species", "fire_type", "region", "year"), file)
    wanted = [choose(name, raw["species"].unique(), "species", file) for name in species]
    is_total = raw["fire_type"] == ALL_TYPES
    raw = raw[raw["species"].isin(wanted) & (~is_total if fire_types else is_total)]
    return tidy(
        _in_columns(raw, file), PRODUCT, file, unit=UNIT, boundary=f"{AGRICULTURE!r} overlaps IPCC 1996 4F"
    )


def _in_columns(raw: pd.DataFrame, file: PathLike) -> pd.DataFrame:
    step, year = raw["unit"].map(_UNITS), numbers(raw["year"], file).astype(int)
    frame = pd.DataFrame(
        {
            "gas": raw["species"].str.lower(),
            "sector": "biomass_burning",
            "region": ("gfed:" + raw["region"]).replace("gfed:Global", "globe"),
            "year": year,
            "value": numbers(raw["value"], file) * step,
            "unit": UNIT,
            "source": PRODUCT,
            "category": raw["fire_type"],
            "category_set": "GFED fire types",
            "resolution": step,
            "status": (year >= FIRST_BETA_YEAR).map({True: "beta", False: "final"}),
        }
    )
    return frame.dropna(subset=["value"])


def read_global(path: PathLike | None = None, species: Iterable[str] | None = None) -> pd.DataFrame:
    """Global emissions of all fires [Tg of the species yr-1], GFED4s with small fires, 1997-2019."""
    file = source_path(path, PRODUCT, "gfed4s_global_1997-2019.csv")
    return _by_species(file, species, PRODUCT)


def read_bb4cmip(path: PathLike | None = None, species: Iterable[str] | None = None) -> pd.DataFrame:
    """Global emissions of all fires [Tg of the species yr-1], BB4CMIP, 1750-2015; no CO2 in this file.

    From 1997 it is GFED4s, before that fire models, proxies and visibility. Source: van Marle et al. 2017.
    """
    file = source_path(path, PRODUCT, "cmip6_bb_global_1750-2015.csv")
    return _by_species(file, species, "bb4cmip")


def _by_species(file: PathLike, species: Iterable[str] | None, source: str) -> pd.DataFrame:
    raw = read_table(file, ("Year", "CH4", "N2O"))
    names = [name for name in raw.columns if name != "Year"]
    wanted = names if species is None else [choose(name, names, "species", file) for name in species]
    refuse_duplicates(raw, ("Year",), file)
    long = melt_years(raw.set_index("Year").T.rename_axis("gas").reset_index(), ("gas",), file)
    long = long[long["gas"].isin(wanted)]
    long = long.assign(gas=long["gas"].str.lower(), sector="biomass_burning", region="globe", unit=UNIT)
    long = long.assign(source=source, category=ALL_TYPES, category_set="GFED fire types")
    return tidy(long, PRODUCT, file, unit=UNIT)
