"""Damped Gauss-Newton (Levenberg-Marquardt) for many independent least-squares problems side by side."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from tenbin.core.arrays import jax, jnp

__all__ = ["Fit", "jacobian_columns", "solve_many"]

Residuals = Callable[[jax.Array], jax.Array]
WithData = Callable[[jax.Array, Any], jax.Array]
"""Residuals (problem, m) of parameters (problem, n) and of data, any tree of arrays."""


class Fit(NamedTuple):
    """What was found for each problem: parameters (problem, n), cost (problem,) and the costs on the way."""

    parameters: np.ndarray
    cost: np.ndarray
    history: np.ndarray
    normal_matrix: np.ndarray


class _Damped(NamedTuple):
    """Where each problem stands: point, cost, gradient (n,), normal matrix (n, n) and damping."""

    x: np.ndarray
    cost: np.ndarray
    gradient: np.ndarray
    normal: np.ndarray
    damping: np.ndarray


class _Problem(NamedTuple):
    """The cost of a point (problem, n), and its cost, gradient and normal matrix, prior included."""

    cost: Callable[[np.ndarray], np.ndarray]
    expand: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]


def jacobian_columns(residuals: Residuals, x: jax.Array, block: int) -> tuple[jax.Array, jax.Array]:
    """Residuals (problem, m) at x (problem, n), and their Jacobian (n, problem, m), by forward mode.

    The k-th parameter of all problems is moved at once, since problems do not see each other; at most `block`
    columns are carried side by side, which bounds the memory. Rows of noughts fill the last round up: a round of
    another size would be compiled anew.
    """
    columns = x.shape[1]
    rounds = -(-columns // block)
    side_by_side = -(-columns // rounds)
    basis = jnp.eye(rounds * side_by_side, columns, dtype=x.dtype)

    def column(direction: jax.Array) -> jax.Array:
        return jax.jvp(residuals, (x,), (jnp.broadcast_to(direction, x.shape),))[1]

    return residuals(x), jax.lax.map(column, basis, batch_size=side_by_side)[:columns]


@lru_cache(maxsize=8)
def _normal_equations(residuals: WithData, block: int) -> Callable[[jax.Array, Any], tuple[jax.Array, ...]]:
    """Compiled cost (problem,), gradient (problem, n), normal matrix (problem, n, n); once for each `residuals`."""

    @jax.jit
    def equations(x: jax.Array, data: Any) -> tuple[jax.Array, jax.Array, jax.Array]:
        value, columns = jacobian_columns(lambda y: residuals(y, data), x, block)
        gradient = jnp.einsum("kpm,pm->pk", columns, value)
        normal = jnp.einsum("kpm,lpm->pkl", columns, columns)
        return 0.5 * jnp.sum(value**2, axis=1), gradient, normal

    return equations


@lru_cache(maxsize=8)
def _cost(residuals: WithData) -> Callable[[jax.Array, Any], jax.Array]:
    return jax.jit(lambda x, data: 0.5 * jnp.sum(residuals(x, data) ** 2, axis=1))


def solve_many(
    residuals: WithData,
    data: Any,
    start: np.ndarray,
    prior_mean: np.ndarray,
    prior_sd: np.ndarray,
    *,
    iterations: int = 20,
    block: int = 16,
    tell: Callable[[int, np.ndarray], Any] | None = None,
) -> Fit:
    """Parameters (problem, n) that minimise |residuals|^2 / 2 + |(x - prior_mean) / prior_sd|^2 / 2.

    `residuals` maps (problem, n) and `data` to (problem, m), each problem by itself, already divided by their errors.
    It is compiled once for data of one shape: pass a function of a module, not one made anew for each call.
    Each problem has its own damping (Marquardt 1963, SIAM J. Appl. Math. 11, 431), the best of a few tried; a step
    that would not lower its cost is not taken, so that the costs never rise. `tell` hears each iteration.
    """

    problem = _with_prior(residuals, data, prior_mean, prior_sd, block)
    here = _Damped(start, *problem.expand(start), np.full(len(start), 0.1))
    history = [here.cost]
    for step in range(iterations):
        here = _step(here, problem)
        history.append(here.cost)
        if tell:
            tell(step, here.cost)
        if step > 2 and np.all(history[-3] - here.cost < 1e-3 * here.cost):
            break
    return Fit(here.x, here.cost, np.array(history), here.normal)


def _with_prior(
    residuals: WithData, data: Any, prior_mean: np.ndarray, prior_sd: np.ndarray, block: int
) -> _Problem:
    equations, cost_of_data = _normal_equations(residuals, block), _cost(residuals)

    def penalty(x: np.ndarray) -> np.ndarray:
        return 0.5 * np.sum(((x - prior_mean) / prior_sd) ** 2, axis=1)

    def cost(x: np.ndarray) -> np.ndarray:
        found = np.asarray(cost_of_data(jnp.asarray(x), data), float)
        return np.where(np.isfinite(found), found, np.inf) + penalty(x)

    def expand(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        found, gradient, normal = (np.asarray(part, float) for part in equations(jnp.asarray(x), data))
        return (
            found + penalty(x),
            gradient + (x - prior_mean) / prior_sd**2,
            normal + np.diag(np.broadcast_to(1.0 / np.square(prior_sd), x.shape[1:])),
        )

    return _Problem(cost, expand)


_LADDER = (0.1, 1.0, 10.0, 100.0)
"""Dampings tried at each step over the last one that served: a cost is some ten times cheaper than its Jacobian."""


def _step(here: _Damped, problem: _Problem) -> _Damped:
    """The best of a ladder of dampings for each problem; where none lowers the cost it stays, more damped."""
    best_x, best_cost, best_damping = here.x, here.cost, here.damping * 100.0
    for rung in _LADDER:
        damping = np.clip(here.damping * rung, 1e-4, 1e8)
        trial = here.x - np.clip(_move(here, damping), -2.0, 2.0)
        cost = problem.cost(trial)
        better = cost < best_cost
        best_x = np.where(better[:, None], trial, best_x)
        best_cost = np.where(better, cost, best_cost)
        best_damping = np.where(better, damping, best_damping)
    if not np.any(best_cost < here.cost):
        return here._replace(damping=best_damping)
    cost, gradient, normal = problem.expand(best_x)
    return _Damped(best_x, cost, gradient, normal, best_damping)


def _move(here: _Damped, damping: np.ndarray) -> np.ndarray:
    diagonal = np.einsum("pkk->pk", here.normal)
    extra = np.einsum("p,pk,kl->pkl", damping, diagonal, np.eye(here.x.shape[1]))
    return np.asarray(np.linalg.solve(here.normal + extra, here.gradient[..., None])[..., 0])
