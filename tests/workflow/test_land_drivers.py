"""A user's own weather for the land: any layout is taken, and every fault is told at once with its place."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from rich.console import Console

sys.path.insert(0, str(Path(__file__).parent))

from land_weather import SEA, by_cell, configuration, weather

from tenbin.core.errors import InputError
from tenbin.workflow import land_run
from tenbin.workflow.land_drivers import open_drivers


@pytest.fixture(scope="module")
def fine():
    return weather()


def stored(ds: xr.Dataset, folder, kind: str = "nc") -> str:
    path = folder / f"drivers.{kind}"
    if kind == "zarr":
        ds.to_zarr(path, consolidated=False)
    else:
        ds.to_netcdf(path, engine="h5netcdf")
    return str(path)


def faults_of(ds: xr.Dataset, folder, **options) -> str:
    with pytest.raises(InputError) as caught:
        open_drivers(stored(ds, folder), **options)
    return str(caught.value)


@pytest.mark.parametrize("kind", ["nc", "zarr"])
@pytest.mark.parametrize("layout", [lambda ds: ds, by_cell], ids=["lat_lon", "cell"])
@pytest.mark.filterwarnings("ignore")
def test_netcdf_and_zarr_by_grid_or_by_cell_are_the_same_weather(fine, tmp_path, kind, layout):
    found, sea = open_drivers(stored(layout(fine), tmp_path, kind))
    expected = by_cell(fine)["tas"].values
    np.testing.assert_array_equal(found["tas"].values, expected[:, ~np.isnan(expected[0])])
    assert (found.sizes["cell"], sea) == (8, 1)
    assert abs(found["elevation"].values - 280.0).max() < 5.0, "worked out from the pressure"
    assert found["land_area"].values.min() > 3e12


def test_three_units_a_gap_and_leaf_area_below_zero_are_told_together(fine, tmp_path):
    bad = fine.copy(deep=True)
    for name in ("tas", "tasmin", "tasmax"):
        bad[name] = bad[name] - 273.15
    bad["rsds"] = bad["rsds"] * 0.0864
    bad["vpd"][40:43, 0, 1] = np.nan
    bad["lai"] = bad["tas"] * 0.0 - 0.5
    told = faults_of(bad, tmp_path)
    assert all(f"{name}: found values from" in told for name in ("tas", "tasmin", "tasmax"))
    assert "convert from degC to K" in told and "convert from MJ m-2 d-1 to W m-2" in told
    assert "vpd: found 3 missing value(s) in 1 cell(s): lat -5 lon 40; first on 2011-02-10" in told
    assert "lai: found" in told and "-0.5" in told
    assert len(told.splitlines()) == 6


def test_a_cell_that_is_sea_in_one_variable_alone_is_a_fault_with_its_place(fine, tmp_path):
    bad = fine.copy(deep=True)
    bad["pr"][:, 2, 2] = np.nan
    told = faults_of(bad, tmp_path)
    assert told.count("\n") == 0
    assert "pr: found 365 missing value(s) in 1 cell(s): lat 35 lon 60" in told


def test_all_that_is_absent_is_named_at_once(fine, tmp_path):
    told = faults_of(fine.drop_vars(["vpd", "co2"]), tmp_path, leaf_area=True)
    assert all(f"{name}: found no such variable" in told for name in ("vpd", "co2", "lai"))


def leap_year_without_its_day() -> xr.Dataset:
    ds = weather(2012)
    return ds.isel(time=~((ds.time.dt.month == 2) & (ds.time.dt.day == 29)))


def test_a_leap_day_must_be_there_in_the_real_calendar(tmp_path):
    told = faults_of(leap_year_without_its_day(), tmp_path)
    assert "29 February absent, first 2012-02-29" in told and told.count("\n") == 0


def test_years_of_365_days_are_taken_where_the_calendar_says_so(tmp_path):
    ds = leap_year_without_its_day()
    numbers = {"units": "days since 2010-03-01", "calendar": "noleap"}
    stated = ds.assign_coords(time=("time", np.arange(365) + 2 * 365 - 59 + 0.5, numbers))
    found, _ = open_drivers(stored(stated, tmp_path))
    pd.testing.assert_index_equal(found.indexes["time"], ds.indexes["time"], check_names=False, exact=False)


def test_a_calendar_of_360_days_is_refused(fine, tmp_path):
    numbers = {"units": "days since 2011-01-01", "calendar": "360_day"}
    told = faults_of(fine.assign_coords(time=("time", np.arange(365), numbers)), tmp_path)
    assert "the 360_day calendar" in told


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda ds: ds.isel(time=slice(0, 90)), "90 days"),
        (lambda ds: ds.resample(time="6h").ffill(), "a step of 0 days 06:00:00"),
        (lambda ds: ds.rename(lat="y"), "lat: found only the dimensions"),
        (lambda ds: by_cell(ds).drop_vars("lon"), "lon: found no coordinate"),
        (lambda ds: ds.assign_coords(lat=ds.lat * 10), "beyond the globe"),
        (lambda ds: ds.drop_vars("time"), "no time coordinate"),
        (lambda ds: ds.assign(fertiliser=ds.tas * 0.0 + 5.0), "fertiliser: found"),
        (lambda ds: ds * np.nan, "nothing but missing values"),
    ],
)
def test_what_cannot_drive_the_land_is_refused(fine, tmp_path, change, named):
    assert named in faults_of(change(fine), tmp_path)


def test_a_file_that_is_none_is_named(tmp_path):
    path = tmp_path / "drivers.nc"
    path.write_text("not NetCDF")
    with pytest.raises(InputError, match=r"drivers\.nc"):
        open_drivers(str(path))
    with pytest.raises(InputError, match="no such file"):
        open_drivers(str(tmp_path / "absent.zarr"))


def plants(total: float) -> xr.Dataset:
    shares = np.full((2, 3, 3), total / 2.0)
    return xr.Dataset(
        {"plant_fraction": (("plant_type", "lat", "lon"), shares)},
        coords={"plant_type": ["shrub", "c3_grass"], "lat": [-5.0, 15.0, 35.0], "lon": [20.0, 40.0, 60.0]},
    )


def test_faults_of_drivers_map_and_parameters_come_together_and_nothing_is_written(fine, tmp_path):
    bad = fine.copy(deep=True)
    bad["tas"][:] = bad["tas"] - 273.15
    cover = tmp_path / "cover.nc"
    plants(1.4).to_netcdf(cover, engine="h5netcdf")
    asked = configuration(
        tmp_path,
        stored(bad, tmp_path),
        cover=str(cover),
        parameters={"leaf_share": 99.0, "greatest_lia": 1.0},
    )
    out = tmp_path / "out"
    with pytest.raises(InputError) as caught:
        land_run.run(asked, out, Console(quiet=True))
    told = str(caught.value)
    for words in ("as in degC", "shares that sum to 1.4", "leaf_share", "did you mean 'greatest_lai'?"):
        assert words in told
    assert not out.exists()


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ({"settle_years": 0}, "a restart to go on from"),
        ({"drivers": "climatology", "lai": "prescribed"}, "drivers that hold lai"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(tmp_path, key, told):
    with pytest.raises(InputError, match=told):
        land_run.run(configuration(tmp_path, "x.nc", **key), tmp_path / "out", Console(quiet=True))


def test_the_sea_is_where_the_test_put_it(fine):
    assert bool(fine["tas"].isel(lat=SEA[0], lon=SEA[1]).isnull().all())
