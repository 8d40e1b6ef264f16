"""Global means: one number for the planet, with what is not known yet marked as such."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.errors import InputError
from tenbin.data.stations import global_trends, noaa_flask

CH4_HEAD = "# CH4 expressed as a mole fraction in dry air, nanomol/mol, abbreviated as ppb\n"
COLUMNS = "year,month,decimal,average,average_unc,trend,trend_unc\n"


def test_global_means_are_those_published(real_data):
    annual = global_trends.read_annual().set_index("year")["value"]
    np.testing.assert_allclose([annual[1979], annual[2024]], [336.85, 422.80])
    ch4, n2o = (global_trends.read_monthly(gas).iloc[-1] for gas in ("ch4", "n2o"))
    assert (ch4["year"], ch4["month"], ch4["value"], ch4["unit"]) == (2025, 4, 1934.91, "ppb")
    assert n2o["value"] == 338.66


def test_a_year_is_the_mean_of_its_months(real_data):
    annual = global_trends.read_annual().set_index("year")["value"]
    monthly = global_trends.read_monthly("co2").groupby("year")["value"].agg(["mean", "size"])
    whole = monthly[monthly["size"] == 12]["mean"]
    np.testing.assert_allclose(annual[whole.index], whole, atol=0.02)


def test_what_is_not_available_yet_is_preliminary_and_has_no_error(real_data):
    ch4 = global_trends.read_monthly("ch4")
    assert ch4["preliminary"].iloc[-1] and not ch4["preliminary"].iloc[0]
    assert (
        (ch4["sd"].isna() == ch4["preliminary"]).all() and ch4["sd"].min() > 0 and ch4["trend_sd"].min() > 0
    )


def test_the_season_is_removed_from_the_trend(real_data):
    for place in ("global", "mlo"):
        table = global_trends.read_monthly("co2", place)
        table = table[(table["year"] >= 1980) & (table["year"] <= 2020)]
        swing = (table["value"] - table["trend"]).groupby(table["month"]).mean()
        assert np.ptp(swing) > 3.0 and abs(swing.mean()) < 0.1


def test_mauna_loa_columns_are_not_shifted(real_data):
    table = global_trends.read_monthly("co2", "mlo").set_index(["year", "month"])
    first, later = table.loc[(1958, 3)], table.loc[(1974, 6)]
    assert first["value"] == 315.71 and first["trend"] == 314.44
    assert np.isnan(first["n"]) and np.isnan(first["sd"])
    assert (later["value"], later["n"], later["sd"]) == (332.20, 25, 0.37)
    assert table["n"].max() <= 31


def test_flasks_and_analysers_at_mauna_loa_agree(real_data):
    analyser = global_trends.read_monthly("co2", "mlo").set_index(["year", "month"])["value"]
    flasks = noaa_flask.read_monthly("co2", ["MLO"]).set_index(["year", "month"])["value"]
    difference = (analyser - flasks).dropna()
    assert len(difference) > 500 and abs(difference.mean()) < 0.5


def test_growth_before_the_network_is_marked(real_data):
    world, mauna_loa = global_trends.read_growth(), global_trends.read_growth("mlo")
    assert world.loc[world["derived"], "year"].max() == 1979 and not mauna_loa["derived"].any()
    assert set(world["unit"]) == {"ppm yr-1"} and len(mauna_loa) == 67


def test_tables_in_mole_per_mole_become_ppb_and_ppt(real_data):
    n2o, sf6 = global_trends.read_tab("n2o"), global_trends.read_tab("sf6")
    assert n2o["value"].between(295, 340).all() and (n2o.iloc[0]["year"], n2o.iloc[0]["month"]) == (1977, 11)
    assert sf6["value"].between(3, 12).all() and sf6["value"].iloc[-1] == pytest.approx(11.353)
    months = n2o["year"] * 12 + n2o["month"]
    assert (np.diff(months) > 1).sum() == 1, "only January to March 1997 are absent"


def test_the_two_n2o_records_agree(real_data):
    keys = ["year", "month"]
    hats = global_trends.read_tab("n2o").set_index(keys)["value"]
    boundary_layer = global_trends.read_monthly("n2o").set_index(keys)["value"]
    assert (hats - boundary_layer).dropna().abs().max() < 1.0


def refused(tmp_path, text, part, read=global_trends.read_monthly, *args):
    path = tmp_path / "trends.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=part) as error:
        read(*args, path=path)
    assert "trends.csv" in str(error.value)


def test_a_blank_line_after_the_header_is_no_row(tmp_path):
    path = tmp_path / "trends.csv"
    path.write_text(CH4_HEAD + COLUMNS + "\n1983,7,1983.542,1626.08,2.19,1635.14,-9.99\n")
    table = global_trends.read_monthly("ch4", path=path)
    assert len(table) == 1 and np.isnan(table["trend_sd"][0]) and not table["preliminary"][0]


def test_faults_are_named(tmp_path):
    row = "1983,7,1983.542,1626.08,2.19,1635.14,1.42\n"
    monthly = global_trends.read_monthly
    refused(tmp_path, COLUMNS + row, "unit of ch4", monthly, "ch4")
    refused(tmp_path, CH4_HEAD + COLUMNS + row, "unit of co2", monthly, "co2")
    refused(tmp_path, CH4_HEAD + "year,month,average\n1983,7,1626\n", "header", monthly, "ch4")
    refused(tmp_path, CH4_HEAD + COLUMNS, "no rows", monthly, "ch4")
    refused(tmp_path, "", "no rows", monthly, "ch4")
    refused(
        tmp_path,
        CH4_HEAD + COLUMNS + "2025,4,2025.3,-9.99,-9.99,-9.99,-9.99\n",
        "all missing",
        monthly,
        "ch4",
    )
    refused(tmp_path, "Date,Average\n1958-03,315.71\n", "header", monthly, "co2", "mlo")
    names = "Date,Decimal Date,Average,Interpolated,Trend,Number of Days\n"
    refused(
        tmp_path, names + "1958-03,1958.2,315.71,314.44,-1,-9.99\n", "6 in each row", monthly, "co2", "mlo"
    )
    refused(tmp_path, "1977.88 299.2\n", "unit of n2o", global_trends.read_tab, "n2o")
    refused(tmp_path, "1977.88 2.9e-07\n1977.88 2.9e-07\n", "decimal year", global_trends.read_tab, "n2o")
    with pytest.raises(InputError, match="ch4 mlo"):
        monthly("ch4", "mlo")
