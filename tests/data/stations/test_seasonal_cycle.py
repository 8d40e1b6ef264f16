"""Seasons of made-up records are found again; those of the flask network are the known ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.calendar import decimal_year, months_between
from tenbin.core.errors import InputError
from tenbin.data.stations.seasonal_cycle import CYCLE_COLUMNS, embedded, fit, row_of, season, station_cycles

WAVES = np.array([3.0, 1.0, -0.8, 0.5, 0.2, -0.1, 0.05, 0.02])


def axis(first=2000, last=2019):
    return months_between(first, last)["decimal_year"].to_numpy()


def test_harmonics_over_a_curved_trend_are_found_exactly():
    time = axis()
    record = fit(time, 370.0 + 2.0 * (time - 2010.0) + 0.02 * (time - 2010.0) ** 2 + season(WAVES, time))
    np.testing.assert_allclose(record.waves, WAVES, atol=1e-9)
    np.testing.assert_allclose(record.trend, 370.0 + 2.0 * (time - 2010.0) + 0.02 * (time - 2010.0) ** 2)
    assert record.spread < 1e-9


def test_slow_changes_of_growth_do_not_enter_the_season():
    time = axis()
    slow = 2.0 * np.sin(2.0 * np.pi * time / 5.0)
    record = fit(time, 370.0 + 2.0 * (time - 2010.0) + slow + season(WAVES, time))
    np.testing.assert_allclose(record.waves, WAVES, atol=0.03)
    assert record.spread < 0.5


def test_gaps_and_a_wild_month_do_little_harm():
    rng = np.random.default_rng(1)
    time = axis()
    value = 370.0 + 2.0 * (time - 2010.0) + season(WAVES, time) + rng.normal(0.0, 0.1, len(time))
    value[100] += 40.0
    kept = rng.random(len(time)) > 0.25
    record = fit(time[kept], value[kept])
    np.testing.assert_allclose(record.waves, WAVES, atol=0.06)


def test_one_year_of_a_model_has_its_season():
    time = axis(2010, 2010)
    two = np.array([*WAVES[:4], 0, 0, 0, 0])
    record = fit(time, 400.0 + season(two, time))
    np.testing.assert_allclose(record.waves, two, atol=1e-9)


@given(month=st.floats(0.0, 11.99), size=st.floats(0.1, 30.0))
def test_amplitude_and_months_of_one_harmonic(month, size):
    angle = 2.0 * np.pi * month / 12.0
    time = axis(2000, 2004)
    row = row_of(fit(time, size * np.cos(2.0 * np.pi * time - angle)))
    assert row["amplitude"] == pytest.approx(2.0 * size, rel=1e-4)
    for name, expected in (("maximum", month), ("phase", month), ("minimum", month + 6.0)):
        assert abs((row[name] - expected + 6.0) % 12.0 - 6.0) < 0.02


def test_a_record_without_every_month_is_refused():
    time = axis()
    summer = (np.floor(time % 1.0 * 12.0) > 4) & (np.floor(time % 1.0 * 12.0) < 9)
    with pytest.raises(InputError, match="4 of the twelve"):
        fit(time[summer], time[summer])
    with pytest.raises(InputError, match="11 months"):
        fit(time[:11], time[:11])


def table_of(sites):
    """STATION_COLUMNS of made-up sites: name -> (latitude, mean, waves, first year)."""
    parts = []
    for site, (lat, level, waves, first) in sites.items():
        months = months_between(first, 2019)
        time = decimal_year(months["year"], months["month"])
        value = level + 2.0 * (time - 2000.0) + season(waves, time)
        words = {"gas": "co2", "site": site, "network": "X", "unit": "ppm", "scale": "s"}
        parts.append(
            months[["year", "month"]].assign(**words, value=value, sd=0.1, n=4, lat=lat, lon=179.9, alt=10.0)
        )
    return pd.concat(parts, ignore_index=True)


def test_gradients_are_taken_over_common_months_and_rows_go_southward():
    table = table_of(
        {
            "SPO": (-90.0, 370.0, 0.3 * WAVES, 2000),
            "MLO": (19.5, 373.0, WAVES, 2000),
            "NEW": (50.0, 375.0, WAVES, 2012),
            "BRIEF": (60.0, 375.0, WAVES, 2017),
        }
    )
    found = station_cycles(table)
    assert found["site"].tolist() == ["NEW", "MLO", "SPO"]
    assert tuple(found.columns) == CYCLE_COLUMNS
    np.testing.assert_allclose(found["gradient"], [5.0, 3.0, 0.0], atol=0.01)
    assert found.set_index("site").loc["MLO", "above"] == "sea"
    with pytest.raises(InputError, match="one of"):
        station_cycles(table, reference="ALT")


def test_the_packaged_seasons_are_those_known_of_the_network():
    co2, ch4 = (embedded(gas).set_index("site") for gas in ("co2", "ch4"))
    assert len(co2) > 50 and len(ch4) > 50
    # Mauna Loa's season of about 6 to 7 ppm has its maximum in May and its minimum in late September or October
    assert 6.0 < co2.loc["MLO", "amplitude"] < 7.5
    assert 4.0 < co2.loc["MLO", "maximum"] < 5.0 and 8.5 < co2.loc["MLO", "minimum"] < 9.7
    assert 15.0 < co2.loc["BRW", "amplitude"] < 20.0 and 0.8 < co2.loc["SPO", "amplitude"] < 1.5
    assert 25.0 < ch4.loc["CGO", "amplitude"] < 36.0
    assert abs(co2.loc["SPO", "gradient"]) < 0.05
    assert 120.0 < ch4.loc["ALT", "gradient"] < 140.0
    assert (co2["lat"].diff().dropna() <= 0.0).all()


def test_the_packaged_seasons_are_made_of_the_samples(data_root):
    from tenbin.data.stations import noaa_flask

    folder = data_root / "atmosphere" / "noaa_ccgg_flask"
    events = noaa_flask.read_events("co2", ["MLO", "SPO"], folder / "co2_flask_events_to2020.csv.gz")
    made = station_cycles(noaa_flask.monthly_from_events(events, "background")).set_index("site")
    known = embedded("co2").set_index("site")
    for name in ("amplitude", "maximum", "gradient", "cos1", "sin2"):
        np.testing.assert_allclose(made[name], known.loc[made.index, name], rtol=1e-3, atol=2e-3)


def test_an_unknown_gas_is_refused():
    with pytest.raises(InputError, match="one of ch4, co2"):
        embedded("n2o")
