"""Tridiagonal systems over the layers of a column, for every cell at once: what implicit diffusion needs."""

from __future__ import annotations

from tenbin.core.arrays import jax, jnp

__all__ = ["solve"]


def solve(lower: jax.Array, diagonal: jax.Array, upper: jax.Array, rhs: jax.Array) -> jax.Array:
    """Solution x (..., layer, cell) of lower[k] x[k-1] + diagonal[k] x[k] + upper[k] x[k+1] = rhs[k].

    `lower`, `diagonal`, `upper` are (layer, cell); `rhs` is (..., layer, cell), any number of right-hand sides
    of one matrix. lower[0] and upper[-1] are not read. The matrix must be diagonally dominant (no pivoting:
    Thomas, see Press et al., Numerical Recipes, section 2.4). Derivatives, forward and reverse, solve one more
    system instead of retracing the loop.
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
    """Elimination down and substitution up, as loops over layers.

    Unrolled, the compiler would work the elimination of all layers above out again for each layer.
    """
    rows = jnp.moveaxis(rhs, -2, 0)
    nothing = jnp.zeros_like(rows[0])

    def eliminate(above: tuple[jax.Array, jax.Array], row: tuple) -> tuple:
        ratio, partial = above
        low, middle, high, right = row
        inverse = 1.0 / (middle - low * ratio)
        here = (high * inverse, (right - low * partial) * inverse)
        return here, here

    start = (jnp.zeros_like(diagonal[0]), nothing)
    solved: tuple[jax.Array, jax.Array]
    _, solved = jax.lax.scan(eliminate, start, (lower, diagonal, upper, rows))

    def substitute(below: jax.Array, row: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        ratio, partial = row
        x = partial - ratio * below
        return x, x

    _, x = jax.lax.scan(substitute, nothing, solved, reverse=True)
    return jnp.moveaxis(x, 0, -2)
