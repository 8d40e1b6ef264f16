"""Real weather of six producers: each trap of its files, and that the weather is that of the Earth."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from tenbin.core.errors import InputError
from tenbin.data.meteorology import csm, era5_tl31, era_interim, gfs, ifs, ncep, read
from tenbin.data.meteorology import surface_pressure_from_geopotential as derived_pressure


@pytest.fixture(scope="module")
def folder(data_root):
    found = data_root / "atmosphere" / "met_pressure_levels"
    if not found.is_dir():
        pytest.skip(f"no real weather in {found}")
    return found


@pytest.fixture(scope="module")
def january(folder):
    return gfs.read(folder / gfs.FILES[0]).compute()


@pytest.fixture(scope="module")
def era5(folder):
    return era5_tl31.read(folder / "era5_tl31_19590102T00.nc").compute()


@pytest.fixture(scope="module")
def june(folder):
    return ncep.read(folder / "ncep_june_climatology_T42.nc").compute()


def area_mean(field):
    return float(field.weighted(np.cos(np.radians(field["lat"]))).mean())


def test_gfs_has_all_that_transport_needs(january):
    assert dict(january.sizes) == {"time": 1, "level": 26, "lat": 73, "lon": 144}
    assert {"ua", "va", "ta", "hus", "zg", "ps", "tas", "hfss", "hfls", "pr", "orog"} <= set(january)
    assert area_mean(january["ta"]) == pytest.approx(250.3, abs=0.05)
    assert (float(january["ua"].min()), float(january["ua"].max())) == pytest.approx((-55.6, 106.0), abs=0.1)
    assert (january["ps"].min(), january["ps"].max()) == pytest.approx((49880.0, 104390.0), abs=15.0)
    # The whole atmosphere weighs 5.148e18 kg: 985.5 hPa (Trenberth and Smith 2005).
    assert area_mean(january["ps"]) == pytest.approx(98550.0, abs=50.0)


def layer_errors(weather, moist=True):
    """Relative error (time, layer, lat, lon) of heights by hydrostatic balance from virtual temperature."""
    share = weather["hus"].fillna(0.0) if moist else 0.0 * weather["ta"]
    virtual = (weather["ta"] * (1.0 + 0.6078 * share)).transpose(*weather["ta"].dims).values
    layers = np.log(weather["level"].values[:-1] / weather["level"].values[1:])
    thickness = 287.06 / 9.80665 * 0.5 * (virtual[:, 1:] + virtual[:, :-1]) * layers[:, None, None]
    return thickness / np.diff(weather["zg"].values, axis=1) - 1.0


def test_levels_heights_and_temperatures_are_in_hydrostatic_balance(folder, january, era5, june):
    """A level, a row or a unit out of place would show as percents."""
    weather = (january, era5, june, ifs.read(folder / "ecmwf_10deg_20240603_8times.nc").compute())
    worst = [np.abs(np.median(layer_errors(one), axis=(0, 2, 3))).max() for one in weather]
    assert max(worst) < 0.004, worst
    assert np.median(np.abs(layer_errors(january))) < 0.0006


def test_vapour_from_relative_humidity_is_what_lifts_the_levels_of_gfs(january):
    """Vapour makes moist air lighter: in the lowest kilometre of the tropics by 0.9 %, which heights must show."""
    tropics = january.sel(lat=slice(-15, 15), level=slice(None, 9e4))
    dry, moist = (np.median(layer_errors(tropics, moist)) for moist in (False, True))
    assert dry < -0.008 and abs(moist) < 0.0005


def test_gfs_fluxes_are_positive_to_the_air_and_of_the_size_of_the_earths(january):
    """About 20 W m-2 of sensible and 80 to 90 of latent heat, 2.7 to 3.2 mm of rain a day (Wild et al. 2015)."""
    assert area_mean(january["hfss"]) == pytest.approx(21.0, abs=5.0)
    assert area_mean(january["hfls"]) == pytest.approx(88.0, abs=10.0)
    assert area_mean(january["pr"]) * 86400.0 == pytest.approx(3.0, abs=0.3)
    assert january["orog"].dims == january["sftlf"].dims == ("lat", "lon")
    assert area_mean(january["sftlf"]) == pytest.approx(0.29, abs=0.01)


def test_gfs_levels_and_latitudes_are_turned(folder, january):
    raw = xr.open_dataset(folder / gfs.FILES[0])
    assert raw["level"].values[0] == 10.0 and raw["latitude"].values[0] == 90.0
    assert january["level"].values[0] == 1e5 and january["lat"].values[0] == -90.0
    there = january["ta"].sel(level=5e4, lat=35.0, lon=140.0).item()
    assert there == raw["t"].sel(level=500, latitude=35.0, longitude=140.0).item()
    assert there == january["ta"].values[0, 12, 50, 128]


def test_gfs_warm_tropics_below_and_cold_ones_at_the_tropopause(january):
    tropics = january["ta"].sel(lat=slice(-10, 10)).mean(("time", "lat", "lon"))
    assert tropics.sel(level=1e5) > 298.0 and tropics.sel(level=1e4) < 200.0


@pytest.mark.parametrize(("file", "cut"), [(gfs.FILES[0], 41), (gfs.FILES[1], 15)])
def test_gfs_vertical_motion_is_missing_where_it_was_cut_and_above_100_hpa(folder, file, cut):
    made = gfs.read(folder / file)
    assert int(made["wap"].sel(level=slice(None, 1e4)).isnull().sum()) == cut
    assert bool(made["wap"].sel(level=slice(7e3, None)).isnull().all())


def test_gfs_humidity_is_complete_and_plausible(january):
    assert not january["hus"].isnull().any()
    assert float(january["hus"].max()) < 0.03
    # 20 hPa has no relative humidity in the file.
    np.testing.assert_array_equal(january["hus"].sel(level=2e3), 2.5e-6)
    column = -january["hus"].sel(level=slice(None, 2e4)).integrate("level") / 9.80665
    assert area_mean(column) == pytest.approx(24.0, abs=4.0)  # kg m-2 of water vapour (Trenberth et al. 2005)


@pytest.mark.parametrize("file", gfs.FILES)
def test_pressure_from_heights_agrees_with_that_of_gfs(folder, file):
    made = gfs.read(folder / file)
    difference = (derived_pressure(made["zg"], made["ta"], made["orog"]) - made["ps"]).compute()
    assert float(np.sqrt((difference**2).mean())) < 15.0  # Pa
    assert float(abs(difference).max()) < 250.0
    assert abs(float(difference.mean())) < 6.0


def test_era5_axes_are_named_not_numbered(folder, era5):
    """The file has (level, longitude, latitude): read by position, the globe would lie on its side."""
    raw = xr.open_dataset(folder / "era5_tl31_19590102T00.nc")
    assert raw["temperature"].dims == ("level", "longitude", "latitude")
    assert dict(era5.sizes) == {"time": 1, "level": 37, "lat": 32, "lon": 64}
    assert era5["level"].values[[0, -1]].tolist() == [1e5, 100.0]  # hPa without a declaration
    assert (era5["ta"].min(), era5["ta"].max()) == pytest.approx((183.0, 306.4), abs=0.2)
    assert str(era5["time"].values[0]).startswith("1959-01-02T00")
    jet = era5["ua"].sel(level=2e4).mean(("time", "lon"))
    assert 20.0 < float(jet["lat"][int(jet.argmax("lat"))]) < 40.0  # the jet of the northern winter


def test_era5_without_pressure_at_the_ground_says_so_and_takes_a_relief(folder, era5):
    file = folder / "era5_tl31_19590102T00.nc"
    assert "ps" not in era5
    with pytest.raises(InputError, match="or orog, from which it can be derived"):
        read(file)
    flat = xr.zeros_like(era5["zg"].isel(time=0, level=0, drop=True)).drop_attrs()
    sea = era5_tl31.read(file, flat.rename("orog").assign_attrs(units="m").to_dataset())
    assert 95000.0 < float(sea["ps"].min()) and float(sea["ps"].max()) < 107500.0


def test_era_interim_joins_its_three_files(folder):
    paths = [folder / f"erainterim_1p5deg_20050123T00_{letter}.nc" for letter in "tuv"]
    made = era_interim.read(paths)
    assert set(made.data_vars) == {"ua", "va", "ta"} and made["level"].values[0] == 1e5
    raw = xr.open_dataset(paths[1])["u"].sel(level=300, latitude=45.0, longitude=285.0)
    assert float(made["ua"].sel(level=3e4, lat=45.0, lon=-75.0).isel(time=0)) == float(raw)
    with pytest.raises(InputError, match="ps: found no such field"):
        read(paths)


def test_era_interim_means_have_months_and_no_years(folder):
    made = era_interim.read_means(folder / "erainterim_jan_jul_means_uvz_3lev.nc")
    assert made["time"].dt.month.values.tolist() == [1, 7] and "does not name" in made.attrs["time_note"]
    height = made["zg"].sel(level=5e4).mean(("lat", "lon"))
    assert float(height[1]) > float(height[0]) > 5400.0  # m: July is the warmer month of the globe


def test_ifs_has_eight_times_and_humidity_that_is_not_below_zero(folder):
    made = ifs.read(folder / "ecmwf_10deg_20240603_8times.nc").compute()
    assert (np.diff(made["time"].values) == np.timedelta64(6, "h")).all() and made.sizes["time"] == 8
    assert float(made["hus"].min()) == 0.0 and 0.015 < float(made["hus"].max()) < 0.03
    assert float(made["zg"].max()) == pytest.approx(96022.3 / 9.80665, abs=0.1)


@pytest.mark.filterwarnings("ignore::xarray.SerializationWarning")
def test_ncep_units_and_levels_of_their_own(folder, june):
    raw = xr.open_dataset(folder / "ncep_june_climatology_T42.nc", decode_times=False)
    assert raw["OMEGA"].attrs["units"] == "mb/day" and raw["OMEGA"].sizes["lev1"] == 12
    fastest = float(raw["OMEGA"].max()) * 100.0 / 86400.0
    assert float(june["wap"].max()) == pytest.approx(fastest, rel=1e-6) and fastest < 1.0
    assert bool(june["wap"].sel(level=slice(9e3, None)).isnull().all())
    assert float(june["hus"].sel(level=slice(None, 3e4)).max()) == pytest.approx(0.0312, abs=1e-4)
    np.testing.assert_array_equal(june["hus"].sel(level=slice(2.6e4, None)), np.float32(2.5e-6))
    assert area_mean(june["ps"]) == pytest.approx(98507.0, abs=5.0)
    assert june["time"].dt.month.item() == 6


def test_ncep_jet_stands_in_the_winter_hemisphere(june):
    jet = june["ua"].sel(level=2e4).mean(("time", "lon"))
    at = int(jet.argmax("lat"))
    assert float(jet[at]) == pytest.approx(39.8, abs=0.05) and float(jet["lat"][at]) == pytest.approx(
        -26.5, abs=0.1
    )


def test_january_1988_is_in_kelvin_whatever_it_says(folder):
    file = folder / "ncar_uvt_jan1988_T42.nc"
    made = ncep.read_january_1988(file)
    assert 185.0 < float(made["ta"].min()) and float(made["ta"].max()) < 315.0
    with pytest.raises(InputError, match="declared degC"):
        read(file)


def test_winds_at_200_hpa_have_one_level(folder):
    made = ncep.read_winds_200hpa(*(folder / f"ncep_ltm_200hPa_{name}wnd.nc" for name in "uv"))
    assert made["level"].values.tolist() == [2e4] and made.sizes["time"] == 12


def test_csm_layers_are_those_of_ccm3(folder):
    file = folder / "csm_hybrid18_jan1980_T42.nc"
    with pytest.raises(InputError, match="without hyam and hybm"):
        read(file)
    made = csm.read(file)
    a, b = made["hybrid_a_faces"].values, made["hybrid_b_faces"].values
    # CCM3: the top five faces are pure pressure, the lowest two pure share of the pressure at the ground.
    assert (b[-5:] == 0.0).all() and (b[:-5] > 0.0).all()
    assert (a[:2] == 0.0).all() and (a[2:] > 0.0).all() and b[0] == 1.0
    assert (np.diff(a + 0.5e5 * b) < 0.0).all()
    np.testing.assert_allclose(made["level"], xr.open_dataset(file)["lev"].values[::-1] * 100.0, rtol=1e-6)
    assert (
        made.attrs["is_model"] == 1 and made.attrs["is_analysis"] == 0 and made.attrs["vertical"] == "hybrid"
    )


def test_raw_grib_is_refused_with_the_way_out(folder):
    with pytest.raises(InputError, match="GRIB"):
        read(folder / "gfs.t12z.pgrbf120.2p5deg.grib2")
