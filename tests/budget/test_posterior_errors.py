"""An inversion knows how its years err together; means of its fluxes take that, and nothing guessed."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tenbin.budget import decades, posterior_errors, reconcile
from tenbin.core.errors import InputError

SOURCE = "box12-joint"
YEARS = np.arange(2005, 2021)
REGIONS = ("EQ-30N", "globe")


def _covariance(seed: int) -> np.ndarray:
    root = np.random.default_rng(seed).normal(size=(len(YEARS), len(YEARS)))
    return root @ root.T


@pytest.fixture
def exact():
    """Covariance of CH4 in one band and the globe, unlike that of any model."""
    covariance = np.stack([_covariance(1), _covariance(2)])[None]
    return posterior_errors.PosteriorErrors(SOURCE, ("ch4",), REGIONS, YEARS, covariance)


@pytest.fixture
def table(rows, exact):
    """Top-down CH4 of those years, with the sd of its covariance; a sink stands beside it."""
    sd = np.sqrt(np.einsum("ryy->ry", exact.covariance[0]))
    common = {"approach": "top-down", "source": SOURCE}
    total = ({"sector": "total", "region": region, "year": year, "mean": 500.0, "sd": sd[k, i], **common}
             for k, region in enumerate(REGIONS) for i, year in enumerate(YEARS))  # fmt: skip
    sink = ({"sector": "oh_sink", "year": year, "mean": -480.0, "sd": 20.0, **common} for year in YEARS)
    return rows(*total, *sink)


def _dataset(exact) -> xr.Dataset:
    dims = posterior_errors.DIMENSIONS
    coords = {"gas": list(exact.gases), "region": list(REGIONS), "year": YEARS, "other_year": YEARS}
    return xr.Dataset({posterior_errors.VARIABLE: (dims, exact.covariance)}, coords, {"source": SOURCE})


def _decade(means: pd.DataFrame, sector: str, region: str = "globe") -> pd.Series:
    return means[(means["sector"] == sector) & (means["region"] == region)].iloc[0]


def test_the_error_of_a_decade_is_that_of_the_weighted_years(table, exact):
    means = decades.period_means(table, [(2010, 2019)], exact=exact)
    weights = np.where((YEARS >= 2010) & (YEARS <= 2019), 0.1, 0.0)
    for k, region in enumerate(REGIONS):
        by_hand = np.sqrt(weights @ exact.covariance[0, k] @ weights)
        np.testing.assert_allclose(_decade(means, "total", region)["sd"], by_hand, rtol=1e-12)


def test_a_year_that_is_missing_has_no_weight(table, exact):
    part = table[~table["year_start"].isin([2011, 2014])]
    weights = np.where((YEARS >= 2010) & (YEARS <= 2019) & ~np.isin(YEARS, [2011, 2014]), 1 / 8, 0.0)
    means = decades.period_means(part, [(2010, 2019)], exact=exact)
    by_hand = np.sqrt(weights @ exact.covariance[0, 1] @ weights)
    np.testing.assert_allclose(_decade(means, "total")["sd"], by_hand, rtol=1e-12)


def test_the_exact_error_replaces_the_model_and_the_note_says_so(table, exact):
    modelled, known = (decades.period_means(table, [(2010, 2019)], exact=e) for e in (None, exact))
    assert "'inversion' for want of a posterior covariance" in _decade(modelled, "total")["note"]
    assert "the posterior covariance of box12-joint" in _decade(known, "total")["note"]
    assert abs(_decade(known, "total")["sd"] / _decade(modelled, "total")["sd"] - 1.0) > 0.01


def test_a_flux_that_the_covariance_does_not_cover_keeps_its_model(table, exact):
    other = table.assign(source="another inversion")
    early = table.assign(year_start=table["year_start"] - 10, year_end=table["year_end"] - 10)
    for rows in (other, early):
        span = [(int(rows["year_start"].min()), int(rows["year_start"].min()) + 9)]
        same = decades.period_means(rows, span)
        pd.testing.assert_frame_equal(decades.period_means(rows, span, exact=exact), same)


def test_the_error_of_a_sink_is_nearly_that_of_its_lifetime(table, exact):
    sink = _decade(decades.period_means(table, [(2010, 2019)], exact=exact), "oh_sink")
    assert np.sqrt(0.9) * 20.0 < sink["sd"] < 20.0
    assert "model 'inversion_sinks'" in sink["note"]


def test_both_pans_are_weighed_with_the_exact_error_of_a_decade(pan, table, exact):
    ledger = pd.concat([pan, table], ignore_index=True)
    lines = reconcile.reconcile(ledger, [(2010, 2019)], exact=exact)
    line = lines[(lines["region"] == "globe") & (lines["year_end"] == 2019) & (lines["year_start"] == 2010)]
    chosen = (YEARS >= 2010) & (YEARS <= 2019)
    by_hand = np.sqrt(exact.covariance[0, 1][np.ix_(chosen, chosen)].sum()) / 10
    np.testing.assert_allclose(line["top_down_sd"].item(), by_hand, rtol=1e-12)
    assert "top-down: the posterior covariance of box12-joint" in line["assumption"].item()


def test_the_closure_of_growth_takes_the_exact_error_of_the_sources(table, exact):
    growth = pd.DataFrame({"gas": "ch4", "year": YEARS, "growth": 20.0, "sd": 0.0, "unit": "Tg yr-1"})
    line = reconcile.growth_closure(table, growth, [(2010, 2019)], exact=exact).iloc[0]
    means = decades.period_means(table, [(2010, 2019)], exact=exact)
    spread = np.hypot(_decade(means, "total")["sd"], _decade(means, "oh_sink")["sd"])
    np.testing.assert_allclose(line["sd"], spread, rtol=1e-12)
    assert "the posterior covariance" in line["note"] and "upper bound" in line["note"]


def test_a_covariance_is_read_as_it_was_written(tmp_path, exact):
    _dataset(exact).to_netcdf(tmp_path / "posterior.nc", engine="h5netcdf")
    found = posterior_errors.read(tmp_path / "posterior.nc")
    assert (found.source, found.gases, found.regions) == (SOURCE, ("ch4",), REGIONS)
    np.testing.assert_array_equal(found.covariance, exact.covariance)


def test_a_file_that_is_missing_or_holds_no_covariance_leaves_the_model(tmp_path, exact):
    assert posterior_errors.read(tmp_path / "posterior.nc") is None
    _dataset(exact).drop_vars(posterior_errors.VARIABLE).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    assert posterior_errors.read(tmp_path / "a.nc") is None


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda d: d.transpose("region", "gas", "year", "other_year"), "dimensions region, gas"),
        (lambda d: d * np.nan, "not finite"),
        (lambda d: -d, "below nought"),
        (lambda d: d.where(d["year"] <= d["other_year"], 0.0), "asymmetric"),
        (lambda d: d.isel(year=slice(None, None, -1), other_year=slice(None, None, -1)), "out of order"),
    ],
)
def test_what_cannot_be_a_covariance_is_refused(tmp_path, exact, spoil, words):
    spoilt = spoil(_dataset(exact)).assign_attrs(source=SOURCE)
    spoilt.to_netcdf(tmp_path / "posterior.nc", engine="h5netcdf")
    with pytest.raises(InputError, match=words):
        posterior_errors.read(tmp_path / "posterior.nc")


def test_a_covariance_of_another_inversion_is_found_out(table, exact):
    assert posterior_errors.faults(exact, table) == []
    other = table.assign(sd=1.01 * table["sd"])
    assert len(posterior_errors.faults(exact, other)) == 5
