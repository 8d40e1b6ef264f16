"""A run of the moving air: the same however it is stopped or shared out, closed, and its files say what they hold."""

from __future__ import annotations

import io
import json
import shutil

import numpy as np
import pandas as pd
import pytest
import xarray as xr
import yaml
from rich.console import Console

from tenbin.core.arrays import jax
from tenbin.core.errors import InputError
from tenbin.transport.air_file import AirFile
from tenbin.transport.idealised_air import idealised_air
from tenbin.workflow import transport_batch, transport_run
from tenbin.workflow.checking import check_folder

CO2 = {"name": "co2", "gas": "co2"}
CH4 = {"name": "ch4", "gas": "ch4"}
STILL = {"name": "still", "gas": "sf6", "emission": "none", "start": 1e-11}
RADON = {"name": "rn222", "gas": "rn222", "start": 1e-20, "emission": "none"}
ALL = [CO2, CH4, STILL, RADON]
WEST, EAST = 1, 2
BARE = {"stations": "none", "monthly": False}


@pytest.fixture(scope="module", autouse=True)
def one_compilation(tmp_path_factory):
    """Programs compiled here are found by the workers of a cluster."""
    cache, patch = str(tmp_path_factory.mktemp("compiled")), pytest.MonkeyPatch()
    before = jax.config.jax_compilation_cache_dir
    patch.setenv("JAX_COMPILATION_CACHE_DIR", cache)
    jax.config.update("jax_compilation_cache_dir", cache)
    yield
    jax.config.update("jax_compilation_cache_dir", before)
    patch.undo()


@pytest.fixture(scope="module")
def air(tmp_path_factory):
    """Two days of January and two of February."""
    return idealised_air(tmp_path_factory.mktemp("air") / "air.nc", start="2010-01-30", days=4)


@pytest.fixture(scope="module")
def regions(tmp_path_factory):
    """Two regions, west and east of Greenwich in the tropics, and nothing elsewhere."""
    lat, lon = np.arange(-85.0, 90.0, 10.0), np.arange(-170.0, 180.0, 20.0)
    code = np.where(np.abs(lat)[:, None] < 30.0, np.where(lon < 0.0, WEST, EAST)[None], 0)
    path = tmp_path_factory.mktemp("regions") / "regions.nc"
    xr.DataArray(code, {"lat": lat, "lon": lon}, ("lat", "lon"), "region").to_netcdf(path, engine="h5netcdf")
    return path


@pytest.fixture(scope="module")
def carried(tmp_path_factory, air):
    """Run a configuration; returns the folder and what was told."""
    place = tmp_path_factory.mktemp("runs")

    def call(name: str, **asked: object) -> tuple:
        path, told = place / f"{name}.yaml", Console(file=io.StringIO(), width=120)
        path.write_text(yaml.safe_dump({"meteorology": str(air), **asked}))
        transport_run.run(path, place / name, told)
        return place / name, told.file.getvalue()

    return call


@pytest.fixture(scope="module")
def whole(carried):
    return carried("whole", tracers=ALL)


def fractions(folder) -> xr.Dataset:
    return xr.load_dataset(folder / "mole_fractions.nc")


def same(one: xr.Dataset, other: xr.Dataset, **more) -> None:
    xr.testing.assert_allclose(one, other, **({"rtol": 0.0, "atol": 0.0} | more))


