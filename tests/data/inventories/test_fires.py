"""GFED4.1s and BB4CMIP: units by row, carbon that closes, rounding and beta years."""

import gzip

import numpy as np
import pytest

from tenbin.core.errors import InputError
from tenbin.data.inventories import gfed41s

FILE = "gfed41s_region_year_1997-2019.csv.gz"


@pytest.fixture(scope="module")
def folder(data_root):
    return data_root / "inventory" / "gfed41s"


@pytest.fixture(scope="module")
def carbon(folder):
    frame = gfed41s.read(folder / FILE, species=("C", "CO2", "CO", "CH4"))
    return frame[frame["region"] == "globe"]


def test_carbon_leaves_as_co2_co_and_methane(carbon):
    wide = carbon.pivot(index=["category", "year"], columns="gas", values="value")
    step = carbon.pivot(index=["category", "year"], columns="gas", values="resolution")
    share = gfed41s.CARBON_PER_GAS
    burnt = sum(wide[gas] * share[gas] for gas in share)
    cut = sum(step[gas] * share[gas] for gas in share)  # each mass may be up to one step larger than written
    assert (burnt <= wide["c"] + step["c"] + 1e-3 * wide["c"]).all()
    assert (burnt + cut >= wide["c"] - 1e-3 * wide["c"]).all()


def test_the_great_fires_of_1997_have_their_published_mass(folder):
    frame = gfed41s.read_global(folder / "gfed4s_global_1997-2019.csv", species=("C", "CH4"))
    carbon = frame.query("gas == 'c'").set_index("year")["value"]
    assert carbon[1997] == 3031.0
    np.testing.assert_allclose(frame.query("gas == 'ch4' and year == 1997")["value"], 35.78)


def test_the_unit_of_each_row_is_honoured(folder):
    table = gfed41s.read(folder / FILE, species=("CO2", "CH4", "N2O"), fire_types=False)
    world = gfed41s.read_global(folder / "gfed4s_global_1997-2019.csv", species=("CO2", "CH4", "N2O"))
    both = table[table["region"] == "globe"].merge(world, on=["gas", "year"])
    np.testing.assert_allclose(both["value_x"], both["value_y"], rtol=0.01)


def test_masses_are_cut_to_whole_steps_so_regions_fall_short_of_the_globe(folder):
    table = gfed41s.read(folder / FILE, species=("CH4",), fire_types=False)
    parts = table[table["region"] != "globe"].groupby("year")["value"].sum()
    world = table[table["region"] == "globe"].set_index("year")["value"]
    missing = (world - parts) / table["resolution"].max()
    assert len(set(table["region"])) == 15
    assert missing.between(-1, 14).all()
    np.testing.assert_allclose(missing.mean(), 7.0, atol=1.0)


def test_years_from_2017_are_marked_beta(carbon):
    assert set(carbon.query("year >= 2017")["status"]) == {"beta"}
    assert set(carbon.query("year < 2017")["status"]) == {"final"}


def test_bb4cmip_reaches_back_to_1750_and_has_no_co2(folder):
    file = folder / "cmip6_bb_global_1750-2015.csv"
    frame = gfed41s.read_bb4cmip(file)
    assert frame["year"].min() == 1750 and "co2" not in set(frame["gas"])
    np.testing.assert_allclose(frame.query("gas == 'ch4' and year == 2015")["value"], 21.753)
    with pytest.raises(InputError, match="CO2"):
        gfed41s.read_bb4cmip(file, species=("CO2",))


def test_a_foreign_unit_is_refused_and_named(tmp_path):
    file = tmp_path / FILE
    text = "species,fire_type,region,year,value,unit\nCH4,Peat fires,BONA,1997,1,1E3 g\n"
    file.write_bytes(gzip.compress(text.encode()))
    with pytest.raises(InputError, match="1E3 g") as caught:
        gfed41s.read(file, species=("CH4",))
    assert str(file) in str(caught.value)
