"""Methane of termites: how many live where plants grow and it is warm, times what each gram breathes out."""

from __future__ import annotations

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import within
from tenbin.core.params import param

__all__ = ["TermiteParams", "biomass", "emission"]

SECONDS_PER_HOUR = 3600.0
GRAM_CARBON_PER_YEAR = 1000.0 * 365.25 * 86400.0  # g m-2 yr-1 per kg m-2 s-1
TRANSITION = 1.0  # K, over which one climate gives way to the next

_K13 = "Kirschke et al. 2013, Nat. Geosci. 6, 813, supplement, as in the public code of VISIT"
_QUOTED = "as quoted from Kirschke et al. 2013, Nat. Geosci. 6, 813, supplement; original not seen"


class TermiteParams(eqx.Module):
    """What is uncertain in the methane of termites."""

    tropical_biomass: jax.Array = param(
        1.21, "g m-2", bounds=(0.1, 10.0), prior_sd=0.6, source=_K13, transform="log"
    )
    productivity: jax.Array = param(8e-4, "m2 yr g-1", bounds=(1e-4, 2e-3), prior_sd=3e-4, source=_K13)
    temperate_biomass: jax.Array = param(
        3.0, "g m-2", bounds=(0.1, 10.0), prior_sd=1.5, source="Sanderson 1996, " + _K13, transform="log"
    )
    tropical_rate: jax.Array = param(
        2.8e-6, "g g-1 h-1", bounds=(5e-7, 1e-5), prior_sd=1e-6, source=_K13, transform="log"
    )
    temperate_rate: jax.Array = param(
        1.7e-6,
        "g g-1 h-1",
        bounds=(3e-7, 1e-5),
        prior_sd=0.8e-6,
        source="Fraser 1986, " + _K13,
        transform="log",
    )
    tropical_limit: jax.Array = param(
        293.15,
        "K",
        bounds=(288.0, 298.0),
        prior_sd=2.0,
        source="own choice: annual mean at the edge of the tropics",
    )
    cold_limit: jax.Array = param(
        283.15, "K", bounds=(276.0, 290.0), prior_sd=3.0, source="own choice: annual mean where termites end"
    )
    least_productive: jax.Array = param(
        50.0,
        "g m-2 yr-1",
        bounds=(5.0, 300.0),
        prior_sd=30.0,
        source="own choice: GPP below which deserts feed none",
    )
    crop_share: jax.Array = param(
        0.4, "1", bounds=(0.0, 1.0), prior_sd=0.2, source="biomass left under crops, 60 % lost, " + _QUOTED
    )


def biomass(gpp_annual: jax.Array, temperature: jax.Array, params: TermiteParams) -> jax.Array:
    """Living termites [g m-2]: 1.21 exp(0.0008 GPP) in the tropics, 3 in warm temperate land, none in the cold.

    `gpp_annual` [kg C m-2 s-1, mean of years, any value from 0], `temperature` [K, annual mean] (cell,). The
    regression takes GPP in g C m-2 yr-1. Where it grows too little, deserts, none live; limits are blurred over
    1 K.
    """
    yearly = within(gpp_annual * GRAM_CARBON_PER_YEAR, 0.0, 5000.0)
    tropical = params.tropical_biomass * jnp.exp(params.productivity * yearly)
    share = _tropical_share(temperature, params)
    alive = jax.nn.sigmoid((temperature - params.cold_limit) / TRANSITION)
    square = yearly * yearly
    fed = square / (square + params.least_productive * params.least_productive)
    return alive * fed * (share * tropical + (1.0 - share) * params.temperate_biomass)


def emission(
    gpp_annual: jax.Array, temperature: jax.Array, crop_fraction: jax.Array, params: TermiteParams
) -> jax.Array:
    """Methane of termites [kg CH4 m-2 s-1]: biomass times 2.8 (tropics) or 1.7 micrograms per gram and hour.

    `crop_fraction` [0..1] of the cell keeps 40 % of its termites. Papers print the factor as milligrams: that
    would give the globe some 9000 Tg a year instead of 9.
    """
    share = _tropical_share(temperature, params)
    rate = share * params.tropical_rate + (1.0 - share) * params.temperate_rate
    kept = 1.0 - (1.0 - params.crop_share) * crop_fraction
    return 1e-3 / SECONDS_PER_HOUR * rate * kept * biomass(gpp_annual, temperature, params)


def _tropical_share(temperature: jax.Array, params: TermiteParams) -> jax.Array:
    return jax.nn.sigmoid((temperature - params.tropical_limit) / TRANSITION)
