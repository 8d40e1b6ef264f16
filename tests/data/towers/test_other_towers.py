"""Towers in other layouts: months, FLUXNET's own files, half hours with gaps; each with the trap it has."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tenbin.core.errors import InputError
from tenbin.data.towers import (
    checks,
    fluxnet_daily3,
    fluxnet_fullset,
    fluxnet_monthly175,
    gaps,
    pyrealm_towers,
    reddyproc,
    rsofun_towers,
)

YEAR = 365.25 * 86400.0


@pytest.fixture(autouse=True)
def real(data_root, monkeypatch):
    monkeypatch.setenv("TENBIN_DATA", str(data_root))


def test_months_of_175_sites_are_complete_in_weather_and_never_negative_in_sun_or_rain():
    months = fluxnet_monthly175.read()
    assert dict(months.sizes) == {"site": 175, "time": 192}
    for name in ("tas", "tasmin", "tasmax", "rsds", "vpd", "pr", "co2"):
        assert not months[name].isnull().any()
    assert float(months["rsds"].min()) >= 0.0 and float(months["pr"].min()) >= 0.0
    assert int(months["nee"].notnull().sum()) == 5282 and int(months["lai"].notnull().sum()) == 12126
    assert (months["cWood"].notnull().sum("time") <= 1).all()
    cells = months.rename(site="cell").transpose("time", "cell")
    assert checks.faults(cells, required=("tas", "rsds", "vpd", "pr", "co2"), gaps=False) == []


def test_the_months_set_aside_are_not_among_those_to_fit():
    months, aside = fluxnet_monthly175.read(), fluxnet_monthly175.validation()
    for name in ("gpp", "nee"):
        known = months[name].to_series().dropna().index
        others = pd.MultiIndex.from_frame(aside.dropna(subset=[name])[["site", "time"]])
        assert len(others) > 1000 and known.intersection(others).empty


def test_years_of_puechabon_are_those_its_producers_give():
    """NEE 2007 -375.8, 2012 -281.2; GPP 2007 1471.5 g C m-2 yr-1; months add up to years
    to 1 %, for FLUXNET chooses the reference threshold of u* anew for each length of time."""
    years, months = fluxnet_fullset.read(resolution="YY"), fluxnet_fullset.read(resolution="MM")
    grams = {name: years[name].values * 1e3 * 86400.0 * 365.0 for name in ("nee", "gpp")}
    assert grams["nee"][0] == pytest.approx(-375.8, abs=0.1) and grams["gpp"][0] == pytest.approx(
        1471.5, abs=0.1
    )
    assert grams["nee"][5] * 366 / 365 == pytest.approx(-281.2, abs=0.1)
    days = months.indexes["time"].days_in_month.to_numpy()
    of_months = (months["nee"].values * days)[:12].sum() * 1e3 * 86400.0
    assert of_months == pytest.approx(grams["nee"][0], rel=1e-2)


def test_a_missing_number_of_fluxnet_is_missing():
    months = fluxnet_fullset.read(resolution="MM")
    assert float(months["co2"].min()) > 3e-4
    table = pd.DataFrame({"TIMESTAMP": ["200701"], "TA_F": [-9999.0], "P_F": [1.0], "SWC_F_MDS_1": [30.0]})
    made = fluxnet_fullset.columns_of(table)
    assert np.isnan(made["tas"][0]) and made["swc"][0, 0] == pytest.approx(0.3)
    assert fluxnet_fullset.read_fapar()["fapar"].between(0.0, 1.0).all()
    with pytest.raises(InputError, match="resolution"):
        fluxnet_fullset.read(resolution="HH")


def test_three_forests_by_day_and_the_site_without_a_series():
    assert fluxnet_daily3.sites() == ["CH-Dav", "CH-Lae", "FR-Pue"]
    with pytest.raises(InputError, match="FI-Hyy"):
        fluxnet_daily3.read("FI-Hyy")
    davos = fluxnet_daily3.read("CH-Dav")
    assert davos.sizes["time"] == 6574 and davos.attrs["elevation"] == 1639.0
    assert checks.faults(davos, required=("tas", "rsds", "vpd", "pr", "ps")) == []
    good = fluxnet_daily3.read("CH-Dav", least_quality=0.8)
    assert good["gpp"].notnull().sum() < davos["gpp"].notnull().sum()
    assert float(good["gpp_quality"].where(good["gpp"].notnull()).min()) >= 0.8
    assert float(davos["gpp"].min()) < 0.0


def test_two_products_agree_on_puechabon():
    """The same tower in two layouts: weather by day must be the same weather."""
    first, second = fluxnet_daily3.read("FR-Pue"), rsofun_towers.read_puechabon()
    both = pd.concat([first["tas"].to_series(), second["tas"].to_series()], axis=1, join="inner")
    assert np.corrcoef(both.T)[0, 1] > 0.97
    carbon = pd.concat([first["gpp"].to_series(), second["gpp"].to_series()], axis=1, join="inner").dropna()
    assert len(carbon) == 1810
    assert carbon.diff(axis=1).iloc[:, 1].abs().median() < 1e-9


def test_leap_days_that_were_removed_are_told_and_put_back():
    site = rsofun_towers.read_puechabon()
    assert "29 February" in checks.faults(site, required=("tas",))[0].found
    whole = gaps.fill(site)
    assert whole.sizes["time"] == 2192 and not whole["tas"].isnull().any()
    assert int(whole["gpp"].notnull().sum()) == 1810
    assert float(site["ppfd"].mean()) == pytest.approx(3.5e-4, rel=0.01)
    hours = rsofun_towers.read_laegern()
    assert hours.sizes["time"] == 96360 and float(hours["vpd"].min()) >= 0.0


def test_what_a_model_gave_is_not_called_measured():
    half_hours = pyrealm_towers.read_vielsalm()
    assert "gpp" not in half_hours and "not measured" in half_hours["gpp_model"].attrs["long_name"]
    assert int(half_hours["fapar"].isnull().sum()) == 47
    assert np.unique(half_hours["ps"]).tolist() == [95730.1]
    water = pyrealm_towers.read_grillenburg_water()
    assert str(water.indexes["time"][-1].date()) == "2019-12-31"
    assert 500.0 < float(water["pr"].mean()) * YEAR < 900.0


def test_half_hours_of_tharandt_start_where_the_source_says_they_end():
    site = reddyproc.read_tharandt_1998()
    time = site.indexes["time"]
    assert str(time[0]) == "1998-01-01 00:00:00" and str(time[-1]) == "1998-12-31 23:30:00"
    assert (time[1:] - time[:-1] == pd.Timedelta("30min")).all()
    assert int(site["nee"].notnull().sum()) == 11263
    assert float(site["ustar"].max()) < reddyproc.HIGHEST_USTAR
    noon = site["rsds"].groupby("time.hour").mean()
    assert int(noon.values.argmax()) in (11, 12)


def test_three_years_of_tharandt_join_the_one_and_have_a_filled_reference():
    long, year = reddyproc.read_tharandt_filled(), reddyproc.read_tharandt_1998()
    same = long["nee"].sel(time=slice("1998-01-01", "1998-12-31")).values
    both = np.isfinite(same) & np.isfinite(year["nee"].values)
    assert np.corrcoef(same[both], year["nee"].values[both])[0, 1] > 0.95
    assert long["nee_filled"].isnull().sum() < long["nee"].isnull().sum()
    field = reddyproc.read_gebesee()
    assert field.sizes["time"] == 52608 and str(field.indexes["time"][0]) == "2004-01-01 00:00:00"


def test_a_table_without_its_units_is_refused(tmp_path):
    path = tmp_path / "tha.txt"
    path.write_text("Year\tDoY\n1998\t1\n")
    with pytest.raises(InputError, match="umolm-2s-1"):
        reddyproc.read_tharandt_1998(path)
