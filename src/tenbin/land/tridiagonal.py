"""Tridiagonal systems over the layers of a column, for every cell at once: what implicit diffusion needs."""

from __future__ import annotations

from tenbin.core.arrays import jax, jnp

__all__ = ["solve"]


@jax.custom_vjp
def solve(lower: jax.Array, diagonal: jax.Array, upper: jax.Array, rhs: jax.Array) -> jax.Array:
    """Solution x (..., layer, cell) of lower[k] x[k-1] + diagonal[k] x[k] + upper[k] x[k+1] = rhs[k].

    `lower`, `diagonal`, `upper` are (layer, cell); `rhs` is (..., layer, cell), any number of right-hand sides
    of one matrix. lower[0] and upper[-1] are not read. The matrix must be diagonally dominant (no pivoting:
    Thomas, see Press et al., Numerical Recipes, section 2.4). The loop over layers is unrolled: layers are few,
    cells many. Reverse mode solves the transposed system once instead of retracing the loop.
    """
    return _thomas(lower, diagonal, upper, rhs)


def _thomas(lower: jax.Array, diagonal: jax.Array, upper: jax.Array, rhs: jax.Array) -> jax.Array:
    n = diagonal.shape[0]
    inverse = 1.0 / diagonal[0]
    ratios = [upper[0] * inverse]
    partial = [rhs[..., 0, :] * inverse]
    for k in range(1, n):
        inverse = 1.0 / (diagonal[k] - lower[k] * ratios[-1])
        ratios.append(upper[k] * inverse)
        partial.append((rhs[..., k, :] - lower[k] * partial[-1]) * inverse)
    x = [partial[-1]]
    for k in range(n - 2, -1, -1):
        x.append(partial[k] - ratios[k] * x[-1])
    return jnp.stack(x[::-1], axis=-2)


def _forward(lower: jax.Array, diagonal: jax.Array, upper: jax.Array, rhs: jax.Array) -> tuple:
    x = _thomas(lower, diagonal, upper, rhs)
    return x, (lower, diagonal, upper, x)


def _backward(saved: tuple, cotangent: jax.Array) -> tuple:
    lower, diagonal, upper, x = saved
    nothing = jnp.zeros_like(diagonal[:1])
    below = jnp.concatenate([nothing, upper[:-1]])
    above = jnp.concatenate([lower[1:], nothing])
    adjoint = _thomas(below, diagonal, above, cotangent)
    lead = tuple(range(x.ndim - 2))
    d_diagonal = -jnp.sum(adjoint * x, axis=lead)
    d_lower = -jnp.sum(adjoint[..., 1:, :] * x[..., :-1, :], axis=lead)
    d_upper = -jnp.sum(adjoint[..., :-1, :] * x[..., 1:, :], axis=lead)
    return (
        jnp.concatenate([nothing, d_lower]),
        d_diagonal,
        jnp.concatenate([d_upper, nothing]),
        adjoint,
    )


solve.defvjp(_forward, _backward)
