"""How fast the twelve boxes mix and overturn: the parameters an inversion may correct.

No prior number here is a measurement. Mixing times in the troposphere are of the size used by the AGAGE box
models (Cunnold et al. 1983; Rigby et al. 2013) and were centred by a first pass of the inversion; the
interhemispheric exchange time that follows is 1.3-1.4 yr, as published (tests/transport). The exchange with
the top layer is set so that the air as a whole holds 0.966 of the surface's CH4 and N2O, the ratio behind
the community's factors of 2.75 Tg ppb-1 and 4.79 TgN ppb-1 (Prather et al. 2012, Geophys. Res. Lett. 39,
L09803). The price is a top layer about 4 yr old where the mean above 200 hPa is nearer 2.5: one box cannot
hold both a profile's age and its depletion, and the budgets rest on the depletion.
"""

from __future__ import annotations

import equinox as eqx
import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.core.params import param

OURS = "this project: size of Rigby et al. 2013; centred by a first pass of the inversion"


class BoxTransportParams(eqx.Module):
    """Mixing times [d] and overturning mass fluxes [kg s-1] of the box model; each multiplies a fixed season."""

    mixing_south_lower: jax.Array = param(140.0, "d", bounds=(10.0, 400.0), prior_sd=21.0, source=OURS)
    mixing_equator_lower: jax.Array = param(300.0, "d", bounds=(30.0, 1500.0), prior_sd=45.0, source=OURS)
    mixing_north_lower: jax.Array = param(115.0, "d", bounds=(10.0, 400.0), prior_sd=17.0, source=OURS)
    mixing_extratropics_upper: jax.Array = param(28.0, "d", bounds=(5.0, 300.0), prior_sd=4.2, source=OURS)
    mixing_equator_upper: jax.Array = param(50.0, "d", bounds=(20.0, 800.0), prior_sd=7.5, source=OURS)
    mixing_vertical_tropics: jax.Array = param(38.0, "d", bounds=(3.0, 200.0), prior_sd=2.3, source=OURS)
    mixing_vertical_extratropics: jax.Array = param(42.0, "d", bounds=(3.0, 200.0), prior_sd=2.5, source=OURS)
    mixing_tropopause: jax.Array = param(3200.0, "d", bounds=(100.0, 15000.0), prior_sd=640.0, source=OURS)
    mixing_stratosphere: jax.Array = param(365.0, "d", bounds=(60.0, 3000.0), prior_sd=110.0, source=OURS)
    hadley_overturning: jax.Array = param(1.8e10, "kg s-1", bounds=(1e9, 2e11), prior_sd=4.5e9, source=OURS)
    brewer_dobson: jax.Array = param(
        2.1e9,
        "kg s-1",
        bounds=(3e8, 3e10),
        prior_sd=4e8,
        source="with mixing_tropopause: ratio of mean to surface air of Prather et al. 2012 (see top of file)",
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
