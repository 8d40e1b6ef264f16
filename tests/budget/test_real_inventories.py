"""From the full inventories: published world totals are recovered and nothing is lost between countries."""

import numpy as np
import pytest

from tenbin.budget import allocation, components, inventories, ledger
from tenbin.budget.closure import worst
from tenbin.core.errors import InputError
from tenbin.data.inventories import edgar_v432


@pytest.mark.parametrize(
    ("table", "file", "total", "digits"),
    [
        ("ch4", "ch4.csv.gz", 341.6, 0.05),
        ("n2o", "n2o.csv.gz", 8.90, 0.005),
        ("co2", "co2_excl_short-cycle_org_c.csv.gz", 33.55e3, 5.0),
    ],
)
def test_countries_and_categories_of_2010_sum_to_the_published_world(data_root, table, file, total, digits):
    emission = edgar_v432.read(data_root / "inventory/edgar_v432" / file, table)
    in_2010 = emission[emission["year"] == 2010]
    assert in_2010["value"].sum() == pytest.approx(total, abs=digits)
    by_country, by_category = (in_2010.groupby(c)["value"].sum().sum() for c in ("region", "category"))
    np.testing.assert_allclose(by_country, by_category, rtol=1e-12)


def test_countries_and_bunkers_sum_to_the_globe(full_pan):
    lines = ledger.closure(full_pan)
    countries = lines[lines["partition"] == "countries"]
    assert set(countries["gas"]) == {"co2", "ch4", "n2o"} and len(countries) == 4 * 51
    assert worst(lines)[0] < 1e-9


def test_no_row_of_the_full_ledger_stands_twice(full_pan):
    assert ledger.faults(full_pan) == []
    keys = ["gas", "approach", "sector", "region", "year_start", "year_end"]
    assert not full_pan.duplicated(keys).any()


@pytest.mark.parametrize("gas", ["ch4", "n2o"])
def test_sectors_of_countries_and_field_burning_make_the_national_totals(data_root, gas):
    parts = components.sectors_by_country(data_root, gas).groupby("year")["mean"].sum()
    whole = inventories.edgar_v6_totals(data_root, gas).groupby("year")["mean"].sum()
    missing = 1.0 - parts / whole
    assert missing.between(0.0, 0.01).all()


@pytest.mark.parametrize("gas", ["ch4", "n2o"])
def test_bands_hold_all_that_countries_emit(data_root, gas):
    national = components.sectors_by_country(data_root, gas)
    bands = allocation.countries_to_bands(national, gas)
    np.testing.assert_allclose(
        bands.groupby(["sector", "year"])["mean"].sum(),
        national.groupby(["sector", "year"])["mean"].sum(),
        rtol=1e-12,
    )


def test_the_embedded_table_agrees_with_the_full_files_within_its_error(pan, full_pan):
    keys = ["gas", "sector", "region", "year_start"]
    pairs = pan.merge(full_pan, on=keys, suffixes=("", "_full"))
    assert len(pairs) == len(pan)
    assert ((pairs["mean"] - pairs["mean_full"]).abs() <= 0.02 * pairs["sd"]).all()
    np.testing.assert_allclose(pairs["sd"], pairs["sd_full"], rtol=1e-2)


def test_a_country_that_no_band_claims_is_refused(data_root):
    national = components.sectors_by_country(data_root, "ch4").head(50).assign(region="ATLANTIS")
    with pytest.raises(InputError, match="ATLANTIS"):
        allocation.countries_to_bands(national, "ch4")


def test_every_missing_file_is_named_before_any_is_read(tmp_path):
    with pytest.raises(InputError) as error:
        components.from_files(tmp_path)
    assert len(error.value.faults) == sum(map(len, inventories.FILES.values()))
