"""The budget stage takes the errors of means from the inversion, and says when it could not."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tenbin.budget import bottom_up, ledger, sectors
from tenbin.core.errors import InputError
from tenbin.core.provenance import read_json
from tenbin.core.regions import BANDS
from tenbin.workflow import adapters
from tenbin.workflow.stages import STAGES

YEARS = np.arange(2005, 2020)
REGIONS = (*BANDS, "sh", "nh", "globe")
GASES = ("co2", "ch4", "n2o")
CONFIG = SimpleNamespace(gases=GASES, data="embedded")
NOTE = "errors of means of top-down emissions"


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """A run folder as the inversion leaves it: top-down 2 % below bottom-up, all its years err alike."""
    out = tmp_path_factory.mktemp("run")
    pan = bottom_up.build(None)
    pan = pan[pan["year_start"].isin(YEARS)]
    top = pan[(pan["sector"] == pan["gas"].map(sectors.root)) & pan["region"].isin(REGIONS)]
    top = top.assign(mean=0.98 * top["mean"], sd=2.0, approach="top-down", source="box12-joint", note="")
    sink = top[(top["gas"] != "co2") & (top["region"] == "globe")]
    sink = sink.assign(mean=-sink["mean"], sector="stratospheric_sink")
    ledger.write(pan, out / "bottom_up.csv", parquet=False)
    ledger.write(pd.concat([top, sink]), out / "top_down.csv", parquet=False)
    growth = pd.DataFrame({"gas": np.repeat(GASES, len(YEARS)), "year": np.tile(YEARS, 3), "growth": 1.0})
    growth.assign(sd=0.1, unit="Tg yr-1").to_csv(out / "growth.csv", index=False)
    return out


def _posterior(path: Path, sd: float) -> None:
    covariance = np.full((len(GASES), len(REGIONS), len(YEARS), len(YEARS)), sd**2)
    dims = ("gas", "region", "year", "other_year")
    coords = {"gas": list(GASES), "region": list(REGIONS), "year": YEARS, "other_year": YEARS}
    dataset = xr.Dataset({"emission_annual_covariance": (dims, covariance)}, coords)
    dataset.assign_attrs(source="box12-joint").to_netcdf(path, engine="h5netcdf")


def test_the_stage_waits_for_the_posterior():
    assert "posterior.nc" in STAGES["budget"].reads


def test_a_run_without_a_posterior_falls_back_and_says_so(written):
    (written / "posterior.nc").unlink(missing_ok=True)
    adapters.budget(CONFIG, written)
    assert "for want of a posterior covariance" in read_json(written / "budget.json")["notes"][NOTE]


def test_years_that_err_alike_leave_a_decade_as_uncertain_as_a_year(written):
    _posterior(written / "posterior.nc", 2.0)
    adapters.budget(CONFIG, written)
    means = ledger.read(written / "decades.csv")
    air = means[(means["approach"] == "top-down") & ~means["sector"].str.endswith("sink")]
    assert len(air) == 3 * len(REGIONS)
    np.testing.assert_allclose(air["sd"], 2.0, rtol=1e-12)
    assert read_json(written / "budget.json")["notes"][NOTE] == "the posterior covariance of box12-joint"


def test_bands_and_hemispheres_of_both_pans_sum_to_the_globe(written):
    lines = read_json(written / "budget.json")["conservation"]
    kept = {line["quantity"]: line["worst_relative"] for line in lines}
    assert kept["top-down sums over regions"] < 1e-11 and kept["bottom-up sums over regions"] < 1e-11


def test_a_posterior_of_another_run_is_refused(written):
    _posterior(written / "posterior.nc", 3.0)
    with pytest.raises(InputError, match="so that both are of one run"):
        adapters.budget(CONFIG, written)
