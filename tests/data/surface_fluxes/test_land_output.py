"""Maps of a run of the land become masses, none lost on the way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tenbin.core.errors import InputError
from tenbin.core.grid import cell_area
from tenbin.data.surface_fluxes import land_output
from tenbin.data.surface_fluxes.patterns import MONTH_SECONDS

MONTHS = pd.date_range("2010-01-01", periods=12, freq="MS") + pd.Timedelta(days=14)


def land_run(step=5.0, months=MONTHS, unit="kg m-2 s-1"):
    """A small globe of land north of 60S, where production and breathing differ by season."""
    lat, lon = np.arange(-60.0 + step / 2, 80.0, step), np.arange(step / 2, 360.0, step)
    edges = {
        name: np.stack([axis - step / 2, axis + step / 2], axis=1)
        for name, axis in (("lat", lat), ("lon", lon))
    }
    area = cell_area(edges["lat"], edges["lon"])
    land = np.where((lat > 40.0)[:, None] & (lon < 180.0)[None, :], 0.6 * area, np.nan)
    season = 1.0 - np.cos(2.0 * np.pi * (np.arange(len(months)) + 0.5) / 12.0)
    shape = (len(months), len(lat), len(lon))
    dims = ("time", "lat", "lon")
    fields = {
        name: (dims, np.broadcast_to(scale * wave[:, None, None], shape).copy(), {"units": unit})
        for name, scale, wave in (
            ("gpp", 2e-8, season),
            ("ra", 1e-8, season),
            ("rh", 0.8e-8, np.ones_like(season)),
        )
    }
    return xr.Dataset(
        fields
        | {"land_area": (("lat", "lon"), land)}
        | {f"{n}_bnds": ((n, "bnds"), e) for n, e in edges.items()},
        coords={"time": months, "lat": lat, "lon": lon},
    )


@pytest.fixture
def written(tmp_path):
    def write(data):
        path = tmp_path / "land_monthly.nc"
        data.to_netcdf(path, engine="h5netcdf")
        return path

    return write


@pytest.mark.parametrize("step", [2.5, 5.0, 4.0])
def test_masses_are_those_of_the_land(written, step):
    data = land_run(step)
    found = land_output.masses(written(data), ("gpp",))["gpp"]
    rate = (data["gpp"] * data["land_area"]).sum(("lat", "lon")).values
    np.testing.assert_allclose(found.sum(axis=(1, 2)), rate * MONTH_SECONDS, rtol=1e-12)


def test_several_years_are_averaged(written):
    longer = pd.date_range("2009-01-01", periods=24, freq="MS")
    one = land_output.masses(written(land_run()), ("gpp",))["gpp"]
    two = land_output.masses(written(land_run(months=longer)), ("gpp",))["gpp"]
    np.testing.assert_allclose(one, two, rtol=1e-12)


def test_the_breath_of_plants_gives_nothing_and_takes_up_in_summer(written):
    found = land_output.biosphere(land_output.masses(written(land_run()), ("gpp", "ra", "rh")))
    np.testing.assert_allclose(found.sum(axis=0), 0.0, atol=1e-12 * np.abs(found).max())
    months = found.sum(axis=(1, 2))
    assert months[6] < 0.0 < months[0]


def test_every_fault_of_a_file_is_told_at_once(written):
    broken = land_run(months=MONTHS[:5], unit="g m-2 d-1").drop_vars("rh")
    with pytest.raises(InputError) as caught:
        land_output.masses(written(broken), ("gpp", "rh"))
    assert {fault.name for fault in caught.value.faults} == {"rh", "unit of gpp", "time"}
