"""Columns of GOSAT and OCO-2: order, units and weights of their files, and the model seen through them."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from tenbin.core.arrays import jnp
from tenbin.core.errors import InputError
from tenbin.data import columns
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.columns import column_map, layer_shares
from tenbin.transport.labelled import soundings_of
from tenbin.transport.operators import observe

FILES = {
    "gosat": "gosat-fts_gosat_20160101_ch4-column.nc",
    "oco2": "oco2-spectrometer_oco2_20150131-336_co2-column.nc",
}
READ = {"gosat": columns.read_gosat, "oco2": columns.read_oco2}
GRID = polar_grid(19, 24)


@pytest.fixture(scope="module")
def folder(data_root):
    found = data_root / "atmosphere" / "satellite_columns"
    if not found.is_dir():
        pytest.skip(f"no real columns in {found}")
    return found


@pytest.fixture(scope="module", params=["gosat", "oco2"])
def read(request, folder):
    return READ[request.param](folder / FILES[request.param])


def soundings(made, chosen=slice(None)):
    return soundings_of(made.isel(obs=chosen))


def prior_column(made):
    return (made["pressure_weights"] * made["prior_profile"]).sum("layer").values


def test_columns_are_those_published(folder):
    gosat, oco2 = (READ[name](folder / FILES[name]) for name in FILES)
    assert gosat.sizes == {"obs": 49, "layer": 20, "interface": 21} and oco2.sizes["obs"] == 1
    np.testing.assert_allclose([gosat.value.min(), gosat.value.max()], [1738e-9, 1863e-9], atol=0.5e-9)
    np.testing.assert_allclose(oco2.value, 399.24e-6, atol=1e-9)
    assert set(gosat["scale"].values) == {"not stated (proxy retrieval of UoL v7.2)"}
    assert set(oco2["scale"].values) == {"X2007"} and oco2["time"].values[0] == np.datetime64(
        "2015-01-31T07:36:43.889521152"
    )
    assert gosat.attrs["citation"].startswith("Parker") and gosat.lat.min() > -57 and gosat.lon.max() < -32


def test_layers_stand_from_the_ground_up_whatever_the_file_says(read):
    assert (np.diff(read["pressure_interfaces"]) < 0).all() and (np.diff(read["pressure_levels"]) < 0).all()
    assert 9e4 < float(read["pressure_interfaces"][0, 0]) < 1.1e5
    np.testing.assert_allclose(read["pressure_weights"].sum("layer"), 1.0, atol=2e-7)
    # the air of the ground sounds nearly fully, that of the stratosphere less
    assert (read["averaging_kernel"][:, 0] > read["averaging_kernel"][:, -1]).all()


def test_each_level_lies_in_its_layer(read):
    level, bounds = read["pressure_levels"].values, read["pressure_interfaces"].values
    assert (level[:, 1:-1] < bounds[:, 1:-2]).all() and (level[:, 1:-1] > bounds[:, 2:-1]).all()


def test_the_prior_profile_gives_the_prior_column(read):
    for i in range(min(5, read.sizes["obs"])):
        one = soundings(read, slice(i, i + 1))
        air = AirGrid(GRID, np.zeros(21), one.interfaces[0] / one.interfaces[0, 0], merged_cells(GRID))
        ground = np.full(GRID.shape, one.interfaces[0, 0])
        field = jnp.broadcast_to(jnp.asarray(one.prior[0])[:, None, None], air.shape)
        found = float(observe(column_map(air, one, ground), field)[0])
        np.testing.assert_allclose(found, prior_column(read)[i], rtol=1e-7)


@pytest.mark.parametrize("levels, within", [(20, 3e-4), (60, 1e-4)])
def test_through_a_models_own_layers_the_prior_column_agrees_more_closely_the_finer_they_are(
    read, levels, within
):
    air = AirGrid(GRID, *hybrid_layers(levels), merged_cells(GRID))
    one = soundings(read, slice(0, 1))
    ground = np.full(GRID.shape, one.interfaces[0, 0])
    faces = (air.a + air.b * one.interfaces[0, 0])[None]
    in_model = layer_shares(faces, one.interfaces)[0] @ one.prior[0]
    field = jnp.broadcast_to(jnp.asarray(in_model)[:, None, None], air.shape)
    found = float(observe(column_map(air, one, ground), field)[0])
    np.testing.assert_allclose(found, prior_column(read)[0], rtol=within)


def test_a_perfect_column_of_uniform_air_is_the_air(read):
    air = AirGrid(GRID, *hybrid_layers(20), merged_cells(GRID))
    perfect = soundings(read)._replace(kernel=np.ones(read["averaging_kernel"].shape))
    found = observe(column_map(air, perfect, np.full(GRID.shape, 98000.0)), jnp.full(air.shape, 4e-4))
    np.testing.assert_allclose(found, 4e-4, rtol=2e-7)


def broken(folder, tmp_path, change):
    with xr.open_dataset(folder / FILES["gosat"], decode_times=False) as raw:
        made = raw.load()
    made = change(made) or made
    made.to_netcdf(tmp_path / "broken.nc", engine="scipy")
    return tmp_path / "broken.nc"


def test_all_faults_of_a_file_are_listed(folder, tmp_path):
    def change(raw):
        raw["pressure_levels"][3] = -9999.99
        raw["xch4_averaging_kernel"][4, 2] = np.nan
        raw["pressure_weights"][5] *= 2.0
        raw["pressure_levels"][6, 4] = 10.0
        raw["xch4"][7] = 1.8

    with pytest.raises(InputError) as error:
        columns.read_gosat(broken(folder, tmp_path, change))
    text = str(error.value)
    for part in (
        "missing numbers (2)",
        "sum to one (1)",
        "soundings [5]",
        "not fall upwards",
        "a column not between",
    ):
        assert part in text
    assert "broken.nc" in text


def test_units_and_layout_are_checked_together(folder, tmp_path):
    def units(raw):
        raw["pressure_levels"].attrs["units"] = "dbar"
        raw["ch4_profile_apriori"].attrs["units"] = "percent"
        raw["time"].attrs["units"] = "fortnights"

    with pytest.raises(InputError) as error:
        columns.read_gosat(broken(folder, tmp_path, units))
    assert len(error.value.faults) == 3 and "'dbar', expected one of hPa, Pa" in str(error.value)
    path = broken(folder, tmp_path, lambda raw: raw.drop_vars("pressure_weights").transpose("lev", ...))
    with pytest.raises(InputError) as error:
        columns.read_gosat(path)
    assert "pressure_weights" in str(error.value) and "dimensions ('lev', 'time')" in str(error.value)
    with pytest.raises(InputError, match="xco2"):
        columns.read_oco2(folder / FILES["gosat"])


def test_a_prior_in_ppm_as_its_description_says_would_be_refused(folder, tmp_path):
    path = broken(folder, tmp_path, lambda raw: raw["ch4_profile_apriori"].attrs.update(units="ppm"))
    with pytest.raises(InputError, match="a prior column not between"):
        columns.read_gosat(path)


def test_a_models_columns_are_ppm_whatever_their_unit_says(folder):
    made = columns.read_gems(folder / "gems_total_column_co2_200601.nc")
    xco2 = made["xco2"]
    assert (
        xco2.dims == ("time", "lat", "lon")
        and xco2.attrs["units"] == "mol mol-1"
        and made.attrs["is_model"] == 1
    )
    np.testing.assert_allclose([xco2.min(), xco2.mean(), xco2.max()], [374e-6, 385.8e-6, 402e-6], atol=0.6e-6)
    assert (np.diff(made["lat"]) > 0).all() and made["lon"].values[0] == -180.0
    assert made["time"].values[0] == np.datetime64("2006-01-01T06") and made.sizes["time"] == 31


def test_a_models_columns_of_another_size_are_refused(folder, tmp_path):
    with xr.open_dataset(folder / "gems_total_column_co2_200601.nc", decode_times=False) as raw:
        small = raw.isel(time=slice(2)).load()
    (small / 65.0).to_netcdf(tmp_path / "kg.nc", engine="scipy")
    with pytest.raises(InputError, match="tcco2"):
        columns.read_gems(tmp_path / "kg.nc")
    with pytest.raises(InputError, match="not among"):
        columns.read_gems(folder / FILES["oco2"])
