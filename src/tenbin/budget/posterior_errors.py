"""How the years of an inversion err together: the posterior covariance, for exact errors of means."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from tenbin.budget import sectors
from tenbin.core.errors import Fault, raise_if_any

__all__ = ["PosteriorErrors", "faults", "read"]

VARIABLE = "emission_annual_covariance"
DIMENSIONS = ("gas", "region", "year", "other_year")
TOLERANCE = 1e-6
"""A yearly sd of the ledger agrees with the covariance to this, relative to itself."""


@dataclass(frozen=True)
class PosteriorErrors:
    """Covariance of the yearly emissions of each region, as an inversion found it.

    It speaks for top-down rows of one `source`, of the root sector of each gas (`sectors.root`).
    `covariance` has shape (gas, region, year, year) [Tg2 yr-2]; `gases`, `regions` and `years` name its axes.
    """

    source: str
    gases: tuple[str, ...]
    regions: tuple[str, ...]
    years: np.ndarray
    covariance: np.ndarray

    @property
    def statement(self) -> str:
        """Which error model this is, in words for a note."""
        return f"the posterior covariance of {self.source}"

    @cached_property
    def _places(self) -> dict[tuple[str, str, str], tuple[int, int]]:
        """(gas, sector, region) -> its place in the covariance."""
        return {(gas, sectors.root(gas), region): (i, k)
                for i, gas in enumerate(self.gases) for k, region in enumerate(self.regions)}  # fmt: skip

    def variances_of_means(self, series: pd.DataFrame, years: np.ndarray, present: np.ndarray) -> np.ndarray:
        """w' C w of the mean over the present years of each series [Tg2 yr-2], (n,); NaN where not covered.

        `series` has one row per series: gas, sector, region, approach, source. `present` (n, years) tells in
        which of `years` it has a value.
        """
        variance = np.full(len(series), np.nan)
        column = np.searchsorted(self.years, years)
        held = np.isin(years, self.years)
        for i, place in self._covered(series):
            own = present[i]
            if own.any() and held[own].all():
                chosen = column[own]
                variance[i] = self.covariance[place][np.ix_(chosen, chosen)].mean()
        return np.where(variance < 0, 0.0, variance)

    def _covered(self, series: pd.DataFrame) -> Iterator[tuple[int, tuple[int, int]]]:
        names = zip(*(series[c] for c in ("gas", "sector", "region", "approach", "source")), strict=True)
        for i, (*key, approach, source) in enumerate(names):
            if approach == "top-down" and source == self.source and tuple(key) in self._places:
                yield i, self._places[tuple(key)]


def read(path: str | os.PathLike[str]) -> PosteriorErrors | None:
    """The covariance in an inversion's posterior.nc; None if there is no such file or it holds none.

    Raises InputError if the covariance has other dimensions than gas, region, year, other_year, or values that
    no covariance can have.
    """
    import h5netcdf  # only when there is a posterior: lighter than xarray, which this needs no more of

    if not Path(path).is_file():
        return None
    with h5netcdf.File(path, "r") as stored:
        if VARIABLE not in stored.variables:
            return None
        raise_if_any(_shape_faults(path, stored.variables[VARIABLE].dimensions))
        gases, regions = (tuple(map(_text, stored.variables[name][...])) for name in DIMENSIONS[:2])
        years = np.asarray(stored.variables["year"][...], int)
        covariance = np.asarray(stored.variables[VARIABLE][...], float)
        source = _text(stored.attrs["source"])
    raise_if_any(_value_faults(path, years, covariance))
    return PosteriorErrors(source, gases, regions, years, covariance)


def _text(word: str | bytes) -> str:
    return word.decode() if isinstance(word, bytes) else str(word)


def _shape_faults(path: str | os.PathLike[str], dimensions: tuple[str, ...]) -> Iterator[Fault]:
    if tuple(dimensions) != DIMENSIONS:
        yield _fault(path, f"dimensions {', '.join(dimensions)}", ", ".join(DIMENSIONS))


def _value_faults(path: str | os.PathLike[str], years: np.ndarray, covariance: np.ndarray) -> Iterator[Fault]:
    if (np.diff(years) <= 0).any():
        yield _fault(path, "years out of order", "years that rise")
    if not np.isfinite(covariance).all():
        yield _fault(path, "values that are missing or not finite", "finite covariances")
    elif (np.einsum("gryy->gry", covariance) < 0).any():
        yield _fault(path, "variances below nought", "variances at least nought")
    elif not np.allclose(covariance, covariance.swapaxes(-1, -2), rtol=1e-6, atol=1e-9 * covariance.max()):
        yield _fault(path, "an asymmetric matrix", "the same covariance of two years in either order")


def _fault(path: str | os.PathLike[str], found: str, expected: str) -> Fault:
    return Fault(str(path), VARIABLE, found, expected, "run the stage 'invert' again")


def faults(errors: PosteriorErrors, ledger: pd.DataFrame, where: str = "posterior.nc") -> list[Fault]:
    """Top-down rows whose yearly sd is not that of the covariance: the two are of different inversions."""
    rows = ledger[(ledger["approach"] == "top-down") & (ledger["year_start"] == ledger["year_end"])]
    rows = rows[rows["year_start"].isin(errors.years) & rows["mean"].notna()].reset_index(drop=True)
    year = rows["year_start"].to_numpy(int)
    variance = errors.variances_of_means(rows, errors.years, year[:, None] == errors.years)
    stated = rows["sd"].to_numpy(float)
    differs = np.isfinite(variance) & ~np.isclose(np.sqrt(variance), stated, rtol=TOLERANCE, atol=0.0)
    return [
        Fault(where, f"{row.gas} {row.region} {row.year_start}", f"sd {np.sqrt(variance[row.Index]):.6g}",
              f"{row.sd:.6g} as in the ledger", "run the stage 'invert' again, so that both are of one run")
        for row in rows[differs].head(5).itertuples()
    ]  # fmt: skip
