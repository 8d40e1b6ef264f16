"""Numbers keep the digits that their uncertainty earns, and verdicts follow the z-score."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.report.agreement import judge
from tenbin.report.numbers import plain, score, small, with_sd, years

NBSP_PM = "\u00a0±\u00a0"


@pytest.mark.parametrize(
    ("value", "sd", "text"),
    [
        (573.24, 11.4, "573 ± 11"),
        (4.7123, 0.0312, "4.712 ± 0.031"),
        (573.2, 41.0, "570 ± 40"),
        (-0.04, 0.28, "−0.04 ± 0.28"),
        (0.001, 0.96, "0.0 ± 1.0"),
        (17.4, math.nan, "17.4"),
        (math.nan, 1.0, "–"),
    ],
)
def test_an_uncertainty_decides_how_many_digits_are_shown(value: float, sd: float, text: str) -> None:
    assert with_sd(value, sd) == text.replace(" ± ", NBSP_PM)


@given(value=st.floats(-1e6, 1e6), sd=st.floats(1e-3, 1e5))
def test_a_printed_number_is_within_half_its_last_digit_of_the_uncertainty(value: float, sd: float) -> None:
    mean, spread = (float(text.replace("−", "-")) for text in with_sd(value, sd).split(NBSP_PM))
    assert abs(mean - value) <= 0.15 * sd + 1e-9
    assert abs(spread - sd) <= 0.15 * sd


def test_residuals_and_missing_numbers_have_their_own_form() -> None:
    assert (small(3.2e-13), small(0.0), small(None)) == ("3.2e−13", "0", "–")
    assert (plain(12345.6), plain(None), plain(0.0)) == ("12300", "–", "0")
    assert (score(1.234), score(-0.26), score(0.01), score(math.inf)) == ("+1.2", "−0.3", "0.0", "–")
    assert (years(2010, 2019), years(2020, 2020)) == ("2010–2019", "2020")


@given(z=st.floats(-20, 20))
def test_a_verdict_depends_on_the_distance_and_not_on_which_estimate_is_larger(z: float) -> None:
    assert judge(1.0, 2.0, 1.0, z).level == judge(2.0, 1.0, 1.0, -z).level
    level = judge(1.0, 2.0, 1.0, z).level
    assert level == (
        "agrees" if abs(z) < 1 else "near" if abs(z) < 2 else "tension" if abs(z) < 3 else "disagrees"
    )


def test_agreement_of_vague_estimates_is_called_a_weak_test() -> None:
    assert "weak test" in judge(10.0, 11.0, 8.0, 0.1).caution
    assert judge(10.0, 10.1, 0.3, 0.3).caution == ""
    assert judge(10.0, 30.0, 4.0, 5.0).caution == ""
    assert judge(10.0, 11.0, math.nan, math.nan).level == "unknown"
