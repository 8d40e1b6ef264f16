"""A made-up year: what drives it, how its ends meet, that it closes, what it says it is."""

from __future__ import annotations

import dataclasses
import importlib.util
import itertools

import numpy as np
import pytest

from tenbin.core.arrays import jnp
from tenbin.core.constants import DRY_PRESSURE
from tenbin.core.errors import InputError
from tenbin.data.surface_fluxes import land_share
from tenbin.transport import (
    boundary_layer,
    circulation,
    convection,
    meteorology_synthetic,
    prescribed_convection,
    prescribed_mixing,
    synthetic_dynamics,
    synthetic_forcing,
)
from tenbin.transport.air_file import AirFile, Times, write
from tenbin.transport.meteorology_synthetic import Synthetic
from tenbin.transport.synthetic_dynamics import HOURS, Dynamics, Weather, sigma_faces
from tenbin.transport.synthetic_forcing import DAYS, Forcing, equilibrium_temperature, season
from tenbin.transport.synthetic_mixing import synthetic_mixing
from tenbin.transport.synthetic_year import blown, joined

with_dinosaur = pytest.mark.skipif(
    importlib.util.find_spec("dinosaur") is None, reason="needs dinosaur-dycore (the extra `met`)"
)
SMALL = Synthetic(Dynamics(waves=21, step=45.0, spin_up=1, seed=3), days=3, overlap=1)
HOW = Forcing()
TIMES = Times(
    np.datetime64("2001-01-01T00:00:00") + np.arange(12) * np.timedelta64(6, "h"), HOURS * 3600.0, True
)


def temperature(lat, pressure, when, how=HOW):
    return np.asarray(equilibrium_temperature(jnp.sin(jnp.radians(lat)), jnp.asarray(pressure), when, how))


def made_up(steps: int = 40):
    """Weather of a formula on 15 x 11 degrees that never comes back: pressure falls by a ramp in one place."""
    lat, lon = np.linspace(-82.5, 82.5, 12), np.arange(0.0, 360.0, 15.0)
    sigma = np.array([0.95, 0.7, 0.4, 0.1])
    y, x = np.radians(lat)[:, None], np.radians(lon)[None]
    shape = (4, 12, 24)
    for n in itertools.count() if steps is None else range(steps):
        u = (20.0 + 0.5 * n) * np.cos(y) * (1.2 - sigma[:, None, None]) + 0.0 * x
        v = 5.0 * np.cos(y) * np.sin(2.0 * x + 0.3 * n) + np.zeros(shape)
        ps = 9.9e4 + 300.0 * np.cos(y) * np.cos(x - 0.1 * n) + 10.0 * n
        warm = 280.0 - 60.0 * (1.0 - sigma[:, None, None]) + 0.1 * n + np.zeros(shape)
        yield Weather(lat, lon, sigma, *(a.astype("float32") for a in (u, v, warm, ps)))


def small_year():
    return blown(joined(made_up(), 12, 4), SMALL.grid)


def test_the_year_says_what_mixes_its_air():
    """Turbulence and clouds of each interval are those of the flow that it holds; land has a day, sea has none."""
    grid = SMALL.grid
    land = np.ones(grid.grid.shape)
    for sea, dry in zip(small_year(), blown(joined(made_up(), 12, 4), grid, land), strict=True):
        for one in (sea, dry):
            assert one.exchange.shape == one.updraft.shape == (grid.levels - 1, *grid.grid.shape)
            assert np.isfinite(one.exchange).all() and (one.exchange > 0.0).all()
            assert np.isfinite(one.updraft).all() and (one.updraft >= 0.0).all()
        again = synthetic_mixing(sea.number, sea.interval, sea.temperature, 0.0 * land, grid)
        np.testing.assert_array_equal(again.exchange, sea.exchange)
        assert not np.allclose(dry.exchange, sea.exchange)


def test_the_season_follows_the_sun_with_its_lag():
    assert season(171.0, 0.0) == 1.0
    assert np.isclose(season(171.0 + 25.0, 25.0), 1.0)
    assert np.isclose(season(10.0, 25.0), season(10.0 + DAYS, 25.0))
    assert season(10.0, 25.0) < -0.9


def test_without_a_season_the_temperature_is_that_of_held_and_suarez():
    plain = HOW._replace(contrast=60.0, gathered=0.0)
    assert np.isclose(temperature(0.0, 1e5, 0.0, plain), 315.0)
    assert np.isclose(temperature(90.0, 1e5, 0.0, plain), 255.0)
    share = 0.5
    by_hand = share ** (2 / 7) * (315.0 - 60.0 * 0.5 - 10.0 * np.log(share) * 0.5)
    assert np.isclose(temperature(45.0, 5e4, 0.0, plain), by_hand, rtol=1e-6)


