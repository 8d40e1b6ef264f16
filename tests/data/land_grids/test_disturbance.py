"""Gauges miss snow, savannas burn in their dry season, fields bear a crop when they can, and wood is cut."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tenbin.data.land_grids import crop_calendar, fire_regime, noaa_climatology, undercatch, wood_harvest
from tenbin.data.land_grids.bioclimate import bioclimate
from tenbin.data.land_grids.land_cover import PLANT_TYPE_NAMES, from_climate
from tenbin.data.land_grids.noaa_climatology import MONTH_LENGTHS

MONTHS = np.arange(12)


def place(celsius, rain, lat):
    """A climatology (month, cell) of one place: temperature [degC], rain [mm per month], latitude [degree]."""
    fields = {
        "tas": (("month", "cell"), np.asarray(celsius, float)[:, None] + 273.15),
        "pr": (("month", "cell"), (np.asarray(rain, float) / MONTH_LENGTHS / 86400.0)[:, None]),
    }
    return xr.Dataset(fields, coords={"lat": ("cell", [float(lat)]), "month": MONTHS + 1})


SAVANNA = place(25.0 + 0 * MONTHS, [0, 0, 5, 40, 120, 180, 220, 260, 180, 60, 5, 0], 10.0)
RAINFOREST = place(26.0 + 0 * MONTHS, 220.0 + 0 * MONTHS, 0.0)
TAIGA = place(-8.0 - 20.0 * np.cos(2 * np.pi * MONTHS / 12), 30.0 + 0 * MONTHS, 62.0)


def burned(climate, kind):
    return float(fire_regime.burned_per_year(bioclimate(climate), [kind])[0])


def test_a_gauge_misses_a_quarter_of_cold_snow_and_a_few_percent_of_rain():
    # Goodison et al. 1998: 103.11 - 8.67 x 2.5 - 0.30 x 15 = 76.9 % at -15 degC
    assert float(undercatch.catch_of_snow(-15.0)) == pytest.approx(0.769, abs=1e-3)
    assert float(undercatch.factor(-15.0)) == pytest.approx(1.0 / 0.769, abs=2e-3)
    assert float(undercatch.factor(30.0)) == pytest.approx(undercatch.RAIN_FACTOR, abs=1e-4)
    assert np.all(np.diff(undercatch.factor(np.linspace(-30.0, 20.0, 51))) < 0.0)


def test_only_the_rain_is_changed():
    made = undercatch.corrected(TAIGA)
    xr.testing.assert_identical(made["tas"], TAIGA["tas"])
    assert bool((made["pr"] > TAIGA["pr"]).all()) and made["pr"].attrs == TAIGA["pr"].attrs


def test_savanna_burns_most_years_and_rainforest_hardly_ever():
    assert 0.2 < burned(SAVANNA, "c4_grass") < 0.5
    assert burned(SAVANNA, "c4_grass") > burned(SAVANNA, "shrub") > burned(SAVANNA, "crop") > 0.0
    assert burned(RAINFOREST, "tropical_evergreen_broadleaf") < 0.01
    assert 1.0 / 250.0 < burned(TAIGA, "boreal_evergreen_needleleaf") < 1.0 / 80.0
    assert burned(SAVANNA, "desert_sparse") == 0.0


def test_a_year_of_days_burns_the_share_of_the_year_in_the_dry_season():
    days = pd.date_range("2010-01-01", "2010-12-31").values
    rate = fire_regime.burned_rate(SAVANNA, ["c4_grass"], days)
    assert rate.shape == (365, 1) and bool((rate >= 0.0).all())
    assert float(rate.sum() * 86400.0) == pytest.approx(burned(SAVANNA, "c4_grass") * 365 / 365.25, rel=1e-6)
    month = pd.DatetimeIndex(days).month
    assert rate[month == 1].mean() > 5.0 * rate[month == 8].mean()


def test_the_taiga_burns_in_summer():
    season = fire_regime.season(TAIGA)[:, 0]
    assert season[5:8].mean() > 2.0 and season[[11, 0, 1]].max() < 1e-3


def test_the_burned_area_of_the_world_is_about_that_of_satellites(data_root, monkeypatch):
    """4 to 5 million km2 a year (GFED4s), most of it within 30 degrees of the equator."""
    monkeypatch.setenv("TENBIN_DATA", str(data_root))
    land = noaa_climatology.land_cells(noaa_climatology.read(), 0.2)
    cover, climate = from_climate(land)["plant_fraction"], bioclimate(land)
    cells = land.sizes["cell"]
    parts = [
        cover.sel(plant_type=name).values * fire_regime.burned_per_year(climate, [name] * cells)
        for name in PLANT_TYPE_NAMES
    ]
    area = sum(parts) * land["land_area"].values / 1e12
    assert 3.5 < area.sum() < 5.5
    assert area[np.abs(land["lat"].values) < 30.0].sum() > 0.8 * area.sum()


def weather(celsius, rain, sun):
    day = np.arange(365)
    return tuple(np.asarray(x(day), float)[:, None] for x in (celsius, rain, sun))


def test_a_field_of_the_north_bears_one_crop_in_summer():
    wave = lambda day: -np.cos(2 * np.pi * (day - 15) / 365)  # noqa: E731
    share = crop_calendar.sown(
        *weather(lambda d: 280.0 + 12 * wave(d), lambda d: 2e-5 + 0 * d, lambda d: 130 + 100 * wave(d))
    )[:, 0]
    assert share[200:230].min() > 0.6 and share[:60].max() < 0.2 and share[330:].max() < 0.2
    assert 0.1 < share.mean() < 0.4


def test_the_wet_tropics_bear_a_second_crop():
    wet = crop_calendar.sown(*weather(lambda d: 299 + 0 * d, lambda d: 7e-5 + 0 * d, lambda d: 200.0 + 0 * d))
    dry = crop_calendar.sown(
        *weather(lambda d: 299 + 0 * d, lambda d: 7e-5 * (d < 120), lambda d: 200.0 + 0 * d)
    )
    assert wet.mean() > dry.mean() and wet.max() <= 1.0 and dry.min() >= 0.0
    assert dry[40:90].mean() > 2.0 * dry[250:330].mean(), "the crop stands in the rains"


def test_wood_is_cut_in_forests_alone():
    cut = dict(zip(PLANT_TYPE_NAMES, wood_harvest.cut_per_year(PLANT_TYPE_NAMES), strict=True))
    assert all((cut[name] > 0.0) == ("leaf" in name) for name in PLANT_TYPE_NAMES)
    assert max(cut.values()) < 0.02
