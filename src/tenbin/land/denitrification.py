"""Nitrate turned to nitrous oxide and dinitrogen by bacteria short of oxygen (DayCent)."""

from __future__ import annotations

import math
from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger
from tenbin.core.logarithm import log
from tenbin.core.params import param
from tenbin.land.arctangent import arctangent
from tenbin.land.smoothing import smooth_maximum, smooth_minimum, smooth_positive

__all__ = [
    "DenitrificationParams",
    "Diffusion",
    "diffusion",
    "dinitrogen_ratio",
    "potential",
    "published_denitrification",
    "respiration_when_wet",
]

_DEL_GROSSO = "Del Grosso et al. 2000, Global Biogeochem. Cycles 14, 1045"
_PI = math.pi
_KNEE = 0.995


class DenitrificationParams(eqx.Module):
    """What a calibration may change in denitrification."""

    scale: jax.Array = param(
        1.0,
        "1",
        bounds=(0.05, 10.0),
        prior_sd=0.5,
        source=_DEL_GROSSO + "; scale of the rate",
        transform="log",
    )
    carbon_coefficient: jax.Array = param(
        0.1, "ppm d-1", bounds=(0.01, 1.0), prior_sd=0.05, source=_DEL_GROSSO, transform="log"
    )
    least_rate: jax.Array = param(
        0.066,
        "ppm d-1",
        bounds=(0.001, 0.5),
        prior_sd=0.03,
        source="DayCent source, denitrify.c",
        transform="log",
    )
    water_threshold: jax.Array = param(
        9.0, "1", bounds=(6.0, 10.0), prior_sd=0.7, source=_DEL_GROSSO + "; tenfold pore space, half rate"
    )
    respired_in_soil: jax.Array = param(
        0.45,
        "1",
        bounds=(0.05, 1.0),
        prior_sd=0.15,
        source="Bowden et al. 1993, Can. J. For. Res. 23, 1402: 30 of 67 %, the rest is litter on the ground",
    )
    ratio_scale: jax.Array = param(
        1.0, "1", bounds=(0.1, 10.0), prior_sd=0.5, source=_DEL_GROSSO + "; scale of N2:N2O", transform="log"
    )


class Diffusion(NamedTuple):
    """What the gas diffusivity of a soil at field capacity sets, each (cell,)."""

    threshold: jax.Array
    enhancement: jax.Array
    oxygen_use: jax.Array
    largest_ratio: jax.Array


def diffusion(diffusivity: jax.Array) -> Diffusion:
    """Soil constants of denitrification of the relative diffusivity at field capacity [1], shape (cell,).

    `threshold` [1]: water-filled pore space above which respired CO2 counts more, by `enhancement` [1 per percent];
    `oxygen_use` M [ppm-1]; `largest_ratio` k1 [1]. Del Grosso et al. (2000) as in DayCent; corners rounded.
    """
    shortfall = smooth_positive(0.15 - diffusivity, 0.002)
    return Diffusion(
        threshold=(250.0 * (0.15 - shortfall) + 43.0) / 100.0,
        enhancement=0.004 + 0.1 * shortfall,
        oxygen_use=0.145 - 1.25 * (0.113 - smooth_positive(0.113 - diffusivity, 0.002)),
        largest_ratio=smooth_maximum(38.4 - 350.0 * diffusivity, jnp.full_like(diffusivity, 1.5), 0.2),
    )


def respiration_when_wet(carbon_dioxide: jax.Array, pore_space: jax.Array, soil: Diffusion) -> jax.Array:
    """Respired CO2 [ppm C d-1] as it counts where water closes the pores: CO2 (1 + 100 a (WFPS - threshold))."""
    excess = smooth_positive(pore_space - soil.threshold, 0.01)
    return carbon_dioxide * (1.0 + 100.0 * soil.enhancement * excess)


