"""When a rice field stands under water: regimes of irrigation and rain as functions of the day in the season."""

from __future__ import annotations

from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import within
from tenbin.land.smoothing import smooth_positive, smooth_step

__all__ = ["REGIMES", "Regime", "flooded", "logistic_shoot"]

_EDGE = 0.25
"""Half-width of flooding and draining [d]: daily steps see an almost sharp edge, its date keeps a gradient."""


class Regime(NamedTuple):
    """One water regime.

    `first_flood` [d] under water from the first day; then cycles of `dry` days without and `wet` days with standing
    water, `cycles` of them at most; `last_drain` [d] before harvest no more water is let in. Without water the table
    sinks through the puddled soil within `fall` [d]. `flowering` [d] is the middle of two weeks under water, counted
    back from harvest, 0 for none.
    """

    first_flood: float
    dry: float
    wet: float
    cycles: int
    last_drain: float
    fall: float = 5.0
    flowering: float = 0.0


REGIMES: dict[str, Regime] = {
    "continuous": Regime(400.0, 0.0, 1.0, 0, 15.0),
    "single_drainage": Regime(36.0, 10.0, 400.0, 1, 15.0),
    "multiple_drainage": Regime(21.0, 5.0, 7.0, 40, 15.0, flowering=30.0),
    "regular_rainfed": Regime(14.0, 7.0, 14.0, 40, 15.0),
    "drought_prone": Regime(10.0, 21.0, 10.0, 40, 15.0),
    "deep_water": Regime(400.0, 0.0, 1.0, 0, 0.0),
    "upland": Regime(0.0, 400.0, 1.0, 1, 0.0, fall=0.0),
}
"""Regimes under the names of the IPCC classes. The mid-season break, after 15 + 7 x 3 days and of 3 + 10 (1 - sand)
days, here of a loam, and 15 days of draining before harvest are those of CH4MOD's public code. Alternate wetting
and drying begins two to three weeks after transplanting, lets the table sink to 0.15 m, which takes about five days,
and keeps water for a week before and after flowering, 30 days before harvest (Bouman et al. 2007, IRRI). That all
fields drain as slowly, and the rainfed spells, are own choices."""

_WEEK = 7.0


def flooded(regime: Regime, day: jax.Array, season: jax.Array | float) -> jax.Array:
    """Share of the puddled soil under water [0..1] on `day` [d] after transplanting, any shape; 0 outside the
    `season` [d]: 1 under standing water, falling in a line to 0 within `fall` days once the water is gone.

    A day counts from its middle: give 0.5, 1.5, ... for daily means.
    """
    open_air = jnp.zeros_like(day)
    if regime.cycles:
        length = regime.dry + regime.wet
        since = day - regime.first_flood
        place = jnp.mod(since, length)
        begun = smooth_step(since, _EDGE) * (since < regime.cycles * length)
        open_air = begun * _sunk(place, regime.fall) * smooth_step(regime.dry - place, _EDGE)
    if regime.flowering:
        away = jnp.abs(season - regime.flowering - day)
        open_air = open_air * smooth_step(away - _WEEK, _EDGE)
    standing = (1.0 - open_air) * (1.0 - _sunk(day - (season - regime.last_drain), regime.fall))
    return within(standing, 0.0, 1.0) * ((day >= 0.0) & (day <= season))


def _sunk(since: jax.Array, fall: float) -> jax.Array:
    """Share of the puddled soil [0..1] above the water table, `since` [d] the water was gone."""
    if not fall:
        return smooth_step(since, _EDGE)
    return (smooth_positive(since, _EDGE) - smooth_positive(since - fall, _EDGE)) / fall


def logistic_shoot(day: jax.Array, season: float, peak: float) -> jax.Array:
    """Shoot of rice [unit of `peak`] on `day` [d]: logistic growth of CH4MOD, any shape.

    W = peak / (1 + (peak/W0 - 1) exp(-r t)), r = 0.1 - 0.03 (season/70 - 1) d-1, W0 = 20 - 8 (season/70 - 1) g m-2 of
    1000 g m-2 at the peak (CH4MOD after Huang et al. 2004).
    """
    longer = season / 70.0 - 1.0
    start = max(20.0 - 8.0 * longer, 1.0) / 1000.0
    return peak / (1.0 + (1.0 / start - 1.0) * jnp.exp(-(0.1 - 0.03 * longer) * day))
