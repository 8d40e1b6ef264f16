"""Where the water of each store came from: rain, snow, ground ice or the start, kept through freezing and thawing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger
from tenbin.core.tags import SOIL_TAGS
from tenbin.land.columns import on_layers, sweep, with_kept_slope
from tenbin.land.soil_water import SoilWaterFluxes, SoilWaterState

__all__ = ["TaggedFluxes", "TaggedWater", "initial_tags", "only", "soil_step", "store_step"]


class TaggedWater(NamedTuple):
    """Water by origin [kg m-2]: in the canopy and the snow (tag, cell), in soil liquid and ice (tag, layer, cell).

    The tags are carried by themselves, not scaled to the water they mark: that their sum is the water is a result.
    """

    canopy: jax.Array
    snow: jax.Array
    liquid: jax.Array
    ice: jax.Array


class TaggedFluxes(NamedTuple):
    """What leaves the soil in a step, by origin [kg m-2] (tag, cell)."""

    transpiration: jax.Array
    evaporation: jax.Array
    surface_runoff: jax.Array
    drainage: jax.Array


def _every(water: jax.Array) -> jax.Array:
    """The same for every origin: (tag, ...)."""
    return on_layers(water, len(SOIL_TAGS))


def only(origin: str, amount: jax.Array) -> jax.Array:
    """Water `amount` (..., cell) with one origin: (tag, ..., cell)."""
    mask = (np.arange(len(SOIL_TAGS)) == SOIL_TAGS.index(origin)).reshape(-1, *(1,) * amount.ndim)
    return jnp.where(mask, amount, 0.0)


def initial_tags(canopy: jax.Array, snow: jax.Array, soil: SoilWaterState) -> TaggedWater:
    """All water that stands anywhere at the start [kg m-2] marked as `initial`."""
    return TaggedWater(*(only("initial", water) for water in (canopy, snow, soil.liquid, soil.ice)))


def store_step(
    tagged: jax.Array, incoming: jax.Array, new_mass: jax.Array, *leaving: jax.Array
) -> tuple[jax.Array, ...]:
    """A well-mixed store after a step: its tags, then those of each flux that leaves it, (tag, cell) [kg m-2].

    `tagged` and `incoming` [kg m-2] are (tag, cell); `new_mass` and each of `leaving` [kg m-2] are (cell,), from
    the model of the store itself. What leaves has the composition of what was there with what came.
    """
    available = tagged + incoming
    total = sum(leaving, start=new_mass)
    composition = available / _every(larger(total, _trace(total)))
    return (composition * _every(new_mass), *(composition * _every(flux) for flux in leaving))


def _trace(water: jax.Array) -> float:
    """Less water than this [kg m-2] has no origin; one over its square, met in gradients, must stay a number."""
    return max(1e-15, float(jnp.finfo(water.dtype).tiny) ** 0.25)


def soil_step(
    liquid: jax.Array,
    ice: jax.Array,
    before: SoilWaterState,
    freezing: jax.Array,
    ground_ice: jax.Array,
    incoming: jax.Array,
    after: SoilWaterState,
    fluxes: SoilWaterFluxes,
) -> tuple[jax.Array, jax.Array, TaggedFluxes]:
    """Tags of soil liquid and ice (tag, layer, cell) [kg m-2] after a step, and of what left.

    `before` is the water that `liquid` and `ice` mark; `freezing` [kg m-2] (layer, cell) turns into ice, or where it
    is negative into liquid; then `ground_ice` [kg m-2] (layer, cell) melts into it; then water moves by `fluxes`,
    with `incoming` [kg m-2] (tag, cell) at the surface, and the liquid `after` is left. Phases give of their own
    composition. Movement is implicit upwind: (new + out) c = old + sum of in * c of where it comes from; the rows
    add up to the water and the solution is positive.
    """
    total = fluxes.infiltration + fluxes.direct_runoff
    direct = incoming * _every(fluxes.direct_runoff / larger(total, _trace(total)))
    rows = _Rows(
        tagged_liquid=jnp.moveaxis(liquid, 1, 0),
        tagged_ice=jnp.moveaxis(ice, 1, 0),
        liquid=before.liquid,
        ice=before.ice,
        freezing=freezing,
        ground_ice=ground_ice,
        above=fluxes.interface[:-1],
        below=fluxes.interface[1:],
        uptake=fluxes.uptake,
        after=after.liquid,
    )
    surface = fluxes.evaporation + fluxes.exfiltration
    last, (composition, from_below, ice) = _descend(rows, incoming - direct, surface)
    (first, transpiration), liquid = _ascend(composition, from_below, rows)
    left = TaggedFluxes(
        transpiration=transpiration,
        evaporation=first * _every(fluxes.evaporation),
        surface_runoff=direct + first * _every(fluxes.exfiltration),
        drainage=last * _every(fluxes.drainage),
    )
    return jnp.moveaxis(liquid, 0, 1), jnp.moveaxis(ice, 0, 1), left


class _Rows(NamedTuple):
    """What a layer knows of its water [kg m-2]: (layer, tag, cell) of what is tagged, (layer, cell) of the rest."""

    tagged_liquid: jax.Array
    tagged_ice: jax.Array
    liquid: jax.Array
    ice: jax.Array
    freezing: jax.Array
    ground_ice: jax.Array
    above: jax.Array
    below: jax.Array
    uptake: jax.Array
    after: jax.Array


def _descend(rows: _Rows, incoming: jax.Array, surface: jax.Array) -> tuple[jax.Array, tuple]:
    """Phases change; then compositions c (tag, cell) by c[k] = own[k] + from_above[k] c[k-1], from the surface down.

    Water crosses a face one way only, so that one sweep down and one up solve c[k] = own[k] + from_above[k] c[k-1] +
    from_below[k] c[k+1]: where it goes down the layer above needs nothing of the one below. `incoming` [kg m-2]
    (tag, cell) enters the first layer, `surface` [kg m-2] (cell,) leaves it.
    """

    def body(carry: tuple, row: _Rows) -> tuple:
        above, incoming, surface, from_layer = carry
        liquid, ice = _change_phase(row)
        liquid = with_kept_slope(liquid + only("ground_ice", row.ground_ice) + incoming)
        leaving = larger(row.below, 0.0) + from_layer * larger(-row.above, 0.0)
        out = row.after + row.uptake + surface + leaving
        part = 1.0 / larger(out, _trace(out))
        arriving = from_layer * larger(row.above, 0.0) * part
        mixed = with_kept_slope(liquid * _every(part) + _every(arriving) * above)
        nothing = (jnp.zeros_like(incoming), jnp.zeros_like(surface), jnp.ones_like(surface))
        return (mixed, *nothing), (mixed, larger(-row.below, 0.0) * part, ice)

    start = (jnp.zeros_like(incoming), incoming, surface, jnp.zeros_like(surface))
    (last, *_), made = sweep(body, start, rows)
    return last, made


def _ascend(composition: jax.Array, from_below: jax.Array, rows: _Rows) -> tuple:
    """Compositions with what rises from below; that of the first layer and transpiration, then liquid by layer."""

    def body(carry: tuple, row: tuple) -> tuple:
        below, taken = carry
        mixed, rising, uptake, after = row
        mixed = with_kept_slope(mixed + _every(rising) * below)
        return (mixed, taken + mixed * _every(uptake)), mixed * _every(after)

    nothing = jnp.zeros_like(composition[0])
    columns = (composition, from_below, rows.uptake, rows.after)
    return sweep(body, (nothing, nothing), columns, reverse=True)


def _change_phase(row: _Rows) -> tuple[jax.Array, jax.Array]:
    """Tags of liquid and ice (tag, cell) when `freezing` has turned, each phase giving of its own composition."""
    frozen_part = larger(row.freezing, 0.0) / larger(row.liquid, _trace(row.liquid))
    thawed_part = larger(-row.freezing, 0.0) / larger(row.ice, _trace(row.ice))
    to_ice = with_kept_slope(row.tagged_liquid * _every(frozen_part) - row.tagged_ice * _every(thawed_part))
    return row.tagged_liquid - to_ice, row.tagged_ice + to_ice
