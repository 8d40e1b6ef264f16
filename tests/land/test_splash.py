"""Sunlight and a bucket of water: SPLASH against its reference files, its balance and its slopes."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land import splash

DIGITS = 6e-9
"""Relative: the reference tables print nine digits."""


def calendar(dates: np.ndarray) -> tuple[jax.Array, jax.Array]:
    index = pd.DatetimeIndex(dates)
    return jnp.asarray(index.day_of_year), jnp.asarray(np.where(index.is_leap_year, 366, 365))


@pytest.fixture(scope="module")
def daily_table(data_root):
    folder = data_root / "land" / "grid_pyrealm"
    names = ("inputs", "outputs")
    return [pd.read_csv(folder / f"splash__data__daily_flux_benchmark_{name}.csv") for name in names]


def of_table(inputs: pd.DataFrame):
    columns = {name: jnp.asarray(inputs[name].to_numpy()) for name in inputs if name != "dates"}
    place = splash.Place(columns["lat"], columns["elv"], pressure=columns["pa"])
    at = splash.sun(columns["julian_day"], columns["days_in_year"])
    temperature = columns["tc"] + 273.15
    light = splash.sunlight(place, at, columns["sf"], temperature)
    return columns, place, at, light, splash.evaporation(light, temperature, columns["pa"])


def test_a_hundred_random_days_have_the_published_fluxes(daily_table):
    inputs, expected = daily_table
    columns, place, at, light, could = of_table(inputs)
    weather = splash.Weather(
        columns["julian_day"], columns["days_in_year"], columns["sf"], columns["tc"] + 273.15, columns["pn"]
    )
    water, fluxes = splash.step(place, columns["wn"], weather)
    mine = {
        "my_nu": jnp.rad2deg(at.anomaly),
        "my_lambda": jnp.rad2deg(at.longitude),
        "dr": at.distance_factor,
        "delta": jnp.rad2deg(at.declination),
        "hs": jnp.rad2deg(light.sunset),
        "ra_d": light.outside,
        "tau": light.transmissivity,
        "ppfd_d": light.ppfd,
        "hn": jnp.rad2deg(light.crossover),
        "rnl": light.longwave,
        "rn_d": light.net_day,
        "rnn_d": light.net_night,
        "sat": could.slope,
        "lv": could.latent_heat,
        "pw": could.density,
        "psy": could.psychrometric,
        "econ": could.water_per_energy,
        "cond": could.condensation,
        "eet_d": could.equilibrium,
        "pet_d": could.potential,
        "aet_d": fluxes.evaporation,
        "wn": water,
        "ro": fluxes.runoff,
    }
    assert set(mine) == set(expected) - {"rx", "hi"}  # two intermediates that we do not keep
    for name, value in mine.items():
        scale = np.abs(expected[name]).max()
        np.testing.assert_allclose(value, expected[name], rtol=DIGITS, atol=1e-9 * scale, err_msg=name)


def one_place(latitude: float = 45.0, capacity: float = 150.0) -> splash.Place:
    return splash.Place(jnp.array([latitude]), jnp.array([200.0]), jnp.array([capacity]))


def a_year(seed: int = 0, n_cells: int = 1, warmth: float = 285.0) -> splash.Weather:
    draw = np.random.default_rng(seed)
    days = np.arange(1, 366)
    season = -12.0 * np.cos(2.0 * np.pi * days / 365.0)
    shape = (365, n_cells)
    return splash.Weather(
        jnp.asarray(days),
        jnp.full(365, 365),
        jnp.asarray(draw.uniform(0.0, 1.0, shape)),
        jnp.asarray(warmth + season[:, None] + draw.normal(0.0, 3.0, shape)),
        jnp.asarray(draw.exponential(3.0, shape) * (draw.random(shape) < 0.3)),
    )


def test_a_year_at_san_francisco_is_the_published_one_after_its_spin_up(data_root):
    folder = data_root / "land" / "grid_pyrealm"
    given_, expected = (
        xr.open_dataset(folder / f"splash__data__splash_sf_example_data{end}.nc").load()
        for end in ("", "_details")
    )
    sunshine, warmth, rain = (
        jnp.asarray(given_[name].values.reshape(366, 1)) for name in ("sf", "tmp", "pre")
    )
    weather = splash.Weather(*calendar(given_.time.values), sunshine, warmth + 273.15, rain)
    place = splash.Place(jnp.asarray(given_.lat.values), jnp.asarray(given_.elev.values.ravel()))
    start = splash.spin_up(place, weather, jnp.zeros(1), years=3)
    np.testing.assert_allclose(start, expected.wn_spun_up.values.ravel(), rtol=1e-12)
    _, fluxes = splash.run(place, start, weather)
    names = {"evaporation": "aet_d", "potential_evaporation": "pet_d", "condensation": "cond"}
    names |= {"runoff": "ro", "soil_water": "wn", "ppfd": "ppfd_d"}
    for mine, theirs in names.items():
        np.testing.assert_allclose(
            getattr(fluxes, mine),
            expected[theirs].values.reshape(366, 1),
            rtol=1e-12,
            atol=1e-12,
            err_msg=mine,
        )


def test_soil_water_equals_pyrealm_at_many_latitudes():
    pytest.importorskip("pyrealm")
    from pyrealm.constants import CoreConst
    from pyrealm.core.calendar import Calendar
    from pyrealm.splash.splash import SplashModel

    latitude, elevation = np.linspace(-55.0, 55.0, 12), np.linspace(0.0, 3000.0, 12)
    weather = a_year(3, 12)
    whole = np.ones((365, 1))
    theirs = SplashModel(
        lat=whole * latitude,
        elv=whole * elevation,
        sf=np.asarray(weather.sunshine),
        tc=np.asarray(weather.temperature) - 273.15,
        pn=np.asarray(weather.rain),
        dates=Calendar(np.arange("2001-01-01", "2002-01-01", dtype="datetime64[D]")),
        core_const=CoreConst(water_density_method="chen"),
    )
    place = splash.Place(jnp.asarray(latitude), jnp.asarray(elevation), pressure=jnp.asarray(theirs.pa[0]))
    start = np.full(12, 60.0)
    expected = theirs.calculate_soil_moisture(start)
    _, fluxes = splash.run(place, jnp.asarray(start), weather)
    mine = (fluxes.evaporation, fluxes.soil_water, fluxes.runoff)
    for ours, reference in zip(mine, expected, strict=True):
        np.testing.assert_allclose(ours, reference, rtol=1e-10, atol=1e-11)


def test_twenty_years_of_grassland_evaporation_obey_their_bucket(data_root):
    """The file gives no temperature: its evaporation is judged by what supply and demand allow."""
    table = xr.open_dataset(data_root / "land" / "eddy_pyrealm" / "DE_gri_splash_cru_ts4.07_2000_2019.nc")
    frame = table.to_dataframe()[["aet", "wn", "pre", "pet"]]
    before = frame.wn.shift(1)
    supply = 24.0 * splash.SUPPLY_RATE * before / splash.CAPACITY
    dry = frame.aet < frame.pet - 1e-3
    assert (frame.aet <= frame.pet + 1e-5).all() and 0.05 < dry.mean() < 0.9
    assert (frame.aet <= supply + 1e-4)[1:].all()
    condensed = frame.wn - before - frame.pre + frame.aet  # where nothing ran off
    assert condensed[1:][frame.wn[1:] < splash.CAPACITY - 1e-3].between(0.0, 2.0).all()


def test_water_is_neither_made_nor_lost():
    weather = a_year(5, 4)
    place = splash.Place(
        jnp.array([-70.0, 0.0, 40.0, 89.0]), jnp.zeros(4), jnp.array([150.0, 20.0, 5.0, 80.0])
    )
    start = jnp.array([10.0, 20.0, 5.0, 0.0])
    end, fluxes = splash.run(place, start, weather)
    came = (weather.rain + fluxes.condensation).sum(0)
    went = (fluxes.evaporation + fluxes.runoff).sum(0)
    np.testing.assert_allclose(end - start, came - went, atol=1e-11)
    assert (fluxes.soil_water >= 0.0).all() and (fluxes.soil_water <= place.capacity).all()


def test_a_bucket_forgets_its_start():
    weather, place = a_year(1), one_place()
    empty, full = (splash.spin_up(place, weather, jnp.array([start]), years=6) for start in (0.0, 150.0))
    assert abs(float((empty - full)[0])) < 1e-6


@pytest.mark.parametrize(("latitude", "day", "hours"), [(0.0, 80, 12.0), (75.0, 172, 24.0), (75.0, 355, 0.0)])
def test_day_length_follows_latitude_and_season(latitude, day, hours):
    at = splash.sun(jnp.asarray(day), jnp.asarray(365))
    light = splash.sunlight(one_place(latitude), at, jnp.ones(1), jnp.full(1, 285.0))
    assert float(light.sunset[0]) * 24.0 / np.pi == pytest.approx(hours, abs=0.02)


def test_evaporation_is_the_smaller_of_supply_and_demand():
    place, at = one_place(30.0), splash.sun(jnp.asarray(172), jnp.asarray(365))
    temperature = jnp.full(1, 295.0)
    light = splash.sunlight(place, at, jnp.ones(1), temperature)
    could = splash.evaporation(light, temperature, jnp.full(1, 1e5))
    wet = partial(splash.actual_evaporation, light, could, capacity=150.0)
    assert float(wet(soil_water=jnp.full(1, 1e4))[0]) == pytest.approx(float(could.potential[0]), rel=1e-12)
    scarce = 1e-3
    while_sun_is_up = 24.0 / np.pi * splash.SUPPLY_RATE * scarce / 150.0 * float(light.crossover[0])
    assert float(wet(soil_water=jnp.full(1, scarce))[0]) == pytest.approx(while_sun_is_up, rel=1e-3)


def yearly_evaporation(capacity: jax.Array, rain_factor: jax.Array) -> jax.Array:
    weather = a_year(2)
    weather = weather._replace(rain=weather.rain * rain_factor)
    return splash.run(one_place(40.0, capacity), jnp.array([30.0]), weather)[1].evaporation.sum()


def test_slopes_of_a_year_are_those_of_differences():
    point, width = jnp.array([120.0, 0.8]), 1e-4
    slope = jax.grad(lambda x: yearly_evaporation(x[0], x[1]))(point)
    run = jax.jit(lambda x: yearly_evaporation(x[0], x[1]))
    for i in range(2):
        nudge = jnp.zeros(2).at[i].set(width)
        central = (run(point + nudge) - run(point - nudge)) / (2.0 * width)
        assert float(slope[i]) == pytest.approx(float(central), rel=1e-5)


def day_in_numbers(x: jax.Array, dtype: str) -> jax.Array:
    latitude, day, sunshine, temperature, rain, water = x
    place = splash.Place(latitude[None], jnp.zeros(1, dtype))
    day_of_year = jax.lax.stop_gradient(day)
    weather = splash.Weather(day_of_year, 365.0, sunshine[None], temperature[None], rain[None])
    return sum(field.sum() for field in splash.step(place, water[None], weather)[1])


_VALUE_AND_SLOPE = {
    dtype: jax.jit(jax.value_and_grad(partial(day_in_numbers, dtype=dtype)))
    for dtype in ("float32", "float64")
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@settings(max_examples=40)
@given(
    latitude=st.sampled_from([-90.0, -66.56, 0.0, 23.44, 66.56, 90.0]) | st.floats(-90, 90, width=32),
    day=st.integers(1, 365),
    sunshine=st.floats(0, 1, width=32),
    temperature=st.floats(213.15, 323.15),
    rain=st.sampled_from([0.0, 300.0]) | st.floats(0, 50, width=32),
    water=st.sampled_from([0.0, 150.0]) | st.floats(0, 150, width=32),
)
def test_any_day_anywhere_is_finite_with_finite_slopes(
    dtype, latitude, day, sunshine, temperature, rain, water
):
    x = jnp.array([latitude, day, sunshine, temperature, rain, water], dtype)
    value, slope = _VALUE_AND_SLOPE[dtype](x)
    assert value.dtype == dtype
    assert jnp.isfinite(value) and jnp.isfinite(slope).all()
