"""The Global Carbon Budget 2019 and OWID: carbon or CO2, sinks and signs, groups among countries."""

import numpy as np
import pytest

from tenbin.core import regions
from tenbin.core.errors import InputError
from tenbin.data.inventories import gcb2019, owid

PGC = 3664.0  # Tg CO2


@pytest.fixture(scope="module")
def folder(data_root):
    return data_root / "inventory" / "gcb2019"


@pytest.fixture(scope="module")
def budget(folder):
    return gcb2019.read(folder / "global-carbon-budget.csv")


def test_the_year_2018_is_read_with_sinks_negative(budget):
    year = budget.query("year == 2018").set_index("sector")["value"] / PGC
    expected = {
        "fossil": 9.982,
        "land_use_change": 1.509,
        "atmospheric_growth": 5.140,
        "ocean": -2.628,
        "land_sink": -3.469,
        "imbalance": 0.253,
    }
    for sector, value in expected.items():
        np.testing.assert_allclose(year[sector], value, rtol=1e-12)


def test_sources_less_sinks_are_the_growth_and_the_imbalance(budget):
    wide = budget.pivot(index="year", columns="sector", values="value") / PGC
    fluxes = wide[["fossil", "land_use_change", "ocean", "land_sink"]].sum(axis=1)
    closed = fluxes - wide["atmospheric_growth"] - wide["imbalance"]
    np.testing.assert_allclose(closed, 0.0, atol=0.0031)  # six terms, each rounded to 0.001


def test_visit_takes_up_more_than_the_mean_of_the_models(folder):
    sinks = gcb2019.read_models(folder / "terrestrial-sink.csv", "land_sink")
    decade = sinks.query("2009 <= year <= 2018").groupby("model")["value"].mean() / -PGC
    np.testing.assert_allclose(decade["VISIT"], 4.24, atol=0.005)
    np.testing.assert_allclose(decade["MMM (multi-model mean)"], 3.15, atol=0.005)


def test_the_models_table_has_another_land_sink_than_the_budget(folder, budget):
    sinks = gcb2019.read_models(folder / "terrestrial-sink.csv", "land_sink").query("year == 2018")
    by_model = sinks.set_index("model")["value"] / -PGC
    np.testing.assert_allclose([by_model["GCB"], by_model["MMM (multi-model mean)"]], [3.516, 3.469])


def test_fuels_and_cement_are_all_of_the_fossil_term_until_1989_and_most_of_it_after(folder, budget):
    fuels = gcb2019.read_fossil(folder / "fossil-fuel-cement.csv").groupby("year")["value"].sum()
    fossil = budget.query("sector == 'fossil'").set_index("year")["value"]
    unlisted = (fossil - fuels) / PGC
    np.testing.assert_allclose(unlisted.loc[:1989], 0.0, atol=0.0045)
    assert unlisted.loc[1990:].between(0.030, 0.055).all()


def test_the_older_half_of_the_budget_has_empty_cells_and_not_noughts(folder):
    old = gcb2019.read_historical(folder / "historical-budget.csv")
    assert old.query("sector == 'fossil'")["year"].min() == 1751
    growth = old.query("sector == 'atmospheric_growth' and year == 2018")["value"].item()
    np.testing.assert_allclose(growth / PGC, 5.155)


def test_groups_of_countries_are_kept_out_of_the_nations(folder):
    nations = gcb2019.read_national(folder / "territorial-emissions.csv")
    assert set(nations["region"]) <= set(regions.countries())
    everything = gcb2019.read_national(folder / "territorial-emissions.csv", aggregates=True)
    world = everything.query("region == 'globe' and year == 2018")["value"].item()
    bunkers = everything.query("region == 'bunkers' and year == 2018")["value"].item()
    np.testing.assert_allclose(nations.query("year == 2018")["value"].sum() + bunkers, world, rtol=0.01)
    consumed = gcb2019.read_national(folder / "consumption-emissions.csv", "consumption")
    assert consumed["year"].max() == 2017


def test_a_wrong_file_or_name_is_refused(folder):
    with pytest.raises(InputError, match="Fossil-Fuel-And-Industry"):
        gcb2019.read(folder / "ocean-sink.csv")
    with pytest.raises(InputError, match="land_sink"):
        gcb2019.read_models(sector="volcano")
    assert len(gcb2019.read_definitions(folder / "country-definitions.csv")) == 140


def test_owid_agrees_with_japans_published_co2(data_root):
    file = data_root / "inventory" / "owid_co2_2020-12" / "owid-co2-data.csv.gz"
    japan = owid.read(file).query("region == 'JPN'").set_index("year")["value"]
    np.testing.assert_allclose([japan[1990], japan[2018]], [1158.5, 1162.0], atol=0.05)


def test_owid_keeps_continents_out_of_the_countries(data_root):
    file = data_root / "inventory" / "owid_co2_2020-12" / "owid-co2-data.csv.gz"
    assert set(owid.read(file)["region"]) <= set(regions.countries())
    everything = set(owid.read(file, aggregates=True)["region"])
    assert {"globe", "owid:Asia", "owid:EU-28", "XKX"} <= everything
    with pytest.raises(InputError, match="column"):
        owid.read(file, columns=("co2_per_capita",))


def test_drivers_end_when_their_sources_end(data_root):
    file = data_root / "inventory" / "owid_co2_2020-12" / "owid-co2-data.csv.gz"
    drivers = owid.read_drivers(file)
    last = {name: drivers.dropna(subset=[name])["year"].max() for name in ("gdp", "methane", "population")}
    assert last == {"gdp": 2016, "methane": 2016, "population": 2018}
    assert drivers.attrs["units"]["methane"] == "Tg CO2e yr-1"
