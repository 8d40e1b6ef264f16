"""The tiles of a run of the land: each the part of a grid cell that one plant type covers, with its weather."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from tenbin.core.errors import Fault, InputError
from tenbin.data.land_grids import drivers as built
from tenbin.data.land_grids import land_cover, maps, noaa_climatology
from tenbin.data.towers import checks
from tenbin.workflow.land_settings import CLIMATOLOGY, LandConfig

__all__ = ["Tiles", "cells_of", "cover_of", "tiles_of", "weather_of"]


class Tiles(NamedTuple):
    """Tiles of all cells, (tile,): which cell, which plant type, what share of the cell's ice-free land."""

    cell: np.ndarray
    plant_type: np.ndarray
    share: np.ndarray

    def block(self, start: int, size: int) -> Tiles:
        """Tiles `start` to `start + size`."""
        return Tiles(*(part[start : start + size] for part in self))


def cells_of(config: LandConfig) -> xr.Dataset:
    """The land cells inside the box: `lat`, `lon`, `elevation`, `land_area` (cell,) and, if built, the climate."""
    if config.drivers == CLIMATOLOGY:
        cells = noaa_climatology.land_cells(noaa_climatology.read(), 0.5)
    else:
        cells = _cells_of_drivers(_open(config.drivers))
    inside = _inside(cells, config)
    if not inside.any():
        found = f"no land cell in {config.box}"
        raise InputError(Fault("land run", "box", found, "at least one cell", "widen the box"))
    return cells.isel(cell=np.flatnonzero(inside))


def _inside(cells: xr.Dataset, config: LandConfig) -> np.ndarray:
    box = config.box
    east = np.mod(cells["lon"].values - box.west, 360.0)
    width = box.east - box.west
    return np.asarray(
        (cells["lat"].values >= box.south) & (cells["lat"].values <= box.north) & (east <= width)
    )


def _open(path: str) -> xr.Dataset:
    try:
        return xr.open_zarr(path) if path.rstrip("/").endswith(".zarr") else xr.open_dataset(path)
    except (OSError, ValueError) as error:
        expected = "a NetCDF file or Zarr store of daily drivers"
        raise InputError(
            Fault("land run", "drivers", f"{path!r} ({error})", expected, "check the path")
        ) from error


def _cells_of_drivers(ds: xr.Dataset) -> xr.Dataset:
    """Cells of a user's drivers, without those that are all NaN (the sea); every fault of the drivers is raised."""
    if "cell" not in ds.dims:
        ds = ds.stack(cell=("lat", "lon")).reset_index("cell")
    land = np.isfinite(ds["tas"].isel(time=0).values)
    kept = ds.isel(cell=np.flatnonzero(land))
    checks.check(kept)
    return kept


def cover_of(config: LandConfig, cells: xr.Dataset) -> xr.Dataset:
    """Plant types, soil and shares of each cell, estimated from its climate or read from a map on the same cells."""
    if config.cover == "estimated":
        return land_cover.from_climate(cells if "month" in cells.dims else _monthly(cells))
    found = maps.read(config.cover)
    if "cell" not in found.dims:
        found = found.sel(lat=cells["lat"], lon=cells["lon"], method="nearest")
    return found


def _monthly(cells: xr.Dataset) -> xr.Dataset:
    """A year's climate by month from daily drivers, for the rules that estimate cover."""
    means = cells[["tas", "pr"]].groupby("time.month").mean()
    return cells.drop_dims("time").assign(means)


def tiles_of(cover: xr.Dataset, most: int) -> Tiles:
    """The `most` widest plant types of each cell; their shares are scaled to the cell's ice-free land."""
    fractions = cover["plant_fraction"].transpose("plant_type", "cell").values
    free = 1.0 - cover["ice_fraction"].values if "ice_fraction" in cover else np.ones(fractions.shape[1])
    rank = np.argsort(np.argsort(-fractions, axis=0, kind="stable"), axis=0, kind="stable")
    kept = np.where(rank < most, fractions, 0.0)
    total = kept.sum(axis=0)
    shares = kept / np.where(total > 0.0, total, 1.0) * free
    plant_type, cell = np.nonzero(shares > 1e-3)
    order = np.lexsort((plant_type, cell))
    cell, plant_type = cell[order], plant_type[order]
    return Tiles(cell, plant_type, shares[plant_type, cell])


def weather_of(config: LandConfig, cells: xr.Dataset) -> xr.Dataset:
    """A year of daily drivers (time, cell): built from the climatology, or the user's own."""
    if config.drivers == CLIMATOLOGY:
        return built.daily_drivers(cells, range(config.year, config.year + 1), config.seed)
    return cells


def describe(tiles: Tiles) -> dict[str, Any]:
    """How many tiles and cells there are, for the record of a run."""
    return {"tiles": len(tiles.cell), "cells": len(np.unique(tiles.cell))}
