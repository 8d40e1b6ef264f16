"""The land's parameters: each lies within its bounds and has a source, and their page is current."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from tenbin.core.params import declarations, prior_sd, to_vector
from tenbin.land.ecosystem import LandParams
from tenbin.land.parameters import count, prior_covariance, replace

ROOT = Path(__file__).resolve().parents[2]
DECLARED = [declared for declared, _ in declarations(LandParams())]


def test_a_calibration_has_more_than_a_hundred_parameters_to_turn():
    assert len(DECLARED) >= 100
    assert count(LandParams()) > len(DECLARED)
    assert len({declared.name for declared in DECLARED}) == len(DECLARED)


@pytest.mark.parametrize("declared", DECLARED, ids=lambda d: d.name)
def test_each_parameter_lies_within_its_bounds_and_says_where_it_is_from(declared):
    value = np.asarray(declared.default, float)
    lower, upper = declared.bounds
    assert lower < upper
    assert ((lower <= value) & (value <= upper)).all()
    assert 0.0 < declared.prior_sd <= upper - lower
    assert len(declared.source.strip()) > 5
    assert declared.unit
    assert declared.transform != "log" or lower > 0.0


def test_the_prior_covariance_names_every_number_and_holds_its_spread():
    params = LandParams()
    prior = prior_covariance(params)
    assert len(prior.names) == len(set(prior.names)) == count(params)
    np.testing.assert_array_equal(prior.mean, np.asarray(to_vector(params)))
    np.testing.assert_allclose(np.sqrt(prior.variance), prior_sd(params), rtol=1e-15)
    place = prior.names.index("canopy.leaf.vcmax25[tundra]")
    assert prior.mean[place] == 5.5e-5
    assert prior.matrix[place, place] == pytest.approx(2e-5**2)
    assert np.count_nonzero(prior.matrix) == count(params)


def test_the_prior_mean_is_that_of_the_parameters_it_is_asked_for():
    warmer = replace(LandParams(), {"life.decomposition.q10": 3.0})
    prior = prior_covariance(warmer)
    assert prior.mean[prior.names.index("life.decomposition.q10")] == 3.0


def test_the_page_of_parameters_is_that_of_the_code():
    written = runpy.run_path(str(ROOT / "tools" / "write_land_parameters.py"))["page"]()
    current = (ROOT / "docs" / "land_parameters.md").read_text(encoding="utf-8")
    assert current == written, "run python tools/write_land_parameters.py"