def test_files_say_what_they_hold(whole, air):
    folder, _ = whole
    fields, series = fractions(folder), xr.load_dataset(folder / "stations.nc")
    with AirFile(air) as opened:
        grid = opened.grid
    assert fields["co2"].dims == ("time", "level", "lat", "lon")
    assert fields["co2"].shape == (2, *grid.shape) and fields["co2"].attrs["units"] == "mol mol-1"
    assert fields["ch4"].attrs["standard_name"] == "mole_fraction_of_methane_in_air"
    first = fields["time_bnds"].values[:, 0].astype("datetime64[D]").astype(str)
    assert first.tolist() == ["2010-01-30", "2010-02-01"]
    assert str(fields["time_bnds"].values[-1, 1])[:10] == "2010-02-03"
    assert np.allclose(fields["lat_bnds"].values[:, 0], grid.grid.lat_edges[:-1])
    assert fields["level"].attrs["units"] == "Pa" and (np.diff(fields["level"]) < 0.0).all()
    middle = 0.5 * (grid.a[1:] + grid.a[:-1] + (grid.b[1:] + grid.b[:-1]) * 98_730.87)
    assert (
        np.allclose(fields["level"], middle, rtol=1e-6) and "987.3 hPa" in fields["level"].attrs["long_name"]
    )
    assert 3.8e-4 < fields["co2"].mean() < 4.0e-4 and 1.7e-6 < fields["ch4"].mean() < 1.9e-6
    assert series["co2"].dims == ("time", "station") and series.sizes["time"] == 16
    assert str(series["time"].values[0])[:16] == "2010-01-30T06:00" and "MLO" in series["site"].values
    assert series["co2"].attrs["units"] == "mol mol-1"
    for data in (fields, series):
        assert data.attrs["synthetic"] == "true" and data.attrs["Conventions"].startswith("CF")


def test_books_close_and_name_processes(whole):
    folder, told = whole
    books = pd.read_csv(folder / "books.csv")
    assert books["days"].tolist() == [2] * 8
    missed = books["burden_end"] - books["burden_start"] - books["emitted"] + books["lost"]
    assert (missed.abs() < 1e-12 * books["burden_start"]).all()
    by = books[books["gas"] == "ch4"]
    parts = by["lost_oh"] + by["lost_cl"] + by["lost_o1d"]
    assert np.allclose(parts, by["lost"], rtol=1e-12) and (by["lost_oh"] > 0.9 * by["lost"]).all()
    assert books.loc[books["gas"] != "ch4", "lost_oh"].isna().all()
    record = json.loads((folder / "transport.json").read_text())["content"]
    assert all(line["worst_relative"] < line["limit"] for line in record["conservation"])
    assert all("chem_" in origin for origin in record["notes"]["oxidants"].values())
    lived = record["notes"]["totals_kg"]["ch4"]
    assert 8.0 < lived["lifetime"] < lived["lifetime_oh"] < 16.0  # CH3CCl3 would scale OH of CAMS up a little
    assert 1.0 / lived["lifetime"] == pytest.approx(
        sum(1.0 / lived[f"lifetime_{name}"] for name in ("oh", "cl", "o1d"))
    )
    assert "lifetime" in told and "oh 1" in told and "months" in told


def test_check_knows_the_folder_and_finds_what_was_changed(carried, whole, tmp_path):
    folder, _ = whole
    told = Console(file=io.StringIO(), width=120)
    check_folder(folder, None, told)
    assert "mass of ch4" in told.file.getvalue() and "unchanged since the run" in told.file.getvalue()
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "books.csv").write_text("changed")
    (copy / "transport.png").unlink()
    with pytest.raises(InputError, match="books.csv: checksum") as caught:
        check_folder(copy, None, told)
    assert "transport.png: file" in str(caught.value) and len(caught.value.faults) == 2


def test_radon_lives_as_long_as_it_does(whole):
    """Burdens are read at the ends of intervals, after the loss of six hours: a twentieth of radon."""
    folder, _ = whole
    lived = json.loads((folder / "transport.json").read_text())["content"]["notes"]["totals_kg"]["rn222"]
    half_life = 3.8235  # days, ENSDF (NNDC)
    assert lived["lifetime"] * 365.25 == pytest.approx(half_life / np.log(2.0), rel=0.03)
    assert lived["burden_end"] == pytest.approx(lived["burden_start"] * 2.0 ** (-4.0 / half_life), rel=1e-9)