def test_the_warmest_latitude_moves_with_the_season_and_the_mean_does_not():
    lat, even = np.linspace(-90.0, 90.0, 721), HOW._replace(gathered=0.0)
    for when in (-1.0, 0.0, 1.0):
        assert np.isclose(lat[temperature(lat, 1e5, when, even).argmax()], 13.4 * when, atol=0.5)
    weight = np.cos(np.radians(lat))
    assert 14.0 < lat[temperature(lat, 1e5, 1.0).argmax()] < 24.0  # the contrast gathered at 45 degrees
    means = [np.average(temperature(lat, 1e5, when), weights=weight) for when in (-1.0, 0.3, 1.0)]
    assert np.ptp(means) < 1e-6


def test_a_cold_vortex_stands_only_over_the_winter_pole():
    cold, warm = temperature(85.0, 1e3, -1.0), temperature(-85.0, 1e3, -1.0)
    assert cold < 175.0 < 220.0 < warm
    assert np.isclose(temperature(-85.0, 1e3, 1.0), cold)
    assert np.isclose(temperature(85.0, 1e3, 0.0), warm)


@pytest.mark.parametrize(
    "pressure, kelvin", [(10000.0, 216.65), (5474.89, 216.65), (868.019, 228.65), (110.906, 270.65)]
)
def test_the_standard_atmosphere(pressure, kelvin):
    assert np.isclose(synthetic_forcing.standard_temperature(jnp.asarray(pressure)), kelvin, atol=0.02)


def test_friction_ends_above_the_ground_and_relaxation_is_fast_at_the_ground_of_the_tropics():
    drag = synthetic_forcing.drag([1.0, 0.7, 0.3, 0.001, 0.08, 0.01], HOW) * 86400.0
    assert np.isclose(drag[0], 1.0) and drag[1] == drag[2] == 0.0 and drag[3] > 0.3
    assert 1.0 / 30.0 < drag[4] < 1.0 / 20.0 and 1.0 / 15.0 < drag[5] < 0.1  # gravity waves
    rate = synthetic_forcing.relaxation_rate(jnp.array([0.0, 0.0, 1.0]), jnp.array([1.0, 0.5, 1.0]), HOW)
    assert np.allclose(1.0 / (np.asarray(rate) * 86400.0), [4.0, 40.0, 40.0])


def test_mountains_stand_where_the_earth_has_them():
    heights = synthetic_forcing.mountains(np.array([33.0, -88.0, 0.0]), np.array([90.0, 10.0, -150.0]))
    assert 3000.0 < heights[0] < 5000.0 and 2000.0 < heights[1] < 2600.0 and abs(heights[2]) < 20.0


def test_layers_of_the_dynamics_fill_the_air_and_are_thin_near_the_ground():
    faces = sigma_faces(20)
    assert faces[0] == 0.0 and faces[-1] == 1.0 and (np.diff(faces) > 0).all()
    assert np.diff(faces)[-1] < 0.06


def test_the_end_of_the_year_is_joined_to_its_start():
    course = list(made_up(16))
    year = list(joined(course, 12, 4))
    assert [number for number, _ in year] == [*range(4, 12), 0, 1, 2, 3, 4]
    by_number = dict(year[:-1])
    assert np.array_equal(by_number[0].ps, course[12].ps)  # goes on from the last
    assert np.array_equal(by_number[5].u, course[5].u)
    halfway = 0.5 * (course[2].ps + course[14].ps)
    assert np.allclose(by_number[2].ps, halfway)
    assert np.array_equal(year[-1][1].ps, course[4].ps)


def test_columns_close_all_through_the_year_and_over_its_end():
    year = {one.number: one.interval for one in small_year()}
    assert sorted(year) == list(range(12))
    area = SMALL.grid.grid.area
    mass = [np.sum(year[n].dry_pressure[0] * area) for n in range(12)]
    assert np.ptp(mass) / mass[0] < 1e-12
    for n in range(12):
        begin, end = year[n].dry_pressure
        assert np.abs(end - year[(n + 1) % 12].dry_pressure[0]).max() < 1e-6
        assert np.abs(end - begin).max() > 1.0


def test_a_file_gives_back_closed_flow_and_says_that_it_is_synthetic(tmp_path):
    made = {one.number: one for one in small_year()}
    path = write(
        tmp_path / "year.nc",
        small_year(),
        TIMES,
        SMALL.grid,
        meteorology_synthetic.labels(SMALL),
        meteorology_synthetic.ground(SMALL),
    )
    with AirFile(path) as year:
        assert len(year) == 12 and year.attributes["synthetic"] == "true"
        assert "SYNTHETIC" in year.attributes["title"] and year.settings["dynamics"]["seed"] == 3
        assert year.grid.merged == SMALL.grid.merged
        for n in (0, 7, 11):
            flow, told = made[n].interval, year.interval(n)
            assert np.allclose(told.east, flow.east, rtol=1e-6)
            assert np.abs(told.dry_pressure[1] - year.interval(n + 1).dry_pressure[0]).max() < 0.1
            assert np.allclose(year.temperature(n), made[n].temperature, rtol=1e-6)
        assert 2000.0 < year.ground[0].mean() < 3000.0 and year.ground.min() < 10.0
    assert [p.name for p in tmp_path.iterdir()] == ["year.nc"]


