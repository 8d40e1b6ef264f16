"""What is known of a flux tower's place before any flux is seen: its ground, whose leaves a satellite sees, and when.

Leaf area that stays all year and leaf area that comes and goes belong to different plants (Lu et al. 2003, Remote
Sens. Environ. 86, 1, doi:10.1016/S0034-4257(03)00054-1).
"""

from __future__ import annotations

from typing import NamedTuple

import xarray as xr

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.core.limits import larger, within
from tenbin.land import labelled
from tenbin.land.drivers import Surface
from tenbin.land.plant_types import PLANT_TYPES
from tenbin.land.smoothing import smooth_positive

__all__ = ["Ground", "green_lai", "ground_of", "warm_grass", "warm_grass_share"]

_GRASSY = ("GRA", "SAV", "WSA")
"""IGBP classes whose leaf area that comes and goes is taken as grass."""
_LASTING = {"ENF": 1.0, "EBF": 1.0, "MF": 0.5, "SAV": 1.0, "WSA": 1.0, "CSH": 1.0, "OSH": 1.0}
"""Green part of the year's least leaf area by IGBP class, own choice: none of it where plants die down or shed."""
_WARM_MONTH = 295.15
"""Mean temperature of a month [K] from which C4 grass fixes more carbon than C3 (Collatz et al. 1998)."""
_WET_MONTH = 25.0 / (30.4 * SECONDS_PER_DAY)
"""Rain of a month in which grass grows [kg m-2 s-1]: 25 mm (Collatz et al. 1998)."""


class Ground(NamedTuple):
    """Sites as known without their fluxes, all (site,).

    `warm_share` of grass that is C4 [0..1]; `grass` 1 where leaf area that comes and goes is grass; `lasting` green
    part of the least leaf area [0..1]; the least, mean and greatest leaf area of the average year by months [1].
    """

    surface: Surface
    warm_share: jax.Array
    grass: jax.Array
    lasting: jax.Array
    least_lai: jax.Array
    mean_lai: jax.Array
    greatest_lai: jax.Array


def ground_of(sites: list[xr.Dataset]) -> Ground:
    """The ground of sites from their attributes (position, IGBP class), weather and leaf area, never a flux."""
    classes = [str(ds.attrs.get("igbp")) for ds in sites]
    months = [ds["lai"].groupby(ds["time"].dt.month).mean().to_numpy() for ds in sites]
    return Ground(
        labelled.site_surface([ds.attrs for ds in sites]),
        jnp.asarray([warm_grass_share(ds) for ds in sites]),
        jnp.asarray([float(name in _GRASSY) for name in classes]),
        jnp.asarray([_LASTING.get(name, 0.0) for name in classes]),
        jnp.asarray([float(month.min()) for month in months]),
        jnp.asarray([float(month.mean()) for month in months]),
        jnp.asarray([float(month.max()) for month in months]),
    )


def warm_grass_share(ds: xr.Dataset) -> float:
    """Share of the grass of a site that has the C4 pathway [0..1], from its weather.

    Of the rain of months with 25 mm or more, C4 grass lives on that which falls in months above 22 degC (after
    Collatz et al. 1998, Oecologia 114, 441, doi:10.1007/s004420050468): none where summers are dry.
    """
    weather = ds[["tas", "pr"]].groupby(ds["time"].dt.month).mean()
    rain = weather["pr"].where(weather["pr"] > _WET_MONTH, 0.0)
    return float(rain.where(weather["tas"] > _WARM_MONTH, 0.0).sum() / max(float(rain.sum()), 1e-12))


def warm_grass(lai: jax.Array, ground: Ground) -> jax.Array:
    """Share of leaf area `lai` (time, site) that is C4 grass [0..1]: among trees, of what comes and goes."""
    stays = ground.lasting * ground.least_lai
    comes = within(1.0 - stays / larger(lai, 0.05), 0.0, 1.0)
    return ground.grass * ground.warm_share * comes


def green_lai(lai: jax.Array, brown_share: jax.Array, hold: jax.Array, ground: Ground) -> jax.Array:
    """Green leaf area (time, site) from that which a satellite saw.

    Without `brown_share` [0..1] of the least leaf area where plants die down or shed; evergreens are brought nearer
    to their greatest leaf area by `hold` [0..1], since snow and low sun make satellites lose them in winter.
    """
    brown = brown_share * (1.0 - ground.lasting) * ground.least_lai
    evergreen = jnp.asarray([kind.evergreen for kind in PLANT_TYPES], lai.dtype)[ground.surface.plant_type]
    held = hold * evergreen * ground.lasting
    return smooth_positive(lai - brown, 0.05) + held * larger(ground.greatest_lai - lai, 0.0)
