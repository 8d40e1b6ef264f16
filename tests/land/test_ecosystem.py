"""The land as a whole: its books close in every climate, nothing breaks it, and its parts can be left out."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.land import closure, drivers, ecosystem, radiation, year
from tenbin.land.ecosystem import LandParams, Options
from tenbin.land.plant_types import PLANT_TYPES

DAYS, BATCH = 365, 4
MONTH = np.minimum(np.arange(DAYS) // 31, 11)
LIMITS = {"carbon": 1e-9, "nitrogen": 1e-9, "water": 1e-12, "tags": 1e-12, "heat": 1e-9}
GROWN = Options(lai="prognostic")
BARE = Options(lai="prognostic", gases=False, tags=False)


def planet(cells: int, seed: int = 3) -> tuple[drivers.Surface, drivers.Drivers]:
    """Every plant type in turn from 55 S to 75 N, wet and dry, with burning, farming, rice and ground ice."""
    rng = np.random.default_rng(seed)
    latitude = rng.permutation(np.linspace(-55.0, 75.0, cells))
    day, shape = 1.0 + np.arange(DAYS)[:, None], (DAYS, cells)
    sun = radiation.solar_geometry(jnp.asarray(latitude)[None], jnp.asarray(day))
    clear = rng.uniform(0.2, 0.75, shape)
    season = -np.cos(2.0 * np.pi * (day - 15.0) / 365.0) * np.sign(latitude)
    tas = 299.0 - 0.55 * abs(latitude) + 0.3 * abs(latitude) * season + rng.normal(0.0, 3.0, shape)
    rain = rng.exponential(rng.uniform(0.5, 12.0, cells), shape) * (rng.random(shape) < 0.3)
    weather = drivers.daily(
        "float64", tas=tas, tasmin=tas - 5.0, tasmax=tas + 5.0, rsds=np.asarray(sun.top_of_atmosphere) * clear,
        vpd=rng.uniform(50.0, 2000.0, shape), pr=rain / 86400.0, day_length=sun.day_length,
        sin_noon_elevation=sun.sin_noon_elevation, clearness=clear, lai=np.clip(2.0 + 1.5 * season, 0.2, None),
        nitrogen_deposition=np.full(shape, 1.5e-11), fertiliser=np.full(shape, 1e-10),
        burned_fraction=np.full(shape, 3e-10), flooded=(abs(season) > 0.5) * 1.0, conversion=np.full(shape, 1e-11),
    )  # fmt: skip
    ground = drivers.surface(
        "float64", latitude=latitude, plant_type=np.arange(cells) % len(PLANT_TYPES),
        sand=rng.uniform(0.2, 0.7, cells), clay=rng.uniform(0.05, 0.3, cells), organic=rng.uniform(0.0, 0.2, cells),
        ph=rng.uniform(4.5, 8.0, cells), wetland_fraction=0.1, rice_fraction=0.05, crop_fraction=0.1,
        excess_ice=np.where(abs(latitude) > 60.0, 100.0, 0.0),
    )  # fmt: skip
    return ground, weather


def columns(tree, start: int):
    return jax.tree.map(lambda x: x[..., start : start + BATCH], tree)


def run(ground, weather, options, state=None):
    """A year of one batch: where it began and what it left."""
    here = jax.jit(ecosystem.place, static_argnames="options")(ground, LandParams(), options)
    begun = state if state is not None else ecosystem.initial_state(
        here, jnp.mean(weather.tas, axis=0), jnp.ones_like(weather.tas[0]), options
    )  # fmt: skip
    return begun, year.pass_year(begun, weather, jnp.asarray(MONTH), here, options, 12)


@pytest.fixture(scope="module")
def world():
    return planet(16)


@pytest.fixture(scope="module")
def grown(world):
    """A year with all processes and leaves that grow, by batch of tiles."""
    return [run(*columns(world, start), GROWN) for start in range(0, 16, BATCH)]


@pytest.fixture(scope="module")
def bare(world):
    """The same without trace gases and without the origins of water, one batch."""
    return run(*columns(world, 0), BARE)


@pytest.mark.parametrize("quantity", LIMITS)
def test_the_books_of_every_plant_type_and_climate_close_over_a_year(grown, quantity):
    worst = [
        np.max(np.abs(getattr(closure.residuals(begun, made.state, made.traffic), quantity)))
        for begun, made in grown
    ]
    assert np.all(np.array(worst) < LIMITS[quantity])


@pytest.mark.parametrize("quantity", LIMITS)
def test_a_leak_would_be_seen(grown, quantity):
    begun, made = grown[0]
    leaky = {
        "carbon": {"carbon_out": 1.01}, "nitrogen": {"nitrogen_out": 1.01}, "water": {"water_out": 1.01},
        "tags": {"tags_out": 1.01}, "heat": {"heat_in": 1.01},
    }[quantity]  # fmt: skip
    traffic = made.traffic._replace(**{name: getattr(made.traffic, name) * by for name, by in leaky.items()})
    assert np.max(np.abs(getattr(closure.residuals(begun, made.state, traffic), quantity))) > 1e-7


def test_net_biome_production_is_the_change_of_carbon(grown):
    days = np.bincount(MONTH)
    for begun, made in grown:
        gained = np.einsum("mc,m->c", made.months["nbp"], days) * 86400.0
        change = closure.biogeochemistry.carbon_total(made.state.life) - closure.biogeochemistry.carbon_total(
            begun.life
        )
        np.testing.assert_allclose(gained, change, rtol=1e-9, atol=1e-12)


def test_a_year_leaves_nothing_infinite_and_every_field_by_its_name(grown):
    for _, made in grown:
        assert set(made.months) == set(year.MONTHLY)
        assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(made))


def test_a_state_that_went_through_a_file_goes_on_bit_for_bit(world, grown):
    from tenbin.workflow import land_restart

    part, first = columns(world, 0), grown[0][1]
    stream = io.BytesIO()
    np.savez(stream, **land_restart.leaves_of(first.state))
    stream.seek(0)
    stored = land_restart.state_of(dict(np.load(stream)), "float64")
    straight, again = run(*part, GROWN, first.state)[1], run(*part, GROWN, stored)[1]
    for one, other in zip(jax.tree.leaves(straight), jax.tree.leaves(again), strict=True):
        np.testing.assert_array_equal(one, other)


def test_leaves_that_grow_stay_within_bounds_and_follow_the_year(grown):
    own = np.concatenate([np.asarray(made.months["lai"]) for _, made in grown], axis=1)
    assert (own >= 0.0).all() and (own < 9.0).all()
    assert np.ptp(own, axis=0).max() > 0.5


def test_following_the_origins_of_water_and_gases_changes_no_water(grown, bare):
    """Gases take nitrogen out of the soil, which plants miss later; in January only the first new leaves feel it."""
    with_all, without = grown[0][1].months, bare[1].months
    assert set(with_all) - set(without) == {
        "wetlandCH4",
        "riceCH4",
        "termiteCH4",
        "uplandCH4",
        "fN2O",
        "fNOx",
    }
    for name in ("evspsbl", "tran", "mrro", "snd", "tsl", "gpp", "hfls", "hfss"):
        np.testing.assert_allclose(without[name][0], with_all[name][0], rtol=1e-4, atol=1e-15, err_msg=name)


@pytest.fixture(scope="module")
def extremes():
    """-60 to 50 degC, no rain or a flood, no leaves or nine, polar night and clear noon, in turn and at random."""
    rng = np.random.default_rng(1)
    shape = (DAYS, 13)
    spell = lambda choices: np.repeat(rng.choice(choices, (25, 13)), 15, axis=0)[:DAYS]  # noqa: E731
    tas = 273.15 + spell([-60.0, -20.0, 0.0, 25.0, 50.0])
    lit = spell([0.0, 1.0])
    tas[:, 0], tas[:, 1] = 213.15, 323.15  # one frozen and one scorched for all the year
    rain = spell([0.0, 0.0, 30.0, 300.0]) / 86400.0
    rain[:, :3] = 0.0
    weather = drivers.daily(
        "float32", tas=tas, tasmin=tas - 8.0, tasmax=tas + 8.0, rsds=350.0 * lit, vpd=spell([0.0, 100.0, 9000.0]),
        pr=rain, day_length=43200.0 * np.ones(shape) * lit, sin_noon_elevation=0.9 * lit, clearness=0.7 * lit,
        lai=spell([0.0, 0.01, 9.0]), burned_fraction=spell([0.0, 1e-6]), flooded=spell([0.0, 1.0]),
        nitrogen_deposition=spell([0.0, 1e-8]), fertiliser=spell([0.0, 1e-8]), conversion=spell([0.0, 1e-8]),
    )  # fmt: skip
    ground = drivers.surface(
        "float32", latitude=np.linspace(-80.0, 80.0, 13), plant_type=np.arange(13), wetland_fraction=0.3,
        rice_fraction=0.3, crop_fraction=0.4, excess_ice=300.0, sand=np.linspace(0.05, 0.9, 13), clay=0.05,
    )  # fmt: skip
    return weather, run(ground, weather, replace(GROWN, lai="prescribed"))[1]


def test_extremes_break_nothing_in_single_precision(extremes):
    made = extremes[1]
    strange = [
        jax.tree_util.keystr(key)
        for key, leaf in jax.tree_util.tree_leaves_with_path((made.state, made.months))
        if not np.isfinite(leaf).all()
    ]
    assert strange == []
    assert made.months["gpp"].dtype == np.float32


def test_prescribed_leaf_area_is_that_of_the_drivers(extremes):
    weather, made = extremes
    means = np.stack([weather.lai[month == MONTH].mean(axis=0) for month in range(12)])
    np.testing.assert_allclose(made.months["lai"], means, rtol=1e-5)


def test_a_canopy_at_its_optimum_stands_in_for_two_leaves(world):
    """The same land under either canopy: like places grow like amounts, and life gets what the canopy takes."""
    ground, weather = (columns(part, 0) for part in world)
    taken = {}
    for kind in ("two_leaf", "light_use"):
        options = Options(lai="prescribed", canopy=kind, gases=False, tags=False)
        here = ecosystem.place(ground, LandParams(), options)
        today = jax.tree.map(lambda x: x[190], weather)._replace(lai=jnp.full_like(weather.tas[0], 3.0))
        start = ecosystem.initial_state(here, jnp.mean(weather.tas, axis=0), today.lai, options)
        _, fluxes = jax.jit(lambda s, w, h, o=options: ecosystem.step(s, w, h, o))(start, today, here)
        np.testing.assert_array_equal(fluxes.life.gpp, fluxes.canopy.gpp)
        taken[kind] = np.asarray(fluxes.canopy.gpp)
    assert (taken["light_use"] >= 0.0).all()
    assert np.corrcoef(taken["two_leaf"], taken["light_use"])[0, 1] > 0.6
    assert 0.4 < taken["light_use"].mean() / taken["two_leaf"].mean() < 2.5
