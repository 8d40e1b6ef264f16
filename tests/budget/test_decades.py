"""Means over decades keep what years share, and are not made of too few years."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.budget import decades, ledger, uncertainty
from tenbin.budget.closure import worst
from tenbin.core.errors import InputError


@pytest.fixture(scope="module")
def means(pan):
    return decades.period_means(pan)


def _globe(table, gas, sector, year):
    chosen = (
        (table.gas == gas) & (table.sector == sector) & (table.region == "globe") & (table.year_start == year)
    )
    return table[chosen].iloc[0]


def test_decades_keep_the_contract_and_close(means):
    assert ledger.faults(means) == []
    assert worst(ledger.closure(means))[0] < 1e-12


def test_the_mean_of_a_decade_is_the_mean_of_its_years(pan, means):
    years = pan[(pan.gas == "n2o") & (pan.sector == "total") & (pan.region == "globe")]
    expected = years[years.year_start.between(2000, 2009)]["mean"].mean()
    np.testing.assert_allclose(_globe(means, "n2o", "total", 2000)["mean"], expected, rtol=1e-12)


def test_a_decade_is_surer_than_a_year_but_not_as_if_years_were_independent(pan, means):
    years = [_globe(pan, "ch4", "total", year)["sd"] for year in range(2000, 2010)]
    decade = _globe(means, "ch4", "total", 2000)["sd"]
    assert 1.05 * np.mean(years) / np.sqrt(10) < decade < np.mean(years)


def test_the_error_of_a_sum_over_a_decade_is_rebuilt_from_its_leaves(pan, means):
    leaves = ("fossil", "industry", "livestock", "rice", "waste", "biofuel")
    part = pan[(pan.gas == "ch4") & pan.sector.isin(leaves) & pan.year_start.between(1990, 1999)]
    part = part[part.region.isin(["EQ-30N", "30N-90N", "30S-EQ", "90S-30S"])]
    sd = uncertainty.combined_sd(part, np.full(len(part), 0.1))
    np.testing.assert_allclose(_globe(means, "ch4", "anthropogenic", 1990)["sd"], sd, rtol=1e-9)


def test_a_decade_of_too_few_years_is_not_given(rows):
    seven = rows(*({"year": 2010 + i} for i in range(7)))
    assert decades.period_means(seven).empty
    lenient = decades.period_means(seven, min_years=7)
    assert lenient["note"].iloc[0].startswith("mean of 7 of 10 years")


def test_two_sources_of_one_flux_keep_their_own_means(rows):
    table = rows(*({"year": 2010 + i, "source": s} for i in range(10) for s in ("edgar_v6", "edgar_v432")))
    assert set(decades.period_means(table)["source"]) == {"edgar_v6", "edgar_v432"}


def test_a_series_that_changes_its_source_is_one_series(rows):
    table = rows(
        *(
            {"sector": "biomass_burning", "year": 1990 + i, "source": "bb4cmip" if i < 7 else "gfed41s"}
            for i in range(10)
        )
    )
    assert list(decades.period_means(table)["source"]) == ["bb4cmip+gfed41s"]


def test_a_period_that_ends_before_it_starts_is_refused(pan):
    with pytest.raises(InputError, match="swap the two years"):
        decades.period_means(pan, [(2010, 2000)])


@settings(max_examples=15)
@given(sds=st.lists(st.floats(0.1, 10.0), min_size=8, max_size=10))
def test_the_error_of_a_mean_is_at_most_the_mean_of_the_errors(sds, rows):
    table = rows(*({"year": 2010 + i, "sd": sd} for i, sd in enumerate(sds)))
    sd = decades.period_means(table)["sd"].iloc[0]
    assert np.sqrt(np.square(sds).sum()) / len(sds) * (1 - 1e-9) <= sd <= np.mean(sds) * (1 + 1e-9)
