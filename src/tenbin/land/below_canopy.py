"""Sun and wind that reach the ground below plants, and what of these stands out of its snow."""

from __future__ import annotations

from tenbin.core.arrays import jax, jnp
from tenbin.core.logarithm import log

__all__ = ["open_ground", "standing", "sunlight", "wind_over_snow"]

_OVER_A_FIELD = 0.825
"""Wind 2 m over a snow field over that 10 m over it [1], roughness of 1 mm."""
_LN_TOP = 0.997
"""log((1 - 2/3) / 0.123): the top of plants over their displacement and roughness (FAO-56)."""
_FALL_IN_LEAVES = 0.9
"""Fall of the logarithm of wind through a canopy per leaf area [1] (Liston and Elder 2006)."""


def open_ground(seen: jax.Array, snow_cover: jax.Array | float, height: jax.Array) -> jax.Array:
    """Share of the ground open to the sky [1]: what is `seen` between leaves, and where snow has buried short plants.

    The part of plants of a `height` [m] that stays out of snow falls as exp(-0.5 m / height).
    """
    return 1.0 - (1.0 - seen) * (1.0 - snow_cover * (1.0 - standing(height)))


def standing(height: jax.Array) -> jax.Array:
    """Share of plants of a `height` [m] that stays out of the snow [1]."""
    return jnp.exp(-0.5 / height)


def sunlight(
    rsds: jax.Array, lai: jax.Array, snow_cover: jax.Array, extinction: jax.Array, height: jax.Array
) -> jax.Array:
    """Sunlight [W m-2] that passes leaves of an area `lai` [1] to the ground or its snow, by Beer's law."""
    return rsds * open_ground(jnp.exp(-extinction * lai), snow_cover, height)


def wind_over_snow(wind: jax.Array, lai: jax.Array, height: jax.Array) -> jax.Array:
    """Wind [m s-1] 2 m over snow among plants of a `height` [m] and a leaf area, from that 10 m over the plants.

    It falls by the logarithmic profile to their top and among them exponentially with the leaf area above (Cionco
    1978; Liston and Elder 2006, J. Hydrometeorol. 7, 217); over what snow buries it blows as over a field. At
    3.3 m s-1 it is 1.6 m s-1 in a bare wood of 15 m and 0.3 m s-1 under a leaf area of 2; between the trees of a hill
    in Alaska 0.7 m s-1 was the rule (station GSM3 of Liljedahl, Goldstream Creek).
    """
    top = _LN_TOP / log((height / 3.0 + 10.0) / (0.123 * height))
    among = top * jnp.exp(-_FALL_IN_LEAVES * lai * height / (height + 2.0))
    return wind * (_OVER_A_FIELD + standing(height) * (among - _OVER_A_FIELD))
