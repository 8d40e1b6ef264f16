"""Where the water of each store came from: rain, snow, ground ice or the start, kept through freezing and thawing."""

from __future__ import annotations

from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.tags import SOIL_TAGS
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


def only(origin: str, amount: jax.Array) -> jax.Array:
    """Water `amount` (..., cell) with one origin: (tag, ..., cell)."""
    place = SOIL_TAGS.index(origin)
    around = (place, len(SOIL_TAGS) - 1 - place, 0)
    return jax.lax.pad(amount[None], jnp.zeros((), amount.dtype), [around, *((0, 0, 0),) * amount.ndim])


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
    composition = available / jnp.maximum(total, _trace(total))
    return (composition * new_mass, *(composition * flux for flux in leaving))


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
    liquid, ice = _change_phase(liquid, ice, before, freezing)
    liquid = liquid + only("ground_ice", ground_ice)
    composition, direct = _composition(liquid, incoming, after, fluxes)
    left = TaggedFluxes(
        transpiration=jnp.sum(composition * fluxes.uptake, axis=-2),
        evaporation=composition[:, 0] * fluxes.evaporation,
        surface_runoff=direct + composition[:, 0] * fluxes.exfiltration,
        drainage=composition[:, -1] * fluxes.drainage,
    )
    return composition * after.liquid, ice, left


def _change_phase(
    liquid: jax.Array, ice: jax.Array, before: SoilWaterState, freezing: jax.Array
) -> tuple[jax.Array, jax.Array]:
    frozen_part = jnp.maximum(freezing, 0.0) / jnp.maximum(before.liquid, _trace(liquid))
    thawed_part = jnp.maximum(-freezing, 0.0) / jnp.maximum(before.ice, _trace(ice))
    to_ice = liquid * frozen_part - ice * thawed_part
    return liquid - to_ice, ice + to_ice


def _composition(
    liquid: jax.Array, incoming: jax.Array, after: SoilWaterState, fluxes: SoilWaterFluxes
) -> tuple[jax.Array, jax.Array]:
    """Parts of each origin in the layers at the end of the step, and the direct runoff by origin [kg m-2]."""
    total = fluxes.infiltration + fluxes.direct_runoff
    direct = incoming * (fluxes.direct_runoff / jnp.maximum(total, _trace(total)))
    first = jnp.arange(liquid.shape[1])[:, None] == 0
    above, below = jnp.where(first, 0.0, fluxes.interface[:-1]), fluxes.interface[1:]
    surface = jnp.where(first, fluxes.evaporation + fluxes.exfiltration, 0.0)
    out = after.liquid + fluxes.uptake + surface + jnp.maximum(below, 0.0) + jnp.maximum(-above, 0.0)
    part = 1.0 / jnp.maximum(out, _trace(out))
    own = (liquid + jnp.where(first, (incoming - direct)[:, None], 0.0)) * part
    return _mixed(own, jnp.maximum(above, 0.0) * part, jnp.maximum(-below, 0.0) * part), direct


def _mixed(own: jax.Array, from_above: jax.Array, from_below: jax.Array) -> jax.Array:
    """Solution c (tag, layer, cell) of c[k] = own[k] + from_above[k] c[k-1] + from_below[k] c[k+1].

    Water crosses a face one way only, so that one sweep down and one up solve it: where it goes down the layer above
    needs nothing of the one below.
    """

    def down(above: jax.Array, row: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        mixed = row[0] + row[1] * above
        return mixed, mixed

    nothing = jnp.zeros_like(own[:, 0])
    _, mixed = jax.lax.scan(down, nothing, (jnp.moveaxis(own, 1, 0), from_above))
    _, mixed = jax.lax.scan(down, nothing, (mixed, from_below), reverse=True)
    return jnp.moveaxis(mixed, 0, 1)
