"""Tiles of a cell: the widest plant types, what a map says first, and an estimate where it is silent."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

sys.path.insert(0, str(Path(__file__).parent))

from land_weather import LAT, LON, weather

from tenbin.core.errors import InputError
from tenbin.data.land_grids.land_cover import PLANT_TYPE_NAMES
from tenbin.workflow.land_settings import Box, LandConfig
from tenbin.workflow.land_tiles import cells_of, cover_of, tiles_of


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    path = tmp_path_factory.mktemp("drivers") / "weather.nc"
    weather().to_netcdf(path, engine="h5netcdf")
    return LandConfig(drivers=str(path))


@pytest.fixture(scope="module")
def cells(config):
    return cells_of(config).cells


def mapped(folder, change=lambda ds: ds) -> str:
    """A map of shrubs in the west and grass in the east, sand known on the first row alone."""
    west = np.array([1.0, 0.5, 0.0])[None, :] * np.ones((3, 1))
    sand = np.full((3, 3), np.nan)
    sand[0] = 0.6
    ds = xr.Dataset(
        {
            "plant_fraction": (("plant_type", "lat", "lon"), np.stack([west, 1.0 - west])),
            "sand": (("lat", "lon"), sand),
        },
        coords={"plant_type": ["shrub", "c3_grass"], "lat": list(LAT), "lon": list(LON)},
    )
    path = folder / "cover.nc"
    change(ds).to_netcdf(path, engine="h5netcdf")
    return str(path)


LAYOUTS = {
    "grid": lambda ds: ds,
    "southward": lambda ds: ds.sortby("lat", ascending=False),
    "cells": lambda ds: ds.stack(cell=("lat", "lon")).reset_index("cell"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_map_decides_and_what_it_leaves_open_is_estimated(config, cells, tmp_path, layout):
    path = mapped(tmp_path, LAYOUTS[layout])
    found, estimate = cover_of(config.model_copy(update={"cover": path}), cells), cover_of(config, cells)
    shrub = found["plant_fraction"].values[PLANT_TYPE_NAMES.index("shrub")]
    np.testing.assert_allclose(shrub, np.select([cells.lon == 20, cells.lon == 40], [1.0, 0.5], 0.0))
    south = cells["lat"].values == LAT[0]
    np.testing.assert_allclose(found["sand"].values[south], 0.6)
    np.testing.assert_array_equal(found["sand"].values[~south], estimate["sand"].values[~south])
    np.testing.assert_array_equal(found["clay"].values, estimate["clay"].values)


@pytest.mark.parametrize("layout", ["grid", "cells"])
def test_a_map_that_does_not_reach_a_cell_is_refused(config, cells, tmp_path, layout):
    path = mapped(tmp_path, lambda ds: LAYOUTS[layout](ds.isel(lon=slice(0, 2))))
    with pytest.raises(InputError, match=r"2 cell\(s\) outside the map"):
        cover_of(config.model_copy(update={"cover": path}), cells)


def test_the_widest_plant_types_share_the_land_that_is_free_of_ice(config, cells):
    cover = cover_of(config, cells)
    cover["ice_fraction"][:] = 0.25
    for most in (1, 2, 13):
        tiles = tiles_of(cover, most)
        assert np.bincount(tiles.cell).max() <= most
        np.testing.assert_allclose(np.bincount(tiles.cell, tiles.share), 0.75, atol=0.02)
    assert (np.diff(tiles.cell) >= 0).all(), "tiles of a cell stand together"


@pytest.mark.parametrize(("west", "kept"), [(35.0, {40.0, 60.0}), (-180.0, {20.0, 40.0, 60.0})])
def test_a_box_takes_the_cells_inside_it(config, west, kept):
    part = Box(south=0, north=40, west=west, east=65.0)
    inside = cells_of(config.model_copy(update={"box": part})).cells
    assert set(inside["lon"].values.tolist()) == kept
    assert inside["lat"].values.min() == 15.0
