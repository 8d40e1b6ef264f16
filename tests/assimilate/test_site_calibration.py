"""Fitting the land to towers: knobs start at the priors, stay within bounds, and missing days weigh nothing."""

import equinox as eqx
import numpy as np
import pandas as pd
import pytest

from tenbin.assimilate import site_calibration, site_model
from tenbin.assimilate.site_ground import Ground
from tenbin.core.arrays import jnp
from tenbin.core.params import declarations
from tenbin.land.drivers import Drivers, surface
from tenbin.land.plant_types import index_of

KINDS = ("temperate_evergreen_needleleaf", "tropical_raingreen_broadleaf")


@pytest.fixture(scope="module")
def ground():
    level = surface(latitude=jnp.array([51.0, -15.0]), plant_type=jnp.array([index_of(k) for k in KINDS]))
    grassy = jnp.array([0.0, 1.0])
    return Ground(level, grassy, grassy, jnp.ones(2), jnp.full(2, 0.5), jnp.full(2, 1.0), jnp.full(2, 2.0))


def values_of(params):
    return {declared.name: np.asarray(value) for declared, value in declarations(params)}


def ends_of(names, ground, turns):
    centre, spread = site_model.knobs_of(names, ground)
    return site_model.turned_ends(names, centre, spread, jnp.full((len(names), 2), turns), ground)


@pytest.mark.parametrize("names", [site_calibration.KNOBS, site_calibration.SHARED_KNOBS])
def test_knobs_that_are_not_turned_leave_the_priors_of_the_type_and_of_c4_grass(ground, names):
    kinds = np.asarray(ground.surface.plant_type)
    grass = np.full(2, index_of("c4_grass"))
    for params, types in zip(ends_of(names, ground, 0.0), (kinds, grass), strict=True):
        found = values_of(params)
        for declared, _ in declarations(site_model.SiteParams()):
            if declared.name not in names:
                continue
            prior = np.asarray(declared.default, float)
            prior = prior[types] if prior.ndim else np.full(2, float(prior))
            span = declared.bounds[1] - declared.bounds[0]
            np.testing.assert_allclose(found[declared.name], prior, atol=0.011 * span)


@pytest.mark.parametrize("turn", [-40.0, 40.0])
def test_no_turn_leads_out_of_the_bounds(ground, turn):
    names = site_calibration.KNOBS
    for params in ends_of(names, ground, turn):
        found = values_of(params)
        for declared, _ in declarations(site_model.SiteParams()):
            if declared.name in names:
                lower, upper = declared.bounds
                slack = 1e-9 * (upper - lower)
                assert (found[declared.name] >= lower - slack).all()
                assert (found[declared.name] <= upper + slack).all()


def test_a_turn_changes_a_logarithm_alike_whatever_its_value_by_plant_type(ground):
    """Stomata of C4 grass open a third as far as those of trees: one turn must not close them three times as fast."""
    names = ("land.canopy.stomata.g1",)
    still, turned = (ends_of(names, ground, turn) for turn in (0.0, -0.1))
    trees, grass = (
        values_of(after)[names[0]] / values_of(before)[names[0]]
        for before, after in zip(still, turned, strict=True)
    )
    np.testing.assert_allclose(trees[1], grass[1], rtol=0.01)
    assert 0.9 < grass[1] < 1.0


def test_what_sites_share_leaves_out_what_belongs_to_one_tower():
    shared = set(site_calibration.SHARED_KNOBS)
    assert len(shared) == len(site_calibration.SHARED_KNOBS)
    assert "water_seen" not in shared and "water_seen" in site_calibration.KNOBS
    assert {"store_fall", "land.canopy.density_coupling"} <= shared


def test_history_takes_wood_and_dead_matter_of_dense_stands_and_no_leaves(ground):
    from tenbin.land import biogeochemistry

    stands = ground._replace(mean_lai=jnp.array([1.0, 5.0]))
    here = ends_of(("soil_store", "store_fall"), stands, 0.0).own
    here = eqx.tree_at(lambda p: (p.soil_store, p.store_fall), here, (jnp.full(2, 0.8), jnp.full(2, 2.0)))
    rest = biogeochemistry.initial_state(jnp.array([0.1, 0.1]), here.land.life)
    rest = rest._replace(dead=rest.dead + 1.0)
    life = site_model._with_history(rest, here, stands)
    left = np.asarray(life.dead / rest.dead)
    np.testing.assert_allclose(left[..., 0], 0.8)
    np.testing.assert_allclose(left[..., 1], 0.8 * np.exp(-2.0 * (5.0 / 8.0 - 0.25)))
    np.testing.assert_allclose(life.living.wood, rest.living.wood * left[0, 0])
    assert life.living.leaf is rest.living.leaf and life.living.root is rest.living.root


def data_of(observed, error=None):
    """What a fit would see of these observations (flux, time, site), with drivers that count the days."""
    days = jnp.arange(observed.shape[1], dtype=float)[:, None]
    drivers = Drivers(*(days for _ in Drivers._fields))
    return site_calibration._Data(drivers, None, None, None, observed, error)


def test_days_that_were_not_observed_weigh_nothing():
    observed = np.array([[[1.0, 2.0], [np.nan, 4.0], [3.0, np.nan]]] * 3)
    error = site_calibration._error_of_sites(observed)
    misfit = site_calibration._weighed(jnp.full(observed.shape, 9.0), data_of(observed, error))
    assert np.isfinite(misfit).all()
    assert (np.asarray(misfit)[~np.isfinite(observed)] == 0.0).all()
    assert (np.asarray(misfit)[np.isfinite(observed)] > 0.0).all()


def test_the_error_is_the_spread_by_days_and_weight_and_a_flux_never_seen_has_one_too():
    series = np.random.default_rng(0).normal(2.0, 3.0, size=(3, 800, 1))
    series[2] = np.nan
    error = site_calibration._error_of_sites(series)
    assert error[0, 0, 0] == pytest.approx(np.std(series[0]) * np.sqrt(800 / 400))
    assert error[1, 0, 0] == pytest.approx(np.std(series[1]) * np.sqrt(800 / 400 / 2.5))
    assert np.isfinite(error).all() and (error > 0.0).all()


def test_a_fit_does_not_run_the_days_after_the_last_observation():
    observed = np.full((3, 70, 2), np.nan)
    observed[0, :30, 0] = 1.0
    trimmed = site_calibration._until_last_seen(data_of(observed))
    assert trimmed.observed.shape == (3, 35, 2)
    assert all(len(series) == 35 for series in trimmed.drivers)
    untouched = site_calibration._until_last_seen(data_of(np.full((3, 70, 2), np.nan)))
    assert untouched.observed.shape == (3, 70, 2)


def test_records_that_differ_by_a_leap_day_are_of_one_length(data_root, monkeypatch):
    from tenbin.data.towers import fluxnet_daily12

    monkeypatch.setenv("TENBIN_DATA", str(data_root))
    site = fluxnet_daily12.read("US-Var")
    lengths = {
        site_model.batch_of({"US-Var": site.isel(time=slice(0, days))}).observed.shape[1]
        for days in (364, 358)
    }
    assert lengths == {364}
    assert isinstance(site_model.batch_of({"US-Var": site}).time[0], pd.DatetimeIndex)
