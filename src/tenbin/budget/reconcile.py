"""The two pans side by side: how far apart they are, and whether that is more than their errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from tenbin.budget import decades, sectors
from tenbin.budget.columns import UNIT
from tenbin.budget.decades import DECADES, MIN_YEARS
from tenbin.budget.growth import growth_closure
from tenbin.budget.posterior_errors import PosteriorErrors
from tenbin.core.errors import Fault, raise_if_any
from tenbin.core.regions import BANDS

__all__ = ["agreement", "growth_closure", "reconcile"]

PANS = {"bottom_up": "bottom-up", "top_down": "top-down"}
WEIGHED = ("co2", "ch4", "n2o")
_KEYS = ["gas", "region", "year_start", "year_end"]
COLUMNS = [
    *_KEYS,
    "bottom_up",
    "bottom_up_sd",
    "top_down",
    "top_down_sd",
    "difference",
    "difference_sd",
    "z",
    "unit",
    "agreement",
    "assumption",
]


def reconcile(
    ledger: pd.DataFrame,
    periods: Sequence[tuple[int, int]] = DECADES,
    min_years: int = MIN_YEARS,
    pan_correlation: Mapping[str, float] | None = None,
    exact: PosteriorErrors | None = None,
) -> pd.DataFrame:
    """Bottom-up against top-down for each gas, region, year and period that both pans hold [Tg yr-1].

    Compared is the root sector: CO2 'net_total' (fuel, land and ocean together), CH4 and N2O 'total' (gross
    from the surface; their sinks stand apart). difference = top_down - bottom_up; z = difference / its sd.
    Means of a period are over the years that both pans hold, and it is named by the first and last of them.

    The errors of the pans are taken as independent. An inversion that starts from the bottom-up pan shares
    its error with it: the difference is pulled to nought while its sd stays whole, so |z| is too small, never
    too large. `pan_correlation` (gas -> correlation [1]) replaces nought where it is known; `exact` replaces
    the model of how the years of the top-down pan err together. Column `assumption` says which were used.
    Raises InputError if a pan is empty or holds a flux twice.
    """
    raise_if_any(
        fault for approach in PANS.values() for fault in _pan_faults(_roots(ledger, approach), approach)
    )
    parts = []
    for gas in sorted(set(_roots(ledger, "top-down")["gas"])):
        pans = _common_years(ledger[ledger["gas"] == gas], gas)
        parts.append(
            _joined({name: rows[rows["sector"] == sectors.root(gas)] for name, rows in pans.items()})
        )
        parts += [_joined(_means(pans, gas, period, min_years, exact)) for period in periods]
    table = pd.concat([part for part in parts if len(part)], ignore_index=True).drop_duplicates(_KEYS)
    table = _weighed(table, pan_correlation or {})
    return table.sort_values(_KEYS, ignore_index=True)[COLUMNS]


def _roots(ledger: pd.DataFrame, approach: str) -> pd.DataFrame:
    """Annual rows of the root sector of each gas in one pan."""
    is_root = pd.Series(False, index=ledger.index)
    for gas in WEIGHED:
        is_root |= (ledger["gas"] == gas) & (ledger["sector"] == sectors.root(gas))
    annual = ledger["year_start"] == ledger["year_end"]
    return ledger[is_root & annual & (ledger["approach"] == approach) & ledger["mean"].notna()]


def _pan_faults(rows: pd.DataFrame, approach: str) -> Iterator[Fault]:
    if rows.empty:
        roots = ", ".join(f"{gas} {sectors.root(gas)}" for gas in WEIGHED)
        yield Fault("ledger", f"{approach} pan", "no annual rows", roots, "run the stage that fills this pan")
    for gas, part in rows[rows.duplicated(_KEYS, keep=False)].groupby("gas"):
        found = " and ".join(sorted(set(part["source"])))
        yield Fault("ledger", f"{approach} {gas}", f"a flux from {found}", "one source", "keep one of them")


def _common_years(ledger: pd.DataFrame, gas: str) -> dict[str, pd.DataFrame]:
    """Each pan's annual rows of one gas, root and leaves, in the years for which both pans have the globe."""
    years = [set(_roots(ledger, approach)["year_start"]) for approach in PANS.values()]
    annual = ledger[
        (ledger["year_start"] == ledger["year_end"]) & ledger["year_start"].isin(set.intersection(*years))
    ]
    leaves = [sector for sector in sectors.known(gas) if not sectors.children(gas, sector)]
    # The leaves in the bands carry the errors from which those of the sums are rebuilt.
    kept = (annual["sector"] == sectors.root(gas)) | annual["sector"].isin(leaves) & annual["region"].isin(
        BANDS
    )
    return {name: annual[kept & (annual["approach"] == approach)] for name, approach in PANS.items()}


def _means(
    pans: Mapping[str, pd.DataFrame],
    gas: str,
    period: tuple[int, int],
    min_years: int,
    exact: PosteriorErrors | None,
) -> dict[str, pd.DataFrame]:
    """Means of the root over the part of `period` that the pans hold, so labelled; none below two years."""
    years = pans["top_down"]["year_start"]
    years = years[years.between(*period)]
    span = [(int(years.min()), int(years.max()))] if years.nunique() > 1 else []
    means = {name: decades.period_means(rows, span, min_years, exact) for name, rows in pans.items()}
    return {name: rows[rows["sector"] == sectors.root(gas)] for name, rows in means.items()}


def _joined(pans: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    sides = [
        rows[[*_KEYS, "mean", "sd", "note"]].rename(
            columns={"mean": name, "sd": f"{name}_sd", "note": f"{name}_note"}
        )
        for name, rows in pans.items()
    ]
    return pd.merge(*sides, on=_KEYS)


def _weighed(table: pd.DataFrame, pan_correlation: Mapping[str, float]) -> pd.DataFrame:
    rho = table["gas"].map(lambda gas: float(pan_correlation.get(gas, 0.0)))
    a, b = table["bottom_up_sd"], table["top_down_sd"]
    spread = np.sqrt((a**2 + b**2 - 2 * rho * a * b).clip(lower=0.0))
    difference = table["top_down"] - table["bottom_up"]
    z = difference / spread.where(spread > 0)
    words = {"difference": difference, "difference_sd": spread, "z": z, "unit": UNIT}
    independent = "errors of the pans independent"
    between = [f"errors of the pans correlated by {r:g}" if r else independent for r in rho]
    assumption = [first + rest for first, rest in zip(between, _over_years(table), strict=True)]
    return table.assign(**words, agreement=[agreement(value) for value in z], assumption=assumption)


def _over_years(table: pd.DataFrame) -> list[str]:
    """How the years of a mean were taken to err together, per pan; nothing for a single year."""
    several = table["year_end"] > table["year_start"]
    notes = zip(several, table["bottom_up_note"], table["top_down_note"], strict=True)
    return [f"; years of bottom-up: {decades.error_model(ground)}, of top-down: {decades.error_model(air)}"
            if is_mean else "" for is_mean, ground, air in notes]  # fmt: skip


def agreement(z: float) -> str:
    """What a z-score means, in words.

    >>> agreement(-0.4), agreement(2.5)
    ('agree', 'disagree')
    """
    if np.isnan(z):
        return "cannot be told"
    for limit, words in ((1.0, "agree"), (2.0, "agree within two sigma"), (3.0, "disagree")):
        if abs(z) <= limit:
            return words
    return "disagree strongly"
