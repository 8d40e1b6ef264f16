"""The tiles of a run of the land: each the part of a grid cell that one plant type covers, with its weather."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from tenbin.core.errors import Fault, InputError
from tenbin.data.land_grids import drivers as built
from tenbin.data.land_grids import land_cover, maps, noaa_climatology, undercatch
from tenbin.workflow.land_drivers import open_drivers, spacing
from tenbin.workflow.land_settings import CLIMATOLOGY, ESTIMATED, LandConfig

__all__ = ["Land", "Tiles", "cells_of", "cover_of", "tiles_of", "weather_of"]


LEAST_LAND = 0.2
"""Share of land from which on a cell of the climatology is run [1]: 98.6 % of the land without Antarctica."""


class Tiles(NamedTuple):
    """Tiles of all cells, (tile,): which cell, which plant type, what share of the cell's ice-free land."""

    cell: np.ndarray
    plant_type: np.ndarray
    share: np.ndarray

    def block(self, start: int, size: int) -> Tiles:
        """Tiles `start` to `start + size`."""
        return Tiles(*(part[start : start + size] for part in self))


class Land(NamedTuple):
    """The cells of a run (cell,), with their climate or weather, and how many cells were left out as sea."""

    cells: xr.Dataset
    sea: int


def cells_of(config: LandConfig) -> Land:
    """The land cells inside the box: `lat`, `lon`, `elevation`, `land_area` (cell,), and climate or weather."""
    if config.drivers == CLIMATOLOGY:
        cells, sea = undercatch.corrected(noaa_climatology.land_cells(noaa_climatology.read(), LEAST_LAND)), 0
    else:
        cells, sea = open_drivers(config.drivers, config.lai == "prescribed")
    inside = _inside(cells, config)
    if not inside.any():
        box = config.box
        found = f"no land cell from {box.south:g} to {box.north:g} N, {box.west:g} to {box.east:g} E"
        raise InputError(Fault("land run", "box", found, "at least one cell", "widen the box"))
    return Land(cells.isel(cell=np.flatnonzero(inside)), sea)


def _inside(cells: xr.Dataset, config: LandConfig) -> np.ndarray:
    box = config.box
    east = np.mod(cells["lon"].values - box.west, 360.0)
    width = box.east - box.west
    return np.asarray(
        (cells["lat"].values >= box.south) & (cells["lat"].values <= box.north) & (east <= width)
    )


def cover_of(config: LandConfig, cells: xr.Dataset) -> xr.Dataset:
    """Plant types, soil and shares of each cell: of a map, and where it says nothing, estimated from the climate."""
    estimated = land_cover.from_climate(cells if "month" in cells.dims else _monthly(cells))
    if config.cover == ESTIMATED:
        return estimated
    found = _map_at(maps.read(config.cover), cells, config.cover)
    plants = found["plant_fraction"].transpose("plant_type", "cell")
    made = estimated.assign(plant_fraction=(("plant_type", "cell"), plants.fillna(0.0).values))
    given = [name for name in (*maps.SHARES, "ph") if name in found and name in made]
    filled = {name: ("cell", np.where(found[name].isnull(), made[name], found[name])) for name in given}
    return made.assign(filled)


def _map_at(found: xr.Dataset, cells: xr.Dataset, where: str) -> xr.Dataset:
    """The values of a map (lat, lon) or (cell) at the `cells`; InputError if it does not reach them all."""
    east = np.mod(cells["lon"].values, 360.0)
    if "cell" in found.dims:
        known = {key: at for at, key in enumerate(_keys(found["lat"].values, found["lon"].values))}
        places = np.array([known.get(key, -1) for key in _keys(cells["lat"].values, east)])
        beyond = int((places < 0).sum())
        taken = found.isel(cell=places)
    else:
        found = found.assign_coords(lon=np.mod(found["lon"], 360.0)).sortby("lon").sortby("lat")
        taken = found.sel(
            lat=xr.DataArray(cells["lat"].values, dims="cell"),
            lon=xr.DataArray(east, dims="cell"),
            method="nearest",
        )
        north, across = (0.51 * spacing(found[name].values) for name in ("lat", "lon"))
        apart = abs(taken["lon"].values - east)
        far = (abs(taken["lat"].values - cells["lat"].values) > north) | (apart > across)
        beyond = int((far & (abs(apart - 360.0) > across)).sum())
    if beyond:
        expected = "a map that reaches every cell"
        raise InputError(
            Fault(where, "lat, lon", f"{beyond} cell(s) outside the map", expected, "narrow the box")
        )
    return taken


def _keys(lat: np.ndarray, lon: np.ndarray) -> list[tuple[float, float]]:
    return list(zip(np.round(lat, 3).tolist(), np.round(np.mod(lon, 360.0), 3).tolist(), strict=True))


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
    """Daily drivers (time, cell): a year built from the climatology, or the user's own."""
    if config.drivers == CLIMATOLOGY:
        return built.daily_drivers(cells, range(config.year, config.year + 1), config.seed)
    return cells


def describe(tiles: Tiles) -> dict[str, Any]:
    """How many tiles and cells there are, for the record of a run."""
    return {"tiles": len(tiles.cell), "cells": len(np.unique(tiles.cell))}
