"""Footprints of particle models: two layouts, moles into kilograms, hours that must add up."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from tenbin.core.constants import MOLAR_MASS
from tenbin.core.errors import InputError
from tenbin.data import footprints

NAME_PARIS = "MHD-10magl_NAME_UKV_TEST_inert_PARIS-format_201301.nc"
FLEXPART = "MHD-10magl_FLEXPART_ECMWFHRES_TEST_inert_201809.nc"
OPENGHG = "TAC-100magl_TEST_201607.nc"
HOURLY = "RGL-90magl_UKV_co2_TEST_201401.nc"
COLUMN = "THW-column_NAME_UMG_EUROPE_TEST_inert_202304.nc"
DECAYING = "MHD-10magl_UKV_hfo-1234zee_EUROPE_201401_test.nc"
PER_KG = "mol mol-1 (kg m-2 s-1)-1"


@pytest.fixture(scope="module")
def folder(data_root):
    found = data_root / "atmosphere" / "footprints_inversion"
    if not found.is_dir():
        pytest.skip(f"no real footprints in {found}")
    return found


@pytest.mark.parametrize(
    ("file", "name", "times"), [(NAME_PARIS, "srr", 49), (FLEXPART, "srr", 49), (OPENGHG, "fp", 145)]
)
def test_layouts_of_all_models_come_to_one_form(folder, file, name, times):
    made = footprints.read(folder / file, "ch4")
    assert (
        made["footprint"].dims == ("obs", "time", "lat", "lon") and made["footprint"].attrs["units"] == PER_KG
    )
    assert dict(made.sizes) == {"obs": times, "time": 1, "lat": 12, "lon": 12}
    assert (np.diff(made["lat"]) > 0).all() and (np.diff(made["lon"]) > 0).all()
    with xr.open_dataset(folder / file) as raw:
        total = float(raw[name].sum(dtype=float))
    np.testing.assert_allclose(float(made["footprint"].sum()) * MOLAR_MASS["ch4"], total, rtol=1e-6)
    assert made.attrs["site"] == file[:3] and made.attrs["is_column"] == 0


def test_an_even_flux_adds_the_same_moles_whichever_way_it_is_counted(folder):
    # 1e-9 mol m-2 s-1 of CH4 and of CO2 add the same mole fraction; in kilograms their fluxes differ
    added = [
        float(footprints.read(folder / OPENGHG, gas)["footprint"].sum()) * 1e-9 * MOLAR_MASS[gas]
        for gas in ("ch4", "co2", "n2o")
    ]
    np.testing.assert_allclose(added, added[0], rtol=1e-12)


def test_32_bit_axes_are_those_of_the_other_files(folder):
    old, new = (footprints.read(folder / file, "co2") for file in (HOURLY, NAME_PARIS))
    np.testing.assert_array_equal(old["lat"], new["lat"])
    np.testing.assert_array_equal(old["lon"], new["lon"])


def test_a_stamp_is_the_start_of_its_hour(folder):
    for file, first in (
        (FLEXPART, "2018-09-02T00"),
        (NAME_PARIS, "2013-01-01T00"),
        (HOURLY, "2014-01-10T00"),
    ):
        made = footprints.read(folder / file, "co2")
        assert made["obs_start"].values[0] == np.datetime64(first)
        assert set((made["obs_end"] - made["obs_start"]).values) == {np.timedelta64(3600, "s")}
        assert set(np.diff(made["obs_start"])) == {np.timedelta64(3600, "s")}


def test_hours_before_a_measurement_add_up_and_the_last_holds_the_rest(folder):
    whole, hours = (footprints.read(folder / HOURLY, "co2", resolved=which) for which in (False, True))
    assert hours.sizes["time"] == 25 and hours["hours_back"].values[-1] == 24.0
    assert np.isinf(hours["hours_back_end"].values[-1]) and hours["hours_back_end"].values[0] == 1.0
    total = hours["footprint"].sum("time")
    np.testing.assert_allclose(total, whole["footprint"].isel(time=0), rtol=1e-6, atol=1e-12)


def test_hours_that_do_not_add_up_are_refused(folder):
    path = folder / "TAC-100magl_UKV_co2_TEST_201407.nc"
    assert footprints.read(path, "co2").sizes["obs"] == 73
    with pytest.raises(InputError, match="fp_HiTRes: found hours that do not add up"):
        footprints.read(path, "co2", resolved=True)
    with pytest.raises(InputError, match="read it without `resolved`"):
        footprints.read(folder / OPENGHG, "co2", resolved=True)


def test_a_column_says_so(folder):
    made = footprints.read(folder / COLUMN, "ch4")
    assert made.attrs["is_column"] == 1 and made.attrs["inlet"] == "column" and made.sizes["lat"] == 293


def test_a_run_with_loss_serves_no_other_gas(folder):
    with pytest.raises(InputError, match=r"a run of hfo-1234zee that decays in 1351\.1"):
        footprints.read(folder / DECAYING, "ch4")


def test_credit_and_model_come_along(folder):
    made = footprints.read(folder / FLEXPART, "n2o")
    assert "Empa" in made.attrs["publication_acknowledgement"] and made.attrs["model"] == "FLEXPART"
    assert "1.06" in made.attrs["comment"] and made.attrs["licence_class"] == "B"


def broken(folder, tmp_path, change, file=NAME_PARIS):
    with xr.open_dataset(folder / file, decode_times=False) as raw:
        made = raw.load()
    made = change(made) or made
    made.to_netcdf(tmp_path / "MHD-broken.nc", engine="scipy")
    return tmp_path / "MHD-broken.nc"


def test_a_truncated_file_of_zeros_is_refused_but_air_that_passed_by_a_small_domain_is_not(folder, tmp_path):
    # Mace Head lies outside the cut-out: for 37 hours its air had not been there
    made = footprints.read(folder / FLEXPART, "ch4")["footprint"]
    assert int((made.max(["time", "lat", "lon"]) == 0.0).sum()) == 37

    def empty(raw):
        raw["srr"][:] = 0.0

    with pytest.raises(InputError, match="nothing but zeros at 49 of 49"):
        footprints.read(broken(folder, tmp_path, empty), "ch4")


def test_faults_are_listed_together(folder, tmp_path):
    def layout(raw):
        raw["srr"].attrs["units"] = "ppm s"
        raw["time"].attrs["period"] = "unknown"
        return raw.drop_vars("release_lat")

    with pytest.raises(InputError) as error:
        footprints.read(broken(folder, tmp_path, layout), "ch4")
    assert len(error.value.faults) == 3 and "'ppm s'" in str(error.value)

    def values(raw):
        raw["fp"][:, :, 3] = 0.0
        raw["fp"][2, 2, 4] = np.nan

    with pytest.raises(InputError) as error:
        footprints.read(broken(folder, tmp_path, values, OPENGHG), "ch4")
    assert "zeros at 1 of 145" in str(error.value) and "missing or negative numbers at 1 of 145" in str(
        error.value
    )
    with pytest.raises(InputError, match="fp or srr"):
        footprints.read(broken(folder, tmp_path, lambda raw: raw.drop_vars("srr")), "ch4")
    with pytest.raises(InputError, match="one of ch4, co2"):
        footprints.read(folder / NAME_PARIS, "argon")
