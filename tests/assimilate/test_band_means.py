"""Means of latitude bands: weights of a profile, honest spreads, no dependence on the order of stations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.assimilate.band_means import (
    BAND_EDGES,
    CELL,
    Network,
    band_means,
    network_from_table,
    profile_weights,
)
from tenbin.core.regions import BANDS

LATITUDE = np.array([-90.0, -64.9, -40.7, -14.2, 4.0, 13.4, 19.5, 40.0, 53.3, 71.3, 82.5])
SITE = ("SPO", "PSA", "CGO", "SMO", "SEY", "GMI", "MLO", "NWR", "MHD", "BRW", "ALT")
N_MONTHS = 240
MONTH = np.arange(N_MONTHS)


def truth(latitude):
    """Mole fraction linear in the sine of latitude, growing, with a season in the north; (station, time)."""
    sine = np.sin(np.radians(np.atleast_1d(latitude)))[:, None]
    return 1700.0 + 60.0 * sine + 0.5 * MONTH + 10.0 * sine * np.cos(2 * np.pi * MONTH / 12)


def network(noise=1.0, seed=0, latitude=LATITUDE, site=SITE):
    values = truth(latitude) + noise * np.random.default_rng(seed).normal(size=(len(latitude), N_MONTHS))
    return Network("ch4", "ppb", site, np.asarray(latitude), values, 2000)


def wide(table, column="value"):
    """Band means as an array (band, time)."""
    return (
        table.pivot_table(index="band", columns=["year", "month"], values=column).loc[list(BANDS)].to_numpy()
    )


@settings(max_examples=40)
@given(
    latitude=st.lists(st.floats(-90, 90), min_size=1, max_size=12),
    band=st.sampled_from(range(4)),
)
def test_weights_of_a_band_sum_to_one_and_none_is_negative(latitude, band):
    weights = profile_weights(np.array(latitude), BAND_EDGES[band], BAND_EDGES[band + 1])
    np.testing.assert_allclose(weights.sum(), 1.0, rtol=1e-12)
    assert (weights >= 0.0).all()


@pytest.mark.parametrize("band", range(4))
def test_a_profile_linear_in_the_sine_of_latitude_is_reproduced(band):
    """Exactly between stations that are further apart than a cell; stations stand on both ends here."""
    sine = np.linspace(-1.0, 1.0, 11)
    assert np.diff(sine).min() > CELL
    weights = profile_weights(np.degrees(np.arcsin(sine)), BAND_EDGES[band], BAND_EDGES[band + 1])
    middle = np.sin(np.radians(BAND_EDGES[band : band + 2])).mean()  # mean of the sine over equal areas
    np.testing.assert_allclose(weights @ (3.0 + 2.0 * sine), 3.0 + 2.0 * middle, rtol=1e-12)


def test_stations_side_by_side_share_one_weight():
    alone = profile_weights(np.array([10.0, 20.0, 28.0]), 0.0, 30.0)
    doubled = profile_weights(np.array([10.0, 20.0, 20.0, 28.0]), 0.0, 30.0)
    np.testing.assert_allclose(doubled[1] + doubled[2], alone[1], rtol=1e-12)
    np.testing.assert_allclose(doubled[1], doubled[2])


def test_four_band_means_recover_the_air_they_sample():
    means = wide(band_means(network(noise=0.5)))
    centre = np.degrees(np.arcsin([-0.75, -0.25, 0.25, 0.75]))
    np.testing.assert_allclose(means.mean(axis=1), truth(centre).mean(axis=1), atol=4.0)
    np.testing.assert_allclose(np.diff(means[:, ::12], axis=1).mean(axis=1), 6.0, atol=0.1)


def test_the_order_of_stations_changes_nothing():
    whole = network()
    order = np.random.default_rng(1).permutation(len(SITE))
    shuffled = Network(
        "ch4", "ppb", tuple(SITE[k] for k in order), LATITUDE[order], whole.values[order], 2000
    )
    one, other = band_means(whole), band_means(shuffled)
    np.testing.assert_allclose(one.value, other.value, rtol=1e-12)
    np.testing.assert_allclose(one.sd_sampling, other.sd_sampling, rtol=1e-9)
    np.testing.assert_array_equal(one.n_sites, other.n_sites)


def test_a_closing_station_leaves_the_band_where_it_was():
    whole = network(noise=0.3)
    values = whole.values.copy()
    values[SITE.index("BRW"), 120:] = np.nan
    cut = Network("ch4", "ppb", SITE, LATITUDE, values, 2000)
    change = wide(band_means(cut)) - wide(band_means(whole))
    assert np.abs(change).max() < 1.5  # the northernmost stations stand some ppb above their band
    assert np.abs(change[:, 120:].mean()) < 0.3


def test_removing_a_station_removes_its_row():
    smaller = network().without("MLO")
    assert "MLO" not in smaller.site and smaller.values.shape == (len(SITE) - 1, N_MONTHS)


def test_a_band_with_fewer_stations_is_known_less_well():
    whole = network()
    few = whole.without("SPO").without("PSA")
    before, after = wide(band_means(whole), "sd").mean(axis=1), wide(band_means(few), "sd").mean(axis=1)
    assert after[0] > before[0]
    np.testing.assert_allclose(after[3], before[3], rtol=0.3)


def test_noisier_flasks_make_a_larger_sampling_error():
    quiet, loud = band_means(network(noise=0.5)), band_means(network(noise=3.0))
    ratio = loud.sd_sampling.mean() / quiet.sd_sampling.mean()
    assert 3.0 < ratio < 9.0


def test_the_sampling_error_is_the_scatter_of_repeated_networks():
    repeated = np.stack([wide(band_means(network(noise=1.0, seed=seed))) for seed in range(8)])
    found = repeated.std(axis=0, ddof=1).mean()
    claimed = wide(band_means(network(noise=1.0)), "sd_sampling").mean()
    assert 0.6 < claimed / found < 1.8


def test_the_parts_of_the_error_add_in_squares():
    table = band_means(network())
    np.testing.assert_allclose(table.sd, np.hypot(table.sd_network, table.sd_sampling), rtol=1e-12)
    assert (table[["sd", "sd_network", "sd_sampling"]] > 0.0).all().all()


def test_a_band_is_given_only_where_one_of_its_own_stations_reported():
    whole = network()
    values = whole.values.copy()
    values[LATITUDE < -30.0, :36] = np.nan
    table = band_means(Network("ch4", "ppb", SITE, LATITUDE, values, 2000))
    south = table[table.band == BANDS[0]]
    assert south.year.min() == 2003 and table[table.band == BANDS[3]].year.min() == 2000
    assert np.isfinite(table.value).all()


def test_equal_seeds_give_equal_bytes():
    pd.testing.assert_frame_equal(band_means(network(), seed=3), band_means(network(), seed=3))


def test_short_records_and_outliers_are_left_out_of_the_network():
    whole = network(noise=0.3)
    rows = [
        {"site": code, "year": 2000 + m // 12, "month": m % 12 + 1, "value": v, "lat": lat, "unit": "ppb"}
        for code, lat, series in zip(SITE[:3], LATITUDE[:3], whole.values[:3], strict=True)
        for m, v in enumerate(series[: 24 if code == "PSA" else N_MONTHS])
    ]
    table = pd.DataFrame(rows)
    spike = (table.site == "SPO") & (table.year == 2010) & (table.month == 6)
    table.loc[spike, "value"] += 200.0
    arranged = network_from_table(table, "ch4", 2000, 2019)
    assert arranged.site == ("CGO", "SPO")
    assert np.isnan(arranged.values[1, 125]) and arranged.unit == "ppb"
