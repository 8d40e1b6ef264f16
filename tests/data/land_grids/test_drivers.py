"""Days made from months keep the months, are the same wherever they are made, and suit their place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.errors import InputError
from tenbin.data.land_grids import chance, drivers, noaa_climatology, solar, weather
from tenbin.data.land_grids.calendar_means import daily_curve, month_of_day, monthly_means
from tenbin.data.towers import checks

PLACES = {
    "Sahara": (23.75, 5.0, 296.0 + 8.0 * np.sin(np.arange(12) / 12 * 2 * np.pi - 2.0), np.zeros(12)),
    "Amazon": (-3.75, 298.75, np.full(12, 299.5), np.full(12, 7.5e-5)),
    "Siberia": (61.25, 128.75, 263.0 - 28.0 * np.cos(np.arange(12) / 12 * 2 * np.pi), np.full(12, 8e-6)),
    "India": (
        21.25,
        78.75,
        np.full(12, 299.0),
        np.array([0.1, 0.1, 0.1, 0.1, 0.2, 2, 4, 4, 2, 0.5, 0.1, 0.1]) * 3e-5,
    ),
}


def a_climatology():
    lat, lon, air, rain = (np.array(part) for part in zip(*PLACES.values(), strict=True))
    return drivers.from_table(air.T, rain.T, lat, lon, np.array([400.0, 50.0, 200.0, 300.0]))


@pytest.fixture(scope="module")
def two_years():
    return drivers.daily_drivers(a_climatology(), range(2003, 2005), seed=7, dtype=np.float64)


def test_the_months_keep_their_means_exactly(two_years):
    given_months = a_climatology()
    month = month_of_day(two_years.indexes["time"])
    for name in ("tas", "pr"):
        found = monthly_means(two_years[name].values, month)
        np.testing.assert_allclose(found, np.tile(given_months[name].values, (2, 1)), rtol=1e-12, atol=1e-17)


def test_the_years_have_their_leap_days_and_no_fault_is_found(two_years):
    assert two_years.sizes["time"] == 731
    assert pd.Timestamp("2004-02-29") in two_years.indexes["time"]
    assert checks.faults(two_years) == []


def test_a_cell_has_the_same_weather_whoever_makes_it(two_years):
    alone = drivers.daily_drivers(a_climatology().isel(cell=[2]), range(2003, 2005), seed=7, dtype=np.float64)
    for name in two_years:
        np.testing.assert_allclose(alone[name][:, 0], two_years[name][:, 2], rtol=1e-12)
    other = drivers.daily_drivers(a_climatology(), range(2003, 2005), seed=8)
    assert float(abs(other["tas"] - two_years["tas"]).max()) > 1.0


def test_the_day_lies_between_its_extremes_and_dry_places_have_the_larger_range(two_years):
    low, mean, high = (two_years[name] for name in ("tasmin", "tas", "tasmax"))
    np.testing.assert_allclose(0.5 * (low + high), mean, rtol=1e-12)
    width = (high - low).mean("time").values
    assert 13.0 < width[0] < 18.0 and 8.0 < width[1] < 11.0
    assert width[0] > width[2] > 5.0


def test_it_never_rains_in_a_month_without_rain_and_always_in_one_with(two_years):
    month = month_of_day(two_years.indexes["time"])
    rain = monthly_means(two_years["pr"].values > 0.0, month)
    assert (rain[:, 0] == 0.0).all() and (rain[:, 1:] > 0.0).all()
    assert rain[:, 1].mean() > 0.5 > rain[:, 2].mean()


def test_rain_comes_in_spells_and_as_often_as_it_should():
    """Wet days follow wet days: 0.25 more likely than after a dry day (Geng et al. 1986)."""
    days = pd.date_range("2001-01-01", "2060-12-31")
    places = chance.place_keys(np.array([50.0]), np.array([10.0]))
    months = 720
    rain = weather.rainfall(np.full((months, 1), 2.0 / 86400), np.full((months, 1), 10.0), days, places, 3)
    wet = rain.wet[:, 0]
    assert wet.mean() == pytest.approx(float(weather.wet_day_share(2.0, 10.0)), abs=0.015)
    assert wet[1:][wet[:-1]].mean() - wet[1:][~wet[:-1]].mean() == pytest.approx(0.25, abs=0.03)
    amount = rain.amount[wet, 0] * 86400
    assert amount.std() > 0.8 * amount.mean()


def test_warm_spells_last_some_days():
    days = pd.date_range("2001-01-01", "2040-12-31")
    places = chance.place_keys(np.array([50.0]), np.array([10.0]))
    air = weather.temperature(np.full((480, 1), 280.0), np.full((480, 1), 3.0), days, places, 5)[:, 0] - 280.0
    assert air.std() == pytest.approx(3.0, rel=0.12)
    # Taking away each month's mean takes some of the memory, too.
    assert np.corrcoef(air[1:], air[:-1])[0, 1] == pytest.approx(weather.PERSISTENCE, abs=0.08)


@given(st.lists(st.floats(-50.0, 50.0), min_size=12, max_size=12))
def test_a_curve_through_months_has_their_means(values):
    days = pd.date_range("2004-01-01", "2004-12-31")
    month = month_of_day(days)
    curve = daily_curve(np.array(values), month)
    np.testing.assert_allclose(monthly_means(curve, month), values, atol=1e-9)


def test_draws_are_uniform_and_independent_of_place_and_day():
    places = chance.place_keys(
        np.repeat(np.arange(-60.0, 80.0, 2.5), 20), np.tile(np.arange(0.0, 50.0, 2.5), 56)
    )
    drawn = chance.uniform(1, 2, places, np.arange(300))
    assert len(np.unique(places)) == places.size
    assert drawn.min() > 0.0 and drawn.max() < 1.0
    assert drawn.mean() == pytest.approx(0.5, abs=2e-3) and drawn.var() == pytest.approx(1 / 12, abs=5e-4)
    assert abs(np.corrcoef(drawn[1:].ravel(), drawn[:-1].ravel())[0, 1]) < 0.01
    assert abs(np.corrcoef(drawn[:, 1:].ravel(), drawn[:, :-1].ravel())[0, 1]) < 0.01


def test_the_sun_above_the_air_is_that_of_the_tables():
    """FAO 56, example 8: day 246 at 20 S: 32.2 MJ m-2 d-1, with a solar constant of 1367 W m-2 and a sun 0.7
    degrees too far south; the almanac's sun of 3 September stands at 7.5 N."""
    assert np.degrees(float(solar.declination(246))) == pytest.approx(7.5, abs=0.5)
    assert float(solar.top_of_atmosphere(-20.0, 246)) * 0.0864 == pytest.approx(32.2, rel=0.025)
    assert float(solar.day_length(45.0, 105)) / 3600 == pytest.approx(13.3, abs=0.1)
    assert float(solar.top_of_atmosphere(-85.0, 172)) == 0.0
    assert float(solar.day_length(85.0, 172)) == pytest.approx(86400.0)
    lat = np.degrees(np.arcsin(np.linspace(-0.995, 0.995, 200)))
    year = solar.top_of_atmosphere(lat[None, :], np.arange(1, 366)[:, None])
    assert year.mean() == pytest.approx(solar.SOLAR_CONSTANT / 4.0, rel=2e-3)


