"""Two laboratories, one air: the difference of their scales is found where they share stations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tenbin.assimilate.calibration_scales import common_months, merge, scale_difference, to_reference

LATITUDE = {"MLO": 19.5, "SMO": -14.2, "CGO": -40.7}


def records(network, sites, years, change, noise=0.05, seed=0):
    """Monthly table of a network whose values are `change` of the same air."""
    rng = np.random.default_rng(seed)
    rows = []
    for site in sites:
        for month in range(12 * (years[1] - years[0] + 1)):
            year = years[0] + month // 12
            air = 300.0 + 0.7 * (year + month % 12 / 12 - 1990) + 0.02 * LATITUDE[site]
            value = change(air) + noise * rng.normal()
            rows.append(("n2o", site, network, year, month % 12 + 1, value, LATITUDE[site], "ppb"))
    return pd.DataFrame(rows, columns=["gas", "site", "network", "year", "month", "value", "lat", "unit"])


def same(air):
    return air


@pytest.fixture(scope="module")
def noaa():
    return records("NOAA", ["MLO", "SMO"], (1990, 2009), same)


def test_an_offset_between_scales_is_recovered_and_removed(noaa):
    agage = records("AGAGE", ["SMO", "CGO"], (1985, 2004), lambda air: air + 0.43, seed=1)
    table, report = to_reference(pd.concat([noaa, agage]))
    assert report.difference.iloc[0] == pytest.approx(0.43, abs=0.02)
    assert report.common_months.iloc[0] == 180
    moved = table[table.network == "AGAGE"]
    np.testing.assert_allclose(moved.value, agage.value - report.difference.iloc[0], rtol=1e-12)


def test_the_stated_error_of_an_offset_covers_what_was_found(noaa):
    scores = []
    for seed in range(20):
        agage = records("AGAGE", ["SMO"], (1990, 2009), lambda air: air + 0.43, seed=seed + 5)
        report = to_reference(pd.concat([noaa, agage]))[1].iloc[0]
        scores.append((report.difference - 0.43) / report.error)
    assert 0.4 < np.sqrt(np.mean(np.square(scores))) < 2.0


def test_a_ratio_between_scales_is_recovered_in_logarithms(noaa):
    agage = records("AGAGE", ["SMO"], (1990, 2009), lambda air: 1.02 * air, seed=2)
    table, report = to_reference(pd.concat([noaa, agage]), logarithmic=True)
    assert np.exp(report.difference.iloc[0]) == pytest.approx(1.02, abs=2e-4)
    both = table[table.site == "SMO"].pivot_table(index=["year", "month"], columns="network", values="value")
    np.testing.assert_allclose(both.AGAGE / both.NOAA, 1.0, atol=2e-3)


def test_one_spoilt_month_does_not_move_a_scale(noaa):
    agage = records("AGAGE", ["SMO"], (1990, 2009), lambda air: air + 0.43, seed=3)
    agage.loc[10, "value"] += 50.0
    assert to_reference(pd.concat([noaa, agage]))[1].difference.iloc[0] == pytest.approx(0.43, abs=0.02)


def test_a_network_that_shares_too_few_months_is_left_out_and_named(noaa):
    stranger = records("OTHER", ["CGO"], (1990, 2000), lambda air: air + 3.0)
    table, report = to_reference(pd.concat([noaa, stranger]))
    assert set(table.network) == {"NOAA"}
    assert np.isnan(report.set_index("network").difference["OTHER"])


def test_a_network_is_tied_through_another_that_shares_stations_with_both(noaa):
    middle = records("AGAGE", ["SMO", "CGO"], (1990, 2009), lambda air: air + 0.5, seed=4)
    far = records("CSIRO", ["CGO"], (1995, 2009), lambda air: air - 0.8, seed=5)
    report = to_reference(pd.concat([noaa, far, middle]))[1].set_index("network")
    assert report.difference["CSIRO"] == pytest.approx(-0.8, abs=0.03)


def test_the_order_of_rows_changes_nothing(noaa):
    agage = records("AGAGE", ["SMO"], (1990, 2004), lambda air: air + 0.43, seed=1)
    whole = pd.concat([noaa, agage], ignore_index=True)
    one = merge(to_reference(whole)[0])
    other = merge(to_reference(whole.sample(frac=1.0, random_state=1))[0])
    pd.testing.assert_frame_equal(one, other)


def test_merged_records_have_one_value_per_station_and_month(noaa):
    agage = records("AGAGE", ["SMO"], (1990, 2009), lambda air: air + 0.43, seed=1)
    merged = merge(to_reference(pd.concat([noaa, agage]))[0])
    assert not merged.duplicated(["site", "year", "month"]).any()
    assert (merged[merged.site == "SMO"].n == 2).all() and (merged[merged.site == "MLO"].n == 1).all()


def test_networks_without_a_common_station_have_no_common_month(noaa):
    other = records("AGAGE", ["CGO"], (1990, 1999), same)
    assert common_months(pd.concat([noaa, other]), "NOAA", "AGAGE").empty
    assert common_months(noaa, "NOAA", "AGAGE").empty


def test_equal_scales_differ_by_nothing(noaa):
    twin = noaa.assign(network="TWIN")
    pairs = common_months(pd.concat([noaa, twin]), "NOAA", "TWIN")
    assert scale_difference(pairs, logarithmic=False) == (0.0, 0.0)
