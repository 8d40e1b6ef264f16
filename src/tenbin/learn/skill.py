"""How well predicted fluxes follow measured ones: squared correlation, efficiency, error, by site and pooled.

All measures use only the days on which both the observed and the predicted value are finite. Nothing is smoothed,
weighted or rescaled. Skill "of a set of sites" is told in two ways: the median over the sites, in which each site
counts once, and pooled, in which each day counts once and differences between sites count too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["MEASURES", "Skill", "Wins", "by_site", "first_half", "medians", "pooled", "skill", "wins"]

MEASURES = ("r2", "nse", "rmse", "bias", "slope", "n")
_SMALLER_IS_BETTER = {"rmse": True, "r2": False, "nse": False}
_FEWEST_DAYS = 3
"""Below three pairs a correlation says nothing."""


@dataclass(frozen=True)
class Skill:
    """Agreement of predictions p with observations o over n pairs; NaN where a measure is undefined.

    `r2` is the square of Pearson's correlation of o and p [1], blind to bias and to scale: the figure that papers on
    site models, DifferLand among them, call R2. It is not the coefficient of determination, which is `nse`.
    `nse` = 1 - sum (o - p)^2 / sum (o - mean o)^2, the efficiency of Nash and Sutcliffe (1970, J. Hydrol. 10, 282).
    `rmse` = sqrt(mean (p - o)^2) and `bias` = mean (p - o), in the unit of the flux.
    `slope` is that of the regression of o on p [1]: below 1, the predictions swing too widely.
    """

    r2: float
    nse: float
    rmse: float
    bias: float
    slope: float
    n: int


def skill(observed: npt.ArrayLike, predicted: npt.ArrayLike) -> Skill:
    """Skill over the pairs (time,) in which both are finite; needs three of them, else all is NaN.

    >>> skill([1.0, 2.0, 3.0, float("nan")], [2.0, 4.0, 6.0, 1.0]).r2
    1.0
    """
    o, p = _pairs(observed, predicted)
    if o.size < _FEWEST_DAYS:
        return Skill(np.nan, np.nan, np.nan, np.nan, np.nan, int(o.size))
    error, from_mean, swing = p - o, o - o.mean(), p - p.mean()
    observed_square, predicted_square = float(from_mean @ from_mean), float(swing @ swing)
    together = float(from_mean @ swing)
    return Skill(
        r2=_ratio(together**2, observed_square * predicted_square),
        nse=1.0 - _ratio(float(error @ error), observed_square),
        rmse=float(np.sqrt(np.mean(error**2))),
        bias=float(error.mean()),
        slope=_ratio(together, predicted_square),
        n=int(o.size),
    )


def _pairs(observed: npt.ArrayLike, predicted: npt.ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    o, p = np.asarray(observed, dtype=float), np.asarray(predicted, dtype=float)
    if o.shape != p.shape:
        raise ValueError(f"observed {o.shape} and predicted {p.shape} do not belong to the same days")
    both = np.isfinite(o) & np.isfinite(p)
    return o[both], p[both]


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0.0 else float("nan")


def by_site(observed: Mapping[str, npt.ArrayLike], predicted: Mapping[str, npt.ArrayLike]) -> pd.DataFrame:
    """One row of MEASURES for each site of `observed`."""
    rows = {site: asdict(skill(values, predicted[site])) for site, values in observed.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(MEASURES))


def medians(sites: pd.DataFrame) -> dict[str, float]:
    """Median over sites of each measure on its own; a site where a measure is undefined is left out of it."""
    return {str(name): float(sites[name].median()) for name in sites.columns}


def pooled(observed: Mapping[str, npt.ArrayLike], predicted: Mapping[str, npt.ArrayLike]) -> Skill:
    """Skill over all days of all sites at once."""
    order = list(observed)
    o = [np.asarray(observed[site], dtype=float) for site in order]
    p = [np.asarray(predicted[site], dtype=float) for site in order]
    return skill(np.concatenate(o), np.concatenate(p))


@dataclass(frozen=True)
class Wins:
    """At how many of `of` sites one predictor beats another; an equal score is no win. `losses` names the others."""

    wins: int
    of: int
    losses: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For a JSON document."""
        return {"wins": self.wins, "of": self.of, "losses": list(self.losses)}


def wins(ours: pd.DataFrame, theirs: pd.DataFrame, measure: str) -> Wins:
    """Sites at which `ours` beats `theirs` (tables of `by_site`) by `measure`: rmse, r2 or nse.

    A site at which their score is undefined and ours is not is won, the other way round lost.
    """
    sign = 1.0 if _SMALLER_IS_BETTER[measure] else -1.0
    cost = (sign * ours[measure]).fillna(np.inf)
    other = (sign * theirs[measure]).fillna(np.inf)
    lost = [str(site) for site in ours.index if not cost[site] < other[site]]
    return Wins(len(ours) - len(lost), len(ours), tuple(lost))


def first_half(days: Iterable[Any]) -> np.ndarray:
    """True on the days (time,) before the middle of the record, gaps counted: what calibration may see.

    The second half, which scores it, is the rest; of an odd number of days the middle one is in it.

    >>> first_half(range(5)).tolist()
    [True, True, False, False, False]
    """
    count = len(list(days))
    return np.arange(count) < count // 2
