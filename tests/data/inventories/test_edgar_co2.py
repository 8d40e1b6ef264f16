"""EDGAR CO2: kilotonnes or megatonnes, joint countries, world rows, and vintages that revise history."""

import numpy as np
import pytest

from tenbin.core import regions
from tenbin.core.errors import InputError
from tenbin.data.inventories import edgar_co2


@pytest.fixture(scope="module")
def folder(data_root):
    return data_root / "inventory" / "edgar_co2_vintages"


@pytest.fixture(scope="module")
def vintages(folder):
    return {name: edgar_co2.read(folder / file, name) for name, file in edgar_co2.FILES.items()}


def japan(frame, year):
    return frame.query(f"region == 'JPN' and year == {year}")["value"].sum()


def test_japan_and_the_world_have_their_published_totals(vintages):
    np.testing.assert_allclose(japan(vintages["FT2017"], 2012), 1289.3, atol=0.05)
    np.testing.assert_allclose(japan(vintages["FT2017"], 2017), 1320.8, atol=0.05)
    world = vintages["FT2017"].query("year == 2017")["value"].sum()
    np.testing.assert_allclose(world, 37_077, atol=1)


def test_kilotonnes_and_megatonnes_are_told_apart(vintages):
    for frame in vintages.values():
        assert 1200 < japan(frame, 2012) < 1400


def test_vintages_revise_history_by_about_a_percent(vintages):
    values = [japan(frame, 2012) for frame in vintages.values()]
    assert len(set(np.round(values, 1))) == 3
    assert np.ptp(values) / np.mean(values) < 0.03


@pytest.mark.parametrize("vintage", ["report2015", "FT2016"])
def test_countries_sum_to_the_world_row_which_is_left_out(folder, vintages, vintage):
    frame = edgar_co2.read(folder / edgar_co2.FILES[vintage], vintage, aggregates=True)
    world = frame.query("region == 'globe'").groupby("year")["value"].sum()
    countries = vintages[vintage].groupby("year")["value"].sum()
    np.testing.assert_allclose(countries, world, rtol=2e-5)
    assert not {"globe", "EU28"} & set(vintages[vintage]["region"])


def test_joint_countries_go_to_the_larger_partner_or_stay(folder, vintages):
    assert set(vintages["FT2017"]["region"]) <= set(regions.countries()) | set(regions.BUNKERS)
    kept = edgar_co2.read(folder / edgar_co2.FILES["FT2017"], "FT2017", joint="keep")
    assert set(edgar_co2.JOINT_CODES) <= set(kept["region"])
    france = kept.query("region == 'FRA_MCO' and year == 2010")["value"].sum()
    assert france == vintages["FT2017"].query("region == 'FRA' and year == 2010")["value"].sum()


def test_null_means_not_known_and_not_nought(vintages):
    benin = vintages["FT2017"].query("region == 'BEN' and category == 'Power Industry'")
    assert benin["year"].min() == 1973


def test_greenhouse_gases_by_sector_and_in_total_are_the_same(folder):
    by_sector = edgar_co2.read_ghg(folder / edgar_co2.GHG_BY_SECTOR)
    totals = edgar_co2.read_ghg(folder / edgar_co2.GHG_TOTALS, by_sector=False, aggregates=True)
    np.testing.assert_allclose(japan(by_sector, 2015), 1359.55, atol=0.01)
    np.testing.assert_allclose(japan(totals, 2015), 1359.55, atol=0.01)
    world = totals.query("region == 'globe' and year == 2015")["value"].item()
    np.testing.assert_allclose(by_sector.query("year == 2015")["value"].sum(), world, rtol=1e-9)
    np.testing.assert_allclose(world, 49_113, atol=1)


def test_the_gwp_of_the_totals_is_that_of_ar4(folder, data_root):
    from tenbin.data.inventories import edgar_v432

    ghg = edgar_co2.read_ghg(folder / edgar_co2.GHG_BY_SECTOR)
    air = ghg.query("region == 'intl_aviation' and year == 1970 and category == 'Other sectors'")[
        "value"
    ].item()
    n2o = edgar_v432.read(data_root / "inventory/edgar_v432/n2o.csv.gz", "n2o")
    deposited = n2o.query("region == 'intl_aviation' and year == 1970 and category == '7B'")["value"].item()
    np.testing.assert_allclose(air / deposited, 298.0, rtol=1e-4)
    assert ghg.attrs["gwp_set"] == "AR4GWP100"
    assert set(ghg["gas"]) == {"co2e"}


def test_a_file_of_another_vintage_is_refused(folder):
    with pytest.raises(InputError, match="kton CO2"):
        edgar_co2.read(folder / edgar_co2.FILES["FT2017"], "FT2016")
    with pytest.raises(InputError, match="FT2016"):
        edgar_co2.read(vintage="FT2030")


def test_an_unknown_sector_or_country_is_refused(tmp_path):
    file = tmp_path / "ft2017.csv"
    file.write_text("Sector,country_name,ISO_CODE,1970\nMagic,Japan,JPN,1\n")
    with pytest.raises(InputError, match="Magic"):
        edgar_co2.read(file, "FT2017")
    file.write_text("Sector,country_name,1970\nTransport,Atlantis,1\nTransport,Lemuria,2\n")
    with pytest.raises(InputError) as caught:
        edgar_co2.read_ghg(file)
    assert len(caught.value.faults) == 2
