"""The undivided terms of the bottom-up pan per band and year, from the inventories or from the embedded table."""

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
FIRST_YEAR, LAST_YEAR = 1970, 2020
CLIMATOLOGY_YEAR = 0
"""Year 0 marks a mean that stands for every year."""

PGC_TO_TG_CO2 = 1e3 * float(C_TO_CO2)


@lru_cache(maxsize=1)
def natural_terms() -> dict[str, Any]:
    """Published global means with tenbin's split over bands (budget/natural_terms.yaml)."""
    import yaml  # only when the terms are wanted

    text = resources.files("tenbin.budget").joinpath("natural_terms.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def from_files(root: Path) -> pd.DataFrame:
    """All inventory terms read from the full files under `root`; columns COLUMNS, [Tg of gas yr-1]."""
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


def sectors_by_country(root: Path, gas: str) -> pd.DataFrame:
    """EDGAR v6 national totals divided by each country's v4.3.2 sector shares of the year (2012's afterwards).

    Columns sector, region, year, mean [Tg yr-1]; the shares of the world serve where v4.3.2 lists no country.
    """
    old, new = inventories.edgar_v432(root, gas), inventories.edgar_v6(root, gas)
    years = range(int(new["year"].min()), int(new["year"].max()) + 1)
    wide = old.pivot_table(index=["region", "year"], columns="sector", values="mean", fill_value=0.0)
    share = _shares_by_year(wide, years)
    world = _shares_by_year(pd.concat({"world": wide.groupby("year").sum()}, names=["region"]), years)
    keys = pd.MultiIndex.from_frame(new[["region", "year"]])
    chosen = share.reindex(keys)
    substitute = world.reindex(pd.MultiIndex.from_product([["world"], new["year"].unique()])).reindex(
        pd.MultiIndex.from_arrays([["world"] * len(new), new["year"]])
    )
    filled = chosen.to_numpy()
    filled = np.where(np.isnan(filled), substitute[chosen.columns].to_numpy(), filled)
    wide_new = pd.DataFrame(filled * new["mean"].to_numpy()[:, None], index=keys, columns=chosen.columns)
    tidy = wide_new.reset_index().melt(id_vars=["region", "year"], var_name="sector", value_name="mean")
    return tidy[tidy["sector"] != "excluded"].reset_index(drop=True)


def _shares_by_year(wide: pd.DataFrame, years: range) -> pd.DataFrame:
    """Sector shares (columns) by region and year, the last year's held for later `years`."""
    total = wide.sum(axis=1)
    share = wide.div(total.where(total > 0), axis=0).unstack("region")
    return share.reindex(years).ffill().stack("region", future_stack=True).swaplevel().sort_index()


def anthropogenic(root: Path, gas: str) -> pd.DataFrame:
    """CH4 or N2O of human activity by sector and band, without open burning [Tg yr-1]."""
    bands = allocation.countries_to_bands(sectors_by_country(root, gas), gas)
    return bands.assign(gas=gas, source="edgar_v6+v432")


def fires(root: Path, gas: str) -> pd.DataFrame:
    """Open burning by band: GFED4.1s from 1997; before that BB4CMIP's world total on GFED's mean geography."""
    bands = allocation.fire_regions_to_bands(inventories.gfed(root, gas))
    early = inventories.fires_before_satellites(root, gas)
    geography = bands.sum() / bands.to_numpy().sum()
    backcast = pd.DataFrame(np.outer(early, geography), index=early.index, columns=bands.columns)
    backcast = backcast[backcast.index < bands.index.min()]
    both = pd.concat([_long(backcast, "bb4cmip"), _long(bands, "gfed41s")])
    return both.assign(gas=gas, sector="biomass_burning")


def _long(wide: pd.DataFrame, source: str) -> pd.DataFrame:
    tidy = wide.rename_axis("year").reset_index().melt(id_vars="year", var_name="band", value_name="mean")
    return tidy.assign(spread=0.0, source=source)


def wetlands(root: Path) -> pd.DataFrame:
    """Wetland CH4 by band, mean of the ecosystem models for 2008-2017; spread is their spread (1 sigma)."""
    models = allocation.wetlands_to_bands(inventories.wetland_models(root))
    return pd.DataFrame({"band": list(BANDS), "mean": models.mean().to_numpy(), "spread": models.std().to_numpy()}
                        ).assign(gas="ch4", sector="wetlands", year=CLIMATOLOGY_YEAR, source="gmb2020")  # fmt: skip


def carbon_dioxide(root: Path) -> pd.DataFrame:
    """CO2 by sector and band: world totals of GCB2019, fossil geography of EDGAR, sinks by published shares."""
    world = inventories.gcb2019(root)
    world["mean"] *= PGC_TO_TG_CO2
    fossil = world[world["sector"].isin(["fossil", "industry"])]
    rest = world[~world["sector"].isin(["fossil", "industry"])]
    return pd.concat([_on_edgar_geography(root, fossil), _on_published_shares(rest)]).assign(gas="co2")


def _on_edgar_geography(root: Path, world: pd.DataFrame) -> pd.DataFrame:
    """World totals [Tg yr-1] laid on EDGAR's bands of the year; the last year's geography is held afterwards."""
    bands = allocation.countries_to_bands(inventories.edgar_ft2017(root), "co2")
    wide = bands.pivot(index=["sector", "year"], columns="band", values=["mean", "spread"])
    share = wide.div(wide["mean"].sum(axis=1), axis=0).unstack("sector")
    share = share.reindex(range(FIRST_YEAR, LAST_YEAR + 1)).ffill().stack("sector", future_stack=True)
    amount = world.set_index(["year", "sector"])["mean"]
    tidy = share.mul(amount, axis=0).dropna().stack("band", future_stack=True)
    return tidy.reset_index().assign(source="gcb2019+edgar_ft2017")


def _on_published_shares(world: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for sector, rows in world.groupby("sector"):
        term = natural_terms()["co2"][sector]
        shift = np.array(term.get("redistribution_pgc", [0.0] * 4)) * PGC_TO_TG_CO2
        values = np.outer(rows["mean"], term["shares"]) + shift
        wide = pd.DataFrame(values, index=rows["year"], columns=list(BANDS))
        parts.append(_long(wide, "gcb2019").assign(sector=sector))
    return pd.concat(parts)