def test_what_is_given_off_is_the_built_in_flux(whole):
    from tenbin.assimilate import fluxes

    folder, _ = whole
    books = pd.read_csv(folder / "books.csv").query("tracer == 'co2'")
    from tenbin.core.grid import regular_grid

    grid = regular_grid(10.0, 10.0)
    monthly = fluxes.on_grid("co2", grid, 2010).monthly
    expected = [(monthly[month] * grid.area).sum() * 2.0 * 86400.0 for month in (0, 1)]
    assert np.allclose(books["emitted"], expected, rtol=1e-9)


def test_air_without_sources_stays_as_it_is(whole):
    folder, _ = whole
    still = fractions(folder)["still"]
    assert np.allclose(still, 1e-11, rtol=1e-6)  # kept in 32 bits
    assert np.allclose(xr.load_dataset(folder / "stations.nc")["still"], 1e-11, rtol=1e-11)


def test_an_interrupted_run_goes_on_to_the_same_numbers(whole, carried, monkeypatch):
    folder, _ = whole
    keep, kept = transport_batch._keep, []

    def stopped(*args):
        if kept:
            raise KeyboardInterrupt
        kept.append(1)
        return keep(*args)

    monkeypatch.setattr(transport_batch, "_keep", stopped)
    with pytest.raises(KeyboardInterrupt):
        carried("stopped", tracers=ALL)
    monkeypatch.setattr(transport_batch, "_keep", keep)
    again, _ = carried("stopped", tracers=ALL)
    for name in ("books.csv", "mole_fractions.nc", "stations.nc"):
        if name.endswith("csv"):
            assert (again / name).read_bytes() == (folder / name).read_bytes()
        else:
            same(xr.load_dataset(again / name), xr.load_dataset(folder / name))
    with np.load(again / "restart.npz") as one, np.load(folder / "restart.npz") as other:
        assert all(np.array_equal(one[name], other[name]) for name in other.files)


def test_a_finished_run_is_put_together_again_without_work(carried, whole, monkeypatch):
    folder, _ = whole
    before = (folder / "books.csv").read_bytes()
    (folder / "books.csv").unlink()

    def no_work(*args):
        raise AssertionError("a month was run again")

    monkeypatch.setattr(transport_batch, "_keep", no_work)
    carried("whole", tracers=ALL)
    assert (folder / "books.csv").read_bytes() == before


def test_months_of_another_configuration_are_discarded(carried):
    asked = {"tracers": [STILL], **BARE}
    folder, _ = carried("changed", **asked | {"monthly": True})
    assert (folder / "mole_fractions.nc").exists() and (folder / "transport.png").exists()
    stamp = (folder / "restart.npz").read_bytes()
    again, _ = carried("changed", **asked | {"tracers": [STILL | {"start": 2e-11}]})
    with np.load(again / "restart.npz") as stored:
        twice = stored["tracer"].sum()
    assert (again / "restart.npz").read_bytes() != stamp
    burden = pd.read_csv(again / "books.csv")["burden_end"].iloc[-1]
    assert burden == pytest.approx(twice)
    assert not (folder / "stations.nc").exists() and not (folder / "mole_fractions.nc").exists()


def test_a_restart_goes_on_where_the_first_run_ended(carried, whole, air, tmp_path):
    folder, _ = whole
    half = tmp_path / "half.nc"
    idealised_air(half, start="2010-01-30", days=2)
    first, _ = carried("first", meteorology=str(half), tracers=ALL)
    shutil.copy(first / "restart.npz", tmp_path / "restart.npz")
    rest = tmp_path / "rest.nc"
    with xr.open_dataset(air, decode_times=False) as data:
        data.isel(time=slice(8, 16)).to_netcdf(rest, engine="h5netcdf")
    second, _ = carried("second", meteorology=str(rest), tracers=ALL, restart=str(tmp_path / "restart.npz"))
    with np.load(second / "restart.npz") as one, np.load(folder / "restart.npz") as other:
        assert np.allclose(one["tracer"], other["tracer"], rtol=1e-12)


