"""What is wrong with a run of the air is told in one message, before anything is written."""

from __future__ import annotations

import io

import numpy as np
import pytest
import xarray as xr
import yaml
from rich.console import Console

from tenbin.core.errors import InputError
from tenbin.transport import synthetic_dynamics
from tenbin.transport.idealised_air import idealised_air
from tenbin.workflow import transport_run
from tenbin.workflow.config import load_as
from tenbin.workflow.template import describe_transport
from tenbin.workflow.transport_settings import TransportConfig

LAT, LON = np.arange(-85.0, 90.0, 10.0), np.arange(-170.0, 180.0, 20.0)


@pytest.fixture(scope="module")
def air(tmp_path_factory):
    return idealised_air(tmp_path_factory.mktemp("air") / "air.nc", start="2010-01-30", days=2)


@pytest.fixture(autouse=True)
def no_data(monkeypatch, tmp_path):
    monkeypatch.delenv("TENBIN_DATA", raising=False)
    monkeypatch.setenv("TENBIN_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def told(tmp_path, air):
    """The faults of a configuration, which writes nothing."""

    def call(out=None, **asked: object) -> str:
        path, folder = tmp_path / "run.yaml", out or tmp_path / "run"
        path.write_text(yaml.safe_dump({"meteorology": str(air)} | asked))
        with pytest.raises(InputError) as caught:
            transport_run.run(path, folder, Console(file=io.StringIO()))
        assert out or not folder.exists()
        return str(caught.value)

    return call


def flux(path, months=12, unit="kg m-2 s-1", lat=LAT, missing=False):
    values = np.ones((months, len(lat), len(LON)))
    values[0, 0, 0] = np.nan if missing else 1.0
    axes = {"lat": lat, "lon": LON}
    data = xr.DataArray(values, axes, ("month", "lat", "lon"), "flux", {"units": unit})
    data.to_netcdf(path, engine="h5netcdf")
    return str(path)


def tracer(name="one", **more):
    return {"name": name, "gas": "sf6", **more}


def test_everything_wrong_is_told_at_once(told, tmp_path):
    table = tmp_path / "stations.csv"
    table.write_text("site,lat,lon,alt,intake_height,above\nA,95,0,,10,ground\nA,0,0,x,,sea\nB,0,0,0,0,air\n")
    message = told(
        tracers=[
            tracer("a", gas="mcf"),
            tracer("b", emission=str(tmp_path / "none.nc")),
            tracer("c", emission=flux(tmp_path / "bad.nc", 11, "g m-2 s-1", missing=True)),
            tracer("d", emission=flux(tmp_path / "half.nc", lat=LAT[:9])),
            tracer("e", gas="co2"),
        ],
        stations=str(table),
        restart=str(tmp_path / "restart.npz"),
        oh="flexpart",
        compute={"backend": "address"},
    )
    for words in (
        "tracers.a.emission", "only sf6", "tracers.b.emission", "none.nc, which is not there",
        "twelve months", "'g m-2 s-1'", "1 missing values", "90 degrees", "180 degrees",
        "95", "A twice", "no number for A", "'sea' or 'ground'",
        "restart.npz, which is not there", "flexpart_OH.nc", "address of a Dask scheduler",
    ):  # fmt: skip
        assert words in message, words
    assert len(set(message.splitlines())) == len(message.splitlines())


def test_faults_of_keys_come_with_those_of_files(told, tmp_path):
    message = told(scheme="spectral", years=0, stations=str(tmp_path / "no.csv"), tracer=[tracer(gas="mcf")])
    for words in ("spectral", "years", "no.csv", "did you mean 'tracers'"):
        assert words in message, words


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"tracers": [tracer(gas="methane")]}, "methane"),
        ({"tracers": [tracer("CO2")]}, "small letters"),
        ({"tracers": [tracer(), tracer()]}, "more than once"),
        ({"tracers": []}, "nothing to carry"),
        ({"tracers": [tracer(start="3 kg")]}, "kg"),
        ({"pulses": {"regions": "regions.nc"}}, "which is not there"),
        ({"pulses": {"regions": "transcom", "months": [1, 1]}}, "more than once"),
        ({"first_year": 1990}, "a whole day within"),
        ({"restart": "x.npz", "pulses": {"regions": "transcom"}}, "a restart of tracers alone"),
    ],
)
def test_a_single_fault_is_named(told, asked, words):
    assert words in told(**asked)


def test_air_of_other_years_does_not_hide_other_faults(told):
    message = told(first_year=1990, tracers=[tracer("a", gas="mcf")])
    assert "a whole day within" in message and "tracers.a.emission" in message


