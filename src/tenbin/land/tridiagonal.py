"""Tridiagonal systems over the layers of a column, for every cell at once: what implicit diffusion needs."""

from __future__ import annotations

from tenbin.core.arrays import jax, jnp

__all__ = ["solve"]


def solve(lower: jax.Array, diagonal: jax.Array, upper: jax.Array, rhs: jax.Array) -> jax.Array:
    """Solution x (..., layer, cell) of lower[k] x[k-1] + diagonal[k] x[k] + upper[k] x[k+1] = rhs[k].

    `lower`, `diagonal`, `upper` are (layer, cell); `rhs` is (..., layer, cell), any number of right-hand sides
    of one matrix. lower[0] and upper[-1] are not read. The matrix must be diagonally dominant (no pivoting:
    Thomas, see Press et al., Numerical Recipes, section 2.4). The loop over layers is unrolled: layers are few,
    cells many. Derivatives, forward and reverse, solve one more system instead of retracing the loop.
    """
    nothing = jnp.zeros_like(diagonal[:1])
    below = jnp.concatenate([nothing, upper[:-1]])
    above = jnp.concatenate([lower[1:], nothing])

    def multiply(x: jax.Array) -> jax.Array:
        carried = diagonal * x
        carried = carried.at[..., 1:, :].add(lower[1:] * x[..., :-1, :])
        return carried.at[..., :-1, :].add(upper[:-1] * x[..., 1:, :])

    return jax.lax.custom_linear_solve(
        multiply,
        rhs,
        solve=lambda _, b: _thomas(lower, diagonal, upper, b),
        transpose_solve=lambda _, b: _thomas(below, diagonal, above, b),
    )


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
