"""Air under the snow: younger than its ice, and joined to the measurements of today."""

from __future__ import annotations

import numpy as np
import openpyxl
import pytest

from tenbin.core.errors import InputError
from tenbin.data.stations import global_trends, ice_cores


@pytest.mark.parametrize("gas", ["co2", "ch4", "n2o", "d13c_co2"])
def test_air_is_younger_than_its_ice(real_data, gas):
    table = ice_cores.read_law_dome(gas)
    ice = table[~table["firn"]]
    assert (ice["year"] > ice["ice_year"]).all() and table.loc[table["firn"], "ice_year"].isna().all()
    assert table["year"].is_monotonic_increasing and table["sd"].min() >= 0 and len(table) > 100


def test_the_preindustrial_air_is_that_published(real_data):
    means = {}
    for gas in ("co2", "ch4", "n2o"):
        table = ice_cores.read_law_dome(gas)
        means[gas] = table.loc[table["year"].between(1700, 1800), "value"].mean()
    np.testing.assert_allclose([means["co2"], means["ch4"], means["n2o"]], [278, 710, 271], rtol=0.02)


@pytest.mark.parametrize(("gas", "tolerance"), [("co2", 4.0), ("ch4", 30.0), ("n2o", 8.0), ("d13c_co2", 0.2)])
def test_the_spline_runs_through_its_samples(real_data, gas, tolerance):
    spline, samples = ice_cores.read_law_dome_spline(gas), ice_cores.read_law_dome(gas)
    curve = np.interp(samples["year"], spline["year"], spline["value"])
    assert np.abs(curve - samples["value"]).mean() < tolerance / 2
    assert abs((curve - samples["value"]).mean()) < tolerance / 4


def test_growth_of_the_spline_is_its_derivative(real_data):
    spline = ice_cores.read_law_dome_spline("co2")
    slope = np.gradient(spline["value"], spline["year"])
    np.testing.assert_allclose(slope[1:-1], spline["growth"].to_numpy()[1:-1], atol=0.05)


def test_the_past_joins_the_present(real_data):
    ghosh = ice_cores.read_ghosh_inversion("n2o")
    hats = global_trends.read_tab("n2o")
    hats = hats[hats["year"].between(2000, 2015)]
    own = np.interp(hats["year"] + (hats["month"] - 0.5) / 12, ghosh["year"], ghosh["value"])
    assert np.abs(own - hats["value"]).max() < 1.0


def test_gravity_and_laboratories_are_corrected_unless_asked_otherwise(real_data):
    corrected, original = ice_cores.read_ghosh_n2o(), ice_cores.read_ghosh_n2o(corrected=False)
    assert len(corrected) == len(original) > 400
    difference = (corrected["value"] - original["value"]).abs()
    assert 0 < difference.max() < 6
    assert {"atm obs", "firn air", "ice core"} <= set(corrected["archive"])


@pytest.mark.parametrize("gas", ["n2o", "d15n_n2o", "d18o_n2o", "d15nsp_n2o"])
def test_quantiles_are_in_order(real_data, gas):
    table = ice_cores.read_ghosh_inversion(gas)
    levels = table[["low2", "low1", "value", "high1", "high2"]].to_numpy()
    assert (np.diff(levels, axis=1) > -1e-6).all() and (table["sd"] > 0).all()


def test_two_tables_side_by_side_start_in_their_own_years(real_data):
    co2, n2o = ice_cores.read_menking_spline("co2"), ice_cores.read_menking_spline("n2o")
    assert (co2["year"].min(), n2o["year"].min()) == (1, 5) and n2o["year"].max() == 2025
    assert n2o["value"].iloc[0] == 264.15


def test_methyl_chloroform_peaked_in_the_early_nineties(real_data):
    table = ice_cores.read_wmo_mixing_ratio()
    assert set(table["gas"]) == {"mcf"} and table.loc[table["value"].idxmax(), "year"] in (1992, 1993)
    assert ice_cores.read_wmo_mixing_ratio("CFC-11").set_index("year")["value"][2022] == 221.52
    with pytest.raises(InputError, match="halon-2402"):
        ice_cores.read_wmo_mixing_ratio("CFC-99")


def workbook(tmp_path, sheet, *rows):
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    path = tmp_path / "core.xlsx"
    book.save(path)
    return path


HEAD = ["Sample ID", "Ice Age (year AD)", "CO2 Age (year AD)", "CO2 (ppm)", "Uncert (ppm)"]


@pytest.mark.parametrize(
    ("sheet", "rows", "part"),
    [
        ("CO2byAge", [[*HEAD[:3], "CO2 (ppb)", "x"], ["A 1", 1, 2, 3, 4]], "unit of CO2"),
        ("CO2byAge", [[*HEAD[:3], "CH4 (ppm)", "x"], ["A 1", 1, 2, 3, 4]], "header"),
        ("CO2byAge", [["Sample", "Age"], ["A 1", 1]], "a row that begins"),
        ("CO2byAge", [HEAD], "no rows"),
        ("CO2byAge", [HEAD, ["A 1", "firn", 1990, None, None]], "all missing"),
        ("CO2byAge", [HEAD, ["A 1", "firn", 1990, "many", 1]], "many"),
        ("CO2byDepth", [HEAD], "CO2byDepth"),
    ],
)
def test_faults_of_a_workbook_are_named(tmp_path, sheet, rows, part):
    with pytest.raises(InputError, match=part) as error:
        ice_cores.read_law_dome("co2", workbook(tmp_path, sheet, *rows))
    assert "core.xlsx" in str(error.value)


def test_a_truncated_workbook_is_named(tmp_path):
    path = workbook(tmp_path, "CO2byAge", HEAD)
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(InputError, match="damaged or truncated"):
        ice_cores.read_law_dome("co2", path)
    with pytest.raises(InputError, match="no such file"):
        ice_cores.read_law_dome("co2", tmp_path / "none.xlsx")
