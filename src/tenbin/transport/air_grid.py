"""Cells of air: rows and columns of the globe, merged near the poles, and layers of hybrid pressure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tenbin.core.constants import EARTH_RADIUS, GRAVITY
from tenbin.core.errors import Fault, raise_if_any
from tenbin.core.grid import Grid

__all__ = ["AirGrid", "Band", "hybrid_layers", "merged_cells", "polar_grid"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    """Rows whose cells are merged by `group` along longitude, in blocks (start, stop) of neighbours, `stop` not
    included: those of both hemispheres, so that one operation serves both."""

    blocks: tuple[tuple[int, int], ...]
    group: int


@dataclass(frozen=True, eq=False)
class AirGrid:
    """Cells of air: `grid` with rows from south to north, and faces of layers from the ground up at the pressure
    `a` + `b` x surface pressure of dry air [Pa].

    `merged` (lat,) is the number of neighbours along each row that share one mixing ratio and one mass: near the
    poles meridians crowd, and air that crosses a pole would pass through many slivers in a step. The rows at the
    poles are one cell each.
    """

    grid: Grid
    a: Floats
    b: Floats
    merged: tuple[int, ...]

    def __post_init__(self) -> None:
        for name in ("a", "b"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=float))
        raise_if_any(self._faults())

    def _faults(self) -> list[Fault]:
        rows, columns = self.grid.shape
        edges, groups = self.grid.lat_edges, self.merged
        faces = self.a + self.b * 1e5
        tests = (
            (edges[0] == -90.0 and edges[-1] == 90.0, "lat_edges", f"{edges[0]:g} to {edges[-1]:g}",
             "-90 to 90 degrees", "order rows from south to north, pole to pole"),
            (abs(abs(self.grid.lon_edges[-1] - self.grid.lon_edges[0]) - 360.0) < 1e-9 and columns % 2 == 0,
             "lon_edges", f"{columns} cells over {np.ptp(self.grid.lon_edges):g} degrees",
             "an even number of cells around the globe", "transport is global"),
            (len(groups) == rows and all(columns % g == 0 for g in groups), "merged", str(groups),
             f"{rows} divisors of {columns}", "take merged_cells(grid)"),
            (self.a.shape == self.b.shape and len(self.a) > 1 and bool((np.diff(faces) < 0).all()), "a, b",
             f"faces at {np.round(faces[:3])} ... Pa", "pressure that falls upwards", "reverse the levels"),
        )  # fmt: skip
        return [Fault("air grid", *what) for good, *what in tests if not good]

    @property
    def levels(self) -> int:
        return len(self.a) - 1

    @property
    def shape(self) -> tuple[int, int, int]:
        """(level, lat, lon)"""
        return (self.levels, *self.grid.shape)

    @cached_property
    def bands(self) -> tuple[Band, ...]:
        """Rows with equal merging; the caps, which are one cell each, stand alone, south first and north last."""
        rows = len(self.merged)
        inner = []
        for group in sorted(set(self.merged[1:-1]), reverse=True):
            own = np.array([0, *(g == group for g in self.merged[1:-1]), 0], dtype=int)
            starts, stops = np.flatnonzero(np.diff(own) == 1) + 1, np.flatnonzero(np.diff(own) == -1) + 1
            inner.append(Band(tuple(zip(starts.tolist(), stops.tolist(), strict=True)), group))
        caps = (Band(((place, place + 1),), self.merged[place]) for place in (0, rows - 1))
        south, north = caps
        return (south, *inner, north)

    @cached_property
    def group_index(self) -> npt.NDArray[np.int64]:
        """Number (lat, lon) of the merged cell that each cell belongs to, row by row."""
        columns = self.grid.shape[1]
        counts = columns // np.asarray(self.merged)
        first = np.concatenate([[0], np.cumsum(counts)[:-1]])
        return first[:, None] + np.arange(columns)[None, :] // np.asarray(self.merged)[:, None]

    @cached_property
    def thickness(self) -> tuple[Floats, Floats]:
        """Mass of a layer over an area [kg m-2] is the first (level,) plus the second times surface pressure."""
        return -np.diff(self.a) / GRAVITY, -np.diff(self.b) / GRAVITY

    def mean_in_groups(self, field: npt.ArrayLike) -> Floats:
        """Area means over merged cells, given back to each of them, of a field (..., lat, lon)."""
        values = np.array(field, dtype=float)
        columns = values.shape[-1]
        for row, group in enumerate(self.merged):
            parts = values[..., row, :].reshape(*values.shape[:-2], columns // group, group)
            values[..., row, :] = np.repeat(parts.mean(axis=-1), group, axis=-1)
        return values


def merged_cells(grid: Grid, narrowest: float = 0.5) -> tuple[int, ...]:
    """For each row how many cells are merged, so that they are `narrowest` of the widest, or as wide as tall.

    The rows at the poles become one cell each.
    """
    columns = grid.shape[1]
    width = np.radians(360.0 / columns) * EARTH_RADIUS * np.cos(np.radians(grid.lat))
    height = np.radians(np.diff(grid.lat_edges)) * EARTH_RADIUS
    wanted = np.minimum(narrowest * width.max(), height)
    divisors = np.array(_growing_divisors(columns))
    groups = [
        int(divisors[np.argmax(divisors * w >= h * (1 - 1e-9))]) for w, h in zip(width, wanted, strict=True)
    ]
    groups[0] = groups[-1] = columns
    return tuple(groups)


def _growing_divisors(number: int) -> list[int]:
    """Divisors, each at least twice the one before: few kinds of rows make few operations."""
    found = [1]
    for d in range(2, number + 1):
        if number % d == 0 and d >= 2 * found[-1]:
            found.append(d)
    return found if found[-1] == number else [*found, number]


def polar_grid(rows: int, columns: int) -> Grid:
    """The globe in `rows` x `columns` cells, those at the poles half as tall as the rest (as in GISS and GEOS)."""
    step = 180.0 / (rows - 1)
    inner = -90.0 + step * (np.arange(rows - 1) + 0.5)
    return Grid(np.concatenate([[-90.0], inner, [90.0]]), np.linspace(-180.0, 180.0, columns + 1))


def hybrid_layers(levels: int = 20, top: float = 100.0) -> tuple[Floats, Floats]:
    """Faces (level + 1,) of layers from the ground up to `top` [Pa]: a [Pa] and b [1].

    Terrain-following at the ground, pressure aloft, thin near the ground. A form of our own: at x from 0 to 1 the
    share s = (1 - x^1.3)^2.4 of the pressure above the top is left, and b = s^1.8; monotonic down to 450 hPa at
    the ground.
    """
    x = np.linspace(0.0, 1.0, levels + 1)
    share = (1.0 - x**1.3) ** 2.4
    pressure = top + (1e5 - top) * share
    b = np.where(share > 0.0, share**1.8, 0.0)
    b[0] = 1.0
    return pressure - b * 1e5, b
