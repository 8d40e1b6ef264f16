"""When a rice field stands under water: regimes of irrigation and rain as functions of the day in the season."""

from __future__ import annotations

from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.land.smoothing import smooth_step

__all__ = ["REGIMES", "Regime", "flooded", "logistic_shoot"]

_EDGE = 0.25
"""Half-width of flooding and draining [d]: daily steps see an almost sharp edge, its date keeps a gradient."""


class Regime(NamedTuple):
    """One water regime.

    `first_flood` [d] under water from the first day; then cycles of `dry` days drained and `wet` days flooded,
    `cycles` of them at most; `last_drain` [d] before harvest the field is let dry for good.
    """

    first_flood: float
    dry: float
    wet: float
    cycles: int
    last_drain: float


REGIMES: dict[str, Regime] = {
    "continuous": Regime(400.0, 0.0, 1.0, 0, 15.0),
    "single_drainage": Regime(35.0, 8.0, 400.0, 1, 15.0),
    "multiple_drainage": Regime(21.0, 5.0, 7.0, 40, 15.0),
    "regular_rainfed": Regime(14.0, 7.0, 14.0, 40, 15.0),
    "drought_prone": Regime(10.0, 21.0, 10.0, 40, 15.0),
    "deep_water": Regime(400.0, 0.0, 1.0, 0, 0.0),
    "upland": Regime(0.0, 400.0, 1.0, 1, 0.0),
}
"""Regimes under the names of the IPCC classes. 15 days of draining before harvest and a mid-season break of about
eight days as in CH4MOD (Huang et al. 2004); alternate wetting and drying lets the water fall to 0.15 m below ground,
which takes about five days (Bouman et al. 2007, IRRI); the rainfed spells are own choices."""


def flooded(regime: Regime, day: jax.Array, season: jax.Array | float) -> jax.Array:
    """Share of the field under water [0..1] on `day` [d] after transplanting, any shape; 0 outside the `season` [d].

    A day counts from its middle: give 0.5, 1.5, ... for daily means.
    """
    wet = smooth_step(regime.first_flood - day, _EDGE)
    if regime.cycles:
        length = regime.dry + regime.wet
        since = day - regime.first_flood
        place = jnp.mod(since, length)
        begun = smooth_step(since, _EDGE) * (since < regime.cycles * length)
        wet = wet + begun * smooth_step(place - regime.dry, _EDGE) * smooth_step(length - place, _EDGE)
    before_harvest = smooth_step(season - regime.last_drain - day, _EDGE)
    return jnp.clip(wet * before_harvest, 0.0, 1.0) * ((day >= 0.0) & (day <= season))


def logistic_shoot(day: jax.Array, season: float, peak: float) -> jax.Array:
    """Shoot of rice [unit of `peak`] on `day` [d]: logistic growth of CH4MOD, any shape.

    W = peak / (1 + (peak/W0 - 1) exp(-r t)), r = 0.1 - 0.03 (season/70 - 1) d-1, W0 = 20 - 8 (season/70 - 1) g m-2 of
    1000 g m-2 at the peak (CH4MOD after Huang et al. 2004).
    """
    longer = season / 70.0 - 1.0
    start = max(20.0 - 8.0 * longer, 1.0) / 1000.0
    return peak / (1.0 + (1.0 / start - 1.0) * jnp.exp(-(0.1 - 0.03 * longer) * day))
