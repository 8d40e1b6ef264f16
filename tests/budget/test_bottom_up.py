"""The bottom-up pan holds the published budgets of three gases, with errors that are honest about guesses."""

import numpy as np
import pytest

from tenbin.budget import bottom_up, decades, ledger, sectors
from tenbin.budget.allocation import country_shares
from tenbin.budget.published import published_budgets
from tenbin.core.regions import BANDS


def _globe(pan, gas, sector, year):
    chosen = (pan.gas == gas) & (pan.sector == sector) & (pan.region == "globe") & (pan.year_start == year)
    return pan[chosen].iloc[0]


def test_the_pan_keeps_the_contract(pan):
    assert ledger.faults(pan) == []


def test_every_gas_band_and_year_has_a_weight_with_an_error(pan):
    for gas in ("co2", "ch4", "n2o"):
        rows = pan[(pan.gas == gas) & (pan.sector == sectors.root(gas)) & pan.region.isin(BANDS)]
        assert len(rows) == 4 * 51 and (rows["sd"] > 0).all()


def test_methane_and_nitrous_oxide_only_rise_from_the_ground(pan):
    assert (pan.loc[pan.gas.isin(["ch4", "n2o"]), "mean"] >= 0).all()


@pytest.mark.parametrize(
    ("gas", "sector", "source", "period"),
    [
        ("ch4", "total", "gmb2025", (2010, 2019)),
        ("ch4", "livestock", "gmb2025", (2010, 2019)),
        ("ch4", "waste", "gmb2025", (2010, 2019)),
        ("ch4", "wetlands", "gmb2025", (2010, 2019)),
        ("n2o", "total", "tian2024", (2010, 2019)),
        ("n2o", "natural", "tian2024", (2010, 2019)),
        ("co2", "land_use_change", "gcb2024", (2000, 2009)),
        ("co2", "ocean", "gcb2024", (2000, 2009)),
        ("co2", "land_sink", "gcb2024", (1990, 1999)),
    ],
)
def test_decades_agree_with_published_budgets_within_two_sigma_of_both(pan, gas, sector, source, period):
    ours = decades.period_means(pan, [period])
    ours = _globe(ours, gas, sector, period[0])
    theirs = published_budgets(gas).query(
        "source == @source and sector == @sector and approach == 'bottom-up'"
    )
    theirs = theirs[theirs["year_start"] == period[0]].iloc[0]
    sd = np.hypot(ours["sd"], 0.0 if np.isnan(theirs["sd"]) else theirs["sd"])
    assert abs(ours["mean"] - theirs["mean"]) < 2 * sd


def test_fossil_carbon_of_2018_is_that_of_the_carbon_budget(pan):
    parts = [_globe(pan, "co2", sector, 2018)["mean"] for sector in ("fossil", "industry")]
    np.testing.assert_allclose(sum(parts) / 3664.0, 9.982, atol=0.005)


def test_the_fossil_carbon_of_the_pandemic_year_falls(pan):
    assert _globe(pan, "co2", "fossil", 2020)["mean"] < 0.96 * _globe(pan, "co2", "fossil", 2019)["mean"]


def test_a_guess_is_called_a_guess_and_is_less_sure(pan):
    known, guessed = _globe(pan, "ch4", "fossil", 2018), _globe(pan, "ch4", "fossil", 2020)
    assert known["note"] == "" and guessed["note"].startswith("extrapolated")
    assert guessed["sd"] / guessed["mean"] > known["sd"] / known["mean"]


def test_fires_before_satellites_are_less_sure_than_after(pan):
    before, after = _globe(pan, "ch4", "biomass_burning", 1990), _globe(pan, "ch4", "biomass_burning", 2010)
    assert before["sd"] / before["mean"] > after["sd"] / after["mean"]


def test_the_errors_of_bands_make_up_the_stated_error_of_the_world(pan):
    world = _globe(pan, "ch4", "fossil", 2010)
    assert world["sd"] / world["mean"] == pytest.approx(0.20, abs=0.01)
    assert _globe(pan, "co2", "land_use_change", 2000)["sd"] == pytest.approx(0.7 * 3664, rel=1e-3)


def test_each_country_divides_over_the_bands_without_loss():
    for gas in ("co2", "ch4", "n2o"):
        shares, spread = country_shares(gas)
        np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-12)
        assert (shares >= 0).all(axis=None) and (spread >= 0).all(axis=None)
    assert shares.loc["JPN", "30N-90N"] > 0.9 and spread.loc["CHN", "30N-90N"] > 0.01


def test_written_twice_the_pan_is_the_same_bytes(tmp_path):
    first, second = (bottom_up.write(tmp_path / name) for name in ("a", "b"))
    assert first.name == "bottom_up.csv" and first.read_bytes() == second.read_bytes()


def test_every_source_of_the_pan_is_credited_with_a_licence(pan):
    credited = bottom_up.credits()
    assert set(pan["source"]) - {"sum"} <= set(credited)
    assert all({"what", "citation", "licence"} == set(entry) for entry in credited.values())
