"""How fast air and tracers are exchanged: between hemispheres, between layers, and with their sinks.

**Between hemispheres.** Two boxes of equal air hold the burdens M_n and M_s of a tracer, with sources less losses
Q_n and Q_s. Each sends its own mass across in the exchange time tau: dM_n/dt = Q_n - (M_n - M_s) / tau, and so in
the south (Jacob et al. 1987, J. Geophys. Res. 92, 6614; Levin and Hesshaimer 1996, J. Geophys. Res. 101,
16745). So for the difference D = M_n - M_s, dD/dt = Q_n - Q_s - 2 D / tau, and tau = 2 D / (Q_n - Q_s - dD/dt). A
difference that nothing feeds decays to 1/e in half of this time (`DECAY`), which some papers quote instead.

**By the surface.** Observations know the surface alone. With means at stations, or of the lowest layer, in place of
means over hemispheres, the same equation gives a longer time, because the surface's difference is larger than that of
the whole column: compare like with like.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.constants import ATMOSPHERE_DRY_MASS, MOLAR_MASS
from tenbin.core.errors import Fault, raise_if_any
from tenbin.core.grid import Grid

__all__ = [
    "DECAY",
    "Hemispheres",
    "budget_lifetime",
    "exchange_time",
    "hemispheric_burdens",
    "surface_exchange_time",
    "surface_means",
    "vertical_difference",
]

Floats = npt.NDArray[np.float64]
DECAY = 0.5
"""Time in which a difference between hemispheres decays to 1/e, in exchange times."""


class Hemispheres(NamedTuple):
    """Something in the north and in the south, along time: arrays (time,) of one unit."""

    north: Floats
    south: Floats


def hemispheric_burdens(grid: Grid, mass: npt.ArrayLike) -> Hemispheres:
    """Burdens of `mass`, in its unit, north and south of the equator, summed over all but the first axis.

    `mass` is (time, lat, lon) or (time, level, lat, lon). A row astride the equator is divided by area.
    """
    field = np.asarray(mass, dtype=float)
    north = grid.rows_within(0.0, 90.0)[:, None]
    axes = tuple(range(1, field.ndim))
    return Hemispheres((field * north).sum(axis=axes), (field * (1.0 - north)).sum(axis=axes))


def exchange_time(
    time: npt.ArrayLike, burden: Hemispheres, source: Hemispheres, loss: Hemispheres | None = None
) -> Floats:
    """Exchange time tau within each interval between `time` (time,), in its unit, from budgets of two hemispheres.

    `burden` (time,) is at the times; `source` and `loss` (time - 1,) are means of the intervals per unit of time. NaN
    where the budget asks for no flux from the fuller hemisphere to the other. With the season tau swings widely, and
    its mean is not that of the budget: give whole years, with burdens that are means over a year.

    Two boxes with a source of 2 in the north alone settle at a difference of 1.4:

    >>> float(exchange_time([0.0, 1.0], Hemispheres([7.0, 8.0], [5.6, 6.6]), Hemispheres([2.0], [0.0]))[0].round(6))
    1.4
    """
    when = np.asarray(time, dtype=float)
    north, south = (np.asarray(part, dtype=float) for part in burden)
    gain = np.subtract(*(np.asarray(part, dtype=float) for part in source))
    lost = 0.0 if loss is None else np.subtract(*(np.asarray(part, dtype=float) for part in loss))
    raise_if_any(_faults(when, north, south, np.asarray(gain), np.asarray(gain - lost)))
    difference = north - south
    across = gain - lost - np.diff(difference) / np.diff(when)
    mean = 0.5 * (difference[1:] + difference[:-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(across * mean > 0.0, 2.0 * mean / across, np.nan)


def _faults(time: Floats, north: Floats, south: Floats, gain: Floats, net: Floats) -> list[Fault]:
    tests = (
        (time.ndim == 1 and len(time) > 1 and bool((np.diff(time) > 0.0).all()), "time", f"shape {time.shape}",
         "at least two rising times", "order the output"),
        (north.shape == south.shape == time.shape, "burden", f"{north.shape} and {south.shape}", str(time.shape),
         "give a burden for each time"),
        (gain.shape == (len(np.atleast_1d(time)) - 1,) == net.shape, "source, loss", f"{gain.shape}, {net.shape}",
         "one for each interval", "average sources and losses over the intervals"),
    )  # fmt: skip
    return [Fault("exchange time", *what) for good, *what in tests if not good]


def surface_means(grid: Grid, mole_fraction: npt.ArrayLike, poleward: float = 0.0) -> Hemispheres:
    """Area means north and south of the lowest layer's `mole_fraction` (time, lat, lon), in its unit.

    `poleward` [degree] leaves out the tropics up to that latitude, as networks of background stations do.
    """
    field = np.asarray(mole_fraction, dtype=float)
    parts = []
    for zone in ((poleward, 90.0), (-90.0, -poleward)):
        weight = grid.area * grid.rows_within(*zone)[:, None]
        parts.append(np.einsum("tij,ij->t", field, weight) / weight.sum())
    return Hemispheres(*parts)


def surface_exchange_time(
    time: npt.ArrayLike, mole_fraction: Hemispheres, source: Hemispheres, molar_mass: float
) -> Floats:
    """Exchange time [yr] from mole fractions (time,) [mol mol-1] of both hemispheres at the surface.

    `source` (time - 1,) [kg yr-1], `time` [yr], `molar_mass` [kg mol-1] of a gas without loss, such as SF6. Each
    hemisphere is taken to hold half of the dry air at its surface's mole fraction. Models of TransCom-CH4 have 1.39
    +- 0.17 yr (Patra et al. 2011, Atmos. Chem. Phys. 11, 12813).
    """
    half = 0.5 * float(ATMOSPHERE_DRY_MASS) * molar_mass / float(MOLAR_MASS["air"])
    held = Hemispheres(*(np.asarray(part, dtype=float) * half for part in mole_fraction))
    return exchange_time(time, held, source)


def vertical_difference(
    pressure: npt.ArrayLike,
    mole_fraction: npt.ArrayLike,
    area: npt.ArrayLike,
    low: float = 95000.0,
    high: float = 50000.0,
) -> float:
    """Mean over cells of the mole fraction at pressure `low` less that at `high` [Pa], in the unit of the field.

    `pressure` [Pa] of the middles of layers and `mole_fraction`, both (level, lat, lon) from the ground up, linear in
    the logarithm of pressure between; `area` (lat, lon) weighs cells, so that land, a zone or a season may be chosen.
    Cells whose lowest layer lies above `low` or whose top lies below `high` are left out; NaN if none is left. For
    222Rn over land it measures how fast convection and mixing empty the boundary layer.
    """
    height, field = -np.log(np.asarray(pressure, dtype=float)), np.asarray(mole_fraction, dtype=float)
    at = [_at(height, field, -np.log(level)) for level in (low, high)]
    less = at[0] - at[1]
    weight = np.where(np.isfinite(less), np.asarray(area, dtype=float), 0.0)
    return float(np.nansum(less * weight) / weight.sum()) if weight.sum() > 0.0 else float("nan")


def _at(height: Floats, field: Floats, target: float) -> Floats:
    """`field` (lat, lon) at `target` on a `height` (level, lat, lon) that rises with level; NaN outside."""
    below = (height <= target).sum(axis=0) - 1
    within = (below >= 0) & (below < len(height) - 1)
    low = np.clip(below, 0, len(height) - 2)[None]
    h0, h1 = np.take_along_axis(height, low, 0)[0], np.take_along_axis(height, low + 1, 0)[0]
    f0, f1 = np.take_along_axis(field, low, 0)[0], np.take_along_axis(field, low + 1, 0)[0]
    return np.where(within, f0 + (f1 - f0) * (target - h0) / (h1 - h0), np.nan)


def budget_lifetime(time: npt.ArrayLike, burden: npt.ArrayLike, source: npt.ArrayLike) -> float:
    """Lifetime over the whole record, in the unit of `time`: mean burden over (sources less growth).

    `burden` (time,), `source` (time - 1,) per unit of time, means of intervals. What a run's own loss gives
    (`lifetimes.lifetime`) must agree with it: that is a test of the run's books. Infinite without loss.

    >>> budget_lifetime([0.0, 1.0, 2.0], [100.0, 100.0, 100.0], [10.0, 10.0])
    10.0
    """
    when, held, fed = (np.asarray(part, dtype=float) for part in (time, burden, source))
    raise_if_any(_faults(when, held, held, fed, fed))
    step = np.diff(when)
    mean = float((0.5 * (held[1:] + held[:-1])) @ step)
    lost = float(fed @ step) - float(held[-1] - held[0])
    return mean / lost if abs(lost) > 1e-14 * abs(float(held[-1])) else float("inf")