def test_years_without_totals_are_told_before_a_year_of_air_is_made(told, monkeypatch):
    monkeypatch.setattr(transport_run, "_air_can_be_had", lambda config: None)
    message = told(meteorology="synthetic", first_year=2019, years=4, tracers=[tracer(gas="co2")])
    assert "2021" in message or "2022" in message


def test_without_the_package_that_makes_a_year_it_is_named(told, monkeypatch):
    def lacking(name):
        raise ImportError(name)

    monkeypatch.setattr(synthetic_dynamics, "import_module", lacking)
    assert "tenbin[met]" in told(meteorology="synthetic")


def test_what_is_no_air_is_named(told, tmp_path):
    other = tmp_path / "other.nc"
    flux(other)
    text = tmp_path / "text.nc"
    text.write_text("no air")
    assert "no such file" in told(meteorology=str(tmp_path / "gone.nc"))
    assert "nothing to read as NetCDF" in told(meteorology=str(text))
    assert "mass_flux_east" in told(meteorology=str(other))


def test_emissions_and_regions_have_to_be_maps(told, tmp_path):
    text = tmp_path / "text.nc"
    text.write_text("no map")
    assert "nothing to read as NetCDF" in told(tracers=[tracer(emission=str(text))])
    for name, values, words in (
        ("half", np.full((18, 18), 0.5), "whole numbers"),
        ("none", np.zeros((18, 18)), "at least one region"),
    ):
        path = tmp_path / f"{name}.nc"
        xr.DataArray(values, {"lat": LAT, "lon": LON}, ("lat", "lon"), "region").to_netcdf(
            path, engine="h5netcdf"
        )
        assert words in told(pulses={"regions": str(path)})
    uneven = flux(tmp_path / "uneven.nc", lat=np.degrees(np.arcsin(np.linspace(-0.95, 0.95, 18))))
    assert "even steps" in told(tracers=[tracer(emission=uneven)])


def test_pulses_of_months_that_the_air_lacks(told, tmp_path):
    path = tmp_path / "regions.nc"
    code = np.where(np.abs(LAT)[:, None] < 30.0, 1.0 + (LON > 0.0), 0.0)
    xr.DataArray(code, {"lat": LAT, "lon": LON}, ("lat", "lon"), "region").to_netcdf(path, engine="h5netcdf")
    message = told(tracers=[], pulses={"regions": str(path), "months": [7, 8]})
    assert message.count("pulses.months") == 2  # once a month, not once a region


@pytest.mark.parametrize(
    ("shape", "pressure", "names", "words"),
    [
        ((8, 16, 24), 9e4, ("one",), "Pa from that of the air"),
        ((9, 16, 24), 1e5, ("one",), "cells (9, 16, 24)"),
        ((8, 16, 24), 1e5, ("other",), "no one, but other"),
        ((8, 16, 24), 1e5, ("one", "two"), "nothing to restart from"),
    ],
)
def test_a_restart_has_to_fit(told, tmp_path, shape, pressure, names, words):
    path = tmp_path / "restart.npz"
    np.savez(
        path, names=np.array(names), tracer=np.zeros((1, *shape)), dry_pressure=np.full((16, 24), pressure)
    )
    assert words in told(tracers=[tracer()], restart=str(path))


def test_a_file_that_is_no_restart(told, tmp_path):
    path = tmp_path / "restart.npz"
    path.write_text("no restart")
    assert "nothing to restart from" in told(tracers=[tracer()], restart=str(path))


def test_a_station_above_the_air_or_a_table_that_is_none(told, tmp_path):
    table = tmp_path / "stations.csv"
    table.write_text("site,lat,lon,alt,intake_height,above\nUP,0,0,90000,,sea\n")
    assert "90000" in told(stations=str(table))
    table.write_text("site,lat\nA,1\n")
    assert all(name in told(stations=str(table)) for name in ("lon", "intake_height"))
    table.write_bytes(b"\xff\xfe\x00\x01")
    assert "no table" in told(stations=str(table))
    table.write_text("site,lat,lon,alt,intake_height,above\n")
    assert "no rows" in told(stations=str(table))


def test_a_folder_that_cannot_be_written(told, tmp_path):
    (tmp_path / "taken").write_text("a file")
    assert "a file of that name" in told(out=tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "a file"


def test_the_commented_defaults_are_the_defaults(tmp_path):
    path = tmp_path / "transport.yaml"
    path.write_text(describe_transport(None))
    assert load_as(TransportConfig, path) == TransportConfig()
    assert all(len(line) <= 210 for line in path.read_text().splitlines())
