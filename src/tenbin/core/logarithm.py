"""The natural logarithm, in 64 bits by arithmetic alone so that a processor works on many numbers at once."""

from __future__ import annotations

from tenbin.core.arrays import jax, jnp

__all__ = ["log"]

_ROOT_HALF = 0x3FE6A09E667F3BCD
"""The 64 bits of sqrt(1/2)."""
_MANTISSA_BITS = 52
_LN2_HIGH, _LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
"""ln 2 in two parts, the first with enough bits at nought that its product with any exponent is exact."""
_LAST_TERM = 21
_GREATEST = float(jnp.finfo("float64").max)


@jax.custom_jvp
def log(x: jax.Array | float) -> jax.Array:
    """Natural logarithm of `x`, of its kind; minus infinity of nought, not a number below.

    The compiler calls a library for each 64-bit number by itself, at five times the cost of this on a processor. To
    0.8 of the last digit for all normal numbers; subnormal ones lose digits. Elsewhere, and in 32 bits, it is the
    library's.
    """
    x = jnp.asarray(x)
    if x.dtype != jnp.float64 or x.weak_type or jax.default_backend() != "cpu":
        return jnp.log(x)
    value = _of_positive(x)
    value = jnp.where(x > 0.0, value, jnp.where(x >= 0.0, -jnp.inf, jnp.nan))
    return jnp.where(x > _GREATEST, x, value)


@log.defjvp
def _slope(primals: tuple[jax.Array], tangents: tuple[jax.Array]) -> tuple[jax.Array, jax.Array]:
    return log(primals[0]), tangents[0] / primals[0]


def _of_positive(x: jax.Array) -> jax.Array:
    """ln x = k ln 2 + ln(1 + f), sqrt(1/2) <= 1 + f < sqrt(2), and ln(1 + f) = f - s (f - R) with s = f / (2 + f) and
    R the series 2 s^2 / 3 + 2 s^4 / 5 + ..., whose first neglected term is below the last digit."""
    bits = jax.lax.bitcast_convert_type(x, jnp.int64)
    power = (bits - _ROOT_HALF) >> _MANTISSA_BITS
    f = jax.lax.bitcast_convert_type(bits - (power << _MANTISSA_BITS), jnp.float64) - 1.0
    s = f / (2.0 + f)
    square = s * s
    series = jnp.zeros_like(square)
    for n in range(_LAST_TERM, 1, -2):
        series = (series + 2.0 / n) * square
    k = power.astype(jnp.float64)
    return k * _LN2_HIGH - ((s * (f - series) - k * _LN2_LOW) - f)
