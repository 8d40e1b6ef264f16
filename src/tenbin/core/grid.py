"""Latitude-longitude grids on a sphere: exact cell areas, area means and shares of latitude bands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tenbin.core.constants import EARTH_RADIUS
from tenbin.core.errors import Fault, InputError, raise_if_any

__all__ = ["EARTH_AREA", "Grid", "cell_area", "regular_grid", "zone_area"]

Floats = npt.NDArray[np.float64]

EARTH_AREA = float(4.0 * np.pi * EARTH_RADIUS**2)
"""Area of the spherical Earth [m2]."""


def _as_bounds(values: npt.ArrayLike) -> Floats:
    """Bounds (n, 2) from edges (n + 1,) or from bounds themselves."""
    array = np.asarray(values, dtype=float)
    return array if array.ndim == 2 else np.stack([array[:-1], array[1:]], axis=1)


def zone_area(south: float | Floats, north: float | Floats) -> Floats:
    """Area [m2] of the sphere between two latitudes [degrees north]: 2 pi R^2 (sin north - sin south).

    >>> float(np.round(zone_area(30.0, 90.0) / EARTH_AREA, 12))
    0.25
    """
    low, high = np.asarray(south, dtype=float), np.asarray(north, dtype=float)
    # sin a - sin b written as a product keeps its digits where a and b are close.
    height = 2.0 * np.cos(np.radians(0.5 * (high + low))) * np.sin(np.radians(0.5 * (high - low)))
    return np.asarray(2.0 * np.pi * EARTH_RADIUS**2 * height)


def cell_area(lat_bounds: npt.ArrayLike, lon_bounds: npt.ArrayLike) -> Floats:
    """Exact area (lat, lon) [m2] of grid cells on the sphere.

    `lat_bounds` and `lon_bounds` [degrees] are edges (n + 1,) or CF bounds (n, 2), in either direction.
    """
    lat, lon = _as_bounds(lat_bounds), _as_bounds(lon_bounds)
    rows = np.abs(zone_area(lat[:, 0], lat[:, 1]))
    return rows[:, None] * (np.abs(lon[:, 1] - lon[:, 0]) / 360.0)[None, :]


def _edge_faults(name: str, edges: Floats, low: float, high: float, span: float) -> list[Fault]:
    step = np.diff(edges)
    in_order = (step > 0).all() or (step < 0).all()
    ok = edges.ndim == 1 and len(edges) > 1 and np.isfinite(edges).all() and in_order
    if not ok:
        remedy = "give cell edges, one more than there are cells"
        return [Fault("grid", name, f"edges of shape {edges.shape}", "finite edges in strict order", remedy)]
    if edges.min() < low or edges.max() > high or abs(edges[-1] - edges[0]) > span + 1e-9:
        found = f"{edges.min():g} to {edges.max():g} degrees"
        return [
            Fault("grid", name, found, f"{low:g} to {high:g}, spanning at most {span:g}", "check the units")
        ]
    return []


@dataclass(frozen=True)
class Grid:
    """Cells between edges: latitude (nlat + 1,) [degrees north], longitude (nlon + 1,) [degrees east]."""

    lat_edges: Floats
    lon_edges: Floats

    def __post_init__(self) -> None:
        object.__setattr__(self, "lat_edges", np.asarray(self.lat_edges, dtype=float))
        object.__setattr__(self, "lon_edges", np.asarray(self.lon_edges, dtype=float))
        faults = _edge_faults("lat_edges", self.lat_edges, -90.0, 90.0, 180.0)
        raise_if_any(faults + _edge_faults("lon_edges", self.lon_edges, -360.0, 360.0, 360.0))

    @property
    def lat(self) -> Floats:
        """Latitudes (nlat,) [degrees north] of the cell centres."""
        return 0.5 * (self.lat_edges[:-1] + self.lat_edges[1:])

    @property
    def lon(self) -> Floats:
        """Longitudes (nlon,) [degrees east] of the cell centres."""
        return 0.5 * (self.lon_edges[:-1] + self.lon_edges[1:])

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.lat_edges) - 1, len(self.lon_edges) - 1

    @cached_property
    def area(self) -> Floats:
        """Cell areas (lat, lon) [m2]."""
        return cell_area(self.lat_edges, self.lon_edges)

    def integrate(self, flux: npt.ArrayLike) -> Floats:
        """Integral over the surface of a field (..., lat, lon): from [x m-2] to [x]."""
        return np.asarray(np.einsum("...ij,ij->...", np.asarray(flux, dtype=float), self.area))

    def mean(self, field: npt.ArrayLike) -> Floats:
        """Area mean of a field (..., lat, lon), in the unit of the field."""
        return self.integrate(field) / self.area.sum()

    def rows_within(self, south: float, north: float) -> Floats:
        """Fraction (nlat,) [1] of the area of each row that lies between two latitudes [degrees north]."""
        if north < south:
            raise InputError(Fault("grid", "north", f"{north:g}", f"at least {south:g}", "swap the limits"))
        low = np.clip(np.minimum(self.lat_edges[:-1], self.lat_edges[1:]), south, north)
        high = np.clip(np.maximum(self.lat_edges[:-1], self.lat_edges[1:]), south, north)
        return zone_area(low, high) / np.abs(zone_area(self.lat_edges[:-1], self.lat_edges[1:]))


def regular_grid(step_lat: float, step_lon: float) -> Grid:
    """The globe in cells of `step_lat` by `step_lon` [degrees]; the steps must divide 180 and 360.

    >>> regular_grid(2.0, 2.5).shape
    (90, 144)
    """
    rows, columns = round(180.0 / step_lat), round(360.0 / step_lon)
    faults = [
        Fault(
            "grid",
            name,
            f"{step:g} degrees",
            f"a step that divides {span:g}",
            f"try {span / max(count, 1):g}",
        )
        for name, step, span, count in (
            ("step_lat", step_lat, 180.0, rows),
            ("step_lon", step_lon, 360.0, columns),
        )
        if count < 1 or abs(count * step - span) > 1e-6
    ]
    raise_if_any(faults)
    return Grid(np.linspace(-90.0, 90.0, rows + 1), np.linspace(-180.0, 180.0, columns + 1))
