"""Cells beyond the ends of rows: around the globe, over the poles, above and below; each with its transpose."""

from __future__ import annotations

from functools import partial

from tenbin.core.arrays import jax, jnp
from tenbin.transport.advection import HALO

__all__ = ["edged", "over_poles", "wrapped"]

# Halos and their transposes are written as joined pieces: what reverse mode makes of them are paddings, which ask at
# each cell of the globe whether it is within.


@jax.custom_vjp
def edged(x: jax.Array) -> jax.Array:
    """The lowest and the highest layer repeated beyond the ends."""
    return jnp.concatenate([x[..., :1, :, :]] * HALO + [x] + [x[..., -1:, :, :]] * HALO, axis=-3)


def _edged_back(_: None, given: jax.Array) -> tuple[jax.Array]:
    first = jnp.sum(given[..., : HALO + 1, :, :], axis=-3, keepdims=True)
    last = jnp.sum(given[..., -HALO - 1 :, :, :], axis=-3, keepdims=True)
    return (jnp.concatenate([first, given[..., HALO + 1 : -HALO - 1, :, :], last], axis=-3),)


edged.defvjp(lambda x: (edged(x), None), _edged_back)


@partial(jax.custom_vjp, nondiff_argnums=(1, 2))
def wrapped(x: jax.Array, before: int, after: int) -> jax.Array:
    """Around the globe: the last cells before the first and the first after the last."""
    return jnp.concatenate([x[..., x.shape[-1] - before :], x, x[..., :after]], axis=-1)


def _wrapped_back(before: int, after: int, _: None, given: jax.Array) -> tuple[jax.Array]:
    n = given.shape[-1] - before - after
    if before + after > n:
        own = given[..., before : before + n]
        own = own.at[..., n - before :].add(given[..., :before])
        return (own.at[..., :after].add(given[..., n + before :]),)
    first = given[..., before : before + after] + given[..., before + n :]
    last = given[..., n : before + n] + given[..., :before]
    return (jnp.concatenate([first, given[..., before + after : n], last], axis=-1),)


wrapped.defvjp(lambda x, before, after: (wrapped(x, before, after), None), _wrapped_back)


@jax.custom_vjp
def over_poles(x: jax.Array) -> jax.Array:
    """Beyond a pole come the rows of the opposite meridian."""
    south, north = x[..., HALO - 1 :: -1, :], x[..., : -HALO - 1 : -1, :]
    return jnp.concatenate([_opposite(south), x, _opposite(north)], axis=-2)


def _over_poles_back(_: None, given: jax.Array) -> tuple[jax.Array]:
    south = given[..., HALO : 2 * HALO, :] + _opposite(given[..., HALO - 1 :: -1, :])
    north = given[..., -2 * HALO : -HALO, :] + _opposite(given[..., : -HALO - 1 : -1, :])
    return (jnp.concatenate([south, given[..., 2 * HALO : -2 * HALO, :], north], axis=-2),)


over_poles.defvjp(lambda x: (over_poles(x), None), _over_poles_back)


def _opposite(rows: jax.Array) -> jax.Array:
    return jnp.roll(rows, rows.shape[-1] // 2, axis=-1)
