"""Fitting the land to towers: knobs start at the priors, stay within bounds, and missing days weigh nothing."""

import numpy as np
import pytest

from tenbin.assimilate import site_calibration, site_model
from tenbin.core.arrays import jnp
from tenbin.core.params import declarations
from tenbin.land.drivers import surface
from tenbin.land.plant_types import index_of

KINDS = ("temperate_evergreen_needleleaf", "c4_grass")


@pytest.fixture(scope="module")
def ground():
    return surface(latitude=jnp.array([51.0, -15.0]), plant_type=jnp.array([index_of(k) for k in KINDS]))


def values_of(params):
    return {declared.name: np.asarray(value) for declared, value in declarations(params)}


@pytest.mark.parametrize("names", [site_calibration.KNOBS, site_calibration.SHARED_KNOBS])
def test_knobs_that_are_not_turned_leave_the_priors(ground, names):
    centre, spread = site_model.knobs_of(names, ground)
    nothing = jnp.zeros((len(names), 2))
    found = values_of(site_model.turned(names, jnp.asarray(centre), jnp.asarray(spread), nothing, ground))
    kinds = np.asarray(ground.plant_type)
    for declared, _ in declarations(site_model.SiteParams()):
        if declared.name not in names:
            continue
        prior = np.asarray(declared.default, float)
        prior = prior[kinds] if prior.ndim else np.full(2, float(prior))
        span = declared.bounds[1] - declared.bounds[0]
        np.testing.assert_allclose(found[declared.name], prior, atol=0.011 * span)


@pytest.mark.parametrize("turn", [-40.0, 40.0])
def test_no_turn_leads_out_of_the_bounds(ground, turn):
    names = site_calibration.KNOBS
    centre, spread = (jnp.asarray(part) for part in site_model.knobs_of(names, ground))
    found = values_of(site_model.turned(names, centre, spread, jnp.full((len(names), 2), turn), ground))
    for declared, _ in declarations(site_model.SiteParams()):
        if declared.name in names:
            lower, upper = declared.bounds
            slack = 1e-9 * (upper - lower)
            assert (found[declared.name] >= lower - slack).all()
            assert (found[declared.name] <= upper + slack).all()


def test_days_that_were_not_observed_weigh_nothing():
    observed = np.array([[[1.0, 2.0], [np.nan, 4.0], [3.0, np.nan]]])
    error = site_calibration._error_of_sites(observed)
    data = site_calibration._Data(None, None, None, None, observed, error)
    misfit = site_calibration._weighed(jnp.full(observed.shape, 9.0), data)
    assert np.isfinite(misfit).all()
    assert (np.asarray(misfit)[~np.isfinite(observed)] == 0.0).all()
    assert (np.asarray(misfit)[np.isfinite(observed)] > 0.0).all()
