"""Radicals and nitrous oxide: the traps of their files, and that there is as much of them as the literature says."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from tenbin.core.errors import InputError
from tenbin.data.meteorology import chemistry_fields as fields


@pytest.fixture(scope="module")
def folder(data_root):
    found = data_root / "atmosphere" / "oh_and_chemistry"
    if not found.is_dir():
        pytest.skip(f"no real fields in {found}")
    return found


@pytest.fixture(scope="module")
def radicals(folder):
    return fields.read_radicals(folder / "clams_radical_species_vmr.nc")


def tropospheric_mean(field):
    weight = np.cos(np.radians(field["lat"]))
    return float(field.sel(level=slice(None, 1e4)).weighted(weight).mean())


@pytest.mark.parametrize(("source", "mean", "levels"), [("cams", 0.93e6, 25), ("flexpart", 0.99e6, 17)])
def test_oh_of_either_source_is_a_million_molecules(folder, source, mean, levels):
    made = fields.read_oh(source, folder / fields.OH_SOURCES[source][1])
    oh = made["oh_concentration"]
    assert oh.dims == ("month", "level", "lat") and oh.sizes["level"] == levels
    assert oh.attrs["units"] == "mol m-3" and (np.diff(made["level"]) < 0).all()
    assert tropospheric_mean(fields.number_density(oh)) == pytest.approx(mean, rel=0.01)


def test_oh_follows_the_sun(folder):
    oh = (
        fields.read_oh("cams", folder / "cams_OH.nc")["oh_concentration"]
        .sel(level=slice(None, 3e4))
        .mean("level")
    )
    north, south = oh.sel(lat=slice(20, 60)).mean("lat"), oh.sel(lat=slice(-60, -20)).mean("lat")
    assert int(north.argmax("month")) in (5, 6, 7) and int(south.argmax("month")) in (11, 0, 1)


def test_the_attribute_unit_is_read_and_a_foreign_one_refused(folder, tmp_path):
    raw = xr.open_dataset(folder / "cams_OH.nc")
    assert "units" not in raw["OH"].attrs and raw["OH"].attrs["unit"] == "molecules/cm3"
    raw["OH"].attrs["unit"] = "ppt"
    raw.to_netcdf(tmp_path / "other.nc", engine="scipy")
    with pytest.raises(InputError, match="unit of OH: found ppt, expected molecules cm-3"):
        fields.read_oh("cams", tmp_path / "other.nc")


def test_an_axis_of_pressure_without_name_or_unit(folder, tmp_path):
    raw = xr.open_dataset(folder / "flexpart_OH.nc")
    assert "standard_name" not in raw["press"].attrs
    made = fields.read_oh("flexpart", folder / "flexpart_OH.nc")
    assert made["level"].attrs["standard_name"] == "air_pressure" and made["level"].values[0] > 1e5
    del raw["press"].attrs["unit"]
    raw.to_netcdf(tmp_path / "other.nc", engine="scipy")
    with pytest.raises(InputError, match="unit of press"):
        fields.read_oh("flexpart", tmp_path / "other.nc")


def test_months_are_counted_where_there_is_no_time_axis(folder):
    made = fields.read_oh("cams", folder / "cams_OH.nc")
    assert made["month"].values.tolist() == list(range(1, 13)) and "time" not in made.coords


def test_zonal_means_have_no_longitude(radicals):
    assert "lon" not in radicals.dims


def test_radicals_are_mole_fractions_and_none_is_below_zero(radicals):
    assert {name: radicals[name].attrs["units"] for name in radicals} == dict.fromkeys(
        ("oh", "ho2", "o1d", "cl"), "mol mol-1"
    )
    assert all(float(radicals[name].min()) >= 0.0 for name in radicals)


def test_excited_oxygen_and_chlorine_belong_to_the_stratosphere(radicals):
    for name in ("o1d", "cl"):
        mean = radicals[name].mean(("month", "lat"))
        assert float(mean.sel(level=1e3, method="nearest")) > 100.0 * float(
            mean.sel(level=5e4, method="nearest")
        )


def test_oh_of_clams_agrees_with_that_of_cams(folder, radicals):
    """Two models, one air: mole fraction times p / (R T) at 500 hPa is the concentration, within a factor of two."""
    cams = fields.read_oh("cams", folder / "cams_OH.nc")["oh_concentration"]
    there = radicals["oh"].sel(level=5e4, method="nearest").sel(lat=slice(-30, 30)).mean()
    density = 5e4 / (8.314 * 265.0)
    ratio = float(there * density / cams.sel(level=5e4).sel(lat=slice(-30, 30)).mean())
    assert 0.5 < ratio < 2.0


def test_nitrous_oxide_falls_with_height_and_is_missing_below_100_hpa(folder):
    n2o = fields.read_n2o(folder / "gozcards_N2O.nc")["n2o"]
    assert bool(n2o.sel(level=slice(1e5, 1.1e4)).isnull().all())
    assert bool(n2o.sel(level=slice(40.0, None)).isnull().all())
    profile = n2o.sel(level=slice(1.001e4, 100.0)).mean(("month", "lat"))
    assert (np.diff(profile) < 0.0).all()
    tropics = n2o.sel(lat=slice(-20, 20)).isel(level=6).mean()
    assert float(tropics) == pytest.approx(318e-9, rel=0.05)  # what the troposphere of 2004 sends up
    assert n2o["month"].values.tolist() == list(range(1, 13))


def test_layouts_and_sources_that_are_unknown(folder):
    with pytest.raises(InputError, match="source"):
        fields.read_oh("geos", folder / "cams_OH.nc")
    with pytest.raises(InputError, match="N2O: found"):
        fields.read_n2o(folder / "cams_OH.nc")


def test_files_from_the_top_or_from_the_north_give_the_same(folder, tmp_path):
    turned = xr.open_dataset(folder / "cams_OH.nc").isel(
        press=slice(None, None, -1), lat=slice(None, None, -1)
    )
    turned.to_netcdf(tmp_path / "turned.nc", engine="scipy")
    made = fields.read_oh("cams", tmp_path / "turned.nc")
    xr.testing.assert_equal(made, fields.read_oh("cams", folder / "cams_OH.nc"))
