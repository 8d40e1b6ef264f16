"""The pans are compared like with like, and a difference is held against its own error."""

import numpy as np
import pandas as pd
import pytest

from tenbin.budget import reconcile, sectors
from tenbin.core.errors import InputError


@pytest.fixture(scope="module")
def both(pan):
    """The pan, and a second one a tenth lower, a third as uncertain, with a sink that leaves 3 %."""
    roots = {gas: sectors.root(gas) for gas in ("co2", "ch4", "n2o")}
    top = pan[(pan["sector"] == pan["gas"].map(roots)) & (pan["year_start"] >= 1984)]
    top = top.assign(mean=0.9 * top["mean"], sd=top["sd"] / 3, approach="top-down", source="box")
    sink = top[(top["gas"] != "co2") & (top["region"] == "globe")]
    sink = sink.assign(mean=-0.97 * sink["mean"], sector="stratospheric_sink")
    return pd.concat([pan, top, sink], ignore_index=True)


@pytest.fixture(scope="module")
def growth(both):
    top = both[
        (both["approach"] == "top-down")
        & (both["region"] == "globe")
        & both["sector"].isin(["total", "net_total"])
    ]
    amount = np.where(top["gas"] == "co2", 1.0, 0.03) * top["mean"]
    table = pd.DataFrame({"gas": top["gas"], "year": top["year_start"], "growth": amount, "sd": 0.1})
    return pd.concat([table.assign(unit="Tg yr-1"), table.assign(unit="ppb yr-1", growth=1.0)])


@pytest.fixture(scope="module")
def compared(both):
    return reconcile.reconcile(both)


def test_the_difference_is_what_the_air_says_less_what_the_ground_says(compared):
    np.testing.assert_allclose(compared["difference"], compared["top_down"] - compared["bottom_up"])
    np.testing.assert_allclose(compared["z"], compared["difference"] / compared["difference_sd"])


def test_independent_pans_differ_with_the_errors_of_both(compared):
    np.testing.assert_allclose(
        compared["difference_sd"], np.hypot(compared["bottom_up_sd"], compared["top_down_sd"])
    )
    assert compared["assumption"].str.startswith("errors of the pans independent").all()


def test_without_a_posterior_covariance_the_errors_of_a_decade_say_what_stood_in(compared):
    is_mean = compared["year_end"] > compared["year_start"]
    stood_in = compared["assumption"].str.endswith("model 'inversion' for want of a posterior covariance")
    np.testing.assert_array_equal(stood_in, is_mean)


def test_every_gas_band_year_and_decade_is_weighed(compared):
    assert set(compared["region"]) == {"globe", "nh", "sh", "90S-30S", "30S-EQ", "EQ-30N", "30N-90N"}
    years = compared[compared["year_start"] == compared["year_end"]]
    assert len(years) == 3 * 7 * 37
    spans = compared[compared["year_end"] > compared["year_start"]]
    assert set(zip(spans["year_start"], spans["year_end"], strict=True)) == {
        (1984, 1989), (1990, 1999), (2000, 2009), (2010, 2019)}  # fmt: skip


def test_a_decade_compares_the_same_years_of_both_pans(both, compared):
    line = compared.query(
        "gas == 'ch4' and region == 'globe' and year_start == 1984 and year_end == 1989"
    ).iloc[0]
    years = both[
        (both.gas == "ch4")
        & (both.sector == "total")
        & (both.region == "globe")
        & (both.approach == "bottom-up")
    ]
    expected = years[years.year_start.between(1984, 1989)]["mean"].mean()
    np.testing.assert_allclose(line["bottom_up"], expected)
    assert line["bottom_up_sd"] > 10.0


def test_pans_that_share_an_error_differ_by_less(both):
    shared = reconcile.reconcile(both, pan_correlation={"ch4": 0.5})
    line = shared.query("gas == 'ch4' and region == 'globe' and year_start == year_end").iloc[0]
    a, b = line["bottom_up_sd"], line["top_down_sd"]
    np.testing.assert_allclose(line["difference_sd"], np.sqrt(a**2 + b**2 - a * b))
    assert line["assumption"].endswith("0.5")


@pytest.mark.parametrize(
    ("z", "words"),
    [
        (0.5, "agree"),
        (-1.5, "agree within two sigma"),
        (2.5, "disagree"),
        (-9.0, "disagree strongly"),
        (np.nan, "cannot be told"),
    ],
)
def test_agreement_is_told_in_words(z, words):
    assert reconcile.agreement(z) == words


def test_an_empty_pan_is_refused_with_what_is_wanted(pan):
    with pytest.raises(InputError, match="top-down pan"):
        reconcile.reconcile(pan)


def test_a_pan_that_holds_a_flux_twice_is_refused(both):
    twice = pd.concat([both, both[both["approach"] == "top-down"].assign(source="another")])
    with pytest.raises(InputError, match="keep one of them"):
        reconcile.reconcile(twice)


def test_what_is_put_in_less_what_is_taken_out_is_what_grows(both, growth):
    lines = reconcile.growth_closure(both, growth)
    assert set(lines["gas"]) == {"co2", "ch4", "n2o"} and len(lines) == 12
    np.testing.assert_allclose(lines["sources"] + lines["sinks"], lines["growth_from_budget"])
    np.testing.assert_allclose(lines["residual"], 0.0, atol=1e-9 * lines["sources"].abs().max())


def test_a_flux_missed_by_the_budget_shows_as_residual(both, growth):
    more = growth.assign(growth=growth["growth"] + 10.0)
    lines = reconcile.growth_closure(both, more)
    np.testing.assert_allclose(lines["residual"], -10.0, atol=1e-6)
