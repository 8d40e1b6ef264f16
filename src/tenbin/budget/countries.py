"""National rows of the bottom-up pan, so scaled that countries and bunkers sum to the world."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tenbin.budget import components, extension, inventories, uncertainty
from tenbin.budget.columns import UNIT
from tenbin.budget.components import FIRST_YEAR, LAST_YEAR

YEARS = np.arange(FIRST_YEAR, LAST_YEAR + 1)


def rows(root: Path, world: pd.DataFrame) -> pd.DataFrame:
    """Ledger rows by country and bunker: CO2 fossil and industry, CH4 and N2O anthropogenic [Tg yr-1].

    Each year the countries are scaled to the globe row of `world`: a factor of one to round-off for CH4 and
    N2O to 2018, that of GCB2019 over EDGAR for CO2. Land use has no national rows. sd is the relative error
    of `country` in bottom_up_uncertainty.yaml.
    """
    fuel = inventories.edgar_ft2017(root)
    parts = [
        _scaled(rows, "co2", str(sector), "gcb2019+edgar_ft2017", world)
        for sector, rows in fuel.groupby("sector")
    ]
    for gas in ("ch4", "n2o"):
        national = components.sectors_by_country(root, gas)
        national = national.groupby(["region", "year"], as_index=False)["mean"].sum()
        parts.append(_scaled(national, gas, "anthropogenic", "edgar_v6+v432", world))
    return pd.concat(parts, ignore_index=True)


def _scaled(national: pd.DataFrame, gas: str, sector: str, source: str, world: pd.DataFrame) -> pd.DataFrame:
    """All years of each country; those after the inventory by damped drift, then scaled to the world."""
    wide = national.pivot(index="region", columns="year", values="mean").fillna(0.0)
    # A year of nought is kept: without it a mean over years would be one over years of emission.
    wide = wide[(wide != 0).any(axis=1)]
    last = int(wide.columns[-1])
    values = wide.to_numpy()
    values = np.concatenate([values, extension.damped_log_drift(values, LAST_YEAR - last)], axis=1)
    chosen = (world["gas"] == gas) & (world["sector"] == sector) & (world["region"] == "globe")
    total = world[chosen].set_index("year_start")["mean"].loc[YEARS].to_numpy()
    factor = total / values.sum(axis=0)
    table = pd.DataFrame(values * factor, index=wide.index, columns=YEARS)
    tidy = table.reset_index().melt(id_vars="region", var_name="year_start", value_name="mean")
    tidy["year_start"] = tidy["year_start"].astype(int)
    tidy = tidy.assign(gas=gas, sector=sector, source=source, unit=UNIT)
    scale = dict(zip(YEARS, factor, strict=True))
    note = [_note(year, last, scale[year]) for year in tidy["year_start"]]
    sd = uncertainty.model()["country"][gas] * tidy["mean"].abs()
    return tidy.assign(sd=sd, note=note, year_end=tidy["year_start"], approach="bottom-up")


def _note(year: int, last: int, factor: float) -> str:
    scaled = f"scaled by {factor:.4f} to the world total" if abs(factor - 1.0) > 1e-9 else ""
    guessed = "extrapolated: damped drift of the last five years" if year > last else ""
    return "; ".join(part for part in (guessed, scaled) if part)
