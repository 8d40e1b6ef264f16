"""Whether what is put in and taken out makes the growth that is seen in the air."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from tenbin.budget import decades, sectors
from tenbin.budget.columns import UNIT
from tenbin.budget.decades import DECADES, MIN_YEARS

__all__ = ["growth_closure"]

WEIGHED = ("co2", "ch4", "n2o")
COLUMNS = [
    "gas",
    "period",
    "sources",
    "sinks",
    "growth_from_budget",
    "growth_observed",
    "residual",
    "sd",
    "unit",
    "note",
]


class _Sides(NamedTuple):
    """Sources, sinks (negative) and the sd of their sum [Tg yr-1], and how they were told apart."""

    sources: float
    sinks: float
    sd: float
    note: str


def growth_closure(
    ledger: pd.DataFrame,
    growth: pd.DataFrame,
    periods: Sequence[tuple[int, int]] = DECADES,
    min_years: int = MIN_YEARS,
) -> pd.DataFrame:
    """Sources and sinks of the top-down pan against the growth of the air, per gas and period [Tg yr-1].

    `growth`: gas, year, growth, sd, unit; rows in "Tg yr-1" are used. CH4 and N2O: sources are 'total',
    sinks the leaves below 'sinks'. CO2: sources are the bottom-up 'anthropogenic', sinks what the net flux
    leaves for land and ocean. residual = sources + sinks - growth_observed. The sd adds the errors of the net
    flux (CO2) or of sources and sinks (an upper bound: in an inversion they make up for each other) to that
    of the growth.
    """
    observed = growth[growth["unit"] == UNIT]
    rows = []
    for gas in WEIGHED:
        for period in periods:
            rows += list(_closed(ledger, observed[observed["gas"] == gas], gas, period, min_years))
    return pd.DataFrame(rows, columns=COLUMNS)


def _closed(
    ledger: pd.DataFrame, growth: pd.DataFrame, gas: str, period: tuple[int, int], min_years: int
) -> Iterator[dict[str, object]]:
    """The line of one gas and period, if budget and growth both hold enough years of it."""
    globe = ledger[(ledger["gas"] == gas) & (ledger["region"] == "globe")]
    globe = globe[(globe["year_start"] == globe["year_end"]) & globe["year_start"].isin(growth["year"])]
    net = globe[(globe["approach"] == "top-down") & (globe["sector"] == sectors.root(gas))]
    years = sorted(set(net.loc[net["year_start"].between(*period), "year_start"]))
    if len(years) < max(2, min(min_years, years[-1] - years[0] + 1 if years else 2)):
        return
    globe, growth = globe[globe["year_start"].isin(years)], growth[growth["year"].isin(years)]
    sides = _carbon_sides(globe) if gas == "co2" else _gross_sides(globe, gas)
    seen, seen_sd = float(growth["growth"].mean()), float(np.sqrt((growth["sd"] ** 2).sum()) / len(growth))
    made = sides.sources + sides.sinks
    yield {
        "gas": gas,
        "period": f"{years[0]}-{years[-1]}",
        "sources": sides.sources,
        "sinks": sides.sinks,
        "growth_from_budget": made,
        "growth_observed": seen,
        "residual": made - seen,
        "sd": float(np.hypot(sides.sd, seen_sd)),
        "unit": UNIT,
        "note": sides.note,
    }


def _mean(rows: pd.DataFrame) -> tuple[float, float]:
    """Mean over the years of rows of one flux, and its sd; (nan, nan) if there are none."""
    if rows.empty:
        return np.nan, np.nan
    span = (int(rows["year_start"].min()), int(rows["year_start"].max()))
    line = decades.period_means(rows, [span], min_years=1)
    return float(line["mean"].iloc[0]), float(line["sd"].iloc[0])


def _carbon_sides(globe: pd.DataFrame) -> _Sides:
    top_down = globe["approach"] == "top-down"
    net, sd = _mean(globe[top_down & (globe["sector"] == "net_total")])
    sources = float(globe.loc[~top_down & (globe["sector"] == "anthropogenic"), "mean"].mean())
    note = "sources: inventory of fuel, industry and land use; sinks: what the top-down net flux leaves"
    return _Sides(sources, net - sources, sd, note)


def _gross_sides(globe: pd.DataFrame, gas: str) -> _Sides:
    top_down = globe[globe["approach"] == "top-down"]
    sources, sd = _mean(top_down[top_down["sector"] == sectors.root(gas)])
    sinks = {leaf: _mean(top_down[top_down["sector"] == leaf]) for leaf in sectors.leaves(gas, "sinks")}
    present = {leaf: value for leaf, value in sinks.items() if not np.isnan(value[0])}
    if not present:
        present = {"sinks": _mean(top_down[top_down["sector"] == "sinks"])}
    total = sum(mean for mean, _ in present.values())
    spread = np.sqrt(sd**2 + sum(value**2 for _, value in present.values()))
    note = f"sinks: {', '.join(present)}; sd an upper bound, sources and sinks make up for each other"
    return _Sides(sources, float(total), float(spread), note)
