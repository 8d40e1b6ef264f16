"""A series carried beyond its end drifts on, ever more slowly."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tenbin.budget.extension import DAMPING, damped_log_drift, mean_of_last


@given(st.floats(0.01, 1e4), st.floats(0.9, 1.1))
def test_a_steady_growth_goes_on_at_a_damped_rate(start, growth):
    series = start * growth ** np.arange(10.0)
    ahead = damped_log_drift(series, 3)
    np.testing.assert_allclose(ahead[0] / series[-1], growth**DAMPING, rtol=1e-9)
    np.testing.assert_allclose(
        ahead[2] / series[-1], growth ** (DAMPING + DAMPING**2 + DAMPING**3), rtol=1e-9
    )


@given(st.floats(0.01, 1e4))
def test_a_constant_stays_and_a_sink_stays_a_sink(level):
    np.testing.assert_allclose(damped_log_drift(np.full(6, level), 4), level)
    assert (damped_log_drift(-np.linspace(level, 2 * level, 8), 2) < 0).all()


def test_a_series_that_crosses_nought_keeps_its_last_value():
    np.testing.assert_array_equal(damped_log_drift(np.array([-3.0, -2, -1, 0, 1, 2]), 2), [2.0, 2.0])


def test_fires_return_to_the_mean_of_their_last_ten_years():
    np.testing.assert_array_equal(mean_of_last(np.arange(20.0), 2), [14.5, 14.5])
