"""A canopy as one leaf at its optimum (P-model): light times a yield that the cost of water and of CO2 sets."""

from __future__ import annotations

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import MOLAR_MASS, SECONDS_PER_DAY, ZERO_CELSIUS
from tenbin.core.limits import larger
from tenbin.core.logarithm import log
from tenbin.core.params import param
from tenbin.land import radiation, stomata
from tenbin.land.photosynthesis import PHOTONS_PER_JOULE, CanopyFluxes, enzyme_constants
from tenbin.land.smoothing import smooth_positive

__all__ = ["LightUseParams", "daily_p_model"]

_CARBON = float(MOLAR_MASS["c"])
_STOCKER = "Stocker et al. 2020, Geosci. Model Dev. 13, 1545"
_BERNACCHI = "Bernacchi et al. 2003, Plant Cell Environ. 26, 1419, as in " + _STOCKER


class LightUseParams(eqx.Module):
    """The canopy as one leaf at its optimum: yield of light, its answer to warmth, cost of light, drought."""

    quantum_yield: jax.Array = param(
        0.081785,
        "mol mol-1",
        bounds=(0.01, 0.125),
        prior_sd=0.015,
        source=_STOCKER + ", fitted with phi0(T) and no drought, as in rpmodel; absorptance is in it",
    )
    yield_base: jax.Array = param(0.352, "1", bounds=(0.0, 1.0), prior_sd=0.1, source=_BERNACCHI)
    yield_slope: jax.Array = param(0.022, "K-1", bounds=(0.0, 0.1), prior_sd=0.006, source=_BERNACCHI)
    yield_bend: jax.Array = param(0.00034, "K-2", bounds=(0.0, 0.002), prior_sd=1e-4, source=_BERNACCHI)
    light_extinction: jax.Array = param(
        0.5, "1", bounds=(0.3, 0.9), prior_sd=0.08, source="Monsi and Saeki 1953"
    )
    light_cost: jax.Array = param(
        0.41, "1", bounds=(0.1, 1.0), prior_sd=0.1, source="Wang et al. 2017, Nature Plants 3"
    )
    drought_threshold: jax.Array = param(
        0.6, "1", bounds=(0.1, 1.0), prior_sd=0.1, source=_STOCKER + ", eq. 20"
    )
    drought_floor: jax.Array = param(
        0.25, "1", bounds=(0.0, 1.0), prior_sd=0.2, source=_STOCKER + ", eq. 21, wide"
    )
    respiration_share: jax.Array = param(
        0.1,
        "1",
        bounds=(0.01, 0.3),
        prior_sd=0.04,
        source="leaf respiration over assimilation, Atkin et al. 2015, New Phytol. 206",
    )


def daily_p_model(
    rsds: jax.Array,
    day_length: jax.Array,
    tas: jax.Array,
    tasmin: jax.Array,
    tasmax: jax.Array,
    vpd: jax.Array,
    co2: jax.Array,
    pressure: jax.Array,
    lai: jax.Array,
    growth_temperature: jax.Array,
    params: LightUseParams,
    openness: stomata.StomataParams,
    *,
    leaf_nitrogen_factor: jax.Array | float = 1.0,
    soil_moisture_factor: jax.Array | float = 1.0,
    frost_factor: jax.Array | float = 1.0,
    vpd_mean_over: str = "day",
) -> CanopyFluxes:
    """A day of a canopy at its optimum, all (cell,), inputs as in `daily`: GPP = light x phi0(T) m sqrt(1-(c/m)^2/3).

    Of `openness` the cost of water and the residual conductance count.

    xi is that of the growth temperature, the deficit that of the day's light; dry soil lowers the yield by
    1 - (1 - floor) ((theta* - theta)/theta*)^2 below theta* (Wang et al. 2017; Stocker et al. 2020, eqs 2, 19-21).
    """
    share = day_length / SECONDS_PER_DAY
    warm = tas + (radiation.DAYLIGHT_MEAN_PLACE - 0.5) * (tasmax - tasmin)
    dry = radiation.daylight_vpd(vpd, tas, tasmin, tasmax, warm[None], vpd_mean_over)[0]
    grown, now = enzyme_constants(growth_temperature), enzyme_constants(warm)
    air = stomata.LeafAir(
        growth_temperature, dry, pressure, co2 * pressure, grown[0] * pressure, grown[1] * pressure
    )
    ratio = stomata.optimal(air, openness)
    inside, compensation = larger(ratio * co2, 1.05 * now[0]), now[0]
    used = (inside - compensation) / (inside + 2.0 * compensation)
    reach = jnp.exp(2.0 / 3.0 * log(params.light_cost / larger(used, 1e-3)))
    limited = used * jnp.sqrt(smooth_positive(1.0 - reach, 0.02))
    efficiency = _light_yield(warm, params) * limited * frost_factor * leaf_nitrogen_factor
    drought = _drought(soil_moisture_factor, params)
    absorbed = PHOTONS_PER_JOULE * rsds * (1.0 - jnp.exp(-params.light_extinction * lai))
    gross = absorbed * efficiency * drought
    by_light = gross * (1.0 - params.respiration_share) / larger(share, 0.02)
    opening = stomata.conductance(ratio, by_light, co2, openness.g0 * lai)
    return CanopyFluxes(_CARBON * gross, _CARBON * params.respiration_share * gross, opening, absorbed, ratio)


def _light_yield(temperature: jax.Array, params: LightUseParams) -> jax.Array:
    """phi0 (a + b T - c T^2), T in C, never below nought [mol mol-1] (Bernacchi et al. 2003)."""
    celsius = temperature - ZERO_CELSIUS
    shape = params.yield_base + celsius * (params.yield_slope - params.yield_bend * celsius)
    return params.quantum_yield * smooth_positive(shape, 0.02)


def _drought(wetness: jax.Array | float, params: LightUseParams) -> jax.Array:
    lack = smooth_positive(1.0 - wetness / params.drought_threshold, 1e-3)
    return 1.0 - (1.0 - params.drought_floor) * lack * lack
