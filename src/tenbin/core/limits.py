"""The larger and the smaller of two numbers, with slopes that do not hang on the last digit of either."""

from __future__ import annotations

from tenbin.core.arrays import jax, jnp

__all__ = ["larger", "smaller", "within"]

# The library's own slope goes to the argument that *equals* the result. A compiler that works an argument out twice
# may round it once this way and once that way (multiply and add in one step or in two); then neither equals the
# result and the slope is silently nought. A comparison with the other argument is right but for numbers that tie.


@jax.custom_jvp
def larger(a: jax.Array | float, b: jax.Array | float) -> jax.Array:
    """max(a, b) by element, not a number where either is none; where they tie, `a` has the slope."""
    return jnp.maximum(a, b)


@larger.defjvp
def _slope_of_larger(
    primals: tuple[jax.Array, jax.Array], tangents: tuple[jax.Array, jax.Array]
) -> tuple[jax.Array, jax.Array]:
    a, b = primals
    return jnp.maximum(a, b), jnp.where(a >= b, *tangents)


@jax.custom_jvp
def smaller(a: jax.Array | float, b: jax.Array | float) -> jax.Array:
    """min(a, b) by element, not a number where either is none; where they tie, `a` has the slope."""
    return jnp.minimum(a, b)


@smaller.defjvp
def _slope_of_smaller(
    primals: tuple[jax.Array, jax.Array], tangents: tuple[jax.Array, jax.Array]
) -> tuple[jax.Array, jax.Array]:
    a, b = primals
    return jnp.minimum(a, b), jnp.where(a <= b, *tangents)


def within(x: jax.Array | float, lower: jax.Array | float, upper: jax.Array | float) -> jax.Array:
    """`x`, no less than `lower` and no more than `upper`."""
    return smaller(larger(x, lower), upper)