def test_a_year_with_a_hole_is_not_written(tmp_path):
    with pytest.raises(InputError, match="each of 12 once"):
        write(tmp_path / "year.nc", itertools.islice(small_year(), 5), TIMES, SMALL.grid, {})
    assert not list(tmp_path.iterdir())


def test_equal_settings_have_one_place_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TENBIN_CACHE", str(tmp_path))
    place = meteorology_synthetic.cache_path
    assert place(SMALL) == place(dataclasses.replace(SMALL))
    assert place(SMALL) != place(Synthetic()) and place(SMALL).is_relative_to(tmp_path)


def test_without_the_package_the_way_to_it_is_told(monkeypatch):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(synthetic_dynamics, "import_module", absent)
    with pytest.raises(InputError, match=r'pip install "tenbin\[met\]"'):
        next(synthetic_dynamics.weather(Dynamics()))


def test_all_faults_of_the_settings_are_told_at_once():
    with pytest.raises(InputError) as caught:
        Synthetic(Dynamics(waves=5, step=50.0), days=3, overlap=5)
    assert [fault.name for fault in caught.value.faults] == ["waves", "step", "overlap"]


def test_a_circulation_in_figures():
    grid = SMALL.grid
    moments = [(one.interval, one.temperature) for one in small_year()]
    mean = circulation.circulation(moments, HOURS * 3600.0, grid)
    middle = np.abs(grid.grid.lat) < 10.0
    assert 10.0 < mean.wind[:, middle].mean() < 30.0
    assert mean.wind[-3, 23] > mean.wind[0, 23]  # faster aloft
    # all air that goes north comes back but for what the change of pressure asks for
    assert np.abs(mean.overturning[0]).max() < 2e9
    told = circulation.portrait(mean, grid, north=True)
    assert told.jet > 15.0 and np.isfinite(told).all()


@with_dinosaur
@pytest.mark.slow
def test_the_dynamics_fill_three_days_that_close(tmp_path, monkeypatch):
    monkeypatch.setenv("TENBIN_CACHE", str(tmp_path))
    heard = []
    path = meteorology_synthetic.perpetual_year(SMALL, heard.append)
    assert heard[-1] == 1.0 and path == meteorology_synthetic.perpetual_year(SMALL)
    with AirFile(path) as year:
        assert len(year) == 12
        last, first = year.interval(11).dry_pressure[1], year.interval(0).dry_pressure[0]
        assert np.abs(last - first).max() < 0.1
        mean = year.grid.grid.mean(first)
        assert np.isclose(mean, DRY_PRESSURE, rtol=2e-3)
        assert 200.0 < year.temperature(0).min() and year.temperature(0).max() < 330.0


@with_dinosaur
@pytest.mark.slow
def test_a_seed_gives_the_same_weather_again_and_another_seed_another():
    start = dataclasses.replace(SMALL.dynamics, spin_up=0)
    days = [next(itertools.islice(synthetic_dynamics.weather(how), 3, 4)) for how in (start, start)]
    other = next(itertools.islice(synthetic_dynamics.weather(dataclasses.replace(start, seed=4)), 3, 4))
    assert np.array_equal(days[0].u, days[1].u) and not np.array_equal(days[0].u, other.u)


def test_land_is_warm_in_its_summer_and_cold_in_its_winter_near_the_ground_alone():
    sine, share = jnp.sin(jnp.radians(jnp.array([40.0, 40.0, -40.0]))), jnp.array([0.6, -0.4, 0.6])
    summer = np.asarray(synthetic_forcing.land_temperature(sine, jnp.ones(3), 1.0, share, HOW))
    assert summer[0] > 5.0 and summer[1] < 0.0 and np.isclose(summer[2], -summer[0])
    aloft = np.asarray(synthetic_forcing.land_temperature(sine, jnp.full(3, 0.3), 1.0, share, HOW))
    assert np.all(aloft == 0.0)


@pytest.mark.parametrize(
    "numbers, name, other",
    [
        (prescribed_mixing.Prescribed, "night", 150.0),
        (prescribed_convection.Prescribed, "excess", 0.4),
        (convection.Cumulus, "deep", 2e-4),
    ],
)
def test_other_numbers_of_turbulence_or_clouds_make_another_file(monkeypatch, numbers, name, other):
    before = meteorology_synthetic.cache_path(SMALL)
    monkeypatch.setitem(numbers._field_defaults, name, other)
    assert meteorology_synthetic.cache_path(SMALL) != before


def test_other_land_or_another_constant_makes_another_file(monkeypatch):
    before = meteorology_synthetic.cache_path(SMALL)
    land = land_share._base()
    with monkeypatch.context() as changed:
        changed.setattr(land_share, "_base", lambda: np.where(land > 0.9, 0.9, land))
        assert meteorology_synthetic.cache_path(SMALL) != before
    monkeypatch.setattr(boundary_layer, "ROUGH_LAND", 0.3)
    assert meteorology_synthetic.cache_path(SMALL) != before
