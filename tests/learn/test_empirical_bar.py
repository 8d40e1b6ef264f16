"""Regressions recover what they are made of, look only backward and never see the site they are judged at."""

import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tenbin.core.errors import InputError
from tenbin.data.towers import fluxnet_daily12
from tenbin.learn import empirical_bar as bar
from tenbin.learn.skill import first_half, skill

DAY = 86400.0
SMALL = bar.TreeSettings(rounds=15, shrinkage=0.3, leaves=8)


def site(name: str = "made", days: int = 600, seed: int = 1) -> xr.Dataset:
    """A made site whose GPP rises with sunlight and leaf area, ET with both and dryness, NEE with warmth."""
    chance = np.random.default_rng(seed)
    season = np.sin(2 * np.pi * np.arange(days) / 365.0)
    tas = 285.0 + 10.0 * season + chance.normal(0, 2, days)
    rsds = 150.0 + 80.0 * season + chance.uniform(-40, 40, days)
    columns = {
        "tas": tas,
        "tasmin": tas - 4.0,
        "tasmax": tas + 5.0,
        "rsds": rsds,
        "vpd": 500.0 + 20.0 * (tas - 285.0) + chance.uniform(0, 100, days),
        "pr": chance.exponential(2.0, days) / DAY,
        "lai": 2.0 + season,
    }
    gpp = 1e-3 / DAY * (0.02 * rsds + 1.5 * columns["lai"])
    columns |= {
        "gpp": gpp,
        "nee": 1e-3 / DAY * 0.1 * (tas - 275.0) - gpp,
        "et": (0.01 * rsds + 1e-3 * columns["vpd"]) / DAY,
    }
    time = pd.date_range("2001-01-01", periods=days)
    return xr.Dataset(
        {key: ("time", value) for key, value in columns.items()}, {"time": time}, attrs={"site": name}
    )


def test_a_linear_flux_is_recovered_exactly_by_the_regression_that_has_its_causes():
    data = site()
    made = bar.same_site(data, bar.BAR[:3])
    assert skill(bar.observed(data)["gpp"], made["5lin"]["gpp"]).rmse < 1e-10
    assert skill(bar.observed(data)["et"], made["3lin"]["et"]).rmse < 1e-10
    assert skill(bar.observed(data)["gpp"], made["1lin"]["gpp"]).rmse > 0.1


def test_fluxes_stand_in_grams_of_carbon_and_millimetres_of_water_a_day():
    data = site()
    assert bar.observed(data)["gpp"].iloc[0] == pytest.approx(float(data.gpp[0]) * 86400e3)
    assert bar.observed(data)["et"].iloc[0] == pytest.approx(float(data.et[0]) * 86400)


def test_means_look_only_backward():
    data = site()
    later = data.copy(deep=True)
    later["pr"][300:] = 1.0
    before, after = bar.features(data), bar.features(later)
    pd.testing.assert_frame_equal(before[:300], after[:300])
    assert before["pr_30d"].iloc[100] == pytest.approx(float(data.pr[71:101].mean()))


def test_what_happens_in_the_second_half_changes_no_regression():
    pytest.importorskip("sklearn")
    data = site()
    hidden = data.copy(deep=True)
    late = ~first_half(data.time.values)
    for flux in bar.FLUXES:
        hidden[flux][late] = np.nan
    few = bar.TreeSettings(rounds=5)
    seen, unseen = (bar.same_site(one, (bar.BAR[2], bar.BAR[5]), few) for one in (data, hidden))
    for name, table in seen.items():
        pd.testing.assert_frame_equal(table, unseen[name])


def test_trees_follow_a_flux_that_levels_off_better_than_a_line():
    pytest.importorskip("sklearn")
    sites = {name: site(name, seed=seed) for seed, name in enumerate("abc")}
    for data in sites.values():
        data["gpp"] = data.rsds.clip(max=150.0) * 1e-10
    training = {name: sites[name] for name in "ab"}
    wanted = [one for one in bar.BAR if one.name in ("5lin", "boosted_met_lai")]
    made = bar.elsewhere(training, {"c": sites["c"]}, wanted, SMALL)
    error = {
        name: skill(bar.observed(sites["c"])["gpp"], tables["c"]["gpp"]).rmse for name, tables in made.items()
    }
    assert error["boosted_met_lai"] < 0.5 * error["5lin"]


def test_each_held_out_site_gets_its_own_days_back():
    sites = {"a": site("a"), "b": site("b", 400, 2), "c": site("c", 500, 3)}
    made = bar.elsewhere({"a": sites["a"]}, {name: sites[name] for name in "bc"}, bar.BAR[2:3])["5lin"]
    for name, days in (("b", 400), ("c", 500)):
        assert len(made[name]) == days
        assert skill(bar.observed(sites[name])["gpp"], made[name]["gpp"]).rmse < 1e-10


def test_a_site_cannot_be_in_training_and_held_out():
    data = site()
    with pytest.raises(InputError, match="in training and held out"):
        bar.elsewhere({"x": data}, {"x": data})
    with pytest.raises(InputError, match="no site"):
        bar.elsewhere({}, {"x": data})


def test_days_without_a_driver_are_not_predicted_and_teach_nothing():
    data = site()
    data["vpd"][10:20] = np.nan
    made = bar.same_site(data, bar.BAR[1:2])["3lin"]["et"]
    assert np.isnan(made[10:20]).all() and np.isfinite(made[20:]).all()
    assert skill(bar.observed(data)["et"], made).rmse < 1e-10


def test_a_site_without_leaf_area_has_no_prediction_that_needs_it():
    made = bar.same_site(site().drop_vars("lai"), bar.BAR[:3])
    assert made["5lin"]["gpp"].isna().all() and made["3lin"]["gpp"].notna().all()


def test_too_few_measured_days_teach_nothing():
    data = site()
    data["nee"][5:] = np.nan
    assert bar.same_site(data, bar.BAR[:1])["1lin"]["nee"].isna().all()


def test_all_missing_drivers_are_told_at_once():
    with pytest.raises(InputError) as told:
        bar.features(site().drop_vars(["rsds", "vpd"]))
    assert len(told.value.faults) == 2


def test_without_the_library_of_trees_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    with pytest.raises(InputError, match=r"tenbin\[learn\]"):
        bar.same_site(site(), bar.BAR[3:4])


def test_at_real_towers_leaf_area_and_rain_help_a_line_from_other_sites(data_root):
    folder = data_root / "land" / "eddy_fluxnet2015_daily12"
    sites = fluxnet_daily12.read_all(folder)
    errors = {name: [] for name in ("3lin", "5lin")}
    for left, data in sites.items():
        others = {name: other for name, other in sites.items() if name != left}
        made = bar.elsewhere(others, {left: data}, bar.BAR[1:3])
        for name in errors:
            errors[name].append(skill(bar.observed(data)["gpp"], made[name][left]["gpp"]).rmse)
    assert np.median(errors["5lin"]) == pytest.approx(1.81, abs=0.02)
    assert np.median(errors["3lin"]) > 1.5 * np.median(errors["5lin"])