def test_batches_over_a_cluster_equal_one_batch(carried, whole):
    folder, _ = whole
    compute = {"workers": 2, "memory": "4GiB"}
    shared, told = carried("shared", tracers=[CO2, STILL], batch=1, compute=compute, **BARE)
    assert "2 batch" in told
    with np.load(shared / "restart.npz") as one, np.load(folder / "restart.npz") as other:
        assert one["names"].tolist() == ["co2", "still"]
        assert np.allclose(one["tracer"], other["tracer"][[0, 2]], rtol=1e-12)
    one, other = (pd.read_csv(place / "books.csv") for place in (shared, folder))
    other = other[other["gas"].isin(["co2", "sf6"])].reset_index(drop=True)[one.columns]
    exact = [name for name in one if name != "residual"]
    pd.testing.assert_frame_equal(one[exact], other[exact], rtol=1e-12)


def test_pulses_add_up_to_a_run_with_all_they_give_off(carried, regions, air, tmp_path):
    asked = {"stations": "none"}
    pulsed, _ = carried(
        "pulsed", tracers=[], pulses={"regions": str(regions), "gas": "sf6", "months": [1, 2]}, **asked
    )
    with xr.open_dataset(regions) as code:
        field = code["region"].load()
    area = (
        np.diff(np.sin(np.radians(np.arange(-90.0, 91.0, 10.0))))[:, None] * np.radians(20.0) * 6371000.0**2
    )
    wanted = {(WEST, 1): 2.0, (EAST, 1): 0.5, (WEST, 2): 0.0, (EAST, 2): 3.0}
    flux = np.zeros((12, *field.shape))
    for (code_, month), size in wanted.items():
        here = (field == code_).values
        flux[month - 1] += size * here / (here * area).sum()
    data = xr.Dataset({"flux": (("month", "lat", "lon"), flux, {"units": "kg m-2 s-1"})}, field.coords)
    data.to_netcdf(tmp_path / "flux.nc", engine="h5netcdf")
    tracer = {"name": "all", "gas": "sf6", "emission": str(tmp_path / "flux.nc"), "start": 0.0}
    summed, _ = carried("summed", tracers=[tracer], **asked)
    parts = fractions(pulsed)
    total = sum(size * parts[f"sf6_r{code_:02d}_m{month:02d}"] for (code_, month), size in wanted.items())
    assert np.allclose(total, fractions(summed)["all"], rtol=1e-5, atol=1e-6 * float(total.max()))
    books = pd.read_csv(pulsed / "books.csv").groupby("tracer")["emitted"].sum()
    assert np.allclose(books, 2 * 86400.0) and len(books) == 4
    given = pd.read_csv(summed / "books.csv")["emitted"]
    assert np.allclose(given, [2.5 * 2 * 86400.0, 3.0 * 2 * 86400.0])


def test_single_precision_is_near(carried, whole):
    folder, _ = whole
    single, _ = carried("single", tracers=[CO2], precision="float32", **BARE)
    with np.load(single / "restart.npz") as stored, np.load(folder / "restart.npz") as whole_:
        assert stored["tracer"].dtype == np.float32 and stored["dry_pressure"].dtype == np.float64
        assert np.allclose(stored["tracer"][0], whole_["tracer"][0], rtol=1e-4)


def test_stations_of_a_table_are_seen(carried, whole, tmp_path):
    """A tower near the ground and a peak: what they see lies between the cells around them."""
    table = tmp_path / "stations.csv"
    table.write_text("site,lat,lon,alt,intake_height,above\nTWR,52,5,0,100,ground\nPEAK,20,-155,3400,,sea\n")
    folder, _ = carried("watched", tracers=[CO2], stations=str(table))
    seen = xr.load_dataset(folder / "stations.nc")
    assert seen["site"].values.tolist() == ["TWR", "PEAK"] and np.isfinite(seen["co2"]).all()
    flasks = xr.load_dataset(whole[0] / "stations.nc")
    near = flasks["co2"].isel(station=flasks["site"].values.tolist().index("MLO"))
    assert np.allclose(seen["co2"].sel(station=1), near, rtol=1e-4)
    assert float(seen["co2"].std("time").sel(station=0)) > 0.0
