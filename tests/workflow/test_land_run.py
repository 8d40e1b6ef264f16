"""A run of the land: the same on any cluster and however often it stops, and its files say what they hold."""

from __future__ import annotations

import io
import json
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from rich.console import Console

sys.path.insert(0, str(Path(__file__).parent))

from land_weather import configuration, weather

from tenbin.budget import land_totals
from tenbin.core.arrays import jax
from tenbin.core.constants import SECONDS_PER_YEAR
from tenbin.core.errors import InputError
from tenbin.core.variables import VARIABLES
from tenbin.workflow import land_run

CLOSURES = {"carbon", "nitrogen", "water", "tags", "heat"}


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


@contextmanager
def in_this_process(config=None):
    from distributed import Client, LocalCluster

    one = LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None)
    with one as cluster, Client(cluster) as client:
        yield client


@pytest.fixture(scope="module")
def drivers(tmp_path_factory):
    path = tmp_path_factory.mktemp("drivers") / "weather.nc"
    weather().to_netcdf(path, engine="h5netcdf")
    return path


@pytest.fixture(scope="module")
def land(tmp_path_factory, drivers):
    """Run the land in this process; returns the folder and what was told."""
    folder, patch = tmp_path_factory.mktemp("land"), pytest.MonkeyPatch()

    def call(name: str, **more: object) -> tuple[Path, str]:
        patch.setattr(land_run, "cluster_client", in_this_process)
        told = Console(file=io.StringIO(), width=120)
        land_run.run(configuration(folder, drivers, **more), folder / name, told)
        return folder / name, told.file.getvalue()

    yield call
    patch.undo()


@pytest.fixture(scope="module")
def whole(land):
    """Two years, the second kept, in one go."""
    return land("whole")


def monthly(folder: Path) -> xr.Dataset:
    return xr.load_dataset(folder / "land_monthly.nc")


def state(folder: Path) -> dict[str, np.ndarray]:
    return dict(np.load(folder / "restart.npz"))


def same(one: Path, other: Path) -> None:
    xr.testing.assert_identical(monthly(one), monthly(other))
    assert (one / "land_totals.csv").read_bytes() == (other / "land_totals.csv").read_bytes()
    before, after = state(one), state(other)
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_a_run_leaves_its_files_and_says_what_it_left_out(whole):
    out, told = whole
    files = {path.name for path in out.iterdir()}
    wanted = {"land_monthly.nc", "land_maps.png", "land_totals.csv", "restart.npz", "land.json", "blocks"}
    assert files == wanted, "a part of the globe has no ledger"
    assert "1 cell(s) of nothing but missing values left out as sea" in told
    assert "8 tiles in 8 cells; 2 of 2 blocks to run" in told
    assert "no ledger.csv" in told and "part of the globe" in told
    record = json.loads((out / "land.json").read_text())["content"]
    assert {line["quantity"] for line in record["conservation"]} == CLOSURES


def test_the_maps_are_cf_with_bounds_areas_and_names(whole):
    maps, raw = monthly(whole[0]), xr.open_dataset(whole[0] / "land_monthly.nc", decode_cf=False)
    assert dict(maps.sizes) == {"time": 12, "lat": 3, "lon": 3, "bnds": 2}
    for name in ("gpp", "evspsbl", "wetlandCH4", "fN2O", "cSoil", "cVeg", "lai"):
        assert maps[name].attrs["standard_name"] == VARIABLES[name].standard_name
        assert maps[name].attrs["units"] == VARIABLES[name].unit
    assert all("units" in maps[name].attrs for name in maps.data_vars if not name.endswith("bnds"))
    assert bool(maps["gpp"].isel(lat=1, lon=2).isnull().all()) and int(maps["gpp"][0].notnull().sum()) == 8
    assert raw["gpp"].attrs["_FillValue"] == np.float32(1e20) and raw["gpp"].values[0, 1, 2] == np.float32(
        1e20
    )
    inside = (maps["time_bnds"][:, 0] < maps["time"]) & (maps["time"] < maps["time_bnds"][:, 1])
    assert bool(inside.all())
    assert float(maps["cell_area"][0, 0]) == pytest.approx(float(maps["land_area"][0, 0]))


def test_the_maps_add_up_to_the_sums(whole):
    maps = monthly(whole[0])
    days = maps["time"].dt.days_in_month
    gpp = (
        float((maps["gpp"].weighted(days).mean("time") * maps["land_area"]).sum())
        * float(SECONDS_PER_YEAR)
        * 1e-12
    )
    sums = json.loads((whole[0] / "land.json").read_text())["content"]["notes"]["totals"]
    assert gpp == pytest.approx(sums["gpp"], rel=1e-5)
    assert sums["gpp"] > 1.0 and 0.0 < sums["npp_per_gpp"] < 1.0


