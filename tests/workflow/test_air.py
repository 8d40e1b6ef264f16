"""Analyses become air: the layout of public ERA5 stores, all faults before work, nothing done twice or by halves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from rich.console import Console

from tenbin.cli import main
from tenbin.core.arrays import jnp
from tenbin.core.errors import InputError
from tenbin.data.surface_fluxes import land_share
from tenbin.transport.air_file import AirFile
from tenbin.transport.convection import Cumulus
from tenbin.transport.days import days_of
from tenbin.transport.model import air_of
from tenbin.transport.passage import Passage
from tenbin.workflow import air_making, air_verb, transport_run
from tenbin.workflow.air_settings import Analyses

SMALL = {"rows": 10, "columns": 12, "levels": 6}
HEIGHT = 2000.0


def store(folder: Path, times: int = 9, upward: bool = False, drop: tuple[str, ...] = ()) -> Path:
    """A Zarr store with names, units, dimensions and order of the public ERA5 archives, of made-up weather."""
    lat, lon = np.linspace(90.0, -90.0, 19), np.arange(0.0, 360.0, 7.5)
    level = np.array([50, 200, 300, 500, 700, 850, 925, 1000])[:: -1 if upward else 1]
    y, x = np.radians(lat)[:, None], np.radians(lon)[None]
    p, hour = level[None, :, None, None] / 1000.0, 3.0 * np.arange(times)[:, None, None, None]
    nothing = np.zeros((times, len(level), lat.size, lon.size))
    ground = HEIGHT * np.exp(-((y - 0.5) ** 2 + np.sin(0.5 * (x - 1.5)) ** 2) / 0.2)
    still = nothing[:, 0]
    fields = {
        "u_component_of_wind": (25.0 * np.cos(y) * (1.2 - p) + nothing, "m s**-1"),
        "v_component_of_wind": (6.0 * np.cos(y) * np.sin(2.0 * x - 0.05 * hour) + nothing, "m s**-1"),
        "temperature": (220.0 + 75.0 * np.cos(y) * p + nothing, "K"),
        "specific_humidity": (0.012 * np.cos(y) ** 2 * p**3 + nothing, "kg kg**-1"),
        "geopotential": (-9.80665 * 7500.0 * np.log(p) + nothing, "m**2 s**-2"),
        "surface_pressure": (1.0e5 * np.exp(-ground / 7500.0) + 200.0 * np.cos(x - 0.1 * hour[:, 0]) + still, "Pa"),
        "2m_temperature": (222.0 + 75.0 * np.cos(y) + still, "K"),
        "10m_u_component_of_wind": (4.0 * np.cos(y) + still, "m s**-1"),
        "10m_v_component_of_wind": (1.0 + still, "m s**-1"),
        "geopotential_at_surface": (9.80665 * ground + still, "m**2 s**-2"),
        "land_sea_mask": ((ground > 300.0) + still, "(0 - 1)"),
    }  # fmt: skip
    flat, tall = ("time", "latitude", "longitude"), ("time", "level", "latitude", "longitude")
    made = xr.Dataset(
        {
            name: (tall if values.shape[1:] == nothing.shape[1:] else flat, values.astype("f4"), {"units": unit})
            for name, (values, unit) in fields.items()
            if name not in drop
        },
        coords={
            "time": np.datetime64("2019-07-01", "ns") + 3 * np.timedelta64(1, "h") * np.arange(times),
            "level": ("level", level), "latitude": lat.astype("f4"), "longitude": lon.astype("f4"),
        },
    )  # fmt: skip
    path = folder / "era5.zarr"
    made.to_zarr(path, mode="w", zarr_format=2, consolidated=True)
    return path


def faults(*files: Path, **options) -> str:
    with pytest.raises(InputError) as caught:
        air_making.prepared(Analyses(files=tuple(map(str, files)), **SMALL | options))
    assert all(one.found and one.expected and one.remedy for one in caught.value.faults)
    return "\n".join(map(str, caught.value.faults))


@pytest.mark.parametrize("upward", [False, True])
def test_an_era5_store_becomes_air_that_carries_tracers_for_a_day(tmp_path, upward):
    asked, shares = Analyses(files=(str(store(tmp_path, upward=upward)),), **SMALL), []
    path = air_making.make(tmp_path / "air.nc", air_making.prepared(asked), shares.append)
    assert shares == pytest.approx([(i + 1) / 8 for i in range(8)])
    with AirFile(path) as air:
        days = days_of(air.times)
        assert [str(day.date) for day in days] == ["2019-07-01"] and air.times.seconds == 10800.0
        assert air.attributes["synthetic"] == "false" and air.attributes["played"] == "all times in order"
        # the hill stands where it was
        row, column = np.unravel_index(air.ground.argmax(), air.ground.shape)
        assert abs(air.grid.grid.lat[row] - np.degrees(0.5)) < 10.0 and 700.0 < air.ground.max() < HEIGHT
        assert abs(air.grid.grid.lon[column] - np.degrees(1.5)) < 20.0
        assert air.dry_pressure(0)[row, column] == air.dry_pressure(0).min()
        passage = Passage(air, days, jnp.asarray([0.044, 0.222]))
        grid, emission = air.grid, np.zeros((1, 2, *air.grid.grid.shape))
        emission[0, 1] = 1e-9
        state = passage.begin(np.array([6e-4, 0.0])[:, None, None, None])
        (month,) = passage.forward(state, emission)
        mass = air_of(month.state.dry_pressure, passage.model(days[0]))
        ratio = np.asarray(month.state.tracer[0] / mass)
        np.testing.assert_allclose(ratio, 6e-4, rtol=1e-10)
        held = float(month.state.tracer[1].sum())
        assert held == pytest.approx(1e-9 * grid.grid.area.sum() * 86400.0, rel=1e-10)
        # what the ground gave is low, and has begun to rise
        low = np.asarray(month.state.tracer[1].sum((1, 2)) / mass.sum((1, 2)))
        assert low[0] > low[1] > 0.01 * low[0]


def test_both_orders_of_levels_make_the_same_air(tmp_path):
    made = []
    for upward in (False, True):
        folder = tmp_path / str(upward)
        asked = Analyses(files=(str(store(folder, times=3, upward=upward)),), days=1, **SMALL)
        with AirFile(air_making.make(folder / "air.nc", air_making.prepared(asked))) as air:
            made.append(air.weather(range(len(air))))
    for one, other in zip(*made, strict=True):
        np.testing.assert_array_equal(one, other)


def test_fields_times_and_ground_may_come_in_files_of_their_own(tmp_path):
    whole = store(tmp_path)
    raw = xr.open_zarr(whole).load()
    ground = raw[["geopotential_at_surface", "land_sea_mask"]].isel(time=0, drop=True)
    winds = raw[["u_component_of_wind", "v_component_of_wind"]]
    rest = raw.drop_vars([*ground, *winds])
    parts = {
        "ground": ground,
        "winds": winds,
        "first": rest.isel(time=slice(5)),
        "last": rest.isel(time=slice(5, 9)),
    }
    files = []
    for name, part in parts.items():
        files.append(str(tmp_path / f"{name}.nc"))
        part.to_netcdf(files[-1])
    made = [air_making.prepared(Analyses(files=tuple(one), **SMALL)) for one in ([str(whole)], files)]
    np.testing.assert_array_equal(made[0].ground, made[1].ground)
    for one, other in zip(made[0].stream, made[1].stream, strict=True):
        np.testing.assert_array_equal(one.interval.east, other.interval.east)
        np.testing.assert_array_equal(one.updraft, other.updraft)


def test_days_are_chosen(tmp_path):
    path = str(store(tmp_path, times=25))
    asked = Analyses(files=(path,), start="2019-07-02", end="2019-07-03", **SMALL)
    times = air_making.prepared(asked).times
    assert len(times.start) == 8 and times.start[0] == np.datetime64("2019-07-02")
    said = faults(Path(path), start="2020-01-01", units={"wind": "m s-1"})
    assert "no time from 2020-01-01 to the last" in said and "units: found 'wind'" in said


def test_all_faults_of_a_store_are_said_at_once(tmp_path):
    path = store(tmp_path, times=2, drop=("surface_pressure", "geopotential_at_surface", "specific_humidity"))
    said = faults(path)
    assert "ps: found no such field" in said and "hus: found no such field" in said
    assert "orog: found no heights of the ground" in said and "first_year" in said
    assert "no such file" in faults(tmp_path / "nowhere.nc")
    assert "files: found none" in faults()


def test_gaps_levels_and_calendars_are_refused(tmp_path):
    raw = xr.open_zarr(store(tmp_path))
    kept = tmp_path / "gap.nc"
    raw.isel(time=[0, 1, 2, 5, 6]).to_netcdf(kept)
    assert "a gap after 2019-07-01T06:00" in faults(kept)
    flat = tmp_path / "flat.nc"
    raw.isel(level=0, drop=True).to_netcdf(flat)
    assert "level" in faults(flat)
    other = tmp_path / "noleap.nc"
    hours = ("time", np.arange(9) * 3, {"units": "hours since 2019-07-01", "calendar": "noleap"})
    raw.assign_coords(time=hours).to_netcdf(other)
    assert "calendar 'noleap'" in faults(other)


def test_too_much_wind_is_refused_with_its_place(tmp_path):
    raw = xr.open_zarr(store(tmp_path)).load()
    raw["u_component_of_wind"][1, 3, 9, 4] = 240.0
    path = tmp_path / "storm.nc"
    raw.to_netcdf(path)
    said = faults(path, most_steps=1, columns=72, rows=46)
    assert "ua: found 240 m/s at 50000 Pa, 0 N, 30 E, 2019-07-01T03:00" in said


def test_a_single_time_needs_days_to_be_played(tmp_path):
    path = store(tmp_path, times=1)
    assert "play it for some days" in faults(path)
    what = air_making.prepared(Analyses(files=(str(path),), days=2, **SMALL))
    assert len(what.times.start) == 8 and "dates are made up" in what.attributes["played"]


def test_relief_stands_in_for_a_ground_that_is_missing(tmp_path):
    path = store(tmp_path, times=2, drop=("surface_pressure", "geopotential_at_surface"))
    try:
        what = air_making.prepared(Analyses(files=(str(path),), relief=True, days=1, **SMALL))
    except InputError as error:
        assert "etopo" in str(error)
        pytest.skip("needs the relief of the catalog")
    assert what.ground.max() > 1500.0
    first = next(what.stream)
    assert first.interval.dry_pressure[0].min() < 8.7e4


def test_the_verb_makes_it_once_and_overwrites_nothing(tmp_path, capsys):
    path, out = store(tmp_path), tmp_path / "run" / "air.nc"
    words = ["air", str(path), "--out", str(out), "--rows", "10", "--columns", "12", "--levels", "6"]
    main_or_exit(words)
    assert "8 intervals of 3 h" in capsys.readouterr().out
    before = out.stat().st_mtime_ns
    main_or_exit(words)
    assert "made of these files already" in capsys.readouterr().out and out.stat().st_mtime_ns == before
    with pytest.raises(SystemExit):
        main([*words[:-1], "7", "--name", "ua"])
    said = capsys.readouterr().err
    assert "a file of other content" in said and "ours=theirs" in said and out.stat().st_mtime_ns == before


def main_or_exit(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code in (0, None)


def test_a_fault_that_comes_late_leaves_nothing_behind(tmp_path):
    raw = xr.open_zarr(store(tmp_path, times=25)).load()
    raw["temperature"][4, 2, 5, 7] = np.nan
    path, out = tmp_path / "hole.nc", tmp_path / "run" / "air.nc"
    raw.to_netcdf(path)
    with pytest.raises(InputError, match="above the ground"):
        air_verb.run([str(path)], out, SMALL, Console(quiet=True))
    assert not list((tmp_path / "run").glob("*"))


def test_a_run_of_tracers_takes_analyses_and_makes_their_air_once(tmp_path, monkeypatch):
    monkeypatch.setenv("TENBIN_CACHE", str(tmp_path / "cache"))
    config = tmp_path / "run.yaml"
    config.write_text(
        f"meteorology: analyses\nanalyses: {{files: [{store(tmp_path)}], rows: 10, columns: 12, levels: 6}}\n"
        "first_year: 2019\nstations: none\n"
        "tracers: [{name: radon, gas: rn222}, {name: even, gas: sf6, emission: none, losses: false}]\n"
    )
    total = transport_run.run(config, tmp_path / "out", Console(quiet=True))
    assert abs(total.loc["even", "residual"]) < 1e-10 * total.loc["even", "burden_start"]
    assert total.loc["radon", "emitted"] > 0.0
    (made,) = (tmp_path / "cache" / "air").iterdir()
    before = made.stat().st_mtime_ns
    transport_run.run(config, tmp_path / "again", Console(quiet=True))
    assert made.stat().st_mtime_ns == before


def test_a_configuration_with_files_that_nobody_reads_is_refused(tmp_path):
    config = tmp_path / "run.yaml"
    config.write_text("analyses: {files: [a.nc]}\n")
    with pytest.raises(InputError, match="meteorology: analyses"):
        transport_run.run(config, tmp_path / "out", Console(quiet=True))
    config.write_text("meteorology: analyses\nanalyses: {files: [a.nc], rows: 3}\n")
    with pytest.raises(InputError, match=r"analyses\.rows"):
        transport_run.run(config, tmp_path / "out", Console(quiet=True))


def test_other_numbers_in_the_code_or_other_land_make_other_air(tmp_path, monkeypatch):
    asked = Analyses(files=(str(store(tmp_path)),), **SMALL)
    before = air_making.cache_path(asked)
    assert before == air_making.cache_path(asked)
    with monkeypatch.context() as changed:
        changed.setitem(Cumulus._field_defaults, "deep", 2e-4)
        assert air_making.cache_path(asked) != before
    land = land_share._base()
    monkeypatch.setattr(land_share, "_base", lambda: 0.5 * land)
    assert air_making.cache_path(asked) != before
