"""How the emission of a country, a fire region or the world divides over the four latitude bands."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

from tenbin.core.errors import Fault, raise_if_any
from tenbin.core.regions import BANDS
from tenbin.data.inventories import band_shares as band_table

COUNTRY_WEIGHT = {"co2": {"area": 0.0, "population": 1.0}, "ch4": {"area": 0.5, "population": 0.5},
                  "n2o": {"area": 0.5, "population": 0.5}}  # fmt: skip
"""Weights of land area and population in a country's share per band: CO2 follows people, the others both."""


@lru_cache(maxsize=1)
def band_shares() -> dict[str, Any]:
    """tenbin's own shares of the bands for regions wider than a country (budget/band_shares.yaml)."""
    import yaml  # only when shares are wanted

    text = resources.files("tenbin.budget").joinpath("band_shares.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _bunker(region: str) -> tuple[np.ndarray, np.ndarray]:
    entry = band_shares()["bunkers"][region]
    return np.array(entry["shares"]), np.full(len(BANDS), entry["share_sd"])


def country_shares(gas: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares of the bands (rows: region; columns: bands) and their 1-sigma, for countries and bunkers.

    A country's share lies between that of its land and that of its people; the error is that of a value
    spread evenly between the two, |difference| / sqrt(12). It matters for Russia, China, the USA, Australia.
    """
    wide = band_table.read().pivot(index="region", columns="band", values=["area_share", "population_share"])
    area, people = (_normalised(wide[name][list(BANDS)]) for name in ("area_share", "population_share"))
    weight = COUNTRY_WEIGHT[gas]
    shares = weight["area"] * area + weight["population"] * people
    spread = (area - people).abs() / np.sqrt(12.0)
    for region in band_shares()["bunkers"]:
        shares.loc[region], spread.loc[region] = _bunker(region)
    return shares, spread


def _normalised(shares: pd.DataFrame) -> pd.DataFrame:
    """Shares that sum to one to round-off, not to the digits of the table: mass must close to 1e-9."""
    return shares.div(shares.sum(axis=1), axis=0)


def countries_to_bands(table: pd.DataFrame, gas: str) -> pd.DataFrame:
    """National emissions (sector, region, year, mean [Tg yr-1]) as bands.

    Columns: sector, year, band, mean, spread (1-sigma of the allocation). The sum over bands is the sum over
    countries to round-off.
    """
    shares, spread = country_shares(gas)
    _refuse_unknown(table, shares)
    mean, variance = table[["sector", "year"]].copy(), table[["sector", "year"]].copy()
    amount = table["mean"].to_numpy()[:, None]
    mean[list(BANDS)] = shares.reindex(table["region"]).to_numpy() * amount
    variance[list(BANDS)] = (spread.reindex(table["region"]).to_numpy() * amount) ** 2
    total = mean.groupby(["sector", "year"]).sum().stack()
    error = np.sqrt(variance.groupby(["sector", "year"]).sum().stack())
    bands = pd.DataFrame({"mean": total, "spread": error})
    return bands.rename_axis(["sector", "year", "band"]).reset_index()


def _refuse_unknown(table: pd.DataFrame, shares: pd.DataFrame) -> None:
    emitted = table.loc[~table["region"].isin(shares.index) & (table["mean"] != 0), "region"]
    raise_if_any(
        Fault("country_band_shares.csv", region, "no share of the bands", "area and population shares",
              "add its row, or map its code in budget/inventories.py")
        for region in sorted(emitted.unique())
    )  # fmt: skip


def fire_regions_to_bands(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fires by basis region (columns) and year (index) [Tg yr-1] as bands by year, and their spread.

    A share s of a region that straddles a band edge has the error `gfed_share_sd` x sqrt(s (1 - s)).
    """
    shares = pd.DataFrame(band_shares()["gfed"], index=list(BANDS)).T
    error = band_shares()["gfed_share_sd"] * np.sqrt(shares * (1.0 - shares))
    fires = table[list(shares.index)]
    return fires @ shares, np.sqrt(fires**2 @ error**2)


def wetlands_to_bands(models: pd.DataFrame) -> pd.DataFrame:
    """Each wetland model's latitude columns as bands [Tg yr-1]; rows are models, columns bands.

    The table gives < 30N, 30-60N and 60-90N. What lies south of 30N is divided as the model's regions are.
    """
    south = pd.DataFrame(band_shares()["methane_budget_south_of_30n"], index=list(BANDS[:3])).T
    weights = models[list(south.index)].clip(lower=0.0) @ south
    weights = weights.div(weights.sum(axis=1), axis=0)
    bands = weights.mul(models["90S-30N"], axis=0)
    bands[BANDS[3]] = models["30N-60N"] + models["60N-90N"]
    return bands[list(BANDS)]
