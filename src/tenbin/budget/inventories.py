"""The inventories as the bottom-up pan needs them: one value per sector, place and year [Tg of gas yr-1]."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tenbin.core import regions
from tenbin.core.errors import Fault, raise_if_any
from tenbin.data import catalog
from tenbin.data.inventories import edgar_co2, edgar_v6, edgar_v432, gcb2019, gfed41s, methane_budget

# Codes of states that have since parted -> the country whose shape stands for them.
SUCCESSOR = {"ANT": "CUW", "SCG": "SRB"}

FILES = {
    "edgar_v432": ("ch4.csv.gz", "n2o.csv.gz"),
    "edgar_v6": ("edgar6_CH4.csv", "edgar6_N2O.csv"),
    "edgar_co2": ("EDGARv5.0_FT2017_CO2_total_emissions_1970-2017.csv",),
    "gcb2019": ("global-carbon-budget.csv", "fossil-fuel-cement.csv"),
    "gfed41s": (
        "gfed41s_region_year_1997-2019.csv.gz",
        "gfed4s_global_1997-2019.csv",
        "cmip6_bb_global_1750-2015.csv",
    ),
    "methane_budget": ("gmb2020_BU_2008_2017_clean.csv",),
}
"""Product -> the files of it that the bottom-up pan reads."""


def input_files(root: Path) -> dict[str, Path]:
    """Every file read from the data folder `root`: name -> path; InputError lists all that are missing."""
    found = {name: file_under(root, product, name) for product, names in FILES.items() for name in names}
    raise_if_any(
        Fault(str(path), "file", "nothing", "a file of the bottom-up inventories",
              "fetch it, set TENBIN_DATA to the folder that holds it, or run with the embedded table")
        for path in found.values() if not path.is_file()
    )  # fmt: skip
    return found


def file_under(root: Path, product: str, name: str) -> Path:
    """Where a catalogued file stands below `root`."""
    return root / catalog.product(product).file(name).path


def _places(table: pd.DataFrame) -> pd.Series:
    return table["region"].replace(SUCCESSOR)


def edgar_v432_sectors(root: Path, gas: str) -> pd.DataFrame:
    """EDGAR v4.3.2 by sector, region, year (1970-2012); 'biomass_burning' is field burning of residues."""
    table = edgar_v432.read(file_under(root, "edgar_v432", f"{gas}.csv.gz"), gas)
    return _grouped(table.assign(region=_places(table)), ["sector", "region", "year"])


def edgar_v6_totals(root: Path, gas: str) -> pd.DataFrame:
    """EDGAR v6.0 national totals by region and year (1970-2018), fossil and bio together."""
    table = edgar_v6.read(file_under(root, "edgar_v6", f"edgar6_{gas.upper()}.csv"), gas)
    return _grouped(table.assign(region=_places(table)), ["region", "year"])


def edgar_ft2017(root: Path) -> pd.DataFrame:
    """EDGAR v5.0 FT2017 fossil CO2 by sector (fossil, industry), region, year (1970-2017)."""
    table = edgar_co2.read(file_under(root, "edgar_co2", FILES["edgar_co2"][0]), "FT2017")
    return _grouped(table.assign(region=_places(table)), ["sector", "region", "year"])


def _grouped(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return table.groupby(keys, as_index=False)["value"].sum().rename(columns={"value": "mean"})


def world_carbon(root: Path) -> pd.DataFrame:
    """GCB2019 terms by sector and year (1959-2018) [Tg CO2 yr-1]; cement taken out of fossil as industry."""
    terms = gcb2019.read(file_under(root, "gcb2019", "global-carbon-budget.csv"))
    fuels = gcb2019.read_fossil(file_under(root, "gcb2019", "fossil-fuel-cement.csv"))
    wide = terms.pivot(index="year", columns="sector", values="value").rename_axis(columns=None)
    wide["industry"] = fuels[fuels["sector"] == "industry"].groupby("year")["value"].sum()
    wide["fossil"] -= wide["industry"]
    kept = ["fossil", "industry", "land_use_change", "land_sink", "ocean"]
    return wide[kept].reset_index().melt(id_vars="year", var_name="sector", value_name="mean")


def observed_growth(root: Path) -> pd.Series:
    """GCB2019 growth of atmospheric CO2 by year (1959-2018) [Tg CO2 yr-1]."""
    terms = gcb2019.read(file_under(root, "gcb2019", "global-carbon-budget.csv"))
    return terms[terms["sector"] == "atmospheric_growth"].set_index("year")["value"]


def fires_by_region(root: Path, gas: str) -> pd.DataFrame:
    """GFED4.1s by basis region (columns) and year (1997-2019), scaled to the less rounded world total."""
    table = gfed41s.read(
        file_under(root, "gfed41s", FILES["gfed41s"][0]), species=(gas.upper(),), fire_types=False
    )
    wide = table[table["region"] != "globe"].pivot(index="year", columns="region", values="value")
    world = gfed41s.read_global(file_under(root, "gfed41s", FILES["gfed41s"][1]), species=(gas.upper(),))
    scale = world.set_index("year")["value"] / wide.sum(axis=1)
    return wide.mul(scale, axis=0).rename(columns=lambda name: name.removeprefix("gfed:"))


def fires_before_satellites(root: Path, gas: str) -> pd.Series:
    """BB4CMIP world fires by year (1750-2015)."""
    table = gfed41s.read_bb4cmip(file_under(root, "gfed41s", FILES["gfed41s"][2]), species=(gas.upper(),))
    return table.set_index("year")["value"]


def wetland_models(root: Path) -> pd.DataFrame:
    """Wetland CH4 of each ecosystem model, mean 2008-2017: rows models, columns latitudes and regions."""
    table = methane_budget.read(file_under(root, "methane_budget", FILES["methane_budget"][0]), "bottom-up")
    wetlands = table[table["sector"] == "wetlands"].pivot(index="model", columns="region", values="value")
    return wetlands.rename(columns={r: regions.name(r) for r in wetlands if r.startswith("gcp18:")})
