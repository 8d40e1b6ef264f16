"""Covariance kernels in time, from which prior and observation errors are built.

Each function returns a matrix (time, time) of covariance for unit standard deviation, positive semi-definite
by construction; sums and non-negative multiples of them are covariances again (Rasmussen and Williams 2006,
Gaussian Processes for Machine Learning, ch. 4).
"""

from __future__ import annotations

from tenbin.core.arrays import jax, jnp

Array = jax.Array


def exponential(time: Array, scale: float | Array) -> Array:
    """exp(-|t - t'| / scale): errors forgotten at a constant rate; `time` (n,) and `scale` in one unit."""
    return jnp.exp(-jnp.abs(time[:, None] - time[None, :]) / scale)


def constant(time: Array) -> Array:
    """Ones: an error that never changes."""
    return jnp.ones((time.shape[0], time.shape[0]))


def annual_cycle(time_years: Array, scale_years: float | Array, harmonics: int = 4) -> Array:
    """A seasonal cycle without a mean that is forgotten over `scale_years`; harmonics fall off as 1/k.

    The variance of the first harmonic is one half over (sum of 1/k^2), so that the whole has variance one.
    """
    lag = time_years[:, None] - time_years[None, :]
    weight = jnp.array([1.0 / k**2 for k in range(1, harmonics + 1)])
    cycle = sum(weight[k - 1] * jnp.cos(2 * jnp.pi * k * lag) for k in range(1, harmonics + 1))
    return cycle / weight.sum() * jnp.exp(-jnp.abs(lag) / scale_years)


def neighbours(n: int, correlation: float | Array) -> Array:
    """Correlation between places in a row that falls as correlation**distance, shape (n, n)."""
    place = jnp.arange(n)
    return correlation ** jnp.abs(place[:, None] - place[None, :]).astype(float)