def test_a_run_that_lost_a_block_does_only_that_one_again(whole, land):
    out, _ = land("resumed")
    (out / "blocks" / "block_0000004.npz").unlink()
    (out / "land_monthly.nc").unlink()
    kept = (out / "blocks" / "block_0000000.npz").stat().st_mtime_ns
    again, told = land("resumed")
    assert "1 of 2 blocks to run" in told
    assert (again / "blocks" / "block_0000000.npz").stat().st_mtime_ns == kept
    same(whole[0], again)


def test_a_run_that_fails_half_way_keeps_what_it_had_and_writes_no_result(whole, land, monkeypatch):
    done = land_run._one_block

    def fails_later(*task):
        if task[-1].name == "block_0000004.npz":
            raise MemoryError("killed")
        done(*task)

    monkeypatch.setattr(land_run, "_one_block", fails_later)
    with pytest.raises(MemoryError, match="killed"):
        land("broken")
    out = whole[0].parent / "broken"
    assert not (out / "land_monthly.nc").exists() and not (out / "restart.npz").exists()
    assert [path.name for path in out.rglob("*.npz")] == ["block_0000000.npz"]
    monkeypatch.setattr(land_run, "_one_block", done)
    same(whole[0], land("broken")[0])


def test_two_worker_processes_give_the_same_bytes_as_one(whole, drivers, tmp_path):
    out = tmp_path / "cluster"
    land_run.run(configuration(tmp_path, drivers, compute={"workers": 2}), out, Console(quiet=True))
    same(whole[0], out)


def test_two_years_and_one_more_from_the_restart_are_three_years(land):
    three, _ = land("three", settle_years=2)
    first, _ = land("two")
    second, _ = land("one_more", settle_years=0, restart=str(first / "restart.npz"))
    same(three, second)


def test_changed_settings_and_exchanged_files_do_not_meet_old_blocks(whole, land):
    out, told = land("whole", settle_years=1, parameters={"leaf_share": 0.3})
    assert "2 of 2 blocks to run" in told
    _, told = land("whole")
    assert "2 of 2 blocks to run" in told


def test_a_restart_that_does_not_fit_is_refused_with_all_that_differs(whole, land, tmp_path):
    stored = state(whole[0])
    stored["plant_type"] = (stored["plant_type"] + 1) % 13
    stored["lat"] = stored["lat"] + 10.0
    heat = next(name for name in stored if "enthalpy" in name)
    del stored[heat]
    stored["moon"] = np.zeros(8)
    path = tmp_path / "restart.npz"
    np.savez(path, **stored)
    with pytest.raises(InputError) as caught:
        land("refused", settle_years=0, restart=str(path))
    told = str(caught.value)
    assert all(words in told for words in ("8 tile(s) of another plant_type", "another lat", heat, "moon"))
    assert not (whole[0].parent / "refused").exists()


def test_a_restart_of_other_tiles_precision_or_numbers_is_refused(whole, land, tmp_path):
    path = tmp_path / "restart.npz"
    stored = state(whole[0])
    np.savez(path, **{name: leaf[..., :5] for name, leaf in stored.items()})
    with pytest.raises(InputError, match="5 tiles, expected 8 tiles"):
        land("refused", restart=str(path))
    with pytest.raises(InputError, match="expected float32"):
        land("refused", restart=str(whole[0] / "restart.npz"), precision="float32")
    name = next(name for name in stored if "enthalpy" in name)
    np.savez(path, **stored | {name: stored[name] * np.nan})
    with pytest.raises(InputError, match="not finite"):
        land("refused", restart=str(path))
    path.write_bytes(b"PK no archive")
    with pytest.raises(InputError, match="no readable file"):
        land("refused", restart=str(path))


def test_the_whole_globe_is_judged_and_entered_in_the_ledger(land, monkeypatch):
    """Eight cells stand for the globe here: twice, to the same bytes."""
    monkeypatch.setattr(land_totals, "LEAST_LAND", 1e12)
    first, told = land("globe")
    assert "part of the globe" not in told.lower()
    before = (first / "ledger.csv").read_bytes()
    (first / "blocks" / "block_0000000.npz").unlink()
    assert (land("globe")[0] / "ledger.csv").read_bytes() == before
    assert before.count(b"globe") == 5
    monkeypatch.setattr(land_totals, "LEAST_LAND", 1e15)
    assert not (land("globe")[0] / "ledger.csv").exists(), "an old ledger must not stay"


def test_a_box_without_land_is_refused(land):
    with pytest.raises(InputError, match="no land cell from -40 to -30 N"):
        land("nowhere", box={"south": -40, "north": -30})


def test_the_picture_is_a_picture(whole):
    from matplotlib.image import imread

    seen = imread(whole[0] / "land_maps.png")
    assert seen.shape[0] > 600 and seen.shape[1] > 800
    assert seen[..., :3].std() > 0.05
