"""Mixing of neighbouring layers by turbulence: implicit diffusion in columns, which loses nothing."""

from __future__ import annotations

from tenbin.core.arrays import jax, jnp
from tenbin.core.tridiagonal import solve

__all__ = ["exchange_of", "mix"]


def exchange_of(
    diffusivity: jax.Array, density: jax.Array, area: jax.Array, distance: jax.Array
) -> jax.Array:
    """Air [kg s-1] that neighbouring layers exchange (level - 1, lat, lon): density x K x area / distance of middles.

    `diffusivity` K [m2 s-1], `density` [kg m-3] and `distance` [m] at faces between layers, `area` [m2] (lat, lon).
    """
    return diffusivity * density * area / distance


def mix(tracer: jax.Array, mass: jax.Array, exchange: jax.Array, seconds: float) -> jax.Array:
    """Tracer [kg] ([tracer,] level, lat, lon) after `seconds` in which layers exchange air [kg s-1] (level - 1, ...).

    Backward Euler: M c' + dt D c' = M c with the symmetric matrix D of the exchanges, whose columns add up to
    nothing, so that each column keeps its tracer. The way back solves the same system.
    """
    levels = mass.shape[0]
    between = (seconds * exchange).reshape(levels - 1, -1)
    nothing = jnp.zeros_like(between[:1])
    lower, upper = jnp.concatenate([nothing, -between]), jnp.concatenate([-between, nothing])
    air = mass.reshape(levels, -1)
    content = tracer.reshape(*tracer.shape[:-3], levels, -1)
    ratio = solve(lower, air - lower - upper, upper, content)
    # what the layers gain is worked out from what crosses the faces, so that a sum over a column is kept to rounding
    crossed = between * (ratio[..., :-1, :] - ratio[..., 1:, :])
    none = jnp.zeros_like(crossed[..., :1, :])
    gained = jnp.concatenate([none, crossed], axis=-2) - jnp.concatenate([crossed, none], axis=-2)
    return (content + gained).reshape(tracer.shape)
