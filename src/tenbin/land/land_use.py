"""What people take from the land: forest cleared, wood and crops carried off, fields left to grow back."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.params import param
from tenbin.land.vegetation_carbon import YEAR

__all__ = ["LandUseParams", "ProductPools", "WoodFate", "cleared_wood", "product_decay"]

_HOUGHTON = (
    "Houghton et al. 1983, Ecol. Monogr. 53, 235; McGuire et al. 2001, Glob. Biogeochem. Cycles 15, 183"
)


class ProductPools(NamedTuple):
    """Carbon or nitrogen [kg m-2] in goods of about 10 years (`fast`) and 100 years (`slow`), each (cell,)."""

    fast: jax.Array
    slow: jax.Array


class LandUseParams(eqx.Module):
    """Where cleared and harvested carbon goes and how long goods last."""

    cleared_burnt: jax.Array = param(
        0.40,
        "1",
        bounds=(0.0, 0.9),
        prior_sd=0.15,
        source=_HOUGHTON + ": share of tops burnt when land is cleared",
    )
    cleared_fast: jax.Array = param(
        0.27, "1", bounds=(0.0, 0.6), prior_sd=0.1, source=_HOUGHTON + ": share of cut wood, 10 years"
    )
    cleared_slow: jax.Array = param(
        0.10, "1", bounds=(0.0, 0.5), prior_sd=0.05, source=_HOUGHTON + ": share of cut wood, 100 years"
    )
    fast_time: jax.Array = param(
        10.0, "yr", bounds=(1.0, 40.0), prior_sd=3.0, source=_HOUGHTON, transform="log"
    )
    slow_time: jax.Array = param(
        100.0, "yr", bounds=(30.0, 400.0), prior_sd=30.0, source=_HOUGHTON, transform="log"
    )
    crop_harvest: jax.Array = param(
        [0.0] * 11 + [0.45, 0.0],
        "1",
        bounds=(0.0, 0.9),
        prior_sd=0.1,
        source="Monfreda et al. 2008, GB1022: share of a crop's shed tops that is carried off",
    )


class WoodFate(NamedTuple):
    """Where cut wood goes, shares of it [0..1] that sum to 1."""

    burnt: jax.Array
    fast: jax.Array
    slow: jax.Array
    slash: jax.Array


def cleared_wood(params: LandUseParams) -> WoodFate:
    """Fate of the wood of cleared land; if the three declared shares exceed 1 they are scaled, slash is nil."""
    burnt, fast, slow = params.cleared_burnt, params.cleared_fast, params.cleared_slow
    scale = 1.0 / jnp.maximum(burnt + fast + slow, 1.0)
    burnt, fast, slow = burnt * scale, fast * scale, slow * scale
    return WoodFate(burnt, fast, slow, 1.0 - (burnt + fast + slow))


def product_decay(params: LandUseParams, *, dt: float) -> ProductPools:
    """Shares of the goods that decay in one step [0..1]: 1 - exp(-dt / lifetime)."""
    return ProductPools(
        -jnp.expm1(-dt / (params.fast_time * YEAR)), -jnp.expm1(-dt / (params.slow_time * YEAR))
    )
