"""What people take from the land: forest cleared, wood and crops carried off, fields left to grow back."""

from __future__ import annotations

from typing import Any, NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger, smaller
from tenbin.core.params import param
from tenbin.land.decomposition import rows
from tenbin.land.vegetation_carbon import YEAR

__all__ = [
    "LandUseParams",
    "ResponseCurves",
    "WoodFate",
    "bookkeeping",
    "cleared_wood",
    "merge_tiles",
    "product_decay",
]

_HOUGHTON = (
    "Houghton et al. 1983, Ecol. Monogr. 53, 235; McGuire et al. 2001, Glob. Biogeochem. Cycles 15, 183"
)


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
    scale = 1.0 / larger(burnt + fast + slow, 1.0)
    burnt, fast, slow = burnt * scale, fast * scale, slow * scale
    return WoodFate(burnt, fast, slow, 1.0 - (burnt + fast + slow))


def product_decay(params: LandUseParams, *, dt: float) -> jax.Array:
    """Shares of fast and slow goods that decay in one step [0..1], (2, 1 or cell): 1 - exp(-dt / lifetime)."""
    return -jnp.expm1(-dt / (rows(params.fast_time, params.slow_time) * YEAR))


def merge_tiles(
    receiving: Any, incoming: Any, receiving_area: jax.Array, incoming_area: jax.Array
) -> tuple[Any, jax.Array]:
    """Pools per area [kg m-2] of a tile that takes in land, and its new area; carbon and nitrogen are conserved.

    Abandoned land joins the natural tile with what it carries and dilutes it. For pools that decay at rates of
    their own the mean of old and young land has exactly the carbon that age classes would have in sum (linearity);
    only what is not linear, canopy closure above all, sees a mean age. So no classes of age are kept.
    Areas are shares of the cell [0..1].
    """
    total = receiving_area + incoming_area
    share = incoming_area / larger(total, float(jnp.finfo(total.dtype).tiny))
    return jax.tree.map(lambda old, new: old + (new - old) * share, receiving, incoming), total


class ResponseCurves(NamedTuple):
    """How a hectare answers to a change of use: carbon [kg C m-2] before and after and time constants [yr]."""

    vegetation_before: jax.Array
    vegetation_after: jax.Array
    soil_before: jax.Array
    soil_after: jax.Array
    soil_time: jax.Array
    regrowth_time: jax.Array


def bookkeeping(transitions: jax.Array, curves: ResponseCurves, params: LandUseParams) -> jax.Array:
    """Carbon to the air [kg C yr-1] of yearly land conversions, (year, transition), Houghton et al. 1983.

    `transitions` [m2 yr-1] (year, transition) are areas converted at the start of each year; `curves` hold one value
    per transition. Biomass that is lost is burnt in the year, made into goods that decay in 10 and 100 years, or left
    as slash that rots with the soil; biomass that is gained regrows. Each store relaxes exponentially, so a year's
    flux is exact and all of the past is held in one excess per store.
    """
    fate = cleared_wood(params)
    gone = larger(curves.vegetation_before - curves.vegetation_after, 0.0)
    regrown = smaller(curves.vegetation_before - curves.vegetation_after, 0.0)
    soil = curves.soil_before - curves.soil_after + gone * fate.slash
    excess = jnp.stack([soil, regrown, gone * fate.fast, gone * fate.slow])
    fast, slow = (jnp.broadcast_to(time, soil.shape) for time in (params.fast_time, params.slow_time))
    kept = jnp.exp(-1.0 / jnp.stack([curves.soil_time, curves.regrowth_time, fast, slow]))

    def year(stores: jax.Array, area: jax.Array) -> tuple[jax.Array, jax.Array]:
        stores = stores + excess * area
        return stores * kept, jnp.sum(stores * (1.0 - kept), axis=0) + gone * fate.burnt * area

    return jax.lax.scan(year, jnp.zeros_like(excess), transitions)[1]