def test_the_air_is_dry_in_the_desert_and_moist_in_the_forest(two_years):
    deficit = two_years["vpd"].mean("time").values
    assert deficit[0] > 2000.0 and 300.0 < deficit[1] < 1200.0 and 0.0 < deficit[2] < 700.0


def test_a_dew_point_of_a_moist_place_is_the_night_s_lowest_temperature():
    """Kimball et al. 1997: without aridity 290 K (-0.127 + 1.121 x 1.003) = 289.24 K, + 0.0006 x range x 290."""
    assert float(drivers.dew_point(290.0, 0.0, 0.0)) == pytest.approx(290.0 * (-0.127 + 1.121 * 1.003))
    assert float(drivers.dew_point(290.0, 15.0, 0.0)) == 290.0
    assert float(drivers.dew_point(290.0, 15.0, 0.05)) < 281.0


def test_the_land_receives_the_sunlight_that_is_known(data_root, monkeypatch):
    """Wild et al. 2015 (Clim. Dyn. 44, 3393): 184 W m-2 over land; a desert sky is clearer than a rainforest's."""
    monkeypatch.setenv("TENBIN_DATA", str(data_root))
    land = noaa_climatology.land_cells(noaa_climatology.read())
    made = drivers.daily_drivers(land, range(2001, 2002))
    sun = made["rsds"].mean("time")
    mean = float((sun * land["land_area"]).sum() / land["land_area"].sum())
    assert 180.0 < mean < 195.0
    above = solar.top_of_atmosphere(land["lat"].values[None, :], np.arange(1, 366)[:, None]).mean(axis=0)
    clear = sun / above

    def at(lat, lon):
        near = (land["lat"].values - lat) ** 2 + (land["lon"].values - lon) ** 2
        return float(clear[int(near.argmin())])

    assert at(23.75, 6.25) > 0.65 > 0.55 > at(-3.75, 298.75) > 0.38
    assert checks.faults(made) == []
    gridded = drivers.on_grid(made.isel(time=slice(0, 3)))
    assert gridded["tas"].dims == ("time", "lat", "lon")
    assert int(gridded["tas"][0].notnull().sum()) == land.sizes["cell"]


def test_a_climatology_in_the_wrong_unit_is_refused_with_all_that_is_wrong():
    wrong = a_climatology()
    wrong["tas"] = wrong["tas"] - 273.15
    wrong["pr"] = wrong["pr"] * 86400.0 * 30.0
    with pytest.raises(InputError) as caught:
        drivers.daily_drivers(wrong.drop_vars("elevation"), (2001, 2003))
    assert {fault.name for fault in caught.value.faults} == {"tas", "pr", "elevation", "years"}
