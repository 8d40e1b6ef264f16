"""The inventories as the bottom-up pan needs them: one value per sector, place and year [Tg of gas yr-1]."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tenbin.budget import sectors

BUNKER_OF = {"SEA": "intl_shipping", "AIR": "intl_aviation"}
# Joint codes of the inventory -> the country whose shape they share.
JOINT = {"ANT": "CUW", "SCG": "SRB"}


def place(code: str) -> str:
    """Region id of an inventory's country code: bunkers renamed, joint codes ('FRA_MCO') by their first country."""
    return BUNKER_OF.get(code) or JOINT.get(code) or code.split("_")[0]


def _read(root: Path, name: str, **options: object) -> pd.DataFrame:
    return pd.read_csv(root / "inventory" / name, encoding="utf-8-sig", keep_default_na=False, **options)  # type: ignore[call-overload]


def edgar_v432(root: Path, gas: str) -> pd.DataFrame:
    """EDGAR v4.3.2 by sector, region, year (1970-2012) [Tg yr-1]; categories excluded by the tree dropped."""
    table = _read(root, f"edgar_v432/{gas}.csv.gz")
    table["mean"] = pd.to_numeric(table["Emissions"], errors="coerce").fillna(0.0) / 1e3
    table["sector"] = table["Category"].map(sectors.category_map("edgar_v432", gas))
    table["region"] = table["Code"].map(place)
    return table.groupby(["sector", "region", "Year"], as_index=False)["mean"].sum().rename(columns={"Year": "year"})


def edgar_v6(root: Path, gas: str) -> pd.DataFrame:
    """EDGAR v6.0 national totals by region and year (1970-2018), fossil and bio rows summed [Tg yr-1]."""
    table = _read(root, f"edgar_v6_country_totals/edgar6_{gas.upper()}.csv")
    years = [c for c in table if c.startswith("Y_")]
    tidy = table.melt(id_vars="Country_code_A3", value_vars=years, var_name="year", value_name="mean")
    tidy["mean"] = pd.to_numeric(tidy["mean"], errors="coerce").fillna(0.0) / 1e3
    tidy["year"] = tidy["year"].str.removeprefix("Y_").astype(int)
    tidy["region"] = tidy["Country_code_A3"].map(place)
    return tidy.groupby(["region", "year"], as_index=False)["mean"].sum()


def edgar_ft2017(root: Path) -> pd.DataFrame:
    """EDGAR v5.0 FT2017 fossil CO2 by sector, region, year (1970-2017) [Tg yr-1]."""
    table = _read(root, "edgar_co2_vintages/EDGARv5.0_FT2017_CO2_total_emissions_1970-2017.csv")
    years = [c for c in table if c.isdigit()]
    tidy = table.melt(id_vars=["Sector", "ISO_CODE"], value_vars=years, var_name="year", value_name="mean")
    tidy["mean"] = pd.to_numeric(tidy["mean"], errors="coerce").fillna(0.0)
    tidy["sector"] = tidy["Sector"].map(sectors.category_map("edgar_ft2017"))
    tidy["region"], tidy["year"] = tidy["ISO_CODE"].map(place), tidy["year"].astype(int)
    return tidy.groupby(["sector", "region", "year"], as_index=False)["mean"].sum()


def gcb2019(root: Path) -> pd.DataFrame:
    """GCB2019 global terms by sector and year (1959-2018), positive to the air [Pg C yr-1]."""
    table = _read(root, "gcb2019/global-carbon-budget.csv").set_index("Year").astype(float)
    split = _read(root, "gcb2019/fossil-fuel-cement.csv").pivot(index="Year", columns="Category", values="Value")
    cement = split["Cement"].astype(float) / 1e3
    terms = {
        "fossil": table["Fossil-Fuel-And-Industry"] - cement,
        "industry": cement,
        "land_use_change": table["Land-Use-Change-Emissions"],
        "land_sink": -table["Land-Sink"],
        "ocean": -table["Ocean-Sink"],
    }
    wide = pd.DataFrame(terms).rename_axis("year")
    return wide.reset_index().melt(id_vars="year", var_name="sector", value_name="mean")


def gfed(root: Path, gas: str) -> pd.DataFrame:
    """GFED4.1s fires by basis region and year (1997-2019), scaled to the unrounded world total [Tg yr-1]."""
    table = _read(root, "gfed41s/gfed41s_region_year_1997-2019.csv.gz")
    table = table[(table["species"] == gas.upper()) & table["fire_type"].str.startswith("All")]
    table["mean"] = table["value"].astype(float) * table["unit"].str.removesuffix(" g").astype(float) / 1e12
    regions = table[table["region"] != "Global"].pivot(index="year", columns="region", values="mean")
    world = _read(root, "gfed41s/gfed4s_global_1997-2019.csv").set_index("Year")[gas.upper()].astype(float)
    return regions.mul(world / regions.sum(axis=1), axis=0)


def fires_before_satellites(root: Path, gas: str) -> pd.Series:
    """BB4CMIP world fires by year (1750-2015) [Tg yr-1]."""
    return _read(root, "gfed41s/cmip6_bb_global_1750-2015.csv").set_index("Year")[gas.upper()].astype(float)


def wetland_models(root: Path) -> pd.DataFrame:
    """Wetland CH4 of each ecosystem model of the methane budget, mean 2008-2017, by the table's columns [Tg yr-1]."""
    table = _read(root, "methane_budget_2008_2017/gmb2020_BU_2008_2017_clean.csv")
    table.columns = [c.strip() for c in table.columns]
    table = table[table.iloc[:, 0].str.strip() == "Wetland"].iloc[:, 1:]
    table = table.set_index(table.columns[0])
    return table.apply(pd.to_numeric, errors="coerce").replace([np.inf], np.nan)
