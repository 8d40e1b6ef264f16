"""Lifetimes of tracers against their losses, and the mean of a concentration by mass of air."""

from __future__ import annotations

from tenbin.core.arrays import jax, jnp

__all__ = ["lifetime", "mass_mean"]


def lifetime(tracer: jax.Array, frequency: jax.Array, burden: jax.Array | None = None) -> jax.Array:
    """Burden over loss [s] of `tracer` [kg] (level, lat, lon) at a loss `frequency` [s-1], which broadcasts.

    `burden` [kg] is that of the whole air unless given. With a frequency that is nought outside the troposphere it is
    the lifetime of the whole burden against loss in the troposphere, the usual figure; means over a year are those of
    burden and loss, not of lifetimes.
    """
    whole = jnp.sum(tracer) if burden is None else burden
    return whole / jnp.sum(tracer * frequency)


def mass_mean(field: jax.Array, mass: jax.Array, where: jax.Array | bool = True) -> jax.Array:
    """Mean of a `field` (level, lat, lon) weighted by `mass` of air [kg], over the cells `where` true.

    Weighted by mass the tropospheric [OH] of most models is near 1.1e6 molecules cm-3; other weights give other
    numbers (Lawrence et al. 2001, Atmos. Chem. Phys. 1, 37).
    """
    weight = jnp.where(where, mass, 0.0)
    return jnp.sum(field * weight) / jnp.sum(weight)
