"""Pools at rest under a repeating climate, solved at once instead of waited for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tenbin.core.arrays import jax, jnp
from tenbin.land.biogeochemistry import (
    BiogeochemistryParams,
    BiogeochemistryState,
    Constants,
    MineralNitrogen,
)
from tenbin.land.decomposition import Cascade, LitterPools, SoilPools, inherited
from tenbin.land.vegetation_carbon import VegetationPools, turnover_fraction

__all__ = [
    "anderson_fixed_point",
    "dead_pools_day",
    "rested_state",
    "steady_pools",
    "steady_vegetation",
    "year_map",
]


def dead_pools_day(pools: jax.Array, fractions: jax.Array, litter: jax.Array, plan: Cascade) -> jax.Array:
    """The six dead carbon pools (6, cell) [kg C m-2] a day later: they decay by `fractions` (6, cell), pass on their
    heirs' shares and gain `litter` (3, cell) [kg C m-2]; affine in the pools.
    """
    lost = pools * fractions
    gained = inherited(tuple(lost), plan)
    return pools - lost + jnp.concatenate([litter, jnp.stack(tuple(gained))])


def year_map(
    fractions: jax.Array, litter: jax.Array, plan: Cascade, burnt: jax.Array | float = 0.0
) -> tuple[jax.Array, jax.Array]:
    """M (cell, 6, 6) and b (cell, 6) of the year's affine map x -> M x + b of the dead carbon pools.

    `fractions` (day, 6, cell) realised decay, `litter` (day, 3, cell) [kg C m-2 per day] from any recorded year;
    `burnt` (day, 6, cell) shares of what decay left that fire takes before the new litter falls.
    """
    n_cell = fractions.shape[-1]
    basis = jnp.broadcast_to(jnp.eye(6, dtype=fractions.dtype)[:, :, None], (6, 6, n_cell))
    burnt = jnp.broadcast_to(jnp.asarray(burnt, fractions.dtype), fractions.shape)
    nothing = jnp.zeros_like(litter[0])

    def day(carry: tuple[jax.Array, jax.Array], today: tuple[jax.Array, ...]) -> tuple[Any, None]:
        columns, offset = carry
        fraction, fall, fire = today
        # Fire takes from what decay left, hence from the pools, not from today's heirs or litter.
        one = partial(_decay_and_burn, fraction=fraction, fire=fire, plan=plan)
        return (jax.vmap(lambda x: one(x, litter=nothing))(columns), one(offset, litter=fall)), None

    start = (basis, jnp.zeros((6, n_cell), fractions.dtype))
    (columns, offset), _ = jax.lax.scan(day, start, (fractions, litter, burnt))
    return jnp.transpose(columns, (2, 1, 0)), offset.T


def _decay_and_burn(
    pools: jax.Array, *, litter: jax.Array, fraction: jax.Array, fire: jax.Array, plan: Cascade
) -> jax.Array:
    return dead_pools_day(pools, fraction, litter, plan) - pools * (1.0 - fraction) * fire


def steady_pools(matrix: jax.Array, offset: jax.Array) -> jax.Array:
    """x = (I - M)^-1 b, (6, cell) [kg C m-2]; differentiable through the solve.

    The passive pool changes by 1e-3 of itself a year, so I - M is scaled by its diagonal before the solve.
    """
    system = jnp.eye(matrix.shape[-1], dtype=matrix.dtype) - matrix
    scale = 1.0 / jnp.diagonal(system, axis1=-2, axis2=-1)
    return jnp.linalg.solve(scale[..., None] * system, (scale * offset)[..., None])[..., 0].T


def steady_vegetation(growth: jax.Array, rate: jax.Array, lost: jax.Array | float = 0.0) -> jax.Array:
    """Wood or root carbon [kg C m-2] that sheds as much as it grows: `growth` [kg C m-2 d-1] over shares per day.

    `rate` [yr-1] the turnover, `lost` [d-1] further mean losses to fire and clearing. After a day's growth the pool
    sheds the share s of what stands, hence x = g (1 - s) / s.
    """
    shed = turnover_fraction(rate)
    share = shed + (1.0 - shed) * lost
    return growth * (1.0 - share) / share


def rested_state(
    state: BiogeochemistryState,
    dead: jax.Array,
    wood: jax.Array,
    root: jax.Array,
    constants: Constants,
    params: BiogeochemistryParams,
) -> BiogeochemistryState:
    """`state` with its dead pools (6, cell), wood and root at rest and nitrogen at the ratios that follow.

    Soil pools take their own C:N. Litter keeps the C:N that the spun-up year left in it, so that the first year
    feels no shock; mineral nitrogen stays where the recorded year's balance put it.
    """
    litter, soil = LitterPools(*dead[:3]), SoilPools(*dead[3:])
    tiny = float(jnp.finfo(dead.dtype).tiny) ** 0.5
    kept = (
        n * (new / (old + tiny))
        for n, new, old in zip(state.litter_nitrogen, litter, state.litter, strict=True)
    )
    ratio = constants.living_nitrogen
    vegetation = state.vegetation._replace(wood=wood, root=root)
    held = state.vegetation_nitrogen._replace(wood=wood * ratio[1], root=root * ratio[2])
    soil_nitrogen = (c * r for c, r in zip(soil, constants.soil_nitrogen, strict=True))
    return state._replace(
        vegetation=VegetationPools(*vegetation),
        litter=litter,
        soil=soil,
        vegetation_nitrogen=held,
        litter_nitrogen=LitterPools(*kept),
        soil_nitrogen=SoilPools(*soil_nitrogen),
        mineral=MineralNitrogen(*state.mineral),
    )


Map = Callable[[Any, jax.Array], jax.Array]


@partial(jax.custom_vjp, nondiff_argnums=(0, 3, 4))
def anderson_fixed_point(
    function: Map, arguments: Any, start: jax.Array, steps: int = 30, memory: int = 4
) -> jax.Array:
    """x with x = function(arguments, x), x of shape (n,) , by Anderson acceleration (Anderson 1965, J. ACM 12, 547).

    `steps` iterations remembering `memory` residuals. Gradients with respect to `arguments` follow the implicit
    function theorem: the adjoint solves w = g + (df/dx)^T w by the same iteration, so that no iterate is stored.
    """
    return _anderson(partial(function, arguments), start, steps, memory)


def _anderson(
    function: Callable[[jax.Array], jax.Array], start: jax.Array, steps: int, memory: int
) -> jax.Array:
    """Anderson iteration on one vector (n,), mixing the last `memory` residuals by regularised least squares."""

    def advance(carry: Any, _: None) -> tuple[Any, None]:
        x, old_value, old_residual, differences, changes = carry
        value = function(x)
        residual = value - x
        differences = jnp.roll(differences, 1, axis=0).at[0].set(residual - old_residual)
        changes = jnp.roll(changes, 1, axis=0).at[0].set(value - old_value)
        gram = differences @ differences.T
        ridge = 1e-14 * jnp.trace(gram) + float(jnp.finfo(x.dtype).tiny)
        weights = jnp.linalg.solve(gram + ridge * jnp.eye(memory, dtype=x.dtype), differences @ residual)
        return (value - weights @ changes, value, residual, differences, changes), None

    value = function(start)
    empty = jnp.zeros((memory, start.size), start.dtype)
    carry = (value, value, value - start, empty, empty)
    return jax.lax.scan(advance, carry, None, length=steps)[0][0]


def _anderson_forward(
    function: Map, arguments: Any, start: jax.Array, steps: int, memory: int
) -> tuple[jax.Array, Any]:
    x = anderson_fixed_point(function, arguments, start, steps, memory)
    return x, (arguments, x)


def _anderson_backward(
    function: Map, steps: int, memory: int, kept: Any, gradient: jax.Array
) -> tuple[Any, Any]:
    arguments, x = kept
    _, pull_state = jax.vjp(lambda y: function(arguments, y), x)
    adjoint = _anderson(lambda w: gradient + pull_state(w)[0], gradient, steps, memory)
    _, pull_arguments = jax.vjp(lambda a: function(a, x), arguments)
    return pull_arguments(adjoint)[0], jnp.zeros_like(x)


anderson_fixed_point.defvjp(_anderson_forward, _anderson_backward)
