"""Smooth forms of minimum, positive part and step, so that limits of nature keep their gradients."""

from __future__ import annotations

from functools import partial

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger

__all__ = [
    "floored_ratio",
    "lesser_root",
    "smooth_maximum",
    "smooth_minimum",
    "smooth_positive",
    "smooth_step",
]


@partial(jax.custom_jvp, nondiff_argnums=(2,))
def smooth_minimum(a: jax.Array, b: jax.Array, curvature: float = 0.97) -> jax.Array:
    """The smaller root of curvature x^2 - (a + b) x + a b = 0, a co-limitation of non-negative `a` and `b`.

    It lies below both and meets the smaller one where the other is large (Collatz et al. 1991, Agric. For.
    Meteorol. 54, 107). The form 2ab / (s + root) keeps its digits where one of them is near zero.
    """
    return lesser_root(a, b, curvature)


@smooth_minimum.defjvp
def _slope_of_minimum(
    curvature: float, primals: tuple[jax.Array, jax.Array], tangents: tuple[jax.Array, jax.Array]
) -> tuple[jax.Array, jax.Array]:
    """By the equation itself: dx/da = (b - x) / root, which stays within 0..1 where the quotient's terms do not."""
    a, b = primals
    least = smooth_minimum(a, b, curvature)
    return least, ((b - least) * tangents[0] + (a - least) * tangents[1]) / _root(a, b, curvature)


def lesser_root(a: jax.Array, b: jax.Array, curvature: float | jax.Array) -> jax.Array:
    """`smooth_minimum` without a slope of its own; `curvature` may be an array."""
    total = a + b
    return 2.0 * a * b / (total + _root(a, b, curvature) + _tiny(total))


def _root(a: jax.Array, b: jax.Array, curvature: float | jax.Array) -> jax.Array:
    """Root of the discriminant, never nought."""
    total = a + b
    tiny = _tiny(total)
    return jnp.sqrt(larger(total * total - 4.0 * curvature * (a * b), 0.0) + tiny * tiny)


def smooth_positive(x: jax.Array, width: float | jax.Array) -> jax.Array:
    """(x + sqrt(x^2 + width^2)) / 2: x where x >> width, 0 where x << -width, width/2 at 0.

    smooth_positive(x) - smooth_positive(-x) = x, so that what one side loses the other gains.
    """
    return 0.5 * (x + jnp.sqrt(x * x + width * width))


def smooth_maximum(a: jax.Array, b: jax.Array, width: float | jax.Array) -> jax.Array:
    """The larger of `a` and `b`, rounded over `width` (in their unit); exact far from a = b."""
    return b + smooth_positive(a - b, width)


def smooth_step(x: jax.Array, width: float | jax.Array) -> jax.Array:
    """A step from 0 to 1 around x = 0, the derivative of `smooth_positive`: (1 + x / sqrt(x^2 + width^2)) / 2."""
    return 0.5 * (1.0 + x / jnp.sqrt(x * x + width * width))


def floored_ratio(numerator: jax.Array, denominator: jax.Array, floor: float) -> jax.Array:
    """numerator / max(denominator, floor), for a non-negative denominator: finite value and gradient."""
    return numerator / larger(denominator, floor)


def _tiny(x: jax.Array) -> float:
    """A number whose square is still a normal number: smaller ones are flushed to zero on the way."""
    return 1e4 * float(jnp.finfo(jnp.result_type(x)).tiny) ** 0.5
