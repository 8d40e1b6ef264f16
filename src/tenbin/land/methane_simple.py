"""Methane of wetlands from carbon, warmth and wetness alone: three published one-line models behind one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import C_TO_CH4, ZERO_CELSIUS
from tenbin.core.limits import smaller, within
from tenbin.core.logarithm import log
from tenbin.core.params import param
from tenbin.land.smoothing import smooth_positive

__all__ = [
    "SCHEMES",
    "ExtentParams",
    "SimpleParams",
    "WetlandClimate",
    "cao",
    "global_scale",
    "jules",
    "wetcharts",
    "wetland_fraction",
]

THAW_WIDTH = 0.3  # K, over which a soil thaws
CAO_BEST = 30.0  # degC, at which the temperature factor is 1
CAO_TOP = 0.10  # m of standing water at which the water table factor is 1

_GEDNEY = "Gedney et al. 2004, Geophys. Res. Lett. 31, L20503, constants of the Met Office model"
_BLOOM = "Bloom et al. 2017, Geosci. Model Dev. 10, 2141"
_CAO = "Cao et al. 1996, J. Geophys. Res. 101, 14399, as quoted by later users; original not seen"


class SimpleParams(eqx.Module):
    """What is uncertain in the simple schemes; `scale` is meant to be set so that the globe has a given total."""

    jules_rate: jax.Array = param(
        7.41e-12, "s-1", bounds=(5e-13, 1e-10), prior_sd=4e-12, source=_GEDNEY, transform="log"
    )
    jules_q10: jax.Array = param(3.7, "1", bounds=(1.0, 8.0), prior_sd=1.0, source=_GEDNEY)
    scale: jax.Array = param(
        0.03,
        "kg C kg-1",
        bounds=(1e-4, 1.0),
        prior_sd=0.02,
        source=_BLOOM + ": CH4 per C respired at 0 C; set by `global_scale` to 124.5, 166 or 207.5 Tg yr-1",
        transform="log",
    )
    wetcharts_q10: jax.Array = param(2.0, "1", bounds=(1.0, 3.0), prior_sd=0.6, source=_BLOOM)
    cao_share: jax.Array = param(0.47, "kg C kg-1", bounds=(0.05, 0.6), prior_sd=0.1, source=_CAO)
    cao_oxidised: jax.Array = param(0.8, "1", bounds=(0.4, 0.95), prior_sd=0.1, source=_CAO + ", 0.6 to 0.9")


class ExtentParams(eqx.Module):
    """What is uncertain in the extent of wetlands where no map is given."""

    greatest: jax.Array = param(
        0.4, "1", bounds=(0.01, 1.0), prior_sd=0.2, source="own choice: share of a cell flat enough"
    )
    decay: jax.Array = param(
        0.3, "m", bounds=(0.02, 3.0), prior_sd=0.2, source="Riley et al. 2011, eq. 3, p2", transform="log"
    )
    dry: jax.Array = param(
        0.54,
        "1",
        bounds=(0.1, 0.8),
        prior_sd=0.15,
        source="own choice near the northern threshold of the code of CTEM, 0.55",
    )
    wet: jax.Array = param(
        0.90,
        "1",
        bounds=(0.81, 1.2),
        prior_sd=0.08,
        source="own choice above the tropical threshold of the code of CTEM, 0.80",
    )


class WetlandClimate(NamedTuple):
    """What a simple scheme may ask, each (cell,)."""

    wetland_fraction: jax.Array  # 0..1
    soil_temperature: jax.Array  # K, of the upper soil
    soil_carbon: jax.Array  # kg C m-2
    rh: jax.Array  # kg C m-2 s-1
    water_table_depth: jax.Array  # m, positive down


def jules(climate: WetlandClimate, params: SimpleParams) -> jax.Array:
    """7.41e-12 f_w C_s Q10(T)^((T - 273.15)/10), as carbon, to kg CH4 m-2 s-1 (Gedney et al. 2004).

    Q10(T) = 3.7^(273.15 K / T): the Q10 falls slowly as it warms.
    """
    celsius = climate.soil_temperature - ZERO_CELSIUS
    warm = _warmth(celsius * (ZERO_CELSIUS / climate.soil_temperature), params.jules_q10)
    carbon = params.jules_rate * climate.soil_carbon * warm
    return climate.wetland_fraction * carbon * C_TO_CH4


def wetcharts(climate: WetlandClimate, params: SimpleParams) -> jax.Array:
    """s A R_h q10^(T/10), T in degrees Celsius [kg CH4 m-2 s-1] (Bloom et al. 2017, eq. 1)."""
    celsius = climate.soil_temperature - ZERO_CELSIUS
    carbon = params.scale * climate.rh * _warmth(celsius, params.wetcharts_q10)
    return climate.wetland_fraction * carbon * C_TO_CH4


def cao(climate: WetlandClimate, params: SimpleParams) -> jax.Array:
    """0.47 R_h f(T) f(WT) less what is oxidised [kg CH4 m-2 s-1] (Cao et al. 1996).

    f(T) = exp(0.0405 (T - 30 C)), 1 at 30 C; f(WT) = 0.383 exp(9.6 WT) of the height WT [m] of the table over the
    ground, at most 1 at 0.1 m. The paper was not seen: the public code of VISIT has the same f(WT) as its eq. 6, but
    exp(0.0693 (T - 30 C)) as its eq. 7.
    """
    celsius = climate.soil_temperature - ZERO_CELSIUS
    warm = jnp.exp(0.0405 * (smaller(celsius, CAO_BEST) - CAO_BEST)) * _thawed(celsius)
    lowered = smooth_positive(CAO_TOP + climate.water_table_depth, 0.01)
    made = params.cao_share * climate.rh * warm * jnp.exp(-9.6 * lowered)
    return climate.wetland_fraction * made * (1.0 - params.cao_oxidised) * C_TO_CH4


def global_scale(emission: jax.Array, area: jax.Array, total: float) -> jax.Array:
    """Factor [1] that gives `emission` [kg m-2 s-1] over `area` [m2], both (cell,), the `total` [kg s-1].

    Schemes without an absolute rate are scaled so; WetCHARTs uses 124.5, 166 and 207.5 Tg yr-1. Multiply
    `SimpleParams.scale` by it.
    """
    return total / jnp.sum(emission * area)


def wetland_fraction(
    water_table_depth: jax.Array,
    wetness: jax.Array,
    params: ExtentParams,
    *,
    prescribed: jax.Array | None = None,
) -> jax.Array:
    """Share of each cell [0..1] (cell,) under wetland: the `prescribed` map if given, else diagnosed.

    The diagnosed share falls exponentially with the mean `water_table_depth` [m, positive down] as in Riley et
    al. 2011 and rises linearly with the `wetness` [share of saturation] of the topsoil between two limits as
    CTEM does (Arora et al. 2018, Geosci. Model Dev. 11, 4187), with other limits, both smooth. It knows no
    relief: `greatest` stands for it and wants calibration.
    """
    if prescribed is not None:
        return prescribed
    deep = smooth_positive(water_table_depth, 0.02)
    ramp = (wetness - params.dry) / (params.wet - params.dry)
    ramp = smooth_positive(ramp, 0.05)
    ramp = 1.0 - smooth_positive(1.0 - ramp, 0.05)
    # The two roundings leave a few hundredths outside 0..1 far beyond the limits.
    return params.greatest * jnp.exp(-deep / params.decay) * within(ramp, 0.0, 1.0)


def _warmth(celsius: jax.Array, q10: jax.Array) -> jax.Array:
    return jnp.exp(0.1 * log(q10) * celsius) * _thawed(celsius)


def _thawed(celsius: jax.Array) -> jax.Array:
    """0 frozen, 1 thawed: with an exponential tail, so that warm soils are left exactly as published."""
    return jax.nn.sigmoid(celsius / THAW_WIDTH)


SCHEMES: dict[str, Callable[[WetlandClimate, SimpleParams], jax.Array]] = {
    "jules": jules,
    "wetcharts": wetcharts,
    "cao": cao,
}
"""Simple schemes by name, each (climate, params) -> kg CH4 m-2 s-1 of the whole cell."""
