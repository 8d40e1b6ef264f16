"""Means over decades and other periods, with an error that knows how the years err together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from tenbin.budget import sectors, uncertainty
from tenbin.budget.columns import COLUMNS, SUM, UNIT
from tenbin.core.errors import Fault, raise_if_any
from tenbin.core.regions import BANDS, HEMISPHERES, latitude_bounds

__all__ = ["DECADES", "MIN_YEARS", "period_means"]

DECADES = ((1970, 1979), (1980, 1989), (1990, 1999), (2000, 2009), (2010, 2019))
MIN_YEARS = 8
"""A mean over fewer years than this is not given, unless the period itself is shorter."""

_SERIES = ["gas", "approach", "sector", "region"]


def period_means(
    ledger: pd.DataFrame, periods: Sequence[tuple[int, int]] = DECADES, min_years: int = MIN_YEARS
) -> pd.DataFrame:
    """Ledger rows for the mean of each series over each (first, last) period, both years included [Tg yr-1].

    A series is one gas, approach, sector and region; where several sources give the same year, each is its
    own. The mean is over the years present, at least min(min_years, length of period) of them; otherwise
    there is no row. The sd is sqrt(w' C w) over years, and for sums over their leaves.
    """
    raise_if_any(_period_faults(periods))
    yearly = ledger[(ledger["year_start"] == ledger["year_end"]) & ledger["mean"].notna()]
    parts = [part for period in periods for part in _one_period(yearly, period, min_years)]
    table = pd.concat([ledger.iloc[:0], *(part for part in parts if len(part))], ignore_index=True)
    return table[COLUMNS]


def _period_faults(periods: Sequence[tuple[int, int]]) -> Iterator[Fault]:
    for first, last in periods:
        if last < first:
            yield Fault(
                "period", f"{first}-{last}", "an end before the start", "first <= last", "swap the two years"
            )


def _one_period(yearly: pd.DataFrame, period: tuple[int, int], min_years: int) -> Iterator[pd.DataFrame]:
    inside = yearly[yearly["year_start"].between(*period)]
    needed = min(min_years, period[1] - period[0] + 1)
    for (gas, _), rows in inside.groupby(["gas", "approach"]):
        is_sum = _rebuildable(rows, str(gas))
        yield _own_means(rows[~is_sum], period, needed)
        if is_sum.any():
            yield _sum_means(rows[is_sum], rows[~is_sum], str(gas), period, needed)


def _rebuildable(rows: pd.DataFrame, gas: str) -> pd.Series:
    """Which rows are sums whose leaves all stand in the bands, so that their errors can be rebuilt."""
    present = set(rows.loc[rows["region"].isin(BANDS) & (rows["source"] != SUM), "sector"])
    complete = [sector for sector in rows["sector"].unique() if set(sectors.leaves(gas, sector)) <= present]
    zonal = ("globe", *HEMISPHERES, *BANDS)
    return (rows["source"] == SUM) & rows["sector"].isin(complete) & rows["region"].isin(zonal)


def _own_means(rows: pd.DataFrame, period: tuple[int, int], needed: int) -> pd.DataFrame:
    """Means of series that carry their own yearly errors."""
    rows = rows.assign(series_source=_series_source(rows))
    keys = [*_SERIES, "series_source"]
    mean, sd, count = (_by_year(rows, keys, value) for value in ("mean", "sd", "count"))
    kept = count.sum(axis=1) >= needed
    mean, sd = mean[kept], sd[kept]
    series = rows.drop_duplicates(keys, keep="last").set_index(keys).loc[mean.index].reset_index()
    variance = uncertainty.variance_of_means(series, sd.columns.to_numpy(), sd.to_numpy())
    named = series.assign(
        source=series["series_source"], mean=mean.mean(axis=1).to_numpy(), sd=np.sqrt(variance)
    )
    return _finished(named, count[kept].sum(axis=1).to_numpy(), period)


def _series_source(rows: pd.DataFrame) -> np.ndarray:
    """One name per series: its sources joined, unless two of them give the same year (then each alone)."""
    named = rows[[*_SERIES, "source"]].drop_duplicates()
    several = named[named.duplicated(_SERIES, keep=False)].groupby(_SERIES)["source"].agg("+".join)
    joined = rows[_SERIES].merge(several.rename("joined").reset_index(), on=_SERIES, how="left")["joined"]
    twice = rows.loc[rows.duplicated([*_SERIES, "year_start"]), _SERIES].drop_duplicates()
    is_twice = rows[_SERIES].merge(twice, on=_SERIES, how="left", indicator=True)["_merge"] == "both"
    keep = joined.isna().to_numpy() | is_twice.to_numpy()
    return np.where(keep, rows["source"].to_numpy(), joined.to_numpy())


def _by_year(rows: pd.DataFrame, keys: list[str], value: str) -> pd.DataFrame:
    table = rows.assign(count=1.0)
    return table.pivot(index=keys, columns="year_start", values=value)


def _sum_means(
    sums: pd.DataFrame, own: pd.DataFrame, gas: str, period: tuple[int, int], needed: int
) -> pd.DataFrame:
    """Means of sums, their errors rebuilt from the leaves in the bands."""
    count = sums.groupby(_SERIES)["mean"].agg(["mean", "count"]).reset_index()
    count = count[count["count"] >= needed].reset_index(drop=True)
    leaves, covariance = _leaf_covariance(own, gas)
    variance = [
        _variance(leaves, covariance, gas, *pair)
        for pair in zip(count["sector"], count["region"], strict=True)
    ]
    named = count.assign(source=SUM, sd=np.sqrt(variance))
    return _finished(named, count["count"].to_numpy(), period)


def _leaf_covariance(own: pd.DataFrame, gas: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Leaf series in the bands, and the covariance of their period means."""
    leaf = [s for s in sectors.known(gas) if not sectors.children(gas, s)]
    rows = own[own["sector"].isin(leaf) & own["region"].isin(BANDS)]
    sd = rows.pivot(index=["sector", "region"], columns="year_start", values="sd")
    keys = ["sector", "region"]
    series = rows.drop_duplicates(keys, keep="last").set_index(keys).loc[sd.index].reset_index()
    return series, uncertainty.covariance_of_means(series, sd.columns.to_numpy(), sd.to_numpy())


def _variance(leaves: pd.DataFrame, covariance: np.ndarray, gas: str, sector: str, region: str) -> float:
    south, north = latitude_bounds(region)
    bands = [b for b in BANDS if latitude_bounds(b)[0] >= south and latitude_bounds(b)[1] <= north]
    chosen = leaves["sector"].isin(sectors.leaves(gas, sector)) & leaves["region"].isin(bands)
    indicator = chosen.to_numpy(dtype=float)
    return float(max(indicator @ covariance @ indicator, 0.0))


def _finished(table: pd.DataFrame, count: np.ndarray, period: tuple[int, int]) -> pd.DataFrame:
    years = period[1] - period[0] + 1
    note = [f"mean of {int(n)} of {years} years, errors correlated per source" for n in count]
    return table.assign(year_start=period[0], year_end=period[1], unit=UNIT, note=note)
