"""The site benchmark judges all predictors on the same days and shows the model nothing that it is judged by."""

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from tenbin.data.towers import fluxnet_daily12
from tenbin.learn import empirical_bar

FLUXES = list(empirical_bar.FLUXES)


@pytest.fixture
def benchmark(monkeypatch, data_root):
    """The script as a module, on the real towers."""
    monkeypatch.setenv("TENBIN_DATA", str(data_root))
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "benchmarks"))
    return importlib.import_module("land_sites")


class PretendModel(ModuleType):
    """Knows the whole record of every site (as the real model must not) and keeps what it was given."""

    def __init__(self, truth, worse_by=0.0):
        super().__init__("site_calibration")
        self.truth, self.worse_by, self.given = truth, worse_by, []

    def _answer(self, sites):
        made = {}
        for site in sites:
            table = self.truth[site][FLUXES].to_dataframe()
            made[site] = table.fillna(0.0) + self.worse_by
        return made

    def calibrate_sites(self, datasets, seed=0):
        self.given.append(datasets)
        return self._answer(datasets)

    def predict_shared(self, train, held_out):
        self.given.append((train, held_out))
        return self._answer(held_out)


@pytest.fixture
def model(monkeypatch, data_root):
    folder = data_root / "land" / "eddy_fluxnet2015_daily12"
    truth = fluxnet_daily12.read_all(folder, ["US-Var", "DE-Tha", "FR-Pue"])
    pretend = PretendModel(truth)
    import tenbin.assimilate as room

    monkeypatch.setitem(sys.modules, "tenbin.assimilate.site_calibration", pretend)
    monkeypatch.setattr(room, "site_calibration", pretend, raising=False)
    return pretend


def run(benchmark, monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["land_sites.py", "--bar", "linear", *words])
    benchmark.main()
    return json.loads(capsys.readouterr().out, parse_constant=pytest.fail)


def test_a_model_that_is_the_truth_wins_everywhere_on_the_second_half(benchmark, model, monkeypatch, capsys):
    told = run(benchmark, monkeypatch, capsys, "--mode", "calibrated", "--sites", "US-Var,DE-Tha")
    for table in told["fluxes"].values():
        assert table["median"]["model"]["rmse"] == 0
        assert table["wins"]["5lin"]["rmse"] == {"wins": 2, "of": 2, "losses": []}
        assert table["targets"]["rmse"]["met"] is True
        counts = {site: {row["n"] for row in rows.values()} for site, rows in table["sites"].items()}
        assert all(len(set_of_n) == 1 and max(set_of_n) < 1650 for set_of_n in counts.values())


def test_the_model_never_sees_a_flux_of_the_second_half(benchmark, model, monkeypatch, capsys):
    run(benchmark, monkeypatch, capsys, "--mode", "calibrated", "--sites", "US-Var")
    given = model.given[0]["US-Var"]
    half = given.sizes["time"] // 2
    for name in (*FLUXES, "reco", "gpp_uncertainty"):
        assert np.isfinite(given[name][:half]).any() and np.isnan(given[name][half:]).all()
    assert np.isfinite(given["lai"]).all()


def test_held_out_sites_come_without_fluxes_and_train_nobody(benchmark, model, monkeypatch, capsys):
    told = run(benchmark, monkeypatch, capsys, "--mode", "shared", "--sites", "US-Var,FR-Pue")
    train, held_out = model.given[0]
    assert sorted(held_out) == ["FR-Pue", "US-Var"] and len(train) == 10 and not set(train) & set(held_out)
    assert not set(held_out["US-Var"].data_vars) & {"gpp", "nee", "et", "reco", "nee_uncertainty"}
    assert told["rounds"][0]["learned_at"] == sorted(train)


def test_without_names_each_site_is_left_out_in_turn(benchmark, model, monkeypatch, capsys):
    told = run(benchmark, monkeypatch, capsys, "--mode", "shared", "--without-model")
    assert len(told["rounds"]) == 12 and all(len(each["learned_at"]) == 11 for each in told["rounds"])
    gpp = told["fluxes"]["gpp"]
    assert gpp["median"]["5lin"]["rmse"] < gpp["median"]["3lin"]["rmse"]
    assert "model" not in gpp["median"] and "wins" not in gpp


def test_a_folder_whose_sites_are_all_named_learns_at_the_catalogued_ones(
    benchmark, model, monkeypatch, capsys, tmp_path, data_root
):
    source = data_root / "land" / "eddy_fluxnet2015_daily12" / "US-Ton.nc"
    (tmp_path / "XX-New.nc").write_bytes(source.read_bytes())
    (tmp_path / "US-Ton.nc").write_bytes(source.read_bytes())
    told = run(
        benchmark,
        monkeypatch,
        capsys,
        *("--mode", "shared", "--data", str(tmp_path), "--sites", "US-Ton,XX-New", "--without-model"),
    )
    assert len(told["rounds"][0]["learned_at"]) == 11 and "US-Ton" not in told["rounds"][0]["learned_at"]


def test_losses_are_named_and_days_without_a_prediction_counted(benchmark, model, monkeypatch, capsys):
    model.worse_by = 1e-6
    told = run(benchmark, monkeypatch, capsys, "--mode", "calibrated", "--sites", "US-Var")
    assert told["fluxes"]["gpp"]["wins"]["1lin"]["rmse"]["losses"] == ["US-Var"]
    assert told["fluxes"]["gpp"]["targets"]["rmse"]["met"] is False
    model.worse_by = pd.Series({"gpp": np.nan, "nee": 0.0, "et": 0.0})
    told = run(benchmark, monkeypatch, capsys, "--mode", "calibrated", "--sites", "US-Var")
    assert told["fluxes"]["gpp"]["days"]["not_predicted"]["model"] > 1000
    assert told["fluxes"]["gpp"]["median"]["model"]["rmse"] is None


def test_an_unknown_site_is_refused_with_the_known_ones(benchmark, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["land_sites.py", "--mode", "shared", "--sites", "US-Nowhere"])
    with pytest.raises(SystemExit, match=r"US-Nowhere.*AU-DaS"):
        benchmark.main()
