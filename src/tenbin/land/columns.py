"""Columns of layers over many cells: sweeps from layer to layer, sums over them, and what is worked out only once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from tenbin.core.arrays import jax, jnp

__all__ = [
    "by_layer",
    "column_sum",
    "layer_at",
    "on_layers",
    "sweep",
    "unseen_ones",
    "upper_sum",
    "with_kept_slope",
]


def sweep(body: Callable[[Any, Any], tuple[Any, Any]], carry: Any, rows: Any, reverse: bool = False) -> Any:
    """`body(carry, row) -> (carry, made)` from the first layer to the last, or back: last carry and all made.

    A loop, so that what a layer has found is kept: written out, the compiler would work all layers above out again
    for each. Reverse mode works a layer out again from what came in, which is less than what it made on the way.
    """
    return jax.lax.scan(jax.checkpoint(body, prevent_cse=False), carry, rows, reverse=reverse)


def by_layer(function: Callable[..., Any], *rows: Any) -> Any:
    """`function` of each layer by itself; arrays (layer, cell) in, (cell,) inside, (layer, cell) out.

    In a loop a number that holds for all layers meets one at a time, so that its slope is a sum over turns of the
    loop; of arrays of all layers it would be a general reduction, inside of which nothing runs in parallel.
    """
    return sweep(lambda _, row: (None, function(*row)), None, rows)[1]


def unseen_ones(like: jax.Array) -> jax.Array:
    """Exactly 1 in the shape of `like` above -1e9, but worked out from it, so that no compiler can know it."""
    return jax.lax.stop_gradient(jnp.where(like < -1.0e9, like, 1.0))


@jax.custom_jvp
def with_kept_slope(values: jax.Array) -> jax.Array:
    """`values` as they are; a slope that flows through them is worked out once and kept in memory.

    What flows back to a cell from many users is a long sum of cheap terms. Where it is next spread over layers the
    compiler would work the sum out again for each layer; a division by `unseen_ones` it does not repeat.
    """
    return values


@with_kept_slope.defjvp
def _kept_slope(primals: tuple[jax.Array], tangents: tuple[jax.Array]) -> tuple[jax.Array, jax.Array]:
    (values,), (slope,) = primals, tangents
    return values, slope / unseen_ones(values)


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def column_sum(values: jax.Array, axis: int = 0) -> jax.Array:
    """Sum over the layers of `values` (..., layer, cell), row by row; `axis` 0 or 1 is that of the layers.

    For a handful of rows this costs a fraction of what the general reduction of the compiler does. The slope that
    flows back is kept.
    """
    rows = jnp.moveaxis(values, axis, 0)
    total = rows[0]
    for k in range(1, rows.shape[0]):
        total = total + rows[k]
    return total


@column_sum.defjvp
def _slope_of_sum(
    axis: int, primals: tuple[jax.Array], tangents: tuple[jax.Array]
) -> tuple[jax.Array, jax.Array]:
    total = column_sum(primals[0], axis)
    # this sum's transpose is a plain broadcast, where that of the rows would be a choice among all of them
    return total, jnp.sum(tangents[0], axis=axis) / unseen_ones(total)


def upper_sum(values: jax.Array, n: int) -> jax.Array:
    """Sum over the first `n` layers of `values` (layer, cell); (cell,)."""
    upper = np.arange(values.shape[0])[:, None] < n
    return column_sum(jnp.where(upper, values, 0.0))


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def layer_at(values: jax.Array, place: int) -> jax.Array:
    """One layer of `values` (..., layer, cell): (..., cell); a slope flows back to it by a mask.

    The slope of a plain slice is padded: a branch for each element, which keeps all it is added to from running in
    parallel.
    """
    return values[..., place, :]


@layer_at.defjvp
def _slope_of_layer(
    place: int, primals: tuple[jax.Array], tangents: tuple[jax.Array]
) -> tuple[jax.Array, jax.Array]:
    value = layer_at(primals[0], place)
    slope = jnp.sum(_only_at(place, tangents[0]), axis=-2)
    return value, slope / unseen_ones(value)


def _only_at(place: int, values: jax.Array) -> jax.Array:
    n = values.shape[-2]
    return jnp.where(np.arange(n)[:, None] == place % n, values, 0.0)


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def on_layers(values: jax.Array, n: int) -> jax.Array:
    """`values` (..., cell) on each of `n` layers or for each of `n` tags, (n, ..., cell).

    A slope comes back as a sum of rows, not as the general reduction that the transpose of a broadcast is, and is
    kept.
    """
    return jnp.broadcast_to(values, (n, *values.shape))


@on_layers.defjvp
def _slope_on_layers(
    n: int, primals: tuple[jax.Array], tangents: tuple[jax.Array]
) -> tuple[jax.Array, jax.Array]:
    return on_layers(primals[0], n), jnp.stack([tangents[0] / unseen_ones(primals[0])] * n)
