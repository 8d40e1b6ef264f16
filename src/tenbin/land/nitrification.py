"""Ammonium turned to nitrate by soil bacteria, with its leak of nitrous and nitric oxide, and ammonia escaping."""

from __future__ import annotations

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger, smaller
from tenbin.core.params import param
from tenbin.land.arctangent import arctangent
from tenbin.land.smoothing import smooth_minimum

__all__ = [
    "NitrificationParams",
    "acidity_factor",
    "free_ammonia_share",
    "nitric_oxide_ratio",
    "potential",
    "published_moisture_factor",
    "temperature_factor",
    "water_factor",
]

_PARTON_2001 = "Parton et al. 2001, J. Geophys. Res. 106, 17403"
_DAYCENT = "DayCent source, nitrify.c (Colorado State University)"
_DAYCENT_NOW = "DayCent source of 2013 and later, trace_gas_model.c"
_DAY = 86400.0
_LN10 = 2.302585092994046
_PI = 3.141592653589793
_KNEE = 0.995


class NitrificationParams(eqx.Module):
    """What a calibration may change in nitrification and volatilisation."""

    mineralised_share: jax.Array = param(
        0.20, "1", bounds=(0.0, 0.9), prior_sd=0.10, source=_PARTON_2001 + ", K1; netmn_to_no3 of DayCent"
    )
    rate: jax.Array = param(
        0.10, "d-1", bounds=(0.01, 1.0), prior_sd=0.05, source=_PARTON_2001 + ", Kmax", transform="log"
    )
    nitrous_share: jax.Array = param(
        0.012,
        "1",
        bounds=(0.001, 0.05),
        prior_sd=0.005,
        source=_DAYCENT_NOW + ", N2Oadjust_fc; 0.02 in Parton et al. 2001",
        transform="log",
    )
    nitric_scale: jax.Array = param(
        1.0, "1", bounds=(0.05, 2.0), prior_sd=0.4, source=_DAYCENT_NOW + "; 0.5 on farmland there"
    )
    optimum: jax.Array = param(
        308.15,
        "K",
        bounds=(288.15, 318.15),
        prior_sd=4.0,
        source=_DAYCENT + ", mean of the hottest month's highs",
    )
    volatilisation_rate: jax.Array = param(
        0.1,
        "d-1",
        bounds=(0.001, 20.0),
        prior_sd=0.08,
        source="own choice: 1 d-1 of the tenth that is dissolved (CLM, sf), the rest is held by clay",
        transform="log",
    )


def temperature_factor(soil_temperature: jax.Array, optimum: jax.Array) -> jax.Array:
    """Warmth [0..1] at soil temperatures [K]: r^4.5 exp(4.5/7 (1 - r^7)), r = (T + 5 C) / (optimum + 5 C).

    The Parton-Innis density of DayCent, nitrify.c; 0 below -5 C, 1 at the optimum [K].
    """
    ratio = larger(soil_temperature - 268.15, 0.0) / (optimum - 268.15)
    ratio = smaller(ratio, 3.0)
    square = ratio * ratio
    fourth = square * square
    root = jnp.sqrt(larger(ratio, 1e-8))
    return fourth * root * jnp.exp((4.5 / 7.0) * (1.0 - fourth * square * ratio))


def water_factor(
    wetness: jax.Array, water_filled_pore_space: jax.Array, pore_space_at_capacity: jax.Array
) -> jax.Array:
    """Moisture [0..1]: rising as 1/(1 + 30 exp(-9 w)) to field capacity, then falling to 0 at saturation.

    `wetness` w [0..1] is plant-available water over its capacity. DayCent, nitrify.c, its corner rounded: 7 %
    below the published value at field capacity, 1 % a tenth of the pores away.
    """
    rising = 1.0 / (1.0 + 30.0 * jnp.exp(-9.0 * wetness))
    air = larger(1.0 - water_filled_pore_space, 0.0) / (1.0 - pore_space_at_capacity)
    return rising * smooth_minimum(air, jnp.ones_like(air), _KNEE)


def published_moisture_factor(wetness: float, water_filled_pore_space: float, at_capacity: float) -> float:
    """The hard form of `water_factor` [0..1], DayCent, nitrify.c, for hand-worked values."""
    if wetness < 1.0:
        return float(1.0 / (1.0 + 30.0 * jnp.exp(-9.0 * wetness)))
    return (1.0 - water_filled_pore_space) / (1.0 - at_capacity)


def acidity_factor(ph: jax.Array) -> jax.Array:
    """Acidity [0..1]: 0.56 + atan(0.45 pi (pH - 5)) / pi (Parton et al. 1996, Global Biogeochem. Cycles 10, 401)."""
    return 0.56 + arctangent(0.45 * _PI * (ph - 5.0)) / _PI


def nitric_oxide_ratio(diffusivity: jax.Array) -> jax.Array:
    """NOx-N over N2O-N [1] of a relative gas diffusivity [1]: 8 + 18/pi atan(0.75 pi (10 D - 1.86)).

    DayCent since 2013: 0.3 in waterlogged soil, 8 at D = 0.186, 17 at most; about half of Parton et al. (2001).
    """
    return 8.0 + (18.0 / _PI) * arctangent((0.75 * _PI) * (10.0 * diffusivity - 1.86))


def potential(
    ammonium: jax.Array,
    net_mineralisation: jax.Array,
    factor: jax.Array,
    params: NitrificationParams,
    dt: float,
) -> jax.Array:
    """Ammonium [kg N m-2] that would be nitrified within `dt` [s]: K1 of the mineralised + Kmax NH4 f.

    Parton et al. (2001); `factor` [0..1] is warmth x moisture x acidity.
    """
    turned = params.rate * (dt / _DAY) * factor * ammonium
    return params.mineralised_share * larger(net_mineralisation, 0.0) * dt + turned


def free_ammonia_share(soil_temperature: jax.Array, ph: jax.Array) -> jax.Array:
    """Share of dissolved ammonium that is NH3 [0..1]: 1 / (1 + 10^(pK - pH)), pK = 0.09018 + 2729.92 / T.

    Emerson et al. (1975), J. Fish. Res. Board Can. 32, 2379; T in K.
    """
    exponent = 0.09018 + 2729.92 / soil_temperature - ph
    return 1.0 / (1.0 + jnp.exp(smaller(_LN10 * exponent, 60.0)))
