"""Means over decades and other periods, with an error that knows how the years err together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from tenbin.budget import sectors, uncertainty
from tenbin.budget.columns import COLUMNS, SUM, UNIT
from tenbin.budget.posterior_errors import PosteriorErrors
from tenbin.core.errors import Fault, raise_if_any
from tenbin.core.regions import BANDS, HEMISPHERES, latitude_bounds

__all__ = ["DECADES", "MIN_YEARS", "error_model", "period_means"]

DECADES = ((1970, 1979), (1980, 1989), (1990, 1999), (2000, 2009), (2010, 2019))
MIN_YEARS = 8
"""A mean over fewer years than this is not given, unless the period itself is shorter."""

_BY = ", errors by "
_FALLBACK = " for want of a posterior covariance"
_SERIES = ["gas", "approach", "sector", "region"]


def period_means(
    ledger: pd.DataFrame,
    periods: Sequence[tuple[int, int]] = DECADES,
    min_years: int = MIN_YEARS,
    exact: PosteriorErrors | None = None,
) -> pd.DataFrame:
    """Ledger rows for the mean of each series over each (first, last) period, both years included [Tg yr-1].

    A series is one gas, approach, sector and region; where several sources give the same year, each is its
    own. The mean is over the years present, at least min(min_years, length of period) of them; otherwise
    there is no row. The sd is sqrt(w' C w) over years, and for sums over their leaves; C is `exact` for the
    top-down rows it covers, elsewhere the model of `budget.uncertainty`. The note of a row says which.
    """
    raise_if_any(_period_faults(periods))
    yearly = ledger[(ledger["year_start"] == ledger["year_end"]) & ledger["mean"].notna()]
    parts = [part for period in periods for part in _one_period(yearly, period, min_years, exact)]
    table = pd.concat([ledger.iloc[:0], *(part for part in parts if len(part))], ignore_index=True)
    return table[COLUMNS]


def _period_faults(periods: Sequence[tuple[int, int]]) -> Iterator[Fault]:
    for first, last in periods:
        if last < first:
            yield Fault(
                "period", f"{first}-{last}", "an end before the start", "first <= last", "swap the two years"
            )


def _one_period(
    yearly: pd.DataFrame, period: tuple[int, int], min_years: int, exact: PosteriorErrors | None
) -> Iterator[pd.DataFrame]:
    inside = yearly[yearly["year_start"].between(*period)]
    needed = min(min_years, period[1] - period[0] + 1)
    for (gas, _), rows in inside.groupby(["gas", "approach"]):
        is_sum = _rebuildable(rows, str(gas))
        yield _own_means(rows[~is_sum], period, needed, exact)
        if is_sum.any():
            yield _sum_means(rows[is_sum], rows[~is_sum], str(gas), period, needed)


def _rebuildable(rows: pd.DataFrame, gas: str) -> pd.Series:
    """Which rows are sums whose leaves all stand in the bands, so that their errors can be rebuilt."""
    present = set(rows.loc[rows["region"].isin(BANDS) & (rows["source"] != SUM), "sector"])
    complete = [sector for sector in rows["sector"].unique() if set(sectors.leaves(gas, sector)) <= present]
    zonal = ("globe", *HEMISPHERES, *BANDS)
    return (rows["source"] == SUM) & rows["sector"].isin(complete) & rows["region"].isin(zonal)


def _own_means(
    rows: pd.DataFrame, period: tuple[int, int], needed: int, exact: PosteriorErrors | None
) -> pd.DataFrame:
    """Means of series that carry their own yearly errors."""
    rows, which = _series(rows)
    years = np.arange(period[0], period[1] + 1)
    raise_if_any(_twice(rows, which))
    mean, sd = (_by_year(rows, which, years, name) for name in ("mean", "sd"))
    count = (~np.isnan(mean)).sum(axis=1)
    kept = count >= needed
    series, mean, sd = _last_of_each(rows, which)[kept].reset_index(drop=True), mean[kept], sd[kept]
    variance, model = _variances(series, years, sd, exact)
    values = {"mean": np.nansum(mean, axis=1) / count[kept], "sd": np.sqrt(variance)}
    return _finished(series.assign(**values), count[kept], period, model)


def _series(rows: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows whose source is that of their whole series (their own is kept), and the number of each's series.

    Sources that follow one another are joined by '+', unless two of them give the same year (then each alone).
    """
    keys = [*_SERIES, "source"]
    rows, which = rows.assign(own_source=rows["source"]), rows.groupby(keys).ngroup().to_numpy()
    if _last_of_each(rows, which).duplicated(_SERIES).any():
        rows = rows.assign(source=_joined_source(rows))
        which = rows.groupby(keys).ngroup().to_numpy()
    return rows, which


def _last_of_each(rows: pd.DataFrame, which: np.ndarray) -> pd.DataFrame:
    """The last row of each series, in the order of their numbers."""
    return rows.iloc[len(rows) - 1 - np.unique(which[::-1], return_index=True)[1]]


def _joined_source(rows: pd.DataFrame) -> np.ndarray:
    named = rows[[*_SERIES, "source"]].drop_duplicates()
    several = named[named.duplicated(_SERIES, keep=False)].groupby(_SERIES)["source"].agg("+".join)
    joined = rows[_SERIES].merge(several.rename("joined").reset_index(), on=_SERIES, how="left")["joined"]
    twice = rows.loc[rows.duplicated([*_SERIES, "year_start"]), _SERIES].drop_duplicates()
    is_twice = rows[_SERIES].merge(twice, on=_SERIES, how="left", indicator=True)["_merge"] == "both"
    keep = joined.isna().to_numpy() | is_twice.to_numpy()
    return np.where(keep, rows["source"].to_numpy(), joined.to_numpy())


def _twice(rows: pd.DataFrame, which: np.ndarray) -> list[Fault]:
    """Series that give one year twice: two rows share a key of the ledger."""
    place = which.astype(np.int64) * 100_000 + rows["year_start"].to_numpy(np.int64)
    if len(np.unique(place)) == len(place):
        return []
    again = rows[pd.Series(place).duplicated().to_numpy()].head(5)
    names = [f"{row.gas} {row.sector} {row.region} {row.year_start}" for row in again.itertuples()]
    return [Fault("ledger", name, "two rows of one source", "one", "keep one of them") for name in names]


def _by_year(rows: pd.DataFrame, which: np.ndarray, years: np.ndarray, name: str) -> np.ndarray:
    """A column of `rows` as a table (series, year), NaN where a series has no such year."""
    table = np.full((which.max(initial=-1) + 1, len(years)), np.nan)
    table[which, rows["year_start"].to_numpy(int) - years[0]] = rows[name].to_numpy(float)
    return table


def _variances(
    series: pd.DataFrame, years: np.ndarray, sd: np.ndarray, exact: PosteriorErrors | None
) -> tuple[np.ndarray, list[str]]:
    """Variance of the mean of each series, and in words which model of its errors gave it."""
    own = series.assign(source=series["own_source"])
    variance = uncertainty.variance_of_means(own, years, sd)
    families = (
        uncertainty.family_of(*key) for key in zip(own["source"], own["sector"], own["approach"], strict=True)
    )
    words = [f"model '{family.name}'" + (_FALLBACK if family.stands_in else "") for family in families]
    if exact is None:
        return variance, words
    known = exact.variances_of_means(series, years, ~np.isnan(sd))
    is_known = np.isfinite(known)
    words = [exact.statement if yes else word for yes, word in zip(is_known, words, strict=True)]
    return np.where(is_known, known, variance), words


def _sum_means(
    sums: pd.DataFrame, own: pd.DataFrame, gas: str, period: tuple[int, int], needed: int
) -> pd.DataFrame:
    """Means of sums, their errors rebuilt from the leaves in the bands."""
    count = sums.groupby(_SERIES)["mean"].agg(["mean", "count"]).reset_index()
    count = count[count["count"] >= needed].reset_index(drop=True)
    leaves, covariance = _leaf_covariance(own, gas)
    inside = _inside(count, leaves, gas)
    # Round-off may leave a tiny negative variance where errors cancel exactly.
    variance = np.maximum(((inside @ covariance) * inside).sum(axis=1), 0.0)
    named = count.assign(source=SUM, sd=np.sqrt(variance))
    return _finished(named, count["count"].to_numpy(), period, ["models of the leaves"] * len(named))


def _leaf_covariance(own: pd.DataFrame, gas: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Leaf series in the bands, and the covariance of their period means."""
    leaf = [s for s in sectors.known(gas) if not sectors.children(gas, s)]
    rows = own[own["sector"].isin(leaf) & own["region"].isin(BANDS)]
    sd = rows.pivot(index=["sector", "region"], columns="year_start", values="sd")
    keys = ["sector", "region"]
    series = rows.drop_duplicates(keys, keep="last").set_index(keys).loc[sd.index].reset_index()
    return series, uncertainty.covariance_of_means(series, sd.columns.to_numpy(), sd.to_numpy())


def _inside(sums: pd.DataFrame, leaves: pd.DataFrame, gas: str) -> np.ndarray:
    """Which leaf series belong to which sum, (sum, leaf): 1 or 0."""
    sector = {
        name: leaves["sector"].isin(sectors.leaves(gas, name)).to_numpy() for name in set(sums["sector"])
    }
    region = {name: leaves["region"].isin(_bands_of(name)).to_numpy() for name in set(sums["region"])}
    chosen = [sector[s] & region[r] for s, r in zip(sums["sector"], sums["region"], strict=True)]
    return np.array(chosen, dtype=float).reshape(len(sums), len(leaves))


def _bands_of(region: str) -> list[str]:
    south, north = latitude_bounds(region)
    return [b for b in BANDS if latitude_bounds(b)[0] >= south and latitude_bounds(b)[1] <= north]


def _finished(
    table: pd.DataFrame, count: np.ndarray, period: tuple[int, int], model: Sequence[str]
) -> pd.DataFrame:
    years = period[1] - period[0] + 1
    note = [f"mean of {n} of {years} years{_BY}{name}" for n, name in zip(count, model, strict=True)]
    return table.assign(year_start=period[0], year_end=period[1], unit=UNIT, note=note)


def error_model(note: str) -> str:
    """The model of errors that a note of `period_means` names.

    >>> error_model("mean of 10 of 10 years, errors by model 'edgar'")
    "model 'edgar'"
    """
    return note.partition(_BY)[2]
