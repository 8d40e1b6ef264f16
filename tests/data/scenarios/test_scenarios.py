"""SSP and RCP scenarios: units of each file, decades filled, preambles and line endings."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.errors import InputError
from tenbin.data.scenarios import rcmip, rcp

EMISSIONS = "rcmip-emissions-annual-means-5-1-0-ssp-only.csv"
CONCENTRATIONS = "rcmip-concentrations-annual-means-5-1-0-ssp-only.csv"


@pytest.fixture(scope="module")
def folder(data_root):
    return data_root / "atmosphere" / "scenarios_rcmip"


@pytest.fixture(scope="module")
def emissions(folder):
    return rcmip.read_emissions(folder / EMISSIONS, scenarios=("ssp119", "ssp245"))


def total(frame, gas, year, scenario="ssp245"):
    chosen = frame.query("gas == @gas and year == @year and scenario == @scenario")
    return chosen[chosen["sector"].str.startswith("anthropogenic")]["value"].item()


def test_the_emissions_of_2014_are_those_of_the_history(emissions):
    found = [
        total(emissions, "co2", 2014) / 1000,
        total(emissions, "ch4", 2014),
        total(emissions, "n2o", 2014),
    ]
    np.testing.assert_allclose(found, [39.63, 387.9, 10.87], rtol=5e-4)


def test_decades_are_filled_by_straight_lines(emissions, folder):
    given_years = rcmip.read_emissions(folder / EMISSIONS, scenarios=("ssp245",), interpolate=False)
    assert not given_years.query("2021 <= year <= 2029")["value"].any()
    middle = total(emissions, "ch4", 2025)
    np.testing.assert_allclose(middle, (total(emissions, "ch4", 2020) + total(emissions, "ch4", 2030)) / 2)
    np.testing.assert_allclose(total(emissions, "ch4", 2030), 399.4, atol=0.05)
    assert emissions.query("year == 2025")["interpolated"].all()
    assert not emissions.query("year == 2030")["interpolated"].any()


def test_cutting_hard_reaches_below_nought_by_2100(emissions):
    np.testing.assert_allclose(total(emissions, "co2", 2100, "ssp119") / 1000, -13.89, atol=0.005)
    np.testing.assert_allclose(total(emissions, "n2o", 2100, "ssp119"), 8.34, atol=0.005)


def test_fossil_and_land_are_the_whole_of_co2(emissions):
    wide = emissions.query("gas == 'co2'").pivot(index=["scenario", "year"], columns="sector", values="value")
    np.testing.assert_allclose(wide["fossil"] + wide["land_use_change"], wide["anthropogenic"], rtol=1e-6)


def test_concentrations_are_those_of_the_history_and_the_plan(folder):
    air = rcmip.read_concentrations(folder / CONCENTRATIONS, scenarios=("ssp245",))
    value = air.pivot(index="year", columns="gas", values="value")
    np.testing.assert_allclose(value["co2"][[1850, 2014, 2050]], [284.32, 397.55, 506.87], atol=0.006)
    np.testing.assert_allclose(value.loc[2014, ["ch4", "n2o"]], [1831.5, 326.99], atol=0.06)
    assert dict(zip(air["gas"], air["unit"], strict=True)) == {
        "co2": "ppm", "ch4": "ppb", "n2o": "ppb", "mcf": "ppt",
    }  # fmt: skip


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=6))
def test_filling_keeps_every_given_year_and_stays_between_its_neighbours(values):
    years = list(range(2000, 2000 + 10 * len(values), 10))
    long = pd.DataFrame({"gas": "ch4", "year": years, "value": values})
    filled = rcmip.every_year(long, ("gas",)).set_index("year")["value"]
    np.testing.assert_array_equal(filled.loc[years], values)
    assert filled.min() >= min(values) and filled.max() <= max(values)
    assert len(filled) == years[-1] - years[0] + 1


def test_a_wrong_unit_or_scenario_is_refused(tmp_path, folder):
    file = tmp_path / "rcmip.csv"
    head = "Model,Scenario,Region,Variable,Unit,2014,2015\n"
    file.write_text(head + "x,ssp245,World,Emissions|N2O,Mt N2O/yr,1,2\n")
    with pytest.raises(InputError, match="kt N2O/yr"):
        rcmip.read_emissions(file)
    file.write_text(head + "x,ssp245,World,Emissions|BC,Mt BC/yr,1,2\n")
    with pytest.raises(InputError, match="none of"):
        rcmip.read_emissions(file)
    with pytest.raises(InputError, match="ssp999"):
        rcmip.read_emissions(folder / EMISSIONS, scenarios=("ssp999",))


def test_rcp_counts_carbon_and_nitrogen_and_is_turned_into_gases(folder):
    frame = rcp.read_emissions(folder / "RCP45_EMISSIONS.csv", "rcp45").query("year == 2010")
    value = frame.set_index(["gas", "sector"])["value"]
    np.testing.assert_allclose(value["n2o", "anthropogenic_and_fires"], 12.364, rtol=1e-3)
    np.testing.assert_allclose(value["co2", "fossil"] / 3664, 8.6074, rtol=1e-3)
    assert 0.005 < value["mcf", "industry"] < 0.01


def test_a_file_with_old_line_endings_reads_like_the_others(folder):
    assert b"\n" not in (folder / "RCP85_EMISSIONS.csv").read_bytes()[:1000]
    frame = rcp.read_emissions(folder / "RCP85_EMISSIONS.csv", "rcp85")
    assert frame["year"].min() == 1765 and frame["year"].max() == 2500


@pytest.mark.parametrize("scenario", rcp.SCENARIOS)
def test_both_scenarios_share_the_air_of_2000(folder, scenario):
    air = rcp.read_concentrations(folder / f"{scenario.upper()}_MIDYEAR_CONCENTRATIONS.csv", scenario)
    value = air.query("year == 2000").set_index("gas")["value"]
    np.testing.assert_allclose(value[["co2", "ch4", "n2o"]], [368.9, 1751.0, 315.8], rtol=1e-3)


def test_natural_emissions_are_in_tg_of_the_gas_and_constant_after_2005(folder):
    natural = rcp.read_natural(folder / "natural.csv")
    late = natural.query("year >= 2006").groupby("gas")["value"]
    np.testing.assert_allclose(late.mean()["ch4"], 190.58, atol=0.01)
    np.testing.assert_allclose(late.mean()["n2o"], 8.9883 * 44 / 28, rtol=1e-4)
    assert (late.std() < 1e-6).all()


def test_an_rcp_file_without_header_or_with_another_unit_is_refused(tmp_path):
    file = tmp_path / "RCP45_EMISSIONS.csv"
    file.write_text("nothing here\n")
    with pytest.raises(InputError, match="YEARS/GAS"):
        rcp.read_emissions(file)
    head = "UNITS:,GtC/yr,GtC/yr,ktCH4/yr,MtN2O/yr,kt/yr\nv YEARS/GAS >,FossilCO2,OtherCO2,CH4,N2O,MCF\n"
    file.write_text(head + "2000,1,1,1,1,1\n")
    with pytest.raises(InputError) as caught:
        rcp.read_emissions(file)
    assert [fault.name for fault in caught.value.faults] == ["CH4", "N2O"]
