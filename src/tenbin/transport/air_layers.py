"""Layers of air as turbulence and convection see them: heights, densities, winds and moisture, from the ground up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.constants import EARTH_RADIUS, GAS_CONSTANT, GRAVITY, MOLAR_MASS
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.mass_fluxes import Interval
from tenbin.transport.stations import middle_heights

__all__ = ["CP_DRY", "DRY_AIR", "KAPPA", "Layers", "layers_of", "winds_of"]

Floats = npt.NDArray[np.float64]

DRY_AIR = float(GAS_CONSTANT / MOLAR_MASS["air"])
"""Gas constant of dry air [J kg-1 K-1]."""
KAPPA = 2.0 / 7.0
"""Gas constant over heat capacity at constant pressure of an ideal gas of two atoms."""
CP_DRY = DRY_AIR / KAPPA
"""Heat capacity of dry air at constant pressure [J kg-1 K-1]."""
_HUMID = 0.61
"""Virtual temperature is T (1 + 0.61 q): ratio of the gas constants of vapour and dry air, less one."""


class Layers(NamedTuple):
    """State of columns, levels from the ground up. (level, lat, lon): `height` of the middles above the ground [m],
    `pressure` of moist air there [Pa], `mass` of dry air [kg m-2], `temperature` [K], specific `humidity` [kg kg-1],
    virtual potential temperature `theta` [K] (of 1000 hPa), winds `u`, `v` [m s-1]. At inner faces (level - 1, lat,
    lon): height above the ground `face` [m], density of dry air `density` [kg m-3], `distance` of the middles [m]."""

    height: Floats
    pressure: Floats
    mass: Floats
    temperature: Floats
    humidity: Floats
    theta: Floats
    u: Floats
    v: Floats
    face: Floats
    density: Floats
    distance: Floats


def layers_of(
    grid: AirGrid,
    dry_pressure: Floats,
    temperature: Floats,
    humidity: npt.ArrayLike | float,
    u: npt.ArrayLike | float,
    v: npt.ArrayLike | float,
) -> Layers:
    """Layers from dry surface pressure [Pa] (lat, lon) and means of layers (level, lat, lon, or broadcast):
    `temperature` [K], specific `humidity` [kg kg-1], winds `u`, `v` [m s-1]."""
    q = np.broadcast_to(np.asarray(humidity, dtype=float), grid.shape)
    fixed, varying = grid.thickness
    mass = fixed[:, None, None] + varying[:, None, None] * dry_pressure
    above = np.cumsum((mass / (1.0 - q))[::-1], axis=0)[::-1] * GRAVITY + grid.a[-1]
    low, high = above, np.concatenate([above[1:], np.full_like(above[:1], max(grid.a[-1], 1.0))])
    middle = 0.5 * (low + high)
    height = middle_heights(grid, dry_pressure, temperature, 0.0, q)
    warm = temperature * (1.0 + _HUMID * q)
    distance = np.diff(height, axis=0)
    # middles halve the mass of a layer, so that the face above lies where half of the mass is left
    face = height[:-1] + DRY_AIR / GRAVITY * warm[:-1] * np.log(middle[:-1] / high[:-1])
    share = (face - height[:-1]) / distance
    dry = 1.0 - q
    density = high[:-1] / DRY_AIR * ((1.0 - share) * dry[:-1] / warm[:-1] + share * dry[1:] / warm[1:])
    east, north = (np.broadcast_to(np.asarray(x, dtype=float), grid.shape) for x in (u, v))
    theta = warm * (1e5 / middle) ** KAPPA
    return Layers(height, middle, mass, temperature, q, theta, east, north, face, density, distance)


def winds_of(interval: Interval, grid: AirGrid) -> tuple[Floats, Floats]:
    """Winds u, v [m s-1] (level, lat, lon) in the middles of cells, from the dry air [kg s-1] through their faces.

    Mean of the two faces; at the poles, whose caps are one cell, that of the face beside.
    """
    fixed, varying = (x[:, None, None] for x in grid.thickness)
    column = fixed + varying * (0.5 * (interval.dry_pressure[0] + interval.dry_pressure[1]))
    edges = np.radians(grid.grid.lat_edges)
    tall = EARTH_RADIUS * np.diff(edges)[:, None]
    wide = EARTH_RADIUS * np.radians(np.diff(grid.grid.lon_edges)) * np.cos(edges[1:-1])[:, None]
    east = interval.east / (0.5 * (column + np.roll(column, -1, axis=-1)) * tall)
    north = interval.north / (0.5 * (column[:, :-1] + column[:, 1:]) * wide)
    u = 0.5 * (east + np.roll(east, 1, axis=-1))
    u[:, 0], u[:, -1] = u[:, 1], u[:, -2]
    v = np.concatenate([north[:, :1], 0.5 * (north[:, :-1] + north[:, 1:]), north[:, -1:]], axis=1)
    return u, v
