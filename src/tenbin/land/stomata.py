"""Stomata: how far leaves open, as the ratio of the CO2 inside the leaf to that of the air.

Three theories give the ratio in closed form where the residual conductance g0 is nought, so they stand in for
one another. A residual conductance lowers the drawdown by `with_residual`, and always adds to water loss.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger, within
from tenbin.core.logarithm import log
from tenbin.core.params import param
from tenbin.land.radiation import saturation_vapour_pressure

__all__ = [
    "LeafAir",
    "StomataParams",
    "StomatalModel",
    "ball_berry",
    "conductance",
    "log_dryness",
    "log_wetness",
    "medlyn",
    "optimal",
    "stress_power",
    "viscosity_ratio",
    "with_residual",
]

WATER_OVER_CO2 = 1.6
"""Diffusivity of water vapour over that of CO2 in air [1] (Jones 2013, Plants and Microclimate, 3rd ed., app. 2)."""

_LEAST_DEFICIT = 50.0
"""Vapour pressure deficit [Pa] below which stomata open no wider, as in the stomatal papers cited here."""

_LIN = "Lin et al. 2015, Nature Clim. Change 5, 459, as in CLM5 by plant type; desert as shrubs"
_OURS = "range of leaf to canopy studies, wide on purpose"


class StomataParams(eqx.Module):
    """What sets the openness of leaves; the slope g1 by plant type."""

    g1: jax.Array = param(
        [4.12, 4.45, 4.12, 2.35, 4.45, 2.35, 2.35, 4.7, 5.25, 1.62, 2.22, 5.79, 4.7],
        "kPa0.5",
        bounds=(0.3, 15.0),
        prior_sd=1.5,
        source=_LIN,
        transform="log",
    )
    g0: jax.Array = param(
        [0.004] * 13,
        "mol m-2 s-1",
        bounds=(0.0, 0.1),
        prior_sd=0.005,
        source="Duursma et al. 2019, New Phytol. 221",
    )
    slope_stress: jax.Array = param(
        0.5, "1", bounds=(0.0, 3.0), prior_sd=0.4, source="Zhou et al. 2013, Agric. For. Meteorol. 182, 204"
    )
    aridity_slope: jax.Array = param(
        0.0,
        "1",
        bounds=(-0.5, 1.0),
        prior_sd=0.2,
        source="own choice: power by which lasting dryness of the air lowers the slope; nought in least-cost theory",
    )
    ball_berry_slope: jax.Array = param(
        9.0,
        "1",
        bounds=(2.0, 20.0),
        prior_sd=2.0,
        source="Collatz et al. 1991, Agric. For. Meteorol. 54, 107",
    )
    cost_ratio: jax.Array = param(
        146.0,
        "1",
        bounds=(20.0, 1000.0),
        prior_sd=40.0,
        source="Wang et al. 2017, Nature Plants 3, 734",
        transform="log",
    )


class LeafAir(NamedTuple):
    """The air that stomata answer to: temperature [K], deficit and pressures [Pa]; all broadcast together.

    `ca` is the partial pressure of CO2, `compensation` and `michaelis` those of the C3 enzyme at this
    temperature, `stress` the soil's wetness for plants, 0 (wilted) to 1 (wet), `dryness` the lasting deficit
    of the air over 1 kPa [1].
    """

    temperature: jax.Array
    vpd: jax.Array
    pressure: jax.Array
    ca: jax.Array
    compensation: jax.Array
    michaelis: jax.Array
    stress: jax.Array | float = 1.0
    dryness: jax.Array | float = 1.0


StomatalModel = Callable[[LeafAir, StomataParams], jax.Array]
"""Gives ci/ca [1], in 0..1, for an open leaf of no residual conductance."""


def medlyn(air: LeafAir, params: StomataParams) -> jax.Array:
    """ci/ca = g1 / (g1 + sqrt(D)), D in kPa (Medlyn et al. 2011, Glob. Change Biol. 17, 2134).

    Dry soil scales g1 by a power of its wetness (Zhou et al. 2013), lasting dryness of the air by another.
    """
    slope = params.g1 * _openness(air, params)
    return slope / (slope + jnp.sqrt(1e-3 * larger(air.vpd, _LEAST_DEFICIT)))


def ball_berry(air: LeafAir, params: StomataParams) -> jax.Array:
    """ci/ca = 1 - 1.6 / (m h), h the relative humidity (Ball, Woodrow and Berry 1987; closed form for g0 = 0).

    Humidity comes from the deficit at leaf temperature; below h = 1.8/m, where the form would close the leaf,
    the ratio is held at 0.11.
    """
    humidity = 1.0 - air.vpd / saturation_vapour_pressure(air.temperature)
    slope = params.ball_berry_slope * _openness(air, params)
    return 1.0 - WATER_OVER_CO2 / larger(slope * humidity, 1.8)


def optimal(air: LeafAir, params: StomataParams) -> jax.Array:
    """ci/ca where the cost of water and of carboxylation is least: G + (1 - G) xi / (xi + sqrt(D)), G = Gamma*/ca.

    xi = sqrt(beta (K + Gamma*) / (1.6 eta*)) (Prentice et al. 2014, Ecol. Lett. 17, 82; Wang et al. 2017).
    """
    cost = params.cost_ratio * _openness(air, params)
    xi = jnp.sqrt(
        cost * (air.michaelis + air.compensation) / (WATER_OVER_CO2 * viscosity_ratio(air.temperature))
    )
    floor = air.compensation / air.ca
    return floor + (1.0 - floor) * xi / (xi + jnp.sqrt(larger(air.vpd, _LEAST_DEFICIT)))


def _openness(air: LeafAir, params: StomataParams) -> jax.Array | float:
    """Factor on the slope of any theory [1], from dry soil and from the air that leaves grew in."""
    dryness = air.dryness
    if isinstance(dryness, float) and dryness == 1.0:
        return stress_power(air.stress, params.slope_stress)
    exponent = params.slope_stress * log_wetness(air.stress) - params.aridity_slope * log_dryness(dryness)
    return jnp.exp(exponent)


def log_wetness(wetness: jax.Array | float) -> jax.Array:
    """Logarithm of a wetness 0..1, finite with its gradient down to nought."""
    return log(within(wetness, 1e-3, 1.0))


def log_dryness(dryness: jax.Array | float) -> jax.Array:
    """Logarithm of a lasting deficit over 1 kPa, that of the wettest air being .05."""
    return log(larger(dryness, 0.05))


def viscosity_ratio(temperature: jax.Array) -> jax.Array:
    """Viscosity of water over that at 25 C [1], exp(580 (1/(T-138) - 1/160)) (Vogel 1921, as in Stocker 2020)."""
    return jnp.exp(580.0 / (larger(temperature, 200.0) - 138.0) - 580.0 / (298.15 - 138.0))


def stress_power(wetness: jax.Array | float, exponent: jax.Array) -> jax.Array | float:
    """wetness^exponent, finite with its gradient down to a wetness of nought."""
    if isinstance(wetness, float) and wetness == 1.0:
        return 1.0
    return jnp.exp(exponent * log_wetness(wetness))


def with_residual(ratio: jax.Array, assimilation: jax.Array, ca: jax.Array, g0: jax.Array) -> jax.Array:
    """ci/ca when a residual conductance `g0` [mol H2O m-2 s-1] adds to `ratio`, at a given net assimilation.

    The supply (g0/1.6 + A / (ca (1 - ratio))) (ca - ci) = A, solved for ci; `ca` [mol mol-1], A [mol m-2 s-1].
    """
    drawdown = 1.0 - ratio
    extra = g0 * ca * drawdown / (WATER_OVER_CO2 * larger(assimilation, 1e-8))
    return 1.0 - drawdown / (1.0 + extra)


def conductance(ratio: jax.Array, assimilation: jax.Array, ca: jax.Array, g0: jax.Array | float) -> jax.Array:
    """Conductance for water [mol m-2 s-1]: g0 + 1.6 A / (ca (1 - ci/ca)), from Fick's law; A and ca as above."""
    return g0 + WATER_OVER_CO2 * larger(assimilation, 0.0) / (ca * larger(1.0 - ratio, 0.02))
