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


def jacobian_columns(residuals: Residuals, x: jax.Array, block: int) -> tuple[jax.Array, jax.Array]:
    """Residuals (problem, m) at x (problem, n), and their Jacobian (n, problem, m), by forward mode.

    The k-th parameter of all problems is moved at once, since problems do not see each other; `block` columns
    are carried side by side, which bounds the memory.
    """
    basis = jnp.eye(x.shape[1], dtype=x.dtype)

    def column(direction: jax.Array) -> jax.Array:
        return jax.jvp(residuals, (x,), (jnp.broadcast_to(direction, x.shape),))[1]

    return residuals(x), jax.lax.map(column, basis, batch_size=block)


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
    Each problem has its own damping (Marquardt 1963, SIAM J. Appl. Math. 11, 431): a step that does not lower
    its cost is taken back and tried shorter, so that the costs never rise. `tell` hears each iteration.
    """

    normal_equations = _normal_equations(residuals, block)

    def evaluate(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        cost, gradient, normal = (np.asarray(part, float) for part in normal_equations(jnp.asarray(x), data))
        departure = (x - prior_mean) / prior_sd
        cost = np.where(np.isfinite(cost), cost, np.inf) + 0.5 * np.sum(departure**2, axis=1)
        return cost, gradient + departure / prior_sd, normal + np.diag(1.0 / prior_sd**2)

    here = _Damped(start, *evaluate(start), np.full(len(start), 1e-2))
    history = [here.cost]
    for step in range(iterations):
        here = _step(here, evaluate)
        history.append(here.cost)
        if tell:
            tell(step, here.cost)
        if step > 3 and np.all(history[-4] - here.cost < 1e-4 * here.cost):
            break
    return Fit(here.x, here.cost, np.array(history), here.normal)


def _step(here: _Damped, evaluate: Callable[[np.ndarray], tuple[np.ndarray, ...]]) -> _Damped:
    """One trial of each problem: kept with less damping where its cost fell, else left with more."""
    diagonal = np.einsum("pkk->pk", here.normal)
    damped = here.normal + here.damping[:, None, None] * np.einsum(
        "pk,kl->pkl", diagonal, np.eye(here.x.shape[1])
    )
    move = np.linalg.solve(damped, here.gradient[..., None])[..., 0]
    trial = here.x - np.clip(move, -2.0, 2.0)
    cost, gradient, normal = evaluate(trial)
    better = (cost < here.cost) & np.isfinite(gradient).all(axis=1) & np.isfinite(normal).all(axis=(1, 2))
    return _Damped(
        np.where(better[:, None], trial, here.x),
        np.where(better, cost, here.cost),
        np.where(better[:, None], gradient, here.gradient),
        np.where(better[:, None, None], normal, here.normal),
        np.where(better, here.damping / 3.0, here.damping * 5.0),
    )
