"""Means of one latitude-longitude grid over the cells of another, exact on the sphere, and of gridded nodes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["cell_means", "edges_of", "latitude_overlap", "longitude_overlap", "means_of_nodes"]

Floats = npt.NDArray[np.float64]


def edges_of(centres: npt.ArrayLike) -> Floats:
    """Edges (n + 1,) of cells with evenly spaced `centres` (n,) [degree].

    >>> edges_of([0.5, 1.5])
    array([0., 1., 2.])
    """
    middle = np.asarray(centres, dtype=float)
    half = 0.5 * (middle[1] - middle[0])
    return np.append(middle - half, middle[-1] + half)


def latitude_overlap(source: npt.ArrayLike, target: npt.ArrayLike) -> Floats:
    """Shares (target, source) of each target zone's area in each source zone; edges (n + 1,) [degree], rising.

    Area is the sine of latitude, so that the shares are exact; rows sum to 1 where the source covers the target.
    """
    return _overlap(np.sin(np.radians(source)), np.sin(np.radians(target)))


def longitude_overlap(source: npt.ArrayLike, target: npt.ArrayLike) -> Floats:
    """The same along longitude, which closes on itself after 360 degrees, wherever either axis begins."""
    east = np.asarray(source, dtype=float)
    turns = (_overlap(east + 360.0 * turn, np.asarray(target, dtype=float)) for turn in (-2, -1, 0, 1, 2))
    return np.asarray(sum(turns))


def _overlap(source: Floats, target: Floats) -> Floats:
    low = np.maximum(source[None, :-1], target[:-1, None])
    high = np.minimum(source[None, 1:], target[1:, None])
    return np.maximum(high - low, 0.0) / np.diff(target)[:, None]


def cell_means(values: npt.ArrayLike, lat: Floats, lon: Floats) -> Floats:
    """Area means (..., target lat, target lon) of `values` (..., lat, lon) by the overlaps `lat` and `lon`.

    Missing values (NaN) have no weight; a target cell with none but missing values is NaN.
    """
    field = np.asarray(values, dtype=float)
    present = np.isfinite(field)
    total = lat @ np.where(present, field, 0.0) @ lon.T
    weight = lat @ present.astype(float) @ lon.T
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(weight > 1e-12, total / weight, np.nan)


def means_of_nodes(values: npt.ArrayLike, latitude: npt.ArrayLike) -> Floats:
    """Means over the cells between nodes, of the field that is linear between them in latitude and longitude.

    `values` (..., n + 1, m) stand at nodes of rising `latitude` [degree] and around the whole circle; the
    result (..., n, m) stands in the cells, the j-th between the j-th meridian and its eastern neighbour. The
    mean over the sphere of the cells is exactly that of the linear field: within a zone the weight of its
    southern nodes is the integral of (north - phi) cos phi over the integral of (north - south) cos phi.
    """
    phi = np.radians(np.asarray(latitude, dtype=float))
    south, north = phi[:-1], phi[1:]
    zone = np.sin(north) - np.sin(south)
    weight = ((np.cos(south) - np.cos(north)) / (north - south) - np.sin(south)) / zone
    field = np.asarray(values, dtype=float)
    zonal = weight[:, None] * field[..., :-1, :] + (1.0 - weight)[:, None] * field[..., 1:, :]
    return np.asarray(0.5 * (zonal + np.roll(zonal, -1, axis=-1)))
