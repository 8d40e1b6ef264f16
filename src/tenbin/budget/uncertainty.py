"""The error of a sum whose terms err together: between years, sectors and regions, as each source says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

from tenbin.core.errors import Fault, InputError

__all__ = [
    "Family",
    "combined_sd",
    "correlation",
    "covariance_of_means",
    "families",
    "family_of",
    "model",
    "statement",
    "variance_of_means",
]


@dataclass(frozen=True)
class Family:
    """Sources whose errors hang together, and how.

    correlation = year(dt) x rho_sector (sectors differ) x rho_region (regions differ), with
    year(dt) = floor + (1 - floor) exp(-|dt| / scale_years), dt in years, all coefficients dimensionless.
    `stands_in` marks a family that only stands in for a posterior covariance.
    """

    name: str
    sources: tuple[str, ...]
    floor: float
    scale_years: float
    rho_sector: float
    rho_region: float
    basis: str
    sectors: tuple[str, ...] = ()
    approach: str = "bottom-up"
    stands_in: bool = False

    def matches(self, source: str, sector: str, approach: str) -> bool:
        """Whether a row of this source, sector and approach belongs here."""
        named = "*" in self.sources or source in self.sources
        return named and approach == self.approach and (not self.sectors or sector in self.sectors)

    def between_years(self, lag: np.ndarray) -> np.ndarray:
        """Correlation of the errors of two years `lag` apart [years]."""
        return self.floor + (1.0 - self.floor) * np.exp(-np.abs(lag) / self.scale_years)


@lru_cache(maxsize=1)
def model() -> dict[str, Any]:
    """The packaged assumptions (data/embedded/bottom_up_uncertainty.yaml)."""
    import yaml  # only when the assumptions are wanted

    path = resources.files("tenbin.data.embedded").joinpath("bottom_up_uncertainty.yaml")
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def families() -> tuple[Family, ...]:
    """Every family of errors, in order of precedence."""
    return tuple(_family(name, dict(entry)) for name, entry in model()["families"].items())


def _family(name: str, entry: dict[str, Any]) -> Family:
    listed = {key: tuple(entry[key]) for key in ("sources", "sectors") if key in entry}
    return Family(**{"name": name} | entry | listed)


@lru_cache(maxsize=4096)
def family_of(source: str, sector: str, approach: str = "bottom-up") -> Family:
    """The family of a row; raises InputError if no family claims its source."""
    for family in families():
        if family.matches(source, sector, approach):
            return family
    expected = "a source named in a family of bottom_up_uncertainty.yaml"
    raise InputError(
        Fault(
            "uncertainty",
            f"source of {approach} {sector}",
            repr(source),
            expected,
            "add the source to a family",
        )
    )


def statement(source: str, sector: str, approach: str = "bottom-up") -> str:
    """Which correlation is assumed for a source, in one line for reports."""
    f = family_of(source, sector, approach)
    return (
        f"{f.name}: between years {f.floor:g} + {1 - f.floor:g} exp(-dt/{f.scale_years:g} yr), "
        f"between sectors {f.rho_sector:g}, between regions {f.rho_region:g} ({f.basis})"
    )


def correlation(rows: pd.DataFrame) -> np.ndarray:
    """Correlation matrix [1], shape (n, n), of the errors of ledger rows.

    Rows need gas, sector, region, year_start, year_end, approach, source. Errors of different gases, families
    or approaches are independent. Positive semi-definite by construction, as a product of such kernels:
    a negative rho_region is held at -1/(n - 1) for n regions, the least that n things can share.
    """
    members = [family_of(*key) for key in zip(rows["source"], rows["sector"], rows["approach"], strict=True)]
    names, gas = np.array([f.name for f in members]), rows["gas"].to_numpy(dtype=str)
    middle = (rows["year_start"].to_numpy(float) + rows["year_end"].to_numpy(float)) / 2.0
    matrix = ((names[:, None] == names) & (gas[:, None] == gas)).astype(float)
    for family in dict.fromkeys(members):
        inside = np.ix_(names == family.name, names == family.name)
        part = rows[names == family.name]
        matrix[inside] *= _within(family, part, middle[names == family.name])
    return matrix


def _within(family: Family, rows: pd.DataFrame, middle: np.ndarray) -> np.ndarray:
    sector, region = rows["sector"].to_numpy(dtype=str), rows["region"].to_numpy(dtype=str)
    rho_region = max(family.rho_region, -1.0 / max(len(set(region)) - 1, 1))
    between = family.between_years(middle[:, None] - middle)
    between *= np.where(sector[:, None] == sector, 1.0, family.rho_sector)
    return np.asarray(between * np.where(region[:, None] == region, 1.0, rho_region))


def covariance_of_means(series: pd.DataFrame, years: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Covariance (n, n) of the means over `years` of n series, from their yearly sd [(n, years), a unit].

    `series` has one row per series: gas, sector, region, approach, source. A NaN sd marks a year without
    value; each series is averaged over the years it has.
    """
    covariance = np.zeros((len(series), len(series)))
    for inside, weighted, lag in _by_family(series, years, sd):
        covariance[np.ix_(inside, inside)] = weighted @ lag @ weighted.T
    return np.asarray(covariance * correlation(series.assign(year_start=0, year_end=0)))


def variance_of_means(series: pd.DataFrame, years: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """The diagonal of `covariance_of_means`, (n,), without the rest of it."""
    variance = np.zeros(len(series))
    for inside, weighted, lag in _by_family(series, years, sd):
        variance[inside] = np.einsum("iy,yz,iz->i", weighted, lag, weighted)
    return variance


def _by_family(
    series: pd.DataFrame, years: np.ndarray, sd: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """For each family: which series are its own, their sd / number of years, and its correlation of years."""
    present = ~np.isnan(sd)
    weighted = np.where(present, sd, 0.0) / np.maximum(present.sum(axis=1, keepdims=True), 1)
    members = [
        family_of(*key) for key in zip(series["source"], series["sector"], series["approach"], strict=True)
    ]
    for family in dict.fromkeys(members):
        inside = np.array([member is family for member in members])
        yield inside, weighted[inside], family.between_years(np.subtract.outer(years, years).astype(float))


def combined_sd(rows: pd.DataFrame, weights: np.ndarray | None = None) -> float:
    """1-sigma of the weighted sum of rows [their unit]: sqrt(w' C w), C_ij = sd_i sd_j rho_ij.

    `weights` [1] default to one each: 1/n gives the error of a mean. NaN where any sd is NaN.
    """
    weighted = rows["sd"].to_numpy(float) * (1.0 if weights is None else np.asarray(weights, float))
    # Round-off may leave a tiny negative variance where errors cancel exactly.
    return float(np.sqrt(max(weighted @ correlation(rows) @ weighted, 0.0)))
