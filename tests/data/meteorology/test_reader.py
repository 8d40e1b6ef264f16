"""Whatever the order, direction, names and units of a file, the weather that comes out is the same."""

from __future__ import annotations

import dask
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.errors import InputError
from tenbin.data import meteorology
from tenbin.data.meteorology.levels import level_pressure

PRESSURES = np.array([1000.0, 850.0, 500.0, 200.0, 50.0])
DIMS = ("time", "level", "lat", "lon")


@pytest.fixture(scope="module")
def canonical(atmosphere):
    return meteorology.read(atmosphere()).compute()


def test_the_canonical_form_is_up_north_east_forward_in_si(canonical):
    assert canonical["ua"].dims == DIMS and canonical["ps"].dims == ("time", "lat", "lon")
    np.testing.assert_allclose(canonical["level"], 100.0 * PRESSURES)
    assert (np.diff(canonical["lat"]) > 0).all() and (np.diff(canonical["lon"]) > 0).all()
    assert canonical["lon"].min() == -180.0 and canonical["lon"].max() < 180.0
    units = {name: canonical[name].attrs["units"] for name in canonical.data_vars}
    assert units == {"ua": "m s-1", "va": "m s-1", "ta": "K", "hus": "kg kg-1", "zg": "m", "ps": "Pa"}
    assert canonical["ua"].attrs["standard_name"] == "eastward_wind"
    assert canonical.attrs["vertical"] == "pressure" and canonical.attrs["licence_class"] == "C"


def test_values_stay_at_their_place(atmosphere, canonical):
    raw = atmosphere()
    west = raw["u"].sel(lon=225.0, lat=-15.0, level=500.0).isel(time=1)
    assert float(canonical["ua"].sel(lon=-135.0, lat=-15.0, level=5e4).isel(time=1)) == float(west)
    np.testing.assert_allclose(
        canonical["zg"].sel(lon=0.0, level=2e4), raw["z"].sel(lon=0.0, level=200.0) / 9.80665, rtol=1e-15
    )


@settings(max_examples=25)
@given(
    order=st.permutations(DIMS),
    flips=st.sets(st.sampled_from(DIMS)),
    rows=st.permutations(range(6)),
    turn=st.integers(0, 7),
    west=st.booleans(),
    cyclic=st.booleans(),
)
def test_orders_directions_and_meridians_do_not_matter(
    atmosphere, canonical, order, flips, rows, turn, west, cyclic
):
    raw = atmosphere().isel(lat=list(rows))
    if cyclic:
        again = raw.isel(lon=[0]).assign_coords(lon=("lon", [360.0], raw["lon"].attrs))
        raw = xr.concat([raw, again], dim="lon")
    if west:
        raw = raw.assign_coords(
            lon=("lon", np.where(raw["lon"] > 180.0, raw["lon"] - 360.0, raw["lon"]), raw["lon"].attrs)
        )
    raw = raw.roll(lon=turn, roll_coords=True)
    raw = raw.isel({dim: slice(None, None, -1) for dim in flips}).transpose(*order)
    xr.testing.assert_identical(meteorology.read(raw, check_times=0).compute(), canonical)


def test_public_archives_of_era5_are_known_by_name_and_read_lazily(public_zarr_layout, canonical, tmp_path):
    store = tmp_path / "era5.zarr"
    public_zarr_layout().chunk(time=1).to_zarr(store, zarr_format=2)
    made = meteorology.read(store)
    assert all(dask.is_dask_collection(made[name].data) for name in made.data_vars)
    xr.testing.assert_allclose(made.compute(), canonical)


def test_a_dask_dataset_is_not_loaded_where_nothing_is_checked(atmosphere):
    def never(block):
        raise AssertionError("a block was loaded")

    raw = atmosphere().chunk(time=1)
    for name in raw.data_vars:
        raw[name] = raw[name].copy(
            data=raw[name].data.map_blocks(never, dtype=float, meta=np.array([], float))
        )
    assert meteorology.read(raw, check_times=0)["ua"].shape == (3, 5, 6, 8)


def test_only_first_and_last_times_are_checked_unless_all_are_asked_for(atmosphere):
    raw = atmosphere(times=5)
    raw["u"][2] = 400.0
    meteorology.read(raw)
    with pytest.raises(InputError, match="ua: found 240 value"):
        meteorology.read(raw, check_times=None)


def test_netcdf_of_either_kind_and_what_was_written_reads_again(atmosphere, canonical, tmp_path):
    for engine, kind in (("h5netcdf", "NETCDF4"), ("scipy", "NETCDF3_64BIT")):
        atmosphere().to_netcdf(tmp_path / f"{engine}.nc", engine=engine, format=kind)
        made = meteorology.read(tmp_path / f"{engine}.nc")
        xr.testing.assert_allclose(made.compute(), canonical)
    canonical.to_netcdf(tmp_path / "again.nc", engine="h5netcdf")
    again = meteorology.read(tmp_path / "again.nc").compute()
    xr.testing.assert_identical(again.drop_attrs(deep=False), canonical.drop_attrs(deep=False))


def test_fields_and_times_in_several_files_are_joined(atmosphere, canonical):
    raw = atmosphere()
    winds, rest = raw[["u", "v"]], raw.drop_vars(["u", "v"])
    pieces = [winds.isel(time=[0]), rest, winds.isel(time=[1, 2])]
    made = meteorology.read(pieces).compute()
    xr.testing.assert_allclose(made.drop_attrs(), canonical.drop_attrs())


def test_names_by_cf_standard_and_by_the_caller(atmosphere):
    raw = atmosphere().rename(u="wind_e", v="wind_n")
    raw["wind_e"].attrs["standard_name"] = "eastward_wind"
    made = meteorology.read(raw, names={"va": "wind_n"})
    np.testing.assert_array_equal(made["va"].isel(level=0).sel(lon=0.0), raw["wind_n"].isel(level=0, lon=0))


