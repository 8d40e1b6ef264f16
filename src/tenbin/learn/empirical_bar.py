"""The bar a land model has to clear: fluxes predicted from weather and leaf area by regression, no process in it.

Linear regressions after the benchmarks of Best et al. (2015, J. Hydrometeorol. 16, 1425, doi:10.1175/JHM-D-14-0158.1)
and boosted regression trees (Friedman 2001, Ann. Stat. 29, 1189; histograms after Ke et al. 2017, NeurIPS 30).
A predictor sees what the process model sees (weather of the day and the days before, leaf area), never a flux.
It learns either from the first half of the same site's record or from other sites.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.learn.skill import first_half

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "BAR",
    "FEWEST_DAYS",
    "FLUXES",
    "Predictor",
    "TreeSettings",
    "elsewhere",
    "features",
    "fit",
    "observed",
    "same_site",
]

FLUXES = {"gpp": "g m-2 d-1", "et": "kg m-2 d-1", "nee": "g m-2 d-1"}
"""Fluxes that are predicted, in the units of tables (g of carbon; a kilogram of water is a millimetre)."""

_TABLE_FACTOR = {"gpp": 1e3, "et": 1.0, "nee": 1e3}  # kg to g of carbon; water stays in kg
_WEATHER = ("tas", "tasmin", "tasmax", "rsds", "vpd", "pr")
_LAGGED = ("tas", "rsds", "vpd", "pr", "lai")
_LAG_DAYS = (30, 90)
FEWEST_DAYS = 30
"""Days with a flux below which nothing is fitted: fewer cannot tell five slopes and a season apart."""

_MET = ("rsds", "tasmin", "tasmax", "vpd", "pr", "pr_30d")
_LAGS = tuple(f"{name}_{days}d" for days in _LAG_DAYS for name in _LAGGED)


@dataclass(frozen=True)
class Predictor:
    """A regression on some columns of `features`: `kind` is 'linear' or 'boosted'."""

    name: str
    kind: str
    columns: tuple[str, ...]


BAR: tuple[Predictor, ...] = (
    Predictor("1lin", "linear", ("rsds",)),
    Predictor("3lin", "linear", ("rsds", "tas", "vpd")),
    Predictor("5lin", "linear", ("rsds", "tas", "vpd", "lai", "pr_30d")),
    Predictor("boosted_met", "boosted", _MET),
    Predictor("boosted_met_lai", "boosted", (*_MET, "lai")),
    Predictor("boosted_lags", "boosted", tuple(dict.fromkeys((*_MET, "lai", *_LAGS)))),
)
"""From one slope to trees that remember a season."""


@dataclass(frozen=True)
class TreeSettings:
    """Size of the boosted trees, set once and not per site: rounds, shrinkage [1] and leaves of a tree."""

    rounds: int = 200
    shrinkage: float = 0.06
    leaves: int = 31
    seed: int = 0


def features(site: xr.Dataset) -> pd.DataFrame:
    """Weather and leaf area of each day (time,) and their means over the last 30 and 90 days, the day included.

    `site` is a daily Dataset with tas, tasmin, tasmax [K], rsds [W m-2], vpd [Pa], pr [kg m-2 s-1] and lai [1];
    the columns keep these units. Means look only backward; at the start of a record they hold what there is.
    Without lai its columns are NaN, and so is every prediction that needs them.
    """
    name = str(site.attrs.get("site", "site"))
    raise_if_any(
        Fault(name, wanted, "nothing", "a daily series", "regressions need it; leave the site out")
        for wanted in _WEATHER
        if wanted not in site
    )
    columns = {column: site[column].values for column in _WEATHER}
    columns["lai"] = site["lai"].values if "lai" in site else np.full(site.sizes["time"], np.nan)
    table = pd.DataFrame(columns, index=pd.DatetimeIndex(site["time"].values))
    for days in _LAG_DAYS:
        means = table[list(_LAGGED)].rolling(f"{days}D", min_periods=1).mean()
        table = table.join(means.add_suffix(f"_{days}d"))
    return table


def observed(site: xr.Dataset) -> pd.DataFrame:
    """Measured FLUXES (time, flux) in the units of tables; NaN where nothing was measured, or the flux is missing."""
    factor = {flux: scale * float(SECONDS_PER_DAY) for flux, scale in _TABLE_FACTOR.items()}
    nothing = np.full(site.sizes["time"], np.nan)
    columns = {flux: factor[flux] * site[flux].values if flux in site else nothing for flux in FLUXES}
    return pd.DataFrame(columns, index=pd.DatetimeIndex(site["time"].values))


def fit(
    predictor: Predictor, table: pd.DataFrame, target: np.ndarray, settings: TreeSettings | None = None
) -> Callable[[pd.DataFrame], np.ndarray]:
    """What `predictor` learns from the days of `table` on which `target` (time,) and all its columns are known.

    Gives a function from another table of features to predictions (time,), NaN on days that lack a column;
    with fewer than FEWEST_DAYS days to learn from it gives NaN throughout.
    """
    columns = list(predictor.columns)
    inputs = table[columns].to_numpy(dtype=float)
    known = np.isfinite(target) & np.isfinite(inputs).all(axis=1)
    if known.sum() < FEWEST_DAYS:
        return lambda other: np.full(len(other), np.nan)
    learn = _linear if predictor.kind == "linear" else _boosted
    answer = learn(inputs[known], target[known], settings or TreeSettings())
    return lambda other: _where_known(answer, other[columns].to_numpy(dtype=float))


def _where_known(answer: Callable[[np.ndarray], np.ndarray], inputs: np.ndarray) -> np.ndarray:
    known = np.isfinite(inputs).all(axis=1)
    predicted = np.full(len(inputs), np.nan)
    if known.any():
        predicted[known] = answer(inputs[known])
    return predicted


def _linear(
    inputs: np.ndarray, target: np.ndarray, settings: TreeSettings
) -> Callable[[np.ndarray], np.ndarray]:
    """Ordinary least squares with an intercept, columns scaled so that pascals and kelvins weigh alike."""
    del settings
    mean, spread = inputs.mean(axis=0), inputs.std(axis=0)
    spread = np.where(spread > 0.0, spread, 1.0)

    def design(values: np.ndarray) -> np.ndarray:
        return np.column_stack([np.ones(len(values)), (values - mean) / spread])

    slopes = np.linalg.lstsq(design(inputs), target, rcond=None)[0]
    return lambda values: design(values) @ slopes


def _boosted(
    inputs: np.ndarray, target: np.ndarray, settings: TreeSettings
) -> Callable[[np.ndarray], np.ndarray]:
    """Boosted trees without early stopping: a random tenth of neighbouring days would not be an honest check."""
    trees = _tree_class()(
        max_iter=settings.rounds,
        learning_rate=settings.shrinkage,
        max_leaf_nodes=settings.leaves,
        early_stopping=False,
        random_state=settings.seed,
    )
    _on_one_thread(lambda: trees.fit(inputs, target))
    return lambda values: _on_one_thread(lambda: trees.predict(values))


def _on_one_thread(work: Callable[[], Any]) -> Any:
    """Trees of a few thousand days are too small to share: where processors are busy, threads wait for each other."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return work()


