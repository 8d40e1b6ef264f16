"""Errors that hang together add up to more than independent ones and never to more than their sum."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.budget import uncertainty
from tenbin.core.errors import InputError
from tenbin.core.regions import BANDS

SOURCES = [
    ("ch4", "rice", "edgar_v6+v432"),
    ("ch4", "livestock", "edgar_v6+v432"),
    ("ch4", "biomass_burning", "gfed41s"),
    ("ch4", "wetlands", "gmb2020"),
    ("co2", "ocean", "gcb2019"),
    ("co2", "land_sink", "gcb2019"),
    ("n2o", "agriculture", "edgar_v6+v432"),
]

ROW = st.tuples(
    st.sampled_from(SOURCES), st.sampled_from(BANDS), st.integers(1970, 2020), st.floats(0.01, 100.0)
)


def _table(drawn: list) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"gas": gas, "sector": sector, "source": source, "region": band, "year_start": year,
             "year_end": year, "approach": "bottom-up", "sd": sd}
            for (gas, sector, source), band, year, sd in drawn
        ]
    )  # fmt: skip


@given(st.lists(ROW, min_size=1, max_size=25))
def test_a_correlation_matrix_has_no_negative_eigenvalue(drawn):
    matrix = uncertainty.correlation(_table(drawn))
    np.testing.assert_allclose(matrix, matrix.T)
    np.testing.assert_allclose(np.diag(matrix), 1.0)
    assert np.linalg.eigvalsh(matrix).min() > -1e-9


@given(st.lists(ROW, min_size=1, max_size=20))
def test_the_error_of_a_sum_lies_between_independent_and_fully_correlated(drawn):
    table = _table(drawn)
    sd = table["sd"].to_numpy()
    independent, together = np.sqrt((sd**2).sum()), sd.sum()
    assert independent * (1 - 1e-9) <= uncertainty.combined_sd(table) <= together * (1 + 1e-9)


@given(st.lists(ROW, min_size=2, max_size=15), st.randoms(use_true_random=False))
def test_the_order_of_the_terms_does_not_matter(drawn, random):
    shuffled = list(drawn)
    random.shuffle(shuffled)
    one, other = uncertainty.combined_sd(_table(drawn)), uncertainty.combined_sd(_table(shuffled))
    np.testing.assert_allclose(one, other, rtol=1e-9)


@given(st.lists(ROW, min_size=1, max_size=15), st.floats(0.1, 10.0))
def test_the_error_scales_with_the_terms(drawn, factor):
    table = _table(drawn)
    scaled = table.assign(sd=table["sd"] * factor)
    np.testing.assert_allclose(
        uncertainty.combined_sd(scaled), factor * uncertainty.combined_sd(table), rtol=1e-9
    )


def test_the_mean_of_a_decade_keeps_the_error_that_all_its_years_share():
    years = _table([(SOURCES[0], BANDS[3], year, 1.0) for year in range(2000, 2010)])
    floor = uncertainty.family_of("edgar_v6+v432", "rice").floor
    sd = uncertainty.combined_sd(years, np.full(10, 0.1))
    assert np.sqrt(floor) < sd < 1.0


def test_the_covariance_of_means_is_that_of_all_the_years_at_once():
    years = np.arange(2000, 2010)
    sd = np.random.default_rng(1).uniform(0.5, 2.0, (3, 10))
    series = _table(
        [(SOURCES[0], BANDS[2], 0, 0), (SOURCES[0], BANDS[3], 0, 0), (SOURCES[2], BANDS[3], 0, 0)]
    )
    fast = uncertainty.covariance_of_means(series, years, sd)
    kinds = [(SOURCES[0], BANDS[2]), (SOURCES[0], BANDS[3]), (SOURCES[2], BANDS[3])]
    rows = _table([(*kinds[i], int(y), sd[i, j]) for i in range(3) for j, y in enumerate(years)])
    full = np.outer(rows["sd"], rows["sd"]) * uncertainty.correlation(rows)
    slow = full.reshape(3, 10, 3, 10).mean(axis=(1, 3))
    np.testing.assert_allclose(fast, slow, rtol=1e-12)
    np.testing.assert_allclose(uncertainty.variance_of_means(series, years, sd), np.diag(slow), rtol=1e-12)


@pytest.mark.parametrize("family", uncertainty.families(), ids=lambda family: family.name)
def test_every_family_of_errors_is_possible_and_says_why(family):
    assert 0.0 <= family.floor <= 1.0 and family.scale_years > 0
    assert -1.0 / 3.0 <= family.rho_region <= 1.0 and 0.0 <= family.rho_sector <= 1.0
    assert len(family.basis) > 10


def test_a_source_without_an_assumption_is_refused():
    with pytest.raises(InputError, match="add the source to a family"):
        uncertainty.family_of("hearsay", "rice")


def test_the_assumption_of_a_source_can_be_printed():
    assert "between regions 0.5" in uncertainty.statement("edgar_v6+v432", "rice")


def test_every_source_of_the_pan_has_a_family(pan):
    for source, sector in pan[["source", "sector"]].drop_duplicates().itertuples(index=False):
        assert uncertainty.family_of(source, sector).basis, f"{source} {sector} has no stated assumption"