def test_declared_units_are_converted(atmosphere):
    raw = atmosphere()
    raw["u"] = (raw["u"] / 0.514444444444).assign_attrs(units="knots")
    raw["t"] = (raw["t"] - 273.15).assign_attrs(units="degC")
    raw["q"] = (raw["q"] * 1e3).assign_attrs(units="g/kg")
    raw["sp"] = (raw["sp"] / 100.0).assign_attrs(units="millibars")
    raw["z"] = (raw["z"] / 9.80665).assign_attrs(units="gpm")
    xr.testing.assert_allclose(meteorology.read(raw).compute(), meteorology.read(atmosphere()).compute())


def test_rain_in_mm_a_day_geopotential_of_the_ground_and_downward_heat(atmosphere):
    raw = atmosphere()
    flat = raw["sp"].drop_attrs()
    raw["pr"] = xr.full_like(flat, 8.64).assign_attrs(units="mm/day")
    raw["geopotential_at_surface"] = xr.full_like(flat.isel(time=0), 980.665).assign_attrs(units="m**2 s**-2")
    raw["mean_surface_sensible_heat_flux"] = xr.full_like(flat, -50.0).assign_attrs(units="W m**-2")
    made = meteorology.read(raw)
    for name, value in (("pr", 1e-4), ("orog", 100.0), ("hfss", 50.0)):
        np.testing.assert_allclose(made[name], value)
    assert made["orog"].dims == ("lat", "lon")


def test_units_of_pressure_are_told_by_size_where_they_are_not_declared(atmosphere):
    raw = atmosphere()
    del raw["level"].attrs["units"], raw["sp"].attrs["units"]
    raw["sp"] = raw["sp"] / 100.0
    xr.testing.assert_allclose(meteorology.read(raw).compute(), meteorology.read(atmosphere()).compute())


def test_a_scalar_time_and_fields_without_it_get_a_time_axis(atmosphere):
    one = atmosphere().isel(time=0)
    assert meteorology.read(one)["ua"].dims == DIMS


def test_hybrid_layers_with_faces_come_from_the_ground_up(atmosphere):
    eta = np.array([0.05, 0.2, 0.5, 0.85, 0.98])
    raw = atmosphere().assign_coords(level=("level", 1000.0 * eta, {"units": "hybrid_sigma_pressure"}))
    raw["hyam"], raw["hybm"] = ("level", eta * (1.0 - eta)), ("level", eta**2)
    raw["hyai"], raw["hybi"] = ("ilev", np.linspace(0.1, 0.0, 6)), ("ilev", np.linspace(0.0, 1.0, 6))
    raw["P0"] = ((), 1000.0, {"units": "hPa"})
    made = meteorology.read(raw)
    np.testing.assert_allclose(made["level"], 1e5 * eta[::-1])
    np.testing.assert_allclose(made["hybrid_a"], 1e5 * (eta * (1.0 - eta))[::-1])
    assert made["hybrid_b_faces"].values[0] == 1.0 and made.attrs["vertical"] == "hybrid"
    assert float(made["ua"].isel(time=0, level=0).sel(lat=15.0, lon=0.0)) == float(raw["u"][0, 4, 3, 0])
    pressure = level_pressure(made.compute())
    middle = pressure.isel(time=0, lat=2, lon=3).values
    np.testing.assert_allclose(middle, made["hybrid_a"] + made["hybrid_b"] * float(made["ps"][0, 2, 3]))
    assert pressure.dims == DIMS
    again = meteorology.read(made)
    xr.testing.assert_allclose(again.compute(), made.compute())


def test_humidity_from_relative_humidity_and_fewer_levels_for_it(atmosphere):
    raw = atmosphere().drop_vars("q")
    raw["r"] = (
        xr.full_like(raw["t"].isel(level=slice(0, 3)), 50.0).rename(level="lev2").assign_attrs(units="%")
    )
    raw = raw.assign_coords(lev2=("lev2", PRESSURES[:3], {"units": "hPa"}))
    made = meteorology.read(raw)
    assert made["hus"].isel(level=slice(3, None)).isnull().all() and not made["hus"][:, :3].isnull().any()
    filled = meteorology.humidity.dry_above(made["hus"])
    np.testing.assert_array_equal(filled.isel(level=slice(3, None)), meteorology.humidity.STRATOSPHERE)


def test_missing_below_the_ground_is_allowed(atmosphere):
    raw = atmosphere()
    raw["sp"] = xr.full_like(raw["sp"], 9.5e4).assign_attrs(units="Pa")
    raw["u"][:, 0] = np.nan
    assert meteorology.read(raw)["ua"].isel(level=0).isnull().all()


def test_a_meridian_rounded_to_just_below_180_is_the_date_line(atmosphere, canonical):
    raw = atmosphere()
    lon = raw["lon"].values.copy()
    lon[4] = 179.99999
    made = meteorology.read(raw.assign_coords(lon=("lon", lon, raw["lon"].attrs)))
    np.testing.assert_array_equal(made["lon"], canonical["lon"])
    np.testing.assert_array_equal(made["ua"], canonical["ua"])


def test_humidity_that_is_missing_below_the_ground_stays_missing(canonical):
    hus = canonical["hus"].where(canonical["level"] < 9e4).where(canonical["level"] > 1e4)
    filled = meteorology.humidity.dry_above(hus)
    assert filled.sel(level=1e5).isnull().all() and (filled.sel(level=5e3) == 2.5e-6).all()
    np.testing.assert_array_equal(filled.sel(level=5e4), hus.sel(level=5e4))
