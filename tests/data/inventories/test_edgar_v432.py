"""EDGAR v4.3.2: world totals, a country, bunkers, and codes that may not be guessed."""

import gzip

import numpy as np
import pytest

from tenbin.core import regions
from tenbin.core.errors import InputError
from tenbin.data.inventories import edgar_v432


@pytest.fixture(scope="module")
def tables(data_root):
    folder = data_root / "inventory" / "edgar_v432"
    return {name: edgar_v432.read(folder / file, name) for name, file in edgar_v432.TABLES.items()}


@pytest.mark.parametrize(
    ("table", "total", "rtol"), [("ch4", 341.6, 2e-4), ("n2o", 8.90, 5e-4), ("co2", 33_550.0, 1e-4)]
)
def test_countries_and_categories_sum_to_the_world_of_2010(tables, table, total, rtol):
    frame = tables[table]
    np.testing.assert_allclose(frame.loc[frame["year"] == 2010, "value"].sum(), total, rtol=rtol)


def test_a_third_of_japans_methane_is_rice(tables):
    japan = tables["ch4"].query("region == 'JPN' and year == 2010")
    np.testing.assert_allclose(japan["value"].sum(), 1.96, atol=0.005)
    np.testing.assert_allclose(japan.loc[japan["sector"] == "rice", "value"].sum(), 0.713, atol=5e-4)
    china = tables["ch4"].query("region == 'CHN' and year == 2010")
    np.testing.assert_allclose(china["value"].sum(), 63.2, atol=0.05)


def test_ships_and_aircraft_belong_to_no_country(tables):
    for frame in tables.values():
        assert not {"SEA", "AIR"} & set(frame["region"])
        assert set(frame["region"]) <= set(regions.countries()) | set(regions.BUNKERS)
    assert set(tables["n2o"].query("region == 'intl_aviation'")["category"]) == {"1C1", "7B"}


def test_no_emission_is_counted_twice(tables):
    for frame in tables.values():
        assert not frame.duplicated(["region", "category", "year"]).any()
        assert (frame["unit"] == "Tg yr-1").all()


def test_short_cycle_carbon_stands_apart(tables):
    assert set(tables["co2"]["category_set"]) == {"IPCC1996"}
    assert set(tables["co2_short_cycle"]["category_set"]) == {"IPCC1996/short-cycle"}
    assert set(tables["co2_short_cycle"]["sector"]) == {"biofuel", "biomass_burning"}


def test_every_category_of_the_descriptions_has_a_sector(data_root):
    folder = data_root / "inventory" / "edgar_v432"
    for gas in ("ch4", "n2o"):
        described = edgar_v432.read_categories(folder / f"{gas}_category_descriptions.csv", gas)
        assert set(described) == set(edgar_v432.SECTORS[gas])


def test_namibia_is_a_country_and_not_a_missing_value(data_root):
    names = edgar_v432.read_countries(data_root / "inventory/edgar_v432/countries.csv")
    assert names.set_index("iso3").loc["NAM", "name"] == "Namibia"
    assert len(names) == 225


@pytest.mark.parametrize("code", ["4", "1A", "1", "4D", "6"])
def test_a_parent_code_is_refused_because_its_split_is_unknown(code):
    with pytest.raises(InputError, match="ambiguous"):
        edgar_v432.sector_of(code, "n2o")


def test_a_category_of_another_gas_is_refused_by_name():
    with pytest.raises(InputError, match="belongs to n2o"):
        edgar_v432.sector_of("4D1", "ch4")
    with pytest.raises(InputError, match="unknown IPCC-1996 code"):
        edgar_v432.sector_of("5A", "ch4")
    with pytest.raises(InputError, match="table"):
        edgar_v432.sector_of("4C", "sf6")


def written(path, text):
    path.write_bytes(gzip.compress(text.encode()))
    return path


HEADER = "Code,Category,Year,Emissions\n"


def test_all_bad_codes_are_told_at_once_with_the_file(tmp_path):
    file = written(tmp_path / "ch4.csv.gz", HEADER + "JPN,4D,2010,1\nJPN,5A,2010,2\nJPN,4C,2010,3\n")
    with pytest.raises(InputError) as caught:
        edgar_v432.read(file, "ch4")
    assert len(caught.value.faults) == 2
    assert all(fault.where == str(file) for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Code,Category,Emissions\nJPN,4C,1\n", "Year"),
        (HEADER + "JPN,4C,2010,NaN\n", "no value at all"),
        (HEADER + "JPN,4C,2010,much\n", "'much'"),
        (HEADER + "JPN,4C,2010,inf\n", "finite"),
        (HEADER + "JPN,4C,2010,1\nJPN,4C,2010,1\n", "repeated"),
        (HEADER, "at least one row"),
        ("", "no table"),
    ],
)
def test_a_broken_table_is_refused_with_its_file_and_reason(tmp_path, text, what):
    file = written(tmp_path / "ch4.csv.gz", text)
    with pytest.raises(InputError, match=what) as caught:
        edgar_v432.read(file, "ch4")
    assert str(file) in str(caught.value)


def test_a_truncated_download_is_refused(tmp_path):
    whole = gzip.compress((HEADER + "JPN,4C,2010,1\n" * 500).encode())
    file = tmp_path / "ch4.csv.gz"
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="truncated"):
        edgar_v432.read(file, "ch4")
    file.write_bytes(b"this is not gzip")
    with pytest.raises(InputError, match="damaged"):
        edgar_v432.read(file, "ch4")
    with pytest.raises(InputError, match="No such file"):
        edgar_v432.read(tmp_path / "absent.csv.gz", "ch4")


def test_the_sectors_agree_with_the_budget_tree():
    yaml = pytest.importorskip("yaml")
    from importlib.resources import files

    tree = yaml.safe_load((files("tenbin.budget") / "sectors.yaml").read_text(encoding="utf-8"))["tree"]
    for gas in ("ch4", "n2o", "co2"):
        known = {child for children in tree[gas].values() for child in children}
        assert set(edgar_v432.SECTORS[gas].values()) <= known | {"biomass_burning"}
