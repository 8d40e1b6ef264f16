"""Where the water of each store came from: rain, snow, ground ice or the start, kept through freezing and thawing."""

from __future__ import annotations

from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.tags import SOIL_TAGS
from tenbin.land.soil_water import SoilWaterFluxes, SoilWaterState
from tenbin.land.tridiagonal import solve

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
    composition = available / jnp.maximum(total, _TRACE)
    return (composition * new_mass, *(composition * flux for flux in leaving))


_TRACE = 1e-15  # kg m-2; less water than this has no origin; its square is a 32-bit number


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
    composition. Movement is implicit upwind: (new + out) c = old + sum of in * c of where it comes from, one
    tridiagonal system for all tags, whose rows add up to the water and whose solution is positive.
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
    frozen_part = jnp.maximum(freezing, 0.0) / jnp.maximum(before.liquid, _TRACE)
    thawed_part = jnp.maximum(-freezing, 0.0) / jnp.maximum(before.ice, _TRACE)
    to_ice = liquid * frozen_part - ice * thawed_part
    return liquid - to_ice, ice + to_ice


def _composition(
    liquid: jax.Array, incoming: jax.Array, after: SoilWaterState, fluxes: SoilWaterFluxes
) -> tuple[jax.Array, jax.Array]:
    """Parts of each origin in the layers at the end of the step, and the direct runoff by origin [kg m-2]."""
    down, up = jnp.maximum(fluxes.interface, 0.0), jnp.maximum(-fluxes.interface, 0.0)
    total = fluxes.infiltration + fluxes.direct_runoff
    direct = incoming * (fluxes.direct_runoff / jnp.maximum(total, _TRACE))
    nothing = jnp.zeros_like(up[:1])
    surface = fluxes.evaporation + fluxes.exfiltration
    out = after.liquid + down[1:] + jnp.concatenate([surface[None], up[1:-1]]) + fluxes.uptake
    source = jnp.concatenate([liquid[:, :1] + (incoming - direct)[:, None], liquid[:, 1:]], axis=1)
    lower, upper = jnp.concatenate([nothing, -down[1:-1]]), jnp.concatenate([-up[1:-1], nothing])
    return solve(lower, jnp.maximum(out, _TRACE), upper, source), direct
