"""Measures of skill have the values that their definitions give."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tenbin.learn.skill import by_site, first_half, medians, pooled, skill, wins

VALUES = arrays(float, 20, elements=st.floats(-50, 50, allow_subnormal=False))


def test_a_perfect_prediction_has_no_error_and_full_skill():
    o = np.array([1.0, 4.0, 2.0, 8.0])
    found = skill(o, o)
    assert (found.r2, found.nse, found.rmse, found.bias, found.slope, found.n) == (1.0, 1.0, 0.0, 0.0, 1.0, 4)


def test_squared_correlation_is_blind_to_bias_and_scale_but_efficiency_is_not():
    o = np.array([1.0, 2.0, 3.0, 6.0])
    found = skill(o, 2.0 * o + 1.0)
    assert found.r2 == pytest.approx(1.0)
    assert found.slope == pytest.approx(0.5)
    assert found.bias == pytest.approx(4.0)
    assert found.nse < 0.0


def test_four_days_worked_by_hand():
    found = skill([0.0, 1.0, 2.0, 3.0], [1.0, 1.0, 1.0, 3.0])
    assert found.r2 == pytest.approx(9.0 / 15.0)  # (sum of products 3)^2 over (5 * 3)
    assert found.nse == pytest.approx(1.0 - 2.0 / 5.0)
    assert found.rmse == pytest.approx(np.sqrt(0.5))
    assert found.bias == pytest.approx(0.0)
    assert found.slope == pytest.approx(1.0)


def test_the_mean_of_the_record_has_no_efficiency_and_an_undefined_correlation():
    o = np.array([1.0, 2.0, 6.0])
    found = skill(o, np.full(3, 3.0))
    assert found.nse == pytest.approx(0.0)
    assert np.isnan(found.r2) and np.isnan(found.slope)


def test_days_without_a_measurement_or_a_prediction_do_not_count():
    o = np.array([1.0, np.nan, 3.0, 4.0, 2.0])
    p = np.array([1.5, 2.0, np.nan, 4.0, 2.5])
    assert skill(o, p) == skill(o[[0, 3, 4]], p[[0, 3, 4]])
    assert skill(o[:2], p[:2]).n == 1 and np.isnan(skill(o[:2], p[:2]).rmse)


def test_series_of_different_days_are_refused():
    with pytest.raises(ValueError, match="same days"):
        skill([1.0, 2.0], [1.0])


@given(VALUES, VALUES)
def test_efficiency_never_exceeds_the_squared_correlation(o, p):
    found = skill(o, p)
    if np.isfinite(found.r2) and np.isfinite(found.nse) and o.std() > 1e-3 and p.std() > 1e-3:
        assert -1e-9 <= found.r2 <= 1.0 + 1e-9
        assert found.nse <= found.r2 + 1e-6


def test_medians_count_sites_and_pooled_figures_count_days():
    observed = {"a": np.arange(4.0), "b": np.arange(4.0), "c": np.arange(100.0)}
    predicted = {
        site: values + bias for (site, values), bias in zip(observed.items(), (1, 2, 9), strict=True)
    }
    assert medians(by_site(observed, predicted))["rmse"] == pytest.approx(2.0)
    assert pooled(observed, predicted).bias == pytest.approx((4 * 1 + 4 * 2 + 100 * 9) / 108)


def test_the_smaller_error_wins_a_tie_does_not_and_the_undefined_loses():
    observed = {site: np.arange(5.0) for site in "abcd"}
    ours = {"a": observed["a"] + 1, "b": observed["b"] + 1, "c": observed["c"] + 3, "d": np.full(5, np.nan)}
    theirs = {site: values + 2 for site, values in observed.items()} | {"b": observed["b"] + 1}
    found = wins(by_site(observed, ours), by_site(observed, theirs), "rmse")
    assert (found.wins, found.of, found.losses) == (1, 4, ("b", "c", "d"))


def test_a_larger_correlation_wins():
    observed = {"a": np.arange(5.0)}
    worse = by_site(observed, {"a": np.array([0.0, 1.0, 0.0, 1.0, 3.0])})
    assert wins(by_site(observed, observed), worse, "r2").wins == 1


def test_the_halves_of_a_record_share_no_day():
    early = first_half(range(3287))
    assert early.sum() == 1643 and not early[1643:].any()
