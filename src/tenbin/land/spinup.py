"""Pools at rest under a repeating climate, solved at once instead of waited for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger, within
from tenbin.land.biogeochemistry_state import (
    CARBON,
    NITROGEN,
    BiogeochemistryFluxes,
    BiogeochemistryState,
    Constants,
)
from tenbin.land.decomposition import Cascade, inherited

__all__ = ["anderson_fixed_point", "dead_pools_day", "settled", "steady_losses", "steady_pools", "year_map"]


def dead_pools_day(pools: jax.Array, fractions: jax.Array, litter: jax.Array, plan: Cascade) -> jax.Array:
    """The six dead carbon pools (6, cell) [kg C m-2] a day later: they decay by `fractions` (6, cell), pass on their
    heirs' shares and gain `litter` (3, cell) [kg C m-2]; affine in the pools.
    """
    lost = pools * fractions
    return pools - lost + jnp.concatenate([litter, jnp.stack(inherited(lost, plan))])


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


def steady_losses(litter: jax.Array, burnt: jax.Array, plan: Cascade) -> jax.Array:
    """What the six dead pools decay by (6, cell) when each loses what it gains, in the unit of `litter` (3, cell).

    `burnt` (6, cell) is what fire takes of a pool over what decay takes [1]. At rest L (1 + burnt) = litter + H L,
    with the heirs' shares H: whatever the seasons do, the flows of a whole year obey it exactly.
    """
    shape = (3, 6, litter.shape[-1])
    heirs = jnp.broadcast_to(plan.heirs, shape).astype(litter.dtype)
    fresh = litter / (1.0 + burnt[:3])
    given = jnp.sum(heirs[:, :3] * fresh, axis=1)
    system = jnp.eye(3, dtype=litter.dtype)[:, :, None] * (1.0 + burnt[3:]) - heirs[:, 3:]
    soil = jnp.linalg.solve(jnp.moveaxis(system, -1, 0), given.T[..., None])[..., 0].T
    return jnp.concatenate([fresh, soil])


_FARTHEST = 1.0e4
"""No store is scaled by more than this at once [1]: a guard for pools that did not move at all."""


_FARTHEST_FINE = 2.0
"""The same for fine litter, which is nearly at rest with its inputs after a few years: what it lacks then is nitrogen
that rots with it, and more litter would not rot the faster for it."""


def _ratio(steady: jax.Array, simulated: jax.Array, most: float = _FARTHEST) -> jax.Array:
    tiny = float(jnp.finfo(steady.dtype).tiny) ** 0.5
    return within((steady + tiny) / (larger(simulated, 0.0) + tiny), 1.0 / most, most)


def settled(
    before: BiogeochemistryState,
    after: BiogeochemistryState,
    fluxes: BiogeochemistryFluxes,
    duration: float,
    constants: Constants,
) -> BiogeochemistryState:
    """`after` with wood, roots, litter and soil at the size at which they would lose in such years what they gain.

    `before` and `after` are the states at the ends of one or more whole years that lasted `duration` [s] and whose
    mean `fluxes` are given (no day need be kept). A pool's flows are linear in it, so that it comes to rest when
    scaled by its steady over its simulated throughput: exact for a slow pool, which hardly moved, and for a fast
    one, which followed its inputs. Wood and roots are scaled first and their litter with them; burning scales with
    the pools. Nitrogen keeps the ratios of wood, roots and soil; fine litter keeps the ratio of the years' end, and
    mineral nitrogen what it had. Plants and nitrogen respond to their new surroundings, so years and settling are
    repeated, about four times, until both agree. Differentiable; goods of wood are left to history.
    """
    dtype = after.dead.dtype
    flux = jax.tree.map(lambda x: jnp.asarray(x, dtype) * duration, fluxes)
    wood = _organ_ratio(before.living.wood, after.living.wood, flux.growth_wood)
    root = _organ_ratio(before.living.root, after.living.root, flux.growth_root)
    change, lost = after.dead[CARBON] - before.dead[CARBON], flux.decayed
    outside = (
        change
        + lost
        - jnp.concatenate([jnp.zeros_like(lost[:3]), jnp.stack(inherited(lost, constants.cascade))])
    )
    fine = (flux.litterfall_leaf + root * flux.litterfall_root, flux.litterfall_leaf + flux.litterfall_root)
    fine_ratio = _ratio(*fine)
    tiny = float(jnp.finfo(dtype).tiny) ** 0.5
    coarse_fire = larger(flux.litterfall_wood - outside[2], 0.0) / (lost[2] + tiny)
    slow_fire = larger(-outside[4], 0.0) / (lost[4] + tiny)
    none = jnp.zeros_like(slow_fire)
    litter = jnp.stack([outside[0] * fine_ratio, outside[1] * fine_ratio, flux.litterfall_wood * wood])
    burnt = jnp.stack([none, none, coarse_fire, none, slow_fire, none])
    rest = steady_losses(litter, burnt, constants.cascade)
    factor = jnp.concatenate([_ratio(rest[:2], lost[:2], _FARTHEST_FINE), _ratio(rest[2:], lost[2:])])
    carbon = after.dead[CARBON] * factor
    return _with_carbon(after, carbon, wood, root, constants)


def _organ_ratio(before: jax.Array, after: jax.Array, growth: jax.Array) -> jax.Array:
    """Growth over loss of an organ in the years, hence the factor that brings it to rest [1]."""
    change = (after[CARBON] - before[CARBON]).astype(growth.dtype)
    return _ratio(growth, growth - change)


def _with_carbon(
    state: BiogeochemistryState, carbon: jax.Array, wood: jax.Array, root: jax.Array, constants: Constants
) -> BiogeochemistryState:
    """`state` with dead `carbon` (6, cell), wood and root times factors, and the nitrogen that goes with them."""
    tiny = float(jnp.finfo(carbon.dtype).tiny) ** 0.5
    fine = state.dead[NITROGEN, :2] * (carbon[:2] / (state.dead[CARBON, :2] + tiny))
    coarse = carbon[2] * constants.living.wood[NITROGEN]
    soil = [c * ratio[NITROGEN] for c, ratio in zip(carbon[3:], constants.soil, strict=True)]
    held = jnp.concatenate([fine, jnp.stack([coarse, *soil])])
    living = state.living
    return state._replace(
        living=living._replace(
            wood=living.wood * wood.astype(living.wood.dtype),
            root=living.root * root.astype(living.root.dtype),
        ),
        dead=jnp.stack([carbon, held]).astype(state.dead.dtype),
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