def potential(
    nitrate: jax.Array,
    carbon_dioxide: jax.Array,
    pore_space: jax.Array,
    soil: Diffusion,
    params: DenitrificationParams,
) -> jax.Array:
    """N2 + N2O [ppm N d-1] that nitrate [ppm N], respired CO2 [ppm C d-1] and water-filled pores [0..1] allow.

    The scarcer of f(NO3) = 1.556 + 76.91/pi atan(0.00222 pi (NO3 - 9.23)) and f(CO2) = 0.1 CO2^1.3 - 0.1, at
    least 0.066, times f(WFPS) = 0.45 + atan(0.6 pi (10 WFPS - 9 + M CO2)) / pi (Del Grosso et al. 2000; the floor
    and 0.45 from DayCent). Never negative; a tenth of a per cent of the published value away from its corners.
    """
    counted = respiration_when_wet(carbon_dioxide, pore_space, soil)
    by_nitrate = 1.556 + (76.91 / _PI) * arctangent((0.00222 * _PI) * (nitrate - 9.23))
    power = jnp.exp(1.3 * log(counted + 1e-6))
    by_carbon = params.carbon_coefficient * power - 0.1
    scarcer = smooth_minimum(smooth_positive(by_nitrate, 0.01), smooth_positive(by_carbon, 0.01), _KNEE)
    opening = 10.0 * pore_space - params.water_threshold + soil.oxygen_use * counted
    by_water = smooth_positive(0.45 + arctangent((0.6 * _PI) * opening) / _PI, 0.002)
    return params.scale * smooth_maximum(scarcer, params.least_rate, 0.01) * by_water


def dinitrogen_ratio(
    nitrate: jax.Array,
    carbon_dioxide: jax.Array,
    pore_space: jax.Array,
    soil: Diffusion,
    params: DenitrificationParams,
) -> jax.Array:
    """N2 over N2O [1]: k1 max(0.16, exp(-0.8 NO3/CO2)) times max(0.1, 1.5 WFPS - 0.32), at least 0.1.

    Much nitrate per respired carbon leaves N2O; wet, tight soil (large k1) reduces it to N2 (Del Grosso et al. 2000).
    """
    spared = jnp.exp(larger(-0.8 * nitrate / (carbon_dioxide + 1e-3), -60.0))
    by_substrate = soil.largest_ratio * smooth_maximum(spared, jnp.full_like(spared, 0.16), 0.005)
    by_water = smooth_maximum(1.5 * pore_space - 0.32, jnp.full_like(pore_space, 0.1), 0.005)
    ratio = params.ratio_scale * by_substrate * by_water
    return smooth_maximum(ratio, jnp.full_like(ratio, 0.1), 0.005)


def published_denitrification(
    nitrate: float, carbon_dioxide: float, pore_space: float, diffusivity: float
) -> tuple[float, float]:
    """N2O and N2 [ppm N d-1] by the hard corners of DayCent, denitrify.c (top layers), for hand-worked values.

    `nitrate` [ppm N], `carbon_dioxide` [ppm C d-1] above 0, `pore_space` [0..1], `diffusivity` at field capacity [1].
    """
    open_soil = diffusivity >= 0.15
    threshold = 0.80 if open_soil else (250.0 * diffusivity + 43.0) / 100.0
    slope = 0.004 if open_soil else 0.019 - 0.1 * diffusivity
    counted = carbon_dioxide * (1.0 + slope * max(pore_space - threshold, 0.0) * 100.0)
    by_nitrate = max(0.0, 1.556 + 76.91 / _PI * math.atan(_PI * 0.00222 * (nitrate - 9.23)))
    by_carbon = max(0.0, 0.1 * counted**1.3 - 0.1)
    oxygen_use = 0.145 - 1.25 * min(0.113, diffusivity)
    by_water = max(0.0, 0.45 + math.atan(0.6 * _PI * (10.0 * pore_space - 9.0 + oxygen_use * counted)) / _PI)
    total = max(0.066, min(by_nitrate, by_carbon)) * by_water
    largest = max(1.5, 38.4 - 350.0 * diffusivity)
    by_substrate = max(0.16 * largest, largest * math.exp(-0.8 * nitrate / carbon_dioxide))
    ratio = max(0.1, by_substrate * max(0.1, 1.5 * pore_space - 0.32))
    return total / (1.0 + ratio), total * ratio / (1.0 + ratio)
