"""Whether what is put in and taken out makes the growth that is seen in the air."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from tenbin.budget import decades, sectors
from tenbin.budget.columns import UNIT
from tenbin.budget.decades import DECADES, MIN_YEARS
from tenbin.budget.posterior_errors import PosteriorErrors

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
    exact: PosteriorErrors | None = None,
) -> pd.DataFrame:
    """Sources and sinks of the top-down pan against the growth of the air, per gas and period [Tg yr-1].

    `growth`: gas, year, growth, sd, unit; rows in "Tg yr-1" are used. CH4 and N2O: sources are 'total',
    sinks the leaves below 'sinks'. CO2: sources are the bottom-up 'anthropogenic', sinks what the net flux
    leaves for land and ocean. residual = sources + sinks - growth_observed. The sd adds the errors of the net
    flux (CO2) or of sources and sinks (an upper bound: in an inversion they make up for each other) to that
    of the growth. `exact` replaces the model of how the years of the top-down emissions err together; the
    note of a line says which was used.
    """
    observed = growth[growth["unit"] == UNIT]
    rows = []
    for gas in WEIGHED:
        globe = ledger[(ledger["gas"] == gas) & (ledger["region"] == "globe")]
        for period in periods:
            rows += list(_closed(globe, observed[observed["gas"] == gas], gas, period, min_years, exact))
    return pd.DataFrame(rows, columns=COLUMNS)


def _closed(
    globe: pd.DataFrame,
    growth: pd.DataFrame,
    gas: str,
    period: tuple[int, int],
    min_years: int,
    exact: PosteriorErrors | None,
) -> Iterator[dict[str, object]]:
    """The line of one gas and period, if budget and growth both hold enough years of it."""
    globe = globe[(globe["year_start"] == globe["year_end"]) & globe["year_start"].isin(growth["year"])]
    net = globe[(globe["approach"] == "top-down") & (globe["sector"] == sectors.root(gas))]
    years = sorted(set(net.loc[net["year_start"].between(*period), "year_start"]))
    if len(years) < max(2, min(min_years, years[-1] - years[0] + 1 if years else 2)):
        return
    globe, growth = globe[globe["year_start"].isin(years)], growth[growth["year"].isin(years)]
    sides = _carbon_sides(globe, exact) if gas == "co2" else _gross_sides(globe, gas, exact)
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


def _means(rows: pd.DataFrame, exact: PosteriorErrors | None) -> pd.DataFrame:
    """Mean over all years of each sector of one pan, with its sd and note; the index is the sector."""
    span = (int(rows["year_start"].min()), int(rows["year_start"].max()))
    return decades.period_means(rows, [span], min_years=1, exact=exact).set_index("sector")


def _carbon_sides(globe: pd.DataFrame, exact: PosteriorErrors | None) -> _Sides:
    top_down = globe["approach"] == "top-down"
    net = _means(globe[top_down & (globe["sector"] == "net_total")], exact).loc["net_total"]
    sources = float(globe.loc[~top_down & (globe["sector"] == "anthropogenic"), "mean"].mean())
    note = "sources: inventory of fuel, industry and land use; sinks: what the top-down net flux leaves"
    return _Sides(sources, float(net["mean"]) - sources, float(net["sd"]), _with_model(note, net["note"]))


def _gross_sides(globe: pd.DataFrame, gas: str, exact: PosteriorErrors | None) -> _Sides:
    means = _means(globe[globe["approach"] == "top-down"], exact)
    source = means.loc[sectors.root(gas)]
    present = [leaf for leaf in sectors.leaves(gas, "sinks") if leaf in means.index]
    present = present or ["sinks"]
    sinks = means.reindex(present)
    spread = float(np.sqrt(source["sd"] ** 2 + (sinks["sd"] ** 2).sum(skipna=False)))
    note = f"sinks: {', '.join(present)}; sd an upper bound, sources and sinks make up for each other"
    total = float(sinks["mean"].sum(skipna=False))
    return _Sides(float(source["mean"]), total, spread, _with_model(note, source["note"]))


def _with_model(note: str, of_mean: str) -> str:
    return f"{note}; years of the top-down emissions: {decades.error_model(of_mean)}"
