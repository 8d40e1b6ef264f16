"""The undivided terms of the bottom-up pan per band and year, from inventories or from the package."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tenbin.budget import allocation, inventories
from tenbin.core.constants import C_TO_CO2
from tenbin.core.regions import BANDS

COLUMNS = ["gas", "sector", "band", "year", "mean", "spread", "source"]
"""One term: Tg of gas yr-1 from a band, and `spread`, the 1-sigma that the source itself gives for the band:
the error of dividing countries over bands, or the spread of models."""

FIRST_YEAR, LAST_YEAR = 1970, 2020
CLIMATOLOGY_YEAR = 0
"""Year 0 marks a mean that stands for every year."""

PGC_TO_TG_CO2 = 1e3 * float(C_TO_CO2)
FUEL = ("fossil", "industry")
FIELD_BURNING = "biomass_burning"
"""EDGAR's burning of residues: left out here, since GFED counts it among the fires."""


@lru_cache(maxsize=1)
def natural_terms() -> dict[str, Any]:
    """Published global means with tenbin's split over bands (budget/natural_terms.yaml)."""
    import yaml  # only when the terms are wanted

    text = resources.files("tenbin.budget").joinpath("natural_terms.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def from_files(root: Path) -> pd.DataFrame:
    """All inventory terms read from the full files under `root`; columns COLUMNS."""
    inventories.input_files(root)
    parts = [carbon_dioxide(root)]
    for gas in ("ch4", "n2o"):
        parts += [anthropogenic(root, gas), fires(root, gas)]
    return _tidy(pd.concat([*parts, wetlands(root)], ignore_index=True))


def from_embedded() -> pd.DataFrame:
    """The same table as `from_files`, from the package: four significant digits."""
    path = resources.files("tenbin.data.embedded").joinpath("bottom_up_sectors.csv")
    with path.open(encoding="utf-8") as stream:
        return _tidy(pd.read_csv(stream, keep_default_na=False))


def _tidy(table: pd.DataFrame) -> pd.DataFrame:
    kept = table[table["year"].between(FIRST_YEAR, LAST_YEAR) | (table["year"] == CLIMATOLOGY_YEAR)]
    return kept[COLUMNS].sort_values(["gas", "sector", "band", "year"], ignore_index=True)


@lru_cache(maxsize=2)
def sectors_by_country(root: Path, gas: str) -> pd.DataFrame:
    """EDGAR v6 totals of each country divided by its v4.3.2 sector shares of the year (2012's afterwards).

    Columns sector, region, year, mean [Tg yr-1]; the world's shares serve where v4.3.2 lists no country.
    Field burning is left out.
    """
    old, new = inventories.edgar_v432_sectors(root, gas), inventories.edgar_v6_totals(root, gas)
    years = range(int(new["year"].min()), int(new["year"].max()) + 1)
    wide = old.pivot_table(index=["region", "year"], columns="sector", values="mean", fill_value=0.0)
    shares = _shares_by_year(wide, years).unstack("region")
    world = _shares_by_year(pd.concat({"world": wide.groupby("year").sum()}, names=["region"]), years)
    total = new.pivot(index="year", columns="region", values="mean")
    parts = []
    for sector in wide.columns.drop(FIELD_BURNING):
        share = shares[sector].reindex(columns=total.columns)
        share = share.T.fillna(world[sector].droplevel("region")).T
        parts.append((share * total).stack().rename("mean").reset_index().assign(sector=sector))
    return pd.concat(parts, ignore_index=True)


def _shares_by_year(wide: pd.DataFrame, years: range) -> pd.DataFrame:
    """Sector shares (columns) by region and year, the last year's held for later `years`."""
    total = wide.sum(axis=1)
    share = wide.div(total.where(total > 0), axis=0).unstack("region")
    return share.reindex(years).ffill().stack("region", future_stack=True)


def anthropogenic(root: Path, gas: str) -> pd.DataFrame:
    """CH4 or N2O of human activity by sector and band, without open burning [Tg yr-1]."""
    bands = allocation.countries_to_bands(sectors_by_country(root, gas), gas)
    return bands.assign(gas=gas, source="edgar_v6+v432")


def fires(root: Path, gas: str) -> pd.DataFrame:
    """Open burning by band: GFED4.1s from 1997, before that BB4CMIP's world on GFED's mean geography."""
    bands, spread = allocation.fire_regions_to_bands(inventories.fires_by_region(root, gas))
    early = inventories.fires_before_satellites(root, gas)
    early = early[early.index < bands.index.min()]
    world = bands.to_numpy().sum()
    before, before_spread = (
        pd.DataFrame(np.outer(early, table.sum() / world), index=early.index, columns=table.columns)
        for table in (bands, spread)
    )
    both = pd.concat([_long(before, "bb4cmip", before_spread), _long(bands, "gfed41s", spread)])
    return both.assign(gas=gas, sector="biomass_burning")


def _long(wide: pd.DataFrame, source: str, spread: pd.DataFrame | None = None) -> pd.DataFrame:
    """Years by bands as rows; spread nought if none is given."""
    columns = {"mean": wide.stack(), "spread": 0.0 if spread is None else spread.stack()}
    return pd.DataFrame(columns).rename_axis(["year", "band"]).reset_index().assign(source=source)


def wetlands(root: Path) -> pd.DataFrame:
    """Wetland CH4 by band, mean of the ecosystem models for 2008-2017; spread is theirs (1 sigma)."""
    models = allocation.wetlands_to_bands(inventories.wetland_models(root))
    table = pd.DataFrame({"mean": models.mean(), "spread": models.std()}).rename_axis("band").reset_index()
    return table.assign(gas="ch4", sector="wetlands", year=CLIMATOLOGY_YEAR, source="gmb2020")


def carbon_dioxide(root: Path) -> pd.DataFrame:
    """CO2 by sector and band: world of GCB2019 and later, geography of EDGAR, published shares of sinks."""
    world = _with_later_editions(inventories.world_carbon(root).assign(source="gcb2019"))
    fuel = world["sector"].isin(FUEL)
    parts = [_on_edgar_geography(root, world[fuel]), _on_published_shares(world[~fuel])]
    return pd.concat(parts).assign(gas="co2")


def _with_later_editions(world: pd.DataFrame) -> pd.DataFrame:
    """World totals carried past the table by published values [Pg C], or growth rates, of later editions."""
    by_term = world.set_index(["sector", "year"])["mean"].to_dict()
    rows = []
    for entry in natural_terms()["co2"]["after_table"]:
        before = by_term[entry["sector"], entry["year"] - 1]
        mean = before * (1 + entry["growth"]) if "growth" in entry else entry["value"] * PGC_TO_TG_CO2
        by_term[entry["sector"], entry["year"]] = mean
        rows.append({key: entry[key] for key in ("sector", "year", "source")} | {"mean": mean})
    return pd.concat([world, pd.DataFrame(rows)], ignore_index=True)


def _on_edgar_geography(root: Path, world: pd.DataFrame) -> pd.DataFrame:
    """World totals [Tg yr-1] laid on EDGAR's bands of the year, the last year's geography held afterwards."""
    bands = allocation.countries_to_bands(inventories.edgar_ft2017(root), "co2")
    wide = bands.pivot(index=["sector", "year"], columns="band", values=["mean", "spread"])
    share = wide.div(wide["mean"].sum(axis=1), axis=0).unstack("sector")
    share = share.reindex(range(FIRST_YEAR, LAST_YEAR + 1)).ffill().stack("sector", future_stack=True)
    world = world.set_index(["year", "sector"])
    tidy = share.mul(world["mean"], axis=0).dropna().stack("band", future_stack=True).reset_index()
    source = world["source"].reindex(pd.MultiIndex.from_frame(tidy[["year", "sector"]])).to_numpy()
    return tidy.assign(source=[f"{name}+edgar_ft2017" for name in source])


def _on_published_shares(world: pd.DataFrame) -> pd.DataFrame:
    """World land and ocean fluxes divided by tenbin's shares, with the ocean's natural redistribution."""
    parts = []
    for (sector, source), rows in world.groupby(["sector", "source"]):
        term = natural_terms()["co2"][sector]
        shift = np.array(term.get("redistribution_pgc", [0.0] * len(BANDS))) * PGC_TO_TG_CO2
        values = np.outer(rows["mean"], term["shares"]) + shift
        wide = pd.DataFrame(values, index=rows["year"], columns=list(BANDS))
        parts.append(_long(wide, str(source)).assign(sector=sector))
    return pd.concat(parts)
