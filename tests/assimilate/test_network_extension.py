"""Stations come and go, and the band's mean does not notice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.assimilate.network_extension import (
    extend,
    harmonic_design,
    reject_outliers,
    season_and_slow,
    smooth_with_gaps,
)

N_MONTHS = 360
MONTH = np.arange(N_MONTHS)
NOISE = 0.2
BAND = 340.0 + 0.15 * MONTH + 3.0 * np.cos(2 * np.pi * MONTH / 12) + 0.8 * np.sin(2 * np.pi * MONTH / 47)
SEASON = 1.5 * np.sin(2 * np.pi * MONTH / 12) - 0.5 * np.cos(4 * np.pi * MONTH / 12)


def two_stations(noise=NOISE, seed=0):
    """One station above the band's mean, one below it with another season; equal in the mean to the band."""
    rng = np.random.default_rng(seed)
    errors = noise * rng.normal(size=(2, N_MONTHS))
    return np.stack([BAND + 2.0 + SEASON, BAND - 2.0 - SEASON]) + errors


def mean_of(values):
    return extend(values, np.ones(len(values)), MONTH).filled.mean(axis=0)


@pytest.mark.parametrize("closed", [slice(200, None), slice(None, 120), slice(150, 230)])
def test_a_station_that_closes_does_not_move_the_mean_of_its_band(closed):
    values = two_stations()
    values[1, closed] = np.nan
    error = mean_of(values) - BAND
    assert np.abs(error[closed].mean() - error.mean()) < 0.15
    assert error.std() < 2 * NOISE
    naive = np.nanmean(values, axis=0) - BAND  # what would happen without the extension
    assert np.abs(naive[closed].mean()) > 1.5


def test_a_closed_station_goes_on_with_its_own_offset_and_season():
    values = two_stations()
    truth = two_stations(noise=0.0)
    values[1, 240:] = np.nan
    filled = extend(values, np.ones(2), MONTH).filled[1]
    np.testing.assert_allclose(filled[240:], truth[1, 240:], atol=5 * NOISE)
    assert np.sqrt(np.mean((filled[240:] - truth[1, 240:]) ** 2)) < 2 * NOISE


def test_where_a_station_reported_its_own_value_stands():
    values = two_stations()
    values[0, 50:80] = np.nan
    extension = extend(values, np.ones(2), MONTH)
    present = np.isfinite(values)
    np.testing.assert_array_equal(extension.filled[present], values[present])
    assert np.isnan(extension.residual[~present]).all()
    assert np.isfinite(extension.filled).all()


def test_a_month_without_any_station_stays_empty():
    values = two_stations()
    values[:, 100:105] = np.nan
    filled = extend(values, np.ones(2), MONTH).filled
    assert np.isnan(filled[:, 100:105]).all()
    assert np.isfinite(np.delete(filled, range(100, 105), axis=1)).all()


def test_seasonal_differences_are_found_again():
    difference = SEASON + 2.0 + 0.1 * np.random.default_rng(1).normal(size=N_MONTHS)
    difference[np.random.default_rng(2).uniform(size=N_MONTHS) < 0.3] = np.nan
    season, slow = season_and_slow(difference, MONTH)
    np.testing.assert_allclose(season, SEASON, atol=0.06)
    np.testing.assert_allclose(slow, 2.0, atol=0.1)


def test_a_season_has_no_mean():
    season, _ = season_and_slow(two_stations()[0] - BAND, MONTH)
    np.testing.assert_allclose(season[:12].mean(), 0.0, atol=1e-12)


def test_the_order_of_stations_changes_nothing():
    values = np.vstack([two_stations(), two_stations(seed=1)])
    values[1, 200:], values[2, :90] = np.nan, np.nan
    weights = np.array([0.1, 0.4, 0.3, 0.2])
    order = np.array([2, 0, 3, 1])
    one = extend(values, weights, MONTH).filled
    other = extend(values[order], weights[order], MONTH).filled
    np.testing.assert_allclose(other, one[order], rtol=1e-12)


@settings(max_examples=10)
@given(level=st.floats(-100, 100), scale=st.floats(0.5, 20))
def test_the_extension_does_not_depend_on_the_unit(level, scale):
    values = two_stations()
    values[1, 200:] = np.nan
    one = extend(values, np.ones(2), MONTH).filled
    other = extend(level + scale * values, np.ones(2), MONTH).filled
    np.testing.assert_allclose(other, level + scale * one, rtol=1e-9)


def test_a_lone_station_is_its_band():
    values = two_stations()[:1]
    values[0, 10:20] = np.nan
    np.testing.assert_array_equal(extend(values, np.ones(1), MONTH).filled, values)


def test_smoothing_keeps_a_constant_and_bridges_gaps():
    series = np.full(N_MONTHS, 7.0)
    series[100:160], series[:5], series[-30:] = np.nan, np.nan, np.nan
    np.testing.assert_allclose(smooth_with_gaps(series), 7.0, rtol=1e-12)
    assert (smooth_with_gaps(np.full(20, np.nan)) == 0.0).all()


def test_the_annual_cycle_returns_after_twelve_months():
    np.testing.assert_allclose(harmonic_design(MONTH[:12]), harmonic_design(MONTH[12:24]), atol=1e-14)


def test_a_contaminated_sample_is_rejected():
    values = two_stations()[0]
    spoilt = values.copy()
    spoilt[[40, 181, 300]] += [5.0, -4.0, 6.0]
    lost = np.isnan(reject_outliers(spoilt, MONTH))
    assert lost[[40, 181, 300]].all()
    assert lost.mean() < 0.02  # of 360 months, of which three are spoilt


def test_clean_air_is_hardly_ever_rejected():
    growing = 340.0 + 0.15 * MONTH + 3.0 * np.cos(2 * np.pi * MONTH / 12)
    noise = NOISE * np.random.default_rng(0).normal(size=(10, N_MONTHS))
    lost = np.isnan([reject_outliers(growing + row, MONTH) for row in noise])
    assert lost.mean() < 0.005


def test_an_anomaly_that_stations_share_is_kept():
    values = two_stations()
    anomaly = 1.2 * np.exp(-(((MONTH - 240) / 6.0) ** 2))  # a year of strong growth
    cleaned = np.stack([reject_outliers(row, MONTH) for row in values + anomaly])
    assert np.isfinite(cleaned[:, 230:250]).all()
    lifted = mean_of(cleaned) - mean_of(values)
    np.testing.assert_allclose(lifted[240], 1.2, atol=0.1)
