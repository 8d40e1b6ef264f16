"""How freely gases move through soil, as a share of their diffusivity in free air."""

from __future__ import annotations

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger, within
from tenbin.core.logarithm import log

__all__ = ["aggregated_soil", "at_field_capacity", "moldrup"]


def at_field_capacity(porosity: jax.Array, field_capacity: jax.Array) -> jax.Array:
    """Relative gas diffusivity [1] when only the pores between aggregates hold air, shapes broadcast.

    dD0 = e^(e/2 + 1.16) with e = porosity - field capacity [m3 m-3]: what Millington and Shearer (1971, Soil
    Sci. 111, 372) leave at field capacity, where pores inside aggregates are full. The thresholds of DayCent
    (0.113, 0.15) belong to this form; `moldrup` gives a third to a tenth of it. Clay acts through field capacity.
    Valid for field capacity below porosity.
    """
    return _tortuous(larger(porosity - field_capacity, 1e-3))


def aggregated_soil(
    porosity: jax.Array, field_capacity: jax.Array, water_filled_pore_space: jax.Array
) -> jax.Array:
    """Relative gas diffusivity [1] of a soil of wet aggregates at a share [0..1] of water in its pores.

    Millington and Shearer (1971) in the arrangement of Davidson and Trumbore (1995, Tellus B 47, 550): air in
    aggregates counts only below field capacity, in series with that between them. 0 at saturation.
    """
    between = larger(porosity - field_capacity, 1e-3)
    water = water_filled_pore_space * porosity
    air_inside = larger(field_capacity - water, 0.0)
    air_between = within(porosity - water, 0.0, between)
    # either the inner pores hold air or the outer ones some water: one power serves both
    share = air_inside / (field_capacity + 1.0 - porosity)
    is_dry = air_inside > 0.0
    power = _tortuous(jnp.where(is_dry, share, air_between))
    open_dry = _tortuous(between)
    inside = jnp.square(air_inside / field_capacity) * power * (1.0 - open_dry)
    closed = between - open_dry
    dry = inside * closed / (1e-6 + inside + closed) + open_dry
    return jnp.where(is_dry, dry, jnp.square(air_between / between) * power)


def moldrup(porosity: jax.Array, air_filled: jax.Array) -> jax.Array:
    """Relative gas diffusivity [1] of sieved soil, e^2.5 / sqrt(porosity), e the air-filled porosity [m3 m-3].

    Moldrup et al. (2000), Soil Sci. Soc. Am. J. 64, 1588.
    """
    return jnp.square(air_filled) * jnp.sqrt(larger(air_filled, 1e-6) / porosity)


def _tortuous(air: jax.Array) -> jax.Array:
    """air^(air/2 + 1.16), the area of open pores times their bends; 2e-6 where there is no air."""
    guarded = larger(air, 1e-5)
    return jnp.exp((0.5 * guarded + 1.16) * log(guarded))
