"""Air that is stretched along, across and upwards and comes back: test 1-1 of the intercomparison of 2012 (DCMIP)."""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import GRAVITY
from tenbin.core.grid import Grid
from tenbin.transport.air_grid import AirGrid, merged_cells
from tenbin.transport.idealised import DEFORMATION_DAYS, RADIUS, arc, cell_means, stirring
from tenbin.transport.idealised_tracers import CENTRES, HALF, correlated
from tenbin.transport.sweeps import Flow, flow_of

__all__ = ["air_mass", "deformation_in_layers", "layer_heights", "layers", "tracers"]

Floats = npt.NDArray[np.float64]
GROUND, TOP_HEIGHT = 1e5, 12000.0
SCALE = 287.0 * 300.0 / 9.80616
"""Height [m] over which the pressure of the isothermal air falls by e."""
TOP = GROUND * float(np.exp(-TOP_HEIGHT / SCALE))
RISE = 23000.0 * np.pi / (DEFORMATION_DAYS * 86400.0)
"""Strongest vertical wind [Pa s-1]."""
TAPER = 0.2 * TOP
"""Pressure [Pa] over which the vertical wind falls to nothing at the ground and the top."""
MIDDLE, HALF_HEIGHT = 5000.0, 1000.0


def layers(grid: Grid, levels: int = 60) -> AirGrid:
    """Layers of equal height from the ground, at 1000 hPa, to 12 km."""
    faces = GROUND * np.exp(-np.linspace(0.0, TOP_HEIGHT, levels + 1) / SCALE)
    return AirGrid(grid, faces, np.zeros(levels + 1), merged_cells(grid))


def air_mass(air: AirGrid) -> jax.Array:
    """Air [kg] (level, lat, lon)."""
    return jnp.asarray(air.thickness[0][:, None, None] * air.grid.area)


def layer_heights(air: AirGrid) -> Floats:
    """Height [m] (level,) of the middles of layers."""
    heights = SCALE * np.log(GROUND / air.a)
    return np.asarray(0.5 * (heights[1:] + heights[:-1]))


def _taper(pressure: Floats) -> Floats:
    """Vertical wind over its strongest."""
    near_ground, near_top = (np.exp((x - y) / TAPER) for x, y in ((pressure, GROUND), (TOP, pressure)))
    return np.asarray(1.0 + np.exp((TOP - GROUND) / TAPER) - near_ground - near_top)


def deformation_in_layers(air: AirGrid, days: float | jax.Array, returning: bool = False) -> Flow:
    """Kent, Ullrich and Jablonowski 2014 (Q. J. R. Meteorol. Soc. 140, 1279), test 1, at a time in `days`.

    The stirring of `idealised.deformation` at all heights, and a vertical wind with the winds that close it,
    integrated over the faces of cells; air rises by continuity. In the published test the vertical wind turns twice
    as often as the stirring, and air ends up to seven degrees from where it was; `returning` turns both together, so
    that all of it comes back.
    """
    weight = jnp.asarray(air.thickness[0])[:, None, None]
    psi = stirring(air, days)
    east = weight * (psi[:-1, 1:] - psi[1:, 1:]) + _closing(air, days, returning)
    cap = np.asarray(air.merged) == air.grid.shape[1]
    east = jnp.where(cap[:, None], 0.0, east)
    north = weight * (psi[1:-1, 1:] - psi[1:-1, :-1])
    ground = jnp.full(air.grid.shape, GROUND)
    return flow_of(east, north, ground, ground, 1.0, air)[0]


def _closing(air: AirGrid, days: float | jax.Array, returning: bool) -> jax.Array:
    """Mass [kg s-1] (level, lat, lon) through eastern faces of the winds that close the vertical one."""
    lat, lon = np.radians(air.grid.lat_edges), np.radians(air.grid.lon_edges)[1:]
    square = np.diff(0.5 * lat + 0.25 * np.sin(2.0 * lat))  # of the cosine, over each row
    turn = 2.0 * np.pi * days / DEFORMATION_DAYS
    strength = jnp.cos(0.5 * turn if returning else turn)
    across = RISE * RADIUS**2 / GRAVITY * jnp.cos(lon - turn) * strength
    return -jnp.asarray(np.diff(_taper(air.a)))[:, None, None] * square[:, None] * across


def tracers(air: AirGrid, points: int = 2) -> Floats:
    """Mixing ratios (4, level, lat, lon) of test 1: two cosine bells at 5 km, 0.9 - 0.8 of their square, two slotted
    ellipses, and what makes the sum of 0.3 of each and of itself one. Means of cells, of `points` to each side."""
    heights = SCALE * np.log(GROUND / air.a)
    q1, q3 = np.zeros(air.shape), np.zeros(air.shape)
    for level in range(air.levels):
        for share in (np.arange(points) + 0.5) / points:
            height = float(heights[level] + share * (heights[level + 1] - heights[level]))
            q1[level] += cell_means(air.grid, partial(_bells, height=height), points) / points
            q3[level] += cell_means(air.grid, partial(_ellipses, height=height), points) / points
    q2 = correlated(q1)
    return np.stack([q1, q2, q3, 1.0 - 0.3 * (q1 + q2 + q3)])


def _distances(lat: Floats, lon: Floats, height: float) -> list[Floats]:
    up = ((height - MIDDLE) / HALF_HEIGHT) ** 2
    return [np.minimum(1.0, (arc(lat, lon, 0.0, at) / HALF) ** 2 + up) for at in CENTRES]


def _bells(lat: Floats, lon: Floats, height: float) -> Floats:
    return np.asarray(sum(0.5 * (1.0 + np.cos(np.pi * d)) for d in _distances(lat, lon, height)))


def _ellipses(lat: Floats, lon: Floats, height: float) -> Floats:
    inside = np.minimum(*_distances(lat, lon, height)) <= 0.5
    slot = (height > MIDDLE) & (np.abs(lat) < 0.125)
    return np.where(inside & ~slot, 1.0, 0.1)
