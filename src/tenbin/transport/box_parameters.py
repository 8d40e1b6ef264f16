"""How fast the twelve boxes mix and overturn: the parameters an inversion may correct.

No prior number here is a measurement. Mixing times are of the size used by the AGAGE box models (Cunnold et
al. 1983; Rigby et al. 2013); the overturning is that of the zonal-mean circulation seen by boxes this large.
Together they give an interhemispheric exchange time near 1.3-1.4 yr (tests/transport), and the tracers
themselves correct them.
"""

from __future__ import annotations

import equinox as eqx
import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.core.params import param

OURS = (
    "this project: of the size of Rigby et al. 2013, set to an interhemispheric exchange time of 1.3-1.4 yr"
)


class BoxTransportParams(eqx.Module):
    """Mixing times [d] and overturning mass fluxes [kg s-1] of the box model; each multiplies a fixed season."""

    mixing_south_lower: jax.Array = param(90.0, "d", bounds=(10.0, 400.0), prior_sd=15.0, source=OURS)
    mixing_equator_lower: jax.Array = param(240.0, "d", bounds=(30.0, 1500.0), prior_sd=70.0, source=OURS)
    mixing_north_lower: jax.Array = param(95.0, "d", bounds=(10.0, 400.0), prior_sd=15.0, source=OURS)
    mixing_extratropics_upper: jax.Array = param(35.0, "d", bounds=(5.0, 300.0), prior_sd=12.0, source=OURS)
    mixing_equator_upper: jax.Array = param(90.0, "d", bounds=(20.0, 800.0), prior_sd=40.0, source=OURS)
    mixing_vertical_tropics: jax.Array = param(25.0, "d", bounds=(3.0, 200.0), prior_sd=3.0, source=OURS)
    mixing_vertical_extratropics: jax.Array = param(30.0, "d", bounds=(3.0, 200.0), prior_sd=4.0, source=OURS)
    mixing_tropopause: jax.Array = param(2500.0, "d", bounds=(100.0, 15000.0), prior_sd=750.0, source=OURS)
    mixing_stratosphere: jax.Array = param(365.0, "d", bounds=(60.0, 3000.0), prior_sd=150.0, source=OURS)
    hadley_overturning: jax.Array = param(2.4e10, "kg s-1", bounds=(1e9, 2e11), prior_sd=1.0e10, source=OURS)
    brewer_dobson: jax.Array = param(
        3.0e9,
        "kg s-1",
        bounds=(5e8, 3e10),
        prior_sd=1e9,
        source="order of Butchart 2014, Rev. Geophys. 52, 157",
    )


def mixing_times(params: BoxTransportParams) -> jax.Array:
    """Mixing time of each face [s], shape (17,), in the order of box_geometry.FACES."""
    p = params
    lower = [p.mixing_south_lower, p.mixing_equator_lower, p.mixing_north_lower]
    upper = [p.mixing_extratropics_upper, p.mixing_equator_upper, p.mixing_extratropics_upper]
    vertical = [p.mixing_vertical_extratropics, p.mixing_vertical_tropics]
    free = vertical + vertical[::-1]
    return 86400.0 * jnp.stack(lower + upper + [p.mixing_stratosphere] * 3 + free + [p.mixing_tropopause] * 4)


def seasonal_mixing() -> np.ndarray:
    """Relative strength of mixing (month, face), mean 1: convection over land is strongest in local summer."""
    month = np.arange(12) + 0.5
    northern_summer = np.cos(2 * np.pi * (month - 6.5) / 12)
    season = np.ones((12, 17))
    season[:, 9] = 1 - 0.10 * northern_summer  # southern extratropics, mostly ocean
    season[:, 12] = 1 + 0.35 * northern_summer
    season[:, 2] = 1 - 0.20 * northern_summer  # storms of the northern winter
    season[:, 0] = 1 + 0.10 * northern_summer
    return season


def overturning(params: BoxTransportParams) -> jax.Array:
    """Overturning at each corner [kg s-1], shape (month, 6): corners as in streamfunction_to_faces.

    Across the equator the Hadley cell of the winter hemisphere carries upper air into it: with the northern
    winter air goes north aloft and south below. The stratospheric branch rises in the tropics and sinks
    poleward, more strongly in local winter.
    """
    month = np.arange(12) + 0.5
    northern_winter = np.cos(2 * np.pi * (month - 0.5) / 12)
    hadley = params.hadley_overturning * northern_winter
    north = params.brewer_dobson * (1 + 0.4 * northern_winter)
    south = -params.brewer_dobson * (1 - 0.4 * northern_winter)
    none = jnp.zeros(12)
    return jnp.stack([none, hadley, none, south, 0.1 * hadley, north], axis=1)
