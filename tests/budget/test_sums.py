"""A sum never counts a flux twice, and says so instead."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.budget import ledger, sectors
from tenbin.budget.sums import overlapping_regions
from tenbin.core.errors import InputError
from tenbin.core.regions import BANDS


def test_rice_and_livestock_over_the_bands_make_the_agriculture_of_the_globe(pan):
    made = ledger.total(pan, sectors=["rice", "livestock"], regions=BANDS)
    given_ = pan[(pan.gas == "ch4") & (pan.sector == "agriculture") & (pan.region == "globe")]
    np.testing.assert_allclose(made["mean"], given_["mean"], rtol=1e-12)
    np.testing.assert_allclose(made["sd"], given_["sd"], rtol=1e-9)


def test_a_sum_over_a_sector_and_its_parent_is_refused(pan):
    with pytest.raises(InputError, match="'agriculture' contains 'rice'"):
        ledger.total(pan, sectors=["agriculture", "rice"], regions=["globe"])


def test_a_sum_over_the_globe_and_a_band_is_refused(pan):
    with pytest.raises(InputError, match="overlap"):
        ledger.total(pan, sectors=["rice"], regions=["globe", "EQ-30N"])


def test_all_reasons_to_refuse_are_given_at_once(pan):
    with pytest.raises(InputError) as error:
        ledger.total(pan, sectors=["total", "rice", "rice"], regions=["globe", "nh"])
    assert len(error.value.faults) == 3


def test_a_sum_of_two_approaches_is_refused(rows):
    mixed = rows({}, {"approach": "top-down", "region": "nh", "sector": "waste"})
    with pytest.raises(InputError, match="one approach"):
        ledger.total(mixed, sectors=["rice", "waste"], regions=["globe", "nh"], min_count=1)


def test_a_flux_told_by_two_sources_is_refused(rows):
    twice = rows({}, {"source": "edgar_v432"})
    with pytest.raises(InputError, match="one source per sector and period"):
        ledger.total(twice, sectors=["rice"], regions=["globe"])


def test_a_year_and_the_decade_that_holds_it_are_not_summed(rows):
    both = rows({}, {"year_start": 2010, "year_end": 2019, "sector": "waste"})
    with pytest.raises(InputError, match="2010-2010 and 2010-2019"):
        ledger.total(both, sectors=["rice", "waste"], regions=["globe"])


def test_a_sum_with_too_few_parts_is_missing_and_counts_them(rows):
    part = rows(
        {"region": "JPN", "mean": 0.7}, {"region": "CHN", "mean": np.nan, "sd": np.nan, "note": "none"}
    )
    whole = ledger.total(part, sectors=["rice"], regions=["JPN", "CHN"])
    assert np.isnan(whole["mean"].iloc[0]) and whole["n"].iloc[0] == 1
    lenient = ledger.total(part, sectors=["rice"], regions=["JPN", "CHN"], min_count=1)
    assert lenient["mean"].iloc[0] == 0.7


def test_a_sum_over_nothing_is_refused(rows):
    with pytest.raises(InputError, match="check the names"):
        ledger.total(rows({}), sectors=["waste"], regions=["globe"])


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [
        ("nh", "sh", True),
        ("EQ-30N", "30N-90N", True),
        ("nh", "EQ-30N", False),
        ("JPN", "CHN", True),
        ("reccap2:east_asia", "JPN", False),
        ("reccap2:east_asia", "gcp18:china", False),
        ("JPN", "30N-90N", False),
        ("JPN", "intl_shipping", True),
        ("globe", "intl_shipping", False),
        ("globe_land", "globe_ocean", True),
        ("globe_land", "JPN", False),
    ],
)
def test_places_share_ground_or_do_not(a, b, apart):
    assert (overlapping_regions([a, b]) == []) == apart


@given(chosen=st.sets(st.sampled_from(sectors.known("ch4")), min_size=1))
def test_sectors_may_be_summed_if_and_only_if_no_leaf_is_met_twice(chosen):
    met = [leaf for sector in chosen for leaf in sectors.leaves("ch4", sector)]
    assert (sectors.overlapping("ch4", tuple(chosen)) == []) == (len(met) == len(set(met)))
