"""A small atmosphere of known weather, as different producers would write it."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

PRESSURES = np.array([1000.0, 850.0, 500.0, 200.0, 50.0])


def _atmosphere(times: int = 3, rows: int = 6, columns: int = 8, seed: int = 0) -> xr.Dataset:
    """A global Dataset in CF form: levels [hPa] from the ground, south to north, longitude from 0."""
    rng = np.random.default_rng(seed)
    lat = -90.0 + (np.arange(rows) + 0.5) * 180.0 / rows
    lon = np.arange(columns) * 360.0 / columns
    shape = (times, PRESSURES.size, rows, columns)
    dims = ("time", "level", "lat", "lon")
    height = -7000.0 * np.log(PRESSURES / 1013.0)
    start = np.datetime64("2010-01-01", "ns")
    fields = {
        "u": (dims, 20.0 * rng.normal(size=shape), {"units": "m s-1"}),
        "v": (dims, 5.0 * rng.normal(size=shape), {"units": "m s-1"}),
        "t": (dims, 250.0 + 10.0 * rng.normal(size=shape), {"units": "K"}),
        "q": (dims, 0.005 * rng.random(size=shape), {"units": "kg kg-1"}),
        "z": (dims, 9.80665 * (height[:, None, None] + rng.normal(size=shape)), {"units": "m2 s-2"}),
        "sp": (
            ("time", "lat", "lon"),
            1.0e5 + 500.0 * rng.normal(size=(times, rows, columns)),
            {"units": "Pa"},
        ),
    }
    coords = {
        "time": start + np.arange(times) * np.timedelta64(6, "h"),
        "level": ("level", PRESSURES, {"units": "hPa"}),
        "lat": ("lat", lat, {"units": "degrees_north"}),
        "lon": ("lon", lon, {"units": "degrees_east"}),
    }
    return xr.Dataset(fields, coords=coords)


def _public_zarr_layout(times: int = 3) -> xr.Dataset:
    """The same weather as public archives of ERA5 name it: from the north and the top, level without unit."""
    long = {"u": "u_component_of_wind", "v": "v_component_of_wind", "t": "temperature", "q": "specific_humidity",
            "z": "geopotential", "sp": "surface_pressure", "lat": "latitude", "lon": "longitude"}  # fmt: skip
    plain = _atmosphere(times)
    for name in ("level", "lat", "lon"):
        plain[name].attrs = {}
    made = plain.rename(long).isel(latitude=slice(None, None, -1), level=slice(None, None, -1))
    made["level"] = made["level"].astype(np.int64)
    return made.transpose("time", "level", "longitude", "latitude")


@pytest.fixture(scope="session")
def atmosphere():
    """The function that makes a small atmosphere: times, rows, columns, seed."""
    return _atmosphere


@pytest.fixture(scope="session")
def public_zarr_layout():
    """The function that makes it in the layout of public archives."""
    return _public_zarr_layout
