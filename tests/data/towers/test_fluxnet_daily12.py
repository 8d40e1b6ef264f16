"""Daily towers: units become SI, the sign stays to the air, missing is missing, and any such folder can be read."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tenbin.core.errors import InputError
from tenbin.data import catalog
from tenbin.data.towers import fluxnet_daily12
from tenbin.data.towers.site_dataset import DRIVERS


@pytest.fixture(scope="module")
def real(data_root):
    return data_root / "land" / "eddy_fluxnet2015_daily12"


@pytest.fixture(scope="module")
def puechabon(real):
    return fluxnet_daily12.read("FR-Pue", real)


def made(folder, site="XX-New", days=730, **changes):
    """A site of the producers' layout, on days since 2001-01-01."""
    numbers = {
        "T2M_MIN": 0.0, "T2M_MAX": 20.0, "SSRD": 8.64, "VPD": 10.0, "TOTAL_PREC": 8.64, "PA": 100.0, "CO2": 400.0,
        "LAI": 2.0, "GPP": 8.64, "GPPunc": 0.864, "NBE": -4.32, "ET": 0.864, "SWC": 30.0, "EWT": 99.0,
    } | changes  # fmt: skip
    data = xr.Dataset({name: ("time", np.full(days, value)) for name, value in numbers.items()})
    data["time"] = ("time", np.arange(days))
    data["LAT"] = 51.0
    data.to_netcdf(folder / f"{site}.nc")


def test_the_units_become_si(tmp_path):
    made(tmp_path)
    site = fluxnet_daily12.read("XX-New", tmp_path)
    expected = {
        "tas": 283.15, "tasmin": 273.15, "tasmax": 293.15, "rsds": 100.0, "vpd": 1000.0, "pr": 1e-4, "ps": 1e5,
        "co2": 4e-4, "lai": 2.0, "gpp": 1e-7, "gpp_uncertainty": 1e-8, "nee": -5e-8, "et": 1e-5, "swc": 0.3,
    }  # fmt: skip
    assert {name: float(site[name][0]) for name in expected} == pytest.approx(expected)
    assert site["rsds"].attrs["units"] == "W m-2" and site["gpp_uncertainty"].attrs["units"] == "kg m-2 s-1"
    assert "EWT" not in site and "ewt" not in site


def test_a_folder_without_a_table_of_sites_still_says_where_and_how_warm_a_site_is(tmp_path):
    made(tmp_path)
    site = fluxnet_daily12.read("XX-New", tmp_path)
    assert fluxnet_daily12.sites(tmp_path) == ["XX-New"]
    assert site.attrs["latitude"] == 51.0 and np.isnan(site.attrs["elevation"])
    assert site.attrs["mean_annual_temperature"] == pytest.approx(283.15)
    assert site.attrs["mean_annual_precipitation"] == pytest.approx(8.64 * 365.25)


def test_the_sign_of_the_net_exchange_is_to_the_air(puechabon):
    """An evergreen forest takes up carbon over the years: the net exchange is negative, and is RECO - GPP."""
    both = puechabon[["gpp", "reco", "nee"]].to_dataframe().dropna()
    assert both["nee"].mean() < 0.0
    assert np.corrcoef(both["nee"], both["reco"] - both["gpp"])[0, 1] > 0.95


def test_the_days_are_those_of_the_real_calendar(real, puechabon):
    assert puechabon.sizes["time"] == 3287
    assert pd.Timestamp("2004-02-29") in puechabon.indexes["time"]
    tharandt = fluxnet_daily12.read("DE-Tha", real)
    assert str(tharandt.indexes["time"][0].date()) == "2008-01-01"


def test_no_sentinel_survives_and_the_empty_is_empty(real):
    tonzi = fluxnet_daily12.read("US-Ton", real)
    assert 0.0 < float(tonzi["swc"].min()) < float(tonzi["swc"].max()) < 0.7
    assert int(tonzi["swc"].isnull().sum()) == 111
    for name in DRIVERS:
        assert not tonzi[name].isnull().any()


def test_every_site_has_its_place_and_its_credit(real):
    table = catalog.product("eddy_fluxnet2015_daily12")
    for name in fluxnet_daily12.sites(real):
        facts = fluxnet_daily12.read(name, real).attrs
        assert -90 < facts["latitude"] < 90 and -180 <= facts["longitude"] <= 180
        assert 0 < facts["elevation"] < 3000 and facts["igbp"].isupper()
        assert facts["citation"] == table.citation and facts["source_file"].endswith(f"{name}.nc")


def test_days_that_contradict_the_day_of_the_year_are_refused(tmp_path):
    made(tmp_path, DOY=np.arange(730) % 365 + 2)
    with pytest.raises(InputError, match="day of the year"):
        fluxnet_daily12.read("XX-New", tmp_path)


def test_what_is_missing_is_named_all_at_once(tmp_path):
    made(tmp_path)
    whole = xr.load_dataset(tmp_path / "XX-New.nc", decode_times=False)
    whole.drop_vars(["SSRD", "VPD"]).to_netcdf(tmp_path / "XX-Bad.nc")
    with pytest.raises(InputError) as caught:
        fluxnet_daily12.read("XX-Bad", tmp_path)
    assert [fault.name for fault in caught.value.faults] == ["SSRD", "VPD"]
    with pytest.raises(InputError, match="XX-New"):
        fluxnet_daily12.read("XX-Other", tmp_path)
    with pytest.raises(InputError, match="no NetCDF files"):
        fluxnet_daily12.sites(tmp_path / "nowhere")
    (tmp_path / "XX-Cut.nc").write_bytes((tmp_path / "XX-New.nc").read_bytes()[:3000])
    with pytest.raises(InputError, match="XX-Cut"):
        fluxnet_daily12.read("XX-Cut", tmp_path)


def test_a_copied_folder_of_real_files_reads_the_same(real, tmp_path):
    shutil.copy(real / "FR-Pue.nc", tmp_path / "FR-Pue.nc")
    shutil.copy(real / "sites.csv", tmp_path / "sites.csv")
    again = fluxnet_daily12.read_all(tmp_path)["FR-Pue"]
    xr.testing.assert_equal(again, fluxnet_daily12.read("FR-Pue", real))
