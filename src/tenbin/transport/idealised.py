"""Winds, shapes and warmth with known answers: rotation of the sphere, bells, and analyses made of a formula."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import EARTH_RADIUS
from tenbin.core.grid import Grid
from tenbin.transport.air_grid import AirGrid, merged_cells
from tenbin.transport.mass_fluxes import Winds
from tenbin.transport.sweeps import Flow

__all__ = [
    "DEFORMATION_DAYS",
    "analysis",
    "arc",
    "bell",
    "cell_means",
    "centre",
    "deformation",
    "from_streamfunction",
    "gaussian_hills",
    "rotation",
    "sheet",
    "standard_temperature",
    "stirring",
]

Floats = npt.NDArray[np.float64]
RADIUS = float(EARTH_RADIUS)


def sheet(grid: Grid) -> AirGrid:
    """One layer."""
    return AirGrid(grid, np.array([0.0, 0.0]), np.array([1.0, 0.0]), merged_cells(grid))


def rotation(air: AirGrid, speed: float, angle: float) -> Flow:
    """Rotation of a sheet of 1 kg m-2 at `speed` [m s-1], its axis `angle` [rad] from the pole.

    Williamson et al. 1992, J. Comput. Phys. 102, 211, case 1, from its streamfunction at corners, so that no cell
    converges.
    """
    lat, lon = np.radians(air.grid.lat_edges)[:, None], np.radians(air.grid.lon_edges)[None]
    psi = -RADIUS * speed * (np.sin(lat) * np.cos(angle) - np.cos(lat) * np.cos(lon) * np.sin(angle))
    return from_streamfunction(air, psi)


DEFORMATION_DAYS = 12.0
"""Days after which the deformational flow has brought all air back."""


def deformation(air: AirGrid, days: float | jax.Array) -> Flow:
    """Flow of a sheet of 1 kg m-2 that stretches, turns and undoes it: Nair and Lauritzen 2010 (J. Comput. Phys. 229,
    8868), case 4, as in Lauritzen et al. 2012 (Geosci. Model Dev. 5, 887, eqs. 18-19), at a time in `days`."""
    return from_streamfunction(air, stirring(air, days))


def stirring(air: AirGrid, days: float | jax.Array) -> jax.Array:
    """Streamfunction [m2 s-1] (lat + 1, lon + 1) of `deformation` at corners."""
    period = DEFORMATION_DAYS * 86400.0
    lat, lon = np.radians(air.grid.lat_edges)[:, None], np.radians(air.grid.lon_edges)[None]
    moving = lon - 2.0 * np.pi * days / DEFORMATION_DAYS
    stirred = 10.0 * jnp.sin(moving) ** 2 * np.cos(lat) ** 2 * jnp.cos(np.pi * days / DEFORMATION_DAYS)
    return RADIUS**2 / period * (stirred - 2.0 * np.pi * np.sin(lat))


def from_streamfunction(air: AirGrid, psi: jax.Array | Floats) -> Flow:
    """Mass of a sheet of 1 kg m-2 through faces from psi [m2 s-1] at corners (lat + 1, lon + 1)."""
    psi = jnp.asarray(psi)
    cap = np.asarray(air.merged) == air.grid.shape[1]
    east = jnp.where(cap[:, None], 0.0, psi[:-1, 1:] - psi[1:, 1:])
    north = psi[1:-1, 1:] - psi[1:-1, :-1]
    return Flow(east[None], north[None], jnp.zeros((0, *air.grid.shape)))


def gaussian_hills(air: AirGrid) -> Floats:
    """Two smooth hills (lat, lon) on the equator at 150 E and 150 W (Lauritzen et al. 2012, eq. 9), at cell
    centres."""
    lat, lon = np.radians(air.grid.lat)[:, None], np.radians(air.grid.lon)[None]
    total = np.zeros(air.grid.shape)
    for middle in (5.0 / 6.0 * np.pi, 7.0 / 6.0 * np.pi):
        square = 2.0 - 2.0 * np.cos(lat) * np.cos(lon - middle)
        total += 0.95 * np.exp(-5.0 * square)
    return total


def bell(air: AirGrid, lat: float, lon: float, radius: float) -> Floats:
    """A cosine bell (lat, lon) around a point [rad], 1 at its top; means of cells by 4 x 4 points."""

    def height(y: Floats, x: Floats) -> Floats:
        return 0.5 * (1.0 + np.cos(np.pi * np.minimum(arc(y, x, lat, lon) / radius, 1.0)))

    return cell_means(air.grid, height)


def arc(lat: Floats, lon: Floats, to_lat: float, to_lon: float) -> Floats:
    """Great-circle distance [rad] from places [rad] to a place."""
    cosine = np.sin(to_lat) * np.sin(lat) + np.cos(to_lat) * np.cos(lat) * np.cos(lon - to_lon)
    return np.asarray(np.arccos(np.clip(cosine, -1.0, 1.0)))


def cell_means(grid: Grid, shape: Callable[[Floats, Floats], Floats], points: int = 4) -> Floats:
    """Means over cells (lat, lon) of a function of latitude and longitude [rad], by `points` x `points` in each."""
    share = (np.arange(points) + 0.5) / points
    edges, lon_edges = np.radians(grid.lat_edges), np.radians(grid.lon_edges)
    total, weights = np.zeros(grid.shape), np.zeros((grid.shape[0], 1))
    for up in share:
        y = (edges[:-1] + up * np.diff(edges))[:, None]
        weights = weights + points * np.cos(y)
        for along in share:
            x = (lon_edges[:-1] + along * np.diff(lon_edges))[None, :]
            total = total + np.cos(y) * shape(y, x)
    return np.asarray(total / weights)


def centre(mass: Floats, grid: Grid) -> Floats:
    """Unit vector to the centre of mass on the sphere."""
    lat, lon = np.radians(grid.lat)[:, None], np.radians(grid.lon)[None]
    parts = (np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat) + 0.0 * lon)
    vector = np.array([(mass * part).sum() for part in parts])
    return np.asarray(vector / np.linalg.norm(vector))


def analysis(seed: int = 0, hour: float = 0.0) -> Winds:
    """Winds, humidity and pressure of a made-up day, 5 degrees and 9 levels, with mountains and a wave that moves."""
    rng = np.random.default_rng(seed)
    lat, lon = np.linspace(-90.0, 90.0, 37), np.arange(0.0, 360.0, 5.0)
    pressure = np.array([1000.0, 925.0, 850.0, 700.0, 500.0, 300.0, 200.0, 100.0, 20.0]) * 100.0
    y, x = np.radians(lat)[:, None], np.radians(lon)[None] - 0.02 * hour
    height = (1.0 - pressure / 1e5)[:, None, None]
    u = 40.0 * height * np.sin(2.0 * y) ** 2 + 8.0 * np.cos(y) * np.sin(3.0 * x + 2.0 * y)
    v = 10.0 * np.cos(y) ** 2 * np.cos(3.0 * x) * (1.0 - height) + 0.5 * rng.normal(size=(9, 37, 1))
    ps = (
        1e5
        - 4e4 * np.exp(-(((np.degrees(y) - 35.0) / 12.0) ** 2)) * (np.cos(x) > 0.9)
        + 500.0 * np.sin(2 * x)
    )
    q = 0.015 * np.cos(y) ** 2 * (pressure / 1e5)[:, None, None] ** 3 * np.ones_like(x)
    return Winds(lat, lon, pressure, u + 0.0 * x, v + 0.0 * x, q, ps)


def standard_temperature(pressure: npt.ArrayLike, lat: npt.ArrayLike) -> Floats:
    """Zonal temperature [K], a year's mean, in cells (level, lat, lon) of `pressure` [Pa], rows at `lat` [degrees].

    (300 - 45 |sin lat|^3) (p / 1000 hPa)^0.17, not below 195 K at the equator and 217 K at the poles; above 50 hPa it
    warms with log pressure to 268 K at 1 hPa. Of our own making: between 30 S and 30 N within 4 K of analyses of
    January and June below 300 hPa, too warm by 9 K at 170 hPa, elsewhere without seasons.
    """
    height, sine = np.asarray(pressure), np.abs(np.sin(np.radians(np.asarray(lat))))[:, None]
    coldest = 195.0 + 22.0 * sine**2
    aloft = coldest + (268.0 - coldest) * np.clip(np.log(5e3 / height) / np.log(50.0), 0.0, 1.0)
    return np.asarray(np.maximum((300.0 - 45.0 * sine**3) * (height / 1e5) ** 0.17, aloft))
