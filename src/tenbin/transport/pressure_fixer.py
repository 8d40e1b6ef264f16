"""Winds made to agree with the surface pressure: the least irrotational flux that closes the mass of every column."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import SuperLU, splu

from tenbin.transport.air_grid import AirGrid

__all__ = ["PressureFixer"]

Floats = npt.NDArray[np.float64]


class PressureFixer:
    """Solver for one grid: corrections grad(phi) with div(grad(phi)) = what a column is short of (Heimann and
    Keeling 1989, AGU Geophys. Monogr. 55, 237; Bregman et al. 2003, Atmos. Chem. Phys. 3, 447).

    Interpolated winds do not converge as pressure tells. phi lives on merged cells, so that the correction is as
    smooth at the poles as elsewhere; the matrix is factorised once.
    """

    def __init__(self, grid: AirGrid) -> None:
        self.grid = grid
        self.east, self.north = _conductances(grid)
        self._solve = _factorised(grid, self.east, self.north)

    def correction(self, shortage: Floats) -> tuple[Floats, Floats]:
        """Fluxes through eastern (lat, lon) and northern (lat - 1, lon) faces that converge to `shortage` (lat, lon).

        In the unit of `shortage`, whose global sum is taken off.
        """
        index = self.grid.group_index
        source = np.bincount(index.ravel(), shortage.ravel())
        source -= source.mean()
        potential = np.concatenate([[0.0], self._solve.solve(source[1:])])[index]
        east = self.east * (potential - np.roll(potential, -1, axis=1))
        return east, self.north * (potential[:-1] - potential[1:])


def _conductances(grid: AirGrid) -> tuple[Floats, Floats]:
    """Length of a face over the distance of the middles it parts [1]: eastern (lat, lon), northern (lat - 1, lon).

    Faces inside merged cells have none.
    """
    lat, step = np.radians(grid.grid.lat), np.radians(np.diff(grid.grid.lat_edges))
    columns = grid.grid.shape[1]
    width = 2.0 * np.pi / columns
    group = np.asarray(grid.merged)
    along = step / (width * group * np.cos(lat))
    outer = (np.arange(columns)[None, :] + 1) % group[:, None] == 0
    east = np.where(outer & (group < columns)[:, None], along[:, None], 0.0)
    middle = lat.copy()
    middle[[0, -1]] = -0.5 * np.pi, 0.5 * np.pi  # a cap is one cell around the pole
    north = width * np.cos(np.radians(grid.grid.lat_edges[1:-1])) / np.diff(middle)
    return east, np.repeat(north[:, None], columns, axis=1)


def _factorised(grid: AirGrid, east: Floats, north: Floats) -> SuperLU:
    """The Laplacian of merged cells without the first, which is set to nought."""
    index = grid.group_index
    beside = np.roll(index, -1, axis=1)
    start = np.concatenate([index.ravel(), index[:-1].ravel()])
    end = np.concatenate([beside.ravel(), index[1:].ravel()])
    weight = np.concatenate([east.ravel(), north.ravel()])
    n = int(index.max()) + 1
    rows = np.concatenate([start, end, start, end])
    columns = np.concatenate([start, end, end, start])
    values = np.concatenate([-weight, -weight, weight, weight])
    laplacian = coo_matrix((values, (rows, columns)), shape=(n, n)).tocsc()
    return splu(laplacian[1:, 1:])
