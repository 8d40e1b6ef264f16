"""The Global Methane Budget 2020: each model's mean of 2008-2017, bottom-up and top-down, in 18 regions."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tenbin.core import regions
from tenbin.core.errors import Fault, InputError
from tenbin.data.inventories.tables import (
    UNIT,
    PathLike,
    numbers,
    read_table,
    refuse_duplicates,
    source_path,
    tidy,
)
from tenbin.data.tidy import choose

PRODUCT = "methane_budget"
FILES = {
    ("bottom-up", True): "gmb2020_BU_2008_2017_clean.csv",
    ("top-down", True): "gmb2020_TD_2008_2017_clean.csv",
    ("bottom-up", False): "gmb2020_global_BU_2008_2017_clean.csv",
    ("top-down", False): "gmb2020_global_TD_2008_2017_clean.csv",
}
"""(approach, with regions) -> file; the global files have more sectors, to 0.1 Tg."""

SECTORS = {
    "Biomass burning": "biomass_burning",
    "Biofuel": "biofuel",
    "Fossil fuel": "fossil",
    "Fossil fuels": "fossil",
    "Coal mining": "fossil_coal",
    "Oil and Gas": "fossil_oil_gas",
    "Industry": "fossil_industry",
    "Transport": "fossil_transport",
    "Agriculture and Waste": "agriculture_and_waste",
    "Landfills and Waste": "waste",
    "Enteric fermentation and Manure": "livestock",
    "Rice cultivation": "rice",
    "Wetland": "wetlands",
    "Wetlands": "wetlands",
    "Total anthropogenic excl. biomass burning": "anthropogenic",
    "Total Anthropogenic Sources": "anthropogenic_and_fires",
    "Biomass and Biofuel Burning": "biomass_and_biofuel_burning",
    "Other Natural Sources": "other_natural",
    "Total natural Sources": "natural",
    "Total Sources": "total",
    "Soil Sink": "soil_sink",
}
"""Cleaned row label -> sector. A label that holds others ('Fossil fuel' holds coal, oil, industry, transport)
stays distinct, so that no sum takes both. Top-down 'anthropogenic' includes fires, bottom-up does not."""

_LATITUDES = {"<30°N": "90S-30N", "30°N-60°N": "30N-60N", "60°N-90°N": "60N-90N"}
_RENAMED = {"Korean Japan": "Korea and Japan"}


def read(path: PathLike | None = None, approach: str = "bottom-up", by_region: bool = True) -> pd.DataFrame:
    """Mean 2008-2017 [Tg CH4 yr-1] per sector, model and region; the soil sink is negative, to the air.

    Regions: 'globe', three latitude bands ('90S-30N', '30N-60N', '60N-90N') and 'gcp18:...'. Columns
    year_start, year_end and `model` (decimal commas of names made points: 'FINNv1.5'); absent cells are left
    out. Source: Saunois et al. 2020, ESSD 12, 1561.
    """
    choose(approach, ("bottom-up", "top-down"), "approach", "methane budget")
    file = source_path(path, PRODUCT, FILES[approach, by_region])
    raw = read_table(file, ("GLOBAL",))
    long = _rows(raw, file)
    label = long.pop("label")
    long["sector"] = label.map(SECTORS)
    long.loc[long["sector"] == "soil_sink", "value"] *= -1.0
    refuse_duplicates(long, ("sector", "model", "region"), file)
    long = long.assign(gas="ch4", unit=UNIT, source="gmb2020", category=label, category_set="GMB2020")
    long = long.assign(year_start=2008, year_end=2017, approach=approach)
    return tidy(long, PRODUCT, file, unit=UNIT, period="2008-2017")


def _rows(raw: pd.DataFrame, file: PathLike) -> pd.DataFrame:
    """Long table label, model, region, value from the wide file, without its second header row."""
    first, second = raw.columns[:2]
    raw = raw[raw[second].str.strip() != ""].rename(columns={first: "label", second: "model"})
    raw["label"] = raw["label"].map(_clean_label)
    raw["model"] = raw["model"].str.strip().str.replace(",", ".")
    unknown = sorted(set(raw["label"]) - set(SECTORS))
    if unknown:
        expected = "a row of the methane budget"
        raise InputError(
            [Fault(str(file), "sector", repr(x), expected, "add it to SECTORS") for x in unknown]
        )
    named = raw.rename(columns={name: _region(name, file) for name in raw.columns[2:]})
    long = named.melt(id_vars=["label", "model"], var_name="region", value_name="value")
    long["value"] = numbers(long["value"], file)
    return long.dropna(subset=["value"])


def _clean_label(label: str) -> str:
    """Row label without stray spaces, decimal commas and the suffix of the top-down file."""
    return " ".join(label.replace(",", ".").split()).removesuffix(" - Posterior")


def _region(name: str, file: PathLike) -> str:
    """Region id of a column header."""
    name = " ".join(name.split())
    if name == "GLOBAL" or name in _LATITUDES:
        return _LATITUDES.get(name, "globe")
    ids = {regions.name(region): region for region in regions.partition_regions("gcp18")}
    if _RENAMED.get(name, name) in ids:
        return ids[_RENAMED.get(name, name)]
    raise InputError(
        Fault(
            str(Path(file)), "region", repr(name), f"one of {', '.join(ids)}", "see tenbin/core/regions.yaml"
        )
    )
