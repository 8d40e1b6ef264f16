"""The default run's inversion: what the air says must agree with what is published, and close its mass."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tenbin.assimilate import balance, observe
from tenbin.budget import bottom_up
from tenbin.core.errors import InputError
from tenbin.workflow.settings import RunConfig

N_IN_N2O = 28.0 / 44.0
C_PG_PER_TG_CO2 = 1.0 / 3664.0


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first three stages of the default run, from the package's own tables."""
    out, config = tmp_path_factory.mktemp("run"), RunConfig(data="embedded")
    observe.run(config, out)
    bottom_up.write(out, None)
    balance.run(config, out)
    return out


@pytest.fixture(scope="module")
def top_down(run_folder: Path) -> pd.DataFrame:
    return pd.read_csv(run_folder / "top_down.csv")


@pytest.fixture(scope="module")
def diagnostics(run_folder: Path) -> dict:
    return json.loads((run_folder / "diagnostics.json").read_text())


def globe_mean(top_down: pd.DataFrame, gas: str, sector: str, first: int, last: int) -> float:
    rows = top_down.query(
        "gas == @gas and sector == @sector and region == 'globe' and @first <= year_start <= @last"
    )
    assert len(rows) == last - first + 1
    return float(rows["mean"].mean())


def test_methane_sources_of_the_2010s_lie_where_inversions_put_them(top_down):
    # Saunois et al. 2025, ESSD 17, 1873: 575 (553-586) Tg yr-1 over an ensemble; one box model is given 550-600
    assert 550 < globe_mean(top_down, "ch4", "total", 2010, 2019) < 600


def test_nitrous_oxide_sources_lie_where_inversions_put_them(top_down):
    # Tian et al. 2024, ESSD 16, 2543: 17.4 (15.8-19.2) TgN yr-1 in 2010-2019
    assert 16.5 < globe_mean(top_down, "n2o", "total", 2009, 2018) * N_IN_N2O < 18.2


@pytest.mark.parametrize(
    "first, last, growth", [(1990, 1999, 3.129), (2000, 2009, 4.036), (2009, 2018, 4.889)]
)
def test_carbon_dioxide_grows_as_the_global_carbon_budget_says(top_down, run_folder, first, last, growth):
    # Friedlingstein et al. 2019, ESSD 11, 1783: atmospheric growth [PgC yr-1], means of its yearly table
    net = globe_mean(top_down, "co2", "net_total", first, last) * C_PG_PER_TG_CO2
    seen = pd.read_csv(run_folder / "growth.csv").query(
        "gas == 'co2' and unit == 'Tg yr-1' and @first <= year <= @last"
    )
    np.testing.assert_allclose([net, seen.growth.mean() * C_PG_PER_TG_CO2], growth, atol=0.1)


def test_one_hydroxyl_gives_published_lifetimes_to_methane_and_methyl_chloroform(diagnostics):
    lifetimes = diagnostics["lifetimes"]
    assert 4.6 < lifetimes["mcf"]["mean"] < 5.3
    assert 8.6 < lifetimes["ch4"]["mean"] < 10.0
    assert 105 < lifetimes["n2o"]["mean"] < 130
    assert all(one["sd"] > 0 for one in lifetimes.values())


def test_misfit_is_of_the_size_of_the_stated_errors(diagnostics):
    assert 0.7 < diagnostics["chi2_per_obs"]["overall"] < 1.3
    assert diagnostics["converged"]


def test_annual_band_means_are_reproduced_within_their_uncertainty(diagnostics):
    for gas, misfit in diagnostics["annual_misfit"].items():
        assert misfit["within_2_sd"] > 0.95, gas


def test_bands_and_hemispheres_sum_to_the_globe(top_down):
    wide = top_down[top_down.sector.isin(["total", "net_total"])].pivot_table(
        index=["gas", "year_start"], columns="region", values="mean"
    )
    bands = wide[["90S-30S", "30S-EQ", "EQ-30N", "30N-90N"]].sum(axis=1)
    np.testing.assert_allclose(bands, wide["globe"], rtol=1e-8, atol=1e-6)
    np.testing.assert_allclose(wide["sh"] + wide["nh"], wide["globe"], rtol=1e-8, atol=1e-6)


def test_error_of_a_band_is_smaller_than_its_prior_and_the_globe_is_known_best(run_folder):
    with xr.open_dataset(run_folder / "posterior.nc") as posterior:
        sd = posterior.emission_annual_sd.sel(gas="co2", year=slice(1990, 2019)).mean("year")
        parts = np.sqrt(float((sd.sel(region=["90S-30S", "30S-EQ", "EQ-30N", "30N-90N"]) ** 2).sum()))
        assert float(sd.sel(region="globe")) < parts
        covariance = posterior.emission_annual_covariance.sel(gas="ch4", region="globe").to_numpy()
    assert np.linalg.eigvalsh(covariance).min() > -1e-9 * covariance.max()


def test_mass_closes_to_round_off(run_folder):
    ledger = json.loads((run_folder / "invert.json").read_text())["content"]["conservation"]
    assert {line["quantity"] for line in ledger} >= {
        "mass of co2",
        "mass of ch4",
        "mass of n2o",
        "mass of mcf",
    }
    assert max(line["worst_relative"] for line in ledger) < 1e-11


def test_the_same_run_gives_the_same_bytes(run_folder, tmp_path):
    for name in ("band_means.csv", "bottom_up.csv"):
        (tmp_path / name).write_bytes((run_folder / name).read_bytes())
    balance.run(RunConfig(data="embedded"), tmp_path)
    for name in ("top_down.csv", "fit.csv", "growth.csv"):
        assert (tmp_path / name).read_bytes() == (run_folder / name).read_bytes(), name


def test_embedded_band_means_are_those_of_the_stations(data_root, monkeypatch):
    monkeypatch.setenv("TENBIN_DATA", str(data_root))
    config = RunConfig(data="full")
    full, small = observe.from_stations(config), observe.embedded(config.gases)
    keys = ["gas", "band", "year", "month"]
    both = small.merge(full, on=keys, suffixes=("_small", "_full"))
    assert len(both) >= 0.99 * len(small)
    assert ((both.value_small - both.value_full).abs() <= both.sd_full).mean() > 0.99


def test_band_means_follow_the_laboratorys_own_global_mean(data_root, monkeypatch):
    from tenbin.data.stations import global_trends

    monkeypatch.setenv("TENBIN_DATA", str(data_root))
    means = observe.embedded(("co2", "ch4", "n2o"))
    for gas, limit in (("co2", 0.25), ("ch4", 2.0), ("n2o", 0.25)):
        own = means[(means.gas == gas) & (means.band != "globe") & (means.year >= 1985)]
        own = own.groupby(["year", "month"]).value.agg(["mean", "count"])
        own = own["mean"][own["count"] == 4].groupby("year").mean()
        theirs = global_trends.read_monthly(gas).groupby("year").value.mean()
        difference = (own - theirs).dropna()
        assert len(difference) > 10 and difference.abs().mean() < limit, gas


def test_stations_without_any_month_are_named(data_root, monkeypatch):
    monkeypatch.setenv("TENBIN_DATA", str(data_root))
    config = RunConfig.model_validate({"data": "full", "stations": {"only": ["WLG"], "exclude": ["WLG"]}})
    with pytest.raises(InputError, match="no month of any background station"):
        observe.station_table("co2", config)
