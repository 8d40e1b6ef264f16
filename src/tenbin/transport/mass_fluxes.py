"""Dry air that winds carry through the faces of cells, closed against the change of surface pressure."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.constants import EARTH_RADIUS, GRAVITY
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.pressure_fixer import PressureFixer

__all__ = [
    "Interval",
    "Winds",
    "bilinear",
    "closed",
    "columns_of",
    "dry_pressure",
    "face_fluxes",
    "layer_means",
]

Floats = npt.NDArray[np.float64]


class Winds(NamedTuple):
    """One analysis on points: `lat` ascending, `lon` ascending once around [degrees], `pressure` (level,) or (level,
    lat, lon) [Pa] from the ground up; `u`, `v` [m s-1] and specific humidity `q` [kg kg-1] (level, lat, lon), surface
    pressure `ps` [Pa].
    """

    lat: Floats
    lon: Floats
    pressure: Floats
    u: Floats
    v: Floats
    q: Floats
    ps: Floats


class Interval(NamedTuple):
    """Steady flow of dry air between two times: surface pressure of dry air [Pa] (lat, lon) at both, and mass [kg
    s-1] through eastern (level, lat, lon) and northern (level, lat - 1, lon) faces."""

    dry_pressure: tuple[Floats, Floats]
    east: Floats
    north: Floats


class _Column(NamedTuple):
    """Dry pressure [Pa] at the levels from the ground up, the first at the ground, and the wind there."""

    dry: Floats
    wind: Floats


def columns_of(winds: Winds, lat: Floats, lon: Floats, component: str | None) -> _Column:
    """Columns over points (broadcast), bilinear in latitude and longitude; levels below the ground have no mass, and
    the last of them stands at the ground with what is there between the levels.

    The dry pressure at a level is that of all dry air above: the integral of 1 - q over pressure from the top, where
    the uppermost level stands for what is above it.
    """
    take = bilinear(winds, lat, lon)
    ps, q = take(winds.ps), take(winds.q)
    wind = take(getattr(winds, component)) if component else np.zeros_like(q)
    fixed = winds.pressure.ndim == 1
    pressure = winds.pressure.reshape(-1, *(1,) * ps.ndim) if fixed else take(winds.pressure)
    wind, q = (_grounded(one, pressure, ps) for one in (wind, q))
    under = np.minimum(pressure, ps)
    ground = np.where(pressure[:1] < ps, ps, under[:1])
    faces = np.concatenate([ground, under])
    at_faces = np.concatenate([q[:1], q])
    parts = (faces[:-1] - faces[1:]) * (1.0 - 0.5 * (at_faces[:-1] + at_faces[1:]))
    above = faces[-1:] * (1.0 - at_faces[-1:])
    dry = np.concatenate([np.cumsum(parts[::-1], axis=0)[::-1] + above, above])
    return _Column(dry, np.concatenate([wind[:1], wind]))


def _grounded(field: Floats, pressure: Floats, ps: Floats) -> Floats:
    """`field` (level, ...) with its value at the ground, linear in pressure, in the last level below the ground."""
    low, high = pressure[:-1], pressure[1:]
    share = np.clip((ps - high) / (low - high), 0.0, 1.0)
    return np.concatenate([field[1:] + share * (field[:-1] - field[1:]), field[-1:]])


def bilinear(winds: Winds, lat: Floats, lon: Floats) -> Callable[[Floats], Floats]:
    """A function that reads a field (..., lat, lon) at points; beyond the last row it keeps the last."""
    rows = np.interp(lat, winds.lat, np.arange(len(winds.lat)))
    south = np.minimum(rows.astype(int), len(winds.lat) - 2)
    step = 360.0 / len(winds.lon)
    columns = ((lon - winds.lon[0]) / step) % len(winds.lon)
    west = columns.astype(int) % len(winds.lon)
    east = (west + 1) % len(winds.lon)
    up, right = rows - south, columns - np.floor(columns)

    def take(field: Floats) -> Floats:
        low = (1.0 - right) * field[..., south, west] + right * field[..., south, east]
        high = (1.0 - right) * field[..., south + 1, west] + right * field[..., south + 1, east]
        return (1.0 - up) * low + up * high

    return take


def _carried_in_layers(column: _Column, grid: AirGrid) -> Floats:
    """Integral of the wind over dry pressure [Pa m s-1] in each layer, the wind linear between its levels."""
    shape = (-1, *(1,) * (column.dry.ndim - 1))
    faces = grid.a.reshape(shape) + grid.b.reshape(shape) * column.dry[:1]
    total = np.zeros((grid.levels, *column.dry.shape[1:]))
    top = np.concatenate([column.dry, np.zeros_like(column.dry[:1])])
    wind = np.concatenate([column.wind, column.wind[-1:]])
    for k in range(len(wind) - 1):
        low, high = top[k], top[k + 1]
        slope = (wind[k + 1] - wind[k]) / np.maximum(low - high, 1e-6)
        lower, upper = np.minimum(faces[:-1], low), np.maximum(faces[1:], high)
        depth = np.maximum(lower - upper, 0.0)
        total += depth * (wind[k] + slope * (low - 0.5 * (lower + upper)))
    return total


def face_fluxes(winds: Winds, grid: AirGrid, points: int = 2) -> tuple[Floats, Floats, Floats]:
    """Dry pressure at the ground [Pa] (lat, lon) and dry air [kg s-1] through eastern and northern faces, one time.

    Gauss points along each face sum up what crosses it, so that a coarse face carries what all of it is blown by.
    """
    edges, lon_edges = grid.grid.lat_edges, grid.grid.lon_edges
    nodes, weights = np.polynomial.legendre.leggauss(points)
    share, part = 0.5 * (nodes + 1.0), 0.5 * weights
    east = north = np.zeros(())
    for s, w in zip(share, part, strict=True):
        lat = edges[:-1] + s * np.diff(edges)
        length = w * np.radians(np.diff(edges)) * EARTH_RADIUS
        column = columns_of(winds, lat[:, None], lon_edges[None, 1:], "u")
        east = east + _carried_in_layers(column, grid) * (length / GRAVITY)[:, None]
        lon = lon_edges[:-1] + s * np.diff(lon_edges)
        width = w * np.radians(np.diff(lon_edges)) * EARTH_RADIUS / GRAVITY
        column = columns_of(winds, edges[1:-1, None], lon[None], "v")
        around = np.cos(np.radians(edges[1:-1]))[:, None] * width
        north = north + _carried_in_layers(column, grid) * around
    east[:, [0, -1]] = 0.0  # inside the caps
    return dry_pressure(winds, grid, points), east, north


def layer_means(winds: Winds, field: Floats, grid: AirGrid) -> Floats:
    """Mean over dry pressure in each cell (level, lat, lon), read at its middle, of a field on the points of `winds`
    (level, lat, lon), linear between its levels."""
    middle = grid.grid.lat[:, None], grid.grid.lon[None]
    column = columns_of(winds._replace(u=field), *middle, "u")
    depth = -np.diff(grid.a)[:, None, None] - np.diff(grid.b)[:, None, None] * column.dry[:1]
    return _carried_in_layers(column, grid) / depth


def dry_pressure(winds: Winds, grid: AirGrid, points: int = 2) -> Floats:
    """Dry pressure at the ground [Pa] (lat, lon): mean over each cell by Gauss points, merged cells alike."""
    nodes, weights = np.polynomial.legendre.leggauss(points)
    share, part = 0.5 * (nodes + 1.0), 0.5 * weights
    edges, lon_edges = grid.grid.lat_edges, grid.grid.lon_edges
    mean, area = np.zeros(grid.grid.shape), np.zeros(grid.grid.shape)
    for s, w in zip(share, part, strict=True):
        for t, x in zip(share, part, strict=True):
            lat = edges[:-1] + s * np.diff(edges)
            lon = lon_edges[:-1] + t * np.diff(lon_edges)
            weight = w * x * np.cos(np.radians(lat))[:, None]
            dry = columns_of(winds, lat[:, None], lon[None], None).dry[0]
            mean, area = mean + weight * dry, area + weight
    return grid.mean_in_groups(mean / area)


def closed(
    first: tuple[Floats, Floats, Floats],
    last: tuple[Floats, Floats, Floats],
    seconds: float,
    grid: AirGrid,
    fixer: PressureFixer,
    start: Floats | None = None,
) -> Interval:
    """Flow between two times (`face_fluxes` of each) whose columns gain exactly what dry pressure says.

    `start` [Pa] is the dry pressure reached so far, if not that of the first time. The dry air of the globe does not
    change: what the second analysis has more or less is spread over the globe.
    """
    area = grid.grid.area
    begin = first[0] if start is None else start
    end = last[0] + np.sum((begin - last[0]) * area) / area.sum()
    east, north = 0.5 * (first[1] + last[1]), 0.5 * (first[2] + last[2])
    wanted = (end - begin) * area / (GRAVITY * seconds)
    extra = fixer.correction(wanted - _convergence(east.sum(0), north.sum(0)))
    east = east + extra[0] * _layer_share(begin, grid, "east")
    north = north + extra[1] * _layer_share(begin, grid, "north")
    gained = grid.mean_in_groups(_convergence(east.sum(0), north.sum(0)) / area)
    return Interval((begin, begin + gained * GRAVITY * seconds), east, north)


def _convergence(east: Floats, north: Floats) -> Floats:
    """What flows into each cell (lat, lon)."""
    through = np.pad(north, ((1, 1), (0, 0)))
    return np.roll(east, 1, axis=-1) - east + through[:-1] - through[1:]


def _layer_share(dry: Floats, grid: AirGrid, faces: str) -> Floats:
    """Part of the air of a column in each layer at its faces: a correction is one wind at all heights."""
    beside = np.roll(dry, -1, axis=1) if faces == "east" else dry[1:]
    here = 0.5 * ((dry if faces == "east" else dry[:-1]) + beside)
    mass = -np.diff(grid.a)[:, None, None] - np.diff(grid.b)[:, None, None] * here
    return mass / mass.sum(axis=0)
