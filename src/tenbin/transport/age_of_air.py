"""How old air is since it left the surface: the lag of a tracer that grows there, and its correction for curvature.

Of a tracer that grows linearly at a reference and has no loss, the lag behind the reference is the mean of the age
spectrum exactly (Hall and Plumb 1994, J. Atmos. Sci. 51, 1059). The reference decides what age means: the tropical
surface, the tropical tropopause (half a year or so younger air aloft), or the surface of northern midlatitudes (the
"SF6 age" of Waugh et al. 2013, J. Geophys. Res. 118, 11429).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenbin.core.errors import Fault, raise_if_any
from tenbin.core.grid import Grid

__all__ = ["age_of_linear_tracer", "lag", "mean_age", "reference_mean", "zonal_mean_age"]

Floats = npt.NDArray[np.float64]


def reference_mean(
    grid: Grid, mole_fraction: npt.ArrayLike | float, south: float = -10.0, north: float = 10.0
) -> Floats:
    """Area mean (...,) of a layer's `mole_fraction` (..., lat, lon) between two latitudes: the reference of ages."""
    weight = grid.area * grid.rows_within(south, north)[:, None]
    return np.asarray(
        np.einsum("...ij,ij->...", np.asarray(mole_fraction, dtype=float), weight) / weight.sum()
    )


def age_of_linear_tracer(mole_fraction: npt.ArrayLike | float, reference: float, growth: float) -> Floats:
    """Mean age of air with `mole_fraction` (any shape) of a tracer growing by `growth` per time at the reference.

    Age is in that unit of time; `reference` is the mole fraction there at the same moment. Exact after the slowest
    air has been renewed; before that ages are too young. InputError: no growth.

    >>> float(age_of_linear_tracer(7.0, 10.0, 0.5))
    6.0
    """
    positive = bool(np.isfinite(growth)) and growth > 0.0
    faults = (
        []
        if positive
        else [Fault("age of air", "growth", f"{growth:g}", "more than nought", "use a growing tracer")]
    )
    raise_if_any(faults)
    return np.asarray((reference - np.asarray(mole_fraction, dtype=float)) / growth)


def lag(
    time: npt.ArrayLike, reference: npt.ArrayLike, when: float, mole_fraction: npt.ArrayLike | float
) -> Floats:
    """Time since the `reference` series (time,) had each `mole_fraction` (any shape) that air has at `when`.

    The reference must rise: remove its season first (`data.stations.seasonal_cycle.fit`, or means of 12 months). It
    is linear between times; NaN for air older than the record or ahead of it. InputError: it does not rise.
    """
    times, series = np.asarray(time, dtype=float), np.asarray(reference, dtype=float)
    raise_if_any(_faults(times, series))
    air = np.asarray(mole_fraction, dtype=float)
    seen = np.interp(air, series, times, left=np.nan, right=np.nan)
    return np.asarray(when - seen)


def _faults(time: Floats, series: Floats) -> list[Fault]:
    shapes = time.ndim == 1 and time.shape == series.shape and len(time) > 1
    rising = shapes and bool((np.diff(time) > 0.0).all() and (np.diff(series) > 0.0).all())
    if rising:
        return []
    found = "a series that falls somewhere" if shapes else f"shapes {time.shape} and {series.shape}"
    return [
        Fault("lag", "reference", found, "a rising series at rising times", "smooth it over twelve months")
    ]


def mean_age(
    lag_time: npt.ArrayLike | float, growth: float, curvature: float, width_ratio: float = 0.7
) -> Floats:
    """Mean age [yr] from the lag of a tracer whose reference is a + `growth` t + `curvature` t^2, t [yr] from now.

    With a mean age G and a width D of the age spectrum, air holds a - growth G + curvature (G^2 + 2 D^2), and its
    lag obeys the same without D: G follows from a quadratic equation (Hall and Plumb 1994). `width_ratio` [yr] is
    D^2 / G, about 0.7 yr in their model. A tracer that accelerates seems younger than it is; without curvature the
    lag is the age. NaN where the equation has no solution.
    """
    behind = np.asarray(lag_time, dtype=float)
    if curvature == 0.0:
        return behind
    deficit = growth * behind - curvature * behind**2
    slope = growth - 2.0 * curvature * width_ratio
    with np.errstate(invalid="ignore"):
        return np.asarray(2.0 * deficit / (slope + np.sqrt(slope**2 - 4.0 * curvature * deficit)))


def zonal_mean_age(age: npt.ArrayLike, mass: npt.ArrayLike) -> Floats:
    """Mean age (level, lat) of `age` (level, lat, lon), weighted by `mass` of air [kg] of the same shape."""
    weight = np.asarray(mass, dtype=float)
    return np.asarray((np.asarray(age, dtype=float) * weight).sum(axis=-1) / weight.sum(axis=-1))
