"""What a circulation looks like in figures: jets, overturning, eddies and rising air, from dry air through faces."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.arrays import jnp
from tenbin.core.constants import EARTH_RADIUS, GRAVITY
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.mass_fluxes import Interval
from tenbin.transport.sweeps import flow_of

__all__ = ["Circulation", "Portrait", "circulation", "portrait"]

Floats = npt.NDArray[np.float64]


class Circulation(NamedTuple):
    """Means over time. `wind` [m s-1], `temperature` [K] and `pressure` [Pa] (level, lat) are means along rows;
    `overturning` [kg s-1] (level + 1, lat - 1) is the mass that goes north above a face of layers; `heat` [K m s-1]
    (level, lat - 1) is the northward flux by eddies, that is by what differs from the mean of a row at a moment;
    `kinetic` [m2 s-2] (level, lat) that of eddies along rows; `rising` [Pa s-1] (level - 1, lat) the root of the mean
    square of the pressure velocity; `surface` [Pa] (lat, lon) dry surface pressure."""

    wind: Floats
    temperature: Floats
    pressure: Floats
    overturning: Floats
    heat: Floats
    kinetic: Floats
    rising: Floats
    surface: Floats


def circulation(moments: Iterable[tuple[Interval, Floats]], seconds: float, grid: AirGrid) -> Circulation:
    """Means over intervals of `seconds`, each with the temperature [K] (level, lat, lon) of its air."""
    total: Circulation | None = None
    count = 0
    for interval, temperature in moments:
        now = _moment(interval, temperature, seconds, grid)
        total = now if total is None else Circulation(*(a + b for a, b in zip(total, now, strict=True)))
        count += 1
    if total is None:
        raise ValueError("no interval to take means of")
    mean = Circulation(*(x / count for x in total))
    return mean._replace(rising=np.sqrt(mean.rising))


def _moment(interval: Interval, temperature: Floats, seconds: float, grid: AirGrid) -> Circulation:
    begin, end = interval.dry_pressure
    surface = 0.5 * (begin + end)
    depth = -np.diff(grid.a)[:, None, None] - np.diff(grid.b)[:, None, None] * surface
    east, north = _winds(interval, depth, grid)
    faces = grid.a[:, None, None] + grid.b[:, None, None] * surface
    fluxes = jnp.asarray(interval.east), jnp.asarray(interval.north)
    flow, _ = flow_of(*fluxes, jnp.asarray(begin), jnp.asarray(end), seconds, grid)
    omega = GRAVITY * np.asarray(flow.up) / grid.grid.area
    from_top = np.cumsum(interval.north.sum(-1)[::-1], axis=0)[::-1]
    between = 0.5 * (temperature[:, 1:] + temperature[:, :-1])
    return Circulation(
        east.mean(-1),
        temperature.mean(-1),
        (0.5 * (faces[1:] + faces[:-1])).mean(-1),
        np.concatenate([from_top, np.zeros_like(from_top[:1])]),
        (_eddy(north) * _eddy(between)).mean(-1),
        0.5 * (_eddy(east) ** 2).mean(-1) + 0.5 * _to_rows((_eddy(north) ** 2).mean(-1)),
        (omega**2).mean(-1),
        surface,
    )


def _winds(interval: Interval, depth: Floats, grid: AirGrid) -> tuple[Floats, Floats]:
    """[m s-1] through eastern and northern faces."""
    rows, columns = grid.grid.shape
    tall = np.radians(np.diff(grid.grid.lat_edges)) * EARTH_RADIUS / GRAVITY
    wide = 2.0 * np.pi / columns * EARTH_RADIUS / GRAVITY * np.cos(np.radians(grid.grid.lat_edges[1:-1]))
    beside = 0.5 * (depth + np.roll(depth, -1, axis=-1)) * tall[:, None]
    between = 0.5 * (depth[:, 1:] + depth[:, :-1]) * wide[:, None]
    return interval.east / beside, interval.north / between


def _eddy(field: Floats) -> Floats:
    return field - field.mean(-1, keepdims=True)


def _to_rows(at_edges: Floats) -> Floats:
    """(level, lat) from what stands between rows (level, lat - 1)."""
    padded = np.concatenate([at_edges[:, :1], at_edges, at_edges[:, -1:]], axis=1)
    return 0.5 * (padded[:, 1:] + padded[:, :-1])


class Portrait(NamedTuple):
    """The figures of one hemisphere and season: the jet below 100 hPa, its latitude [degrees] and pressure [hPa]; the
    strongest wind above [m s-1]; the Hadley cell [1e10 kg s-1]; eddy heat flux at 700-900 hPa [K m s-1], where
    strongest; eddy kinetic energy of the column [1e5 J m-2] poleward of 20 degrees; its surface westerly [m s-1]."""

    jet: float
    jet_lat: float
    jet_pressure: float
    vortex: float
    hadley: float
    heat: float
    eddy_energy: float
    surface_wind: float


def portrait(mean: Circulation, grid: AirGrid, north: bool) -> Portrait:
    """One hemisphere; the Hadley cell is that with the strongest overturning within 35 degrees of the equator, on
    either side, positive where air goes north aloft."""
    lat, sign = grid.grid.lat, 1.0 if north else -1.0
    here = sign * lat > 15.0
    low = (mean.pressure > 1e4) & here
    wind = np.where(low, mean.wind, -np.inf)
    k, j = np.unravel_index(int(np.argmax(wind)), wind.shape)
    aloft = np.where((mean.pressure <= 1e4) & here, mean.wind, -np.inf)
    edge = grid.grid.lat_edges[1:-1]
    cell = np.where((np.abs(edge) < 35.0) & (sign * edge > -15.0), mean.overturning, 0.0)
    middle = 0.5 * (mean.pressure[:, 1:] + mean.pressure[:, :-1])
    flux = np.where((middle > 7e4) & (middle < 9e4) & (sign * edge > 20.0), sign * mean.heat, -np.inf)
    depth = -np.diff(grid.a)[:, None] - np.diff(grid.b)[:, None] * mean.surface.mean(-1)
    energy = (mean.kinetic * depth).sum(0) / GRAVITY
    far = sign * lat > 20.0
    return Portrait(
        float(mean.wind[k, j]),
        float(lat[j]),
        float(mean.pressure[k, j]) / 100.0,
        float(aloft.max()),
        float(cell.ravel()[np.argmax(np.abs(cell))]) / 1e10,
        float(flux.max()),
        float(np.average(energy[far], weights=np.cos(np.radians(lat[far])))) / 1e5,
        float(mean.wind[0][sign * lat > 25.0].max()),
    )