def _tree_class() -> Any:
    try:
        from sklearn.ensemble import HistGradientBoostingRegressor
    except ImportError as error:
        fault = Fault(
            "boosted trees",
            "scikit-learn",
            "not installed",
            "the extra 'learn'",
            'pip install "tenbin[learn]"',
        )
        raise InputError(fault) from error
    return HistGradientBoostingRegressor


def same_site(
    site: xr.Dataset, bar: Iterable[Predictor] = BAR, settings: TreeSettings | None = None
) -> dict[str, pd.DataFrame]:
    """Predictions on all days, learned from the first half of the same record: predictor -> (time, flux)."""
    table, target = features(site), observed(site)
    early = first_half(table.index)
    return {
        predictor.name: _predict(predictor, table[early], target[early], table, settings) for predictor in bar
    }


def elsewhere(
    training: Mapping[str, xr.Dataset],
    held_out: Mapping[str, xr.Dataset],
    bar: Iterable[Predictor] = BAR,
    settings: TreeSettings | None = None,
) -> dict[str, dict[str, pd.DataFrame]]:
    """Predictions at `held_out` sites learned at the `training` sites: predictor -> site -> (time, flux).

    InputError if a held-out site is among the training sites, or if there is none to learn from.
    """
    _check_apart(training, held_out)
    table = pd.concat([features(site) for site in training.values()])
    target = pd.concat([observed(site) for site in training.values()])
    there = {name: features(site) for name, site in held_out.items()}
    together = pd.concat(list(there.values()))
    made = {}
    for predictor in bar:
        values = _predict(predictor, table, target, together, settings)
        made[predictor.name] = dict(zip(there, _parts(values, there.values()), strict=True))
    return made


def _parts(values: pd.DataFrame, tables: Iterable[pd.DataFrame]) -> list[pd.DataFrame]:
    """The rows of `values`, which follow one another as the `tables` do, cut into one piece a table."""
    ends = np.cumsum([len(table) for table in tables])
    return [values.iloc[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def _check_apart(training: Mapping[str, Any], held_out: Mapping[str, Any]) -> None:
    shared = sorted(set(training) & set(held_out))
    faults = [Fault("sites", name, "in training and held out", "one of both", "drop one") for name in shared]
    if not training:
        faults.append(Fault("sites", "training", "no site", "one at least", "name a folder with other sites"))
    raise_if_any(faults)


def _predict(
    predictor: Predictor,
    table: pd.DataFrame,
    target: pd.DataFrame,
    where: pd.DataFrame,
    settings: TreeSettings | None,
) -> pd.DataFrame:
    columns = {flux: fit(predictor, table, target[flux].to_numpy(), settings)(where) for flux in FLUXES}
    return pd.DataFrame(columns, index=where.index)
