"""Time: months have their true lengths and an even decimal axis."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.calendar import decades, decimal_year, month_index, months_between, to_year_month
from tenbin.core.constants import SECONDS_PER_YEAR
from tenbin.core.errors import InputError


def test_four_years_last_four_julian_years():
    assert months_between(1984, 1987).length_s.sum() == 4 * SECONDS_PER_YEAR


@given(st.integers(1800, 2100), st.integers(1, 12))
def test_the_decimal_year_leads_back_to_its_month(year, month):
    back = to_year_month(decimal_year(year, month))
    assert (int(back[0]), int(back[1])) == (year, month)


def test_months_are_counted_from_the_first_january():
    months = months_between(1984, 2020)
    np.testing.assert_array_equal(month_index(months.year, months.month, 1984), np.arange(37 * 12))
    np.testing.assert_allclose(np.diff(months.decimal_year), 1 / 12)


def test_only_whole_decades_count():
    assert decades(1980, 1999) == [(1980, 1989), (1990, 1999)]
    assert decades(1981, 1998) == []


def test_a_period_that_ends_before_it_starts_is_refused():
    with pytest.raises(InputError, match="2020 to 1984"):
        months_between(2020, 1984)
