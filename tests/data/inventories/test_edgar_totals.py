"""EDGAR v6 and v4.2 totals: two rows per country, a mark at the start, fires inside."""

import numpy as np
import pytest

from tenbin.core.errors import InputError
from tenbin.data.inventories import edgar_v6, edgar_v42


@pytest.fixture(scope="module")
def folder(data_root):
    return data_root / "inventory" / "edgar_v6_country_totals"


def test_fossil_and_bio_rows_sum_to_the_country(folder):
    total = edgar_v6.read(folder / "edgar6_CH4.csv", "ch4")
    parts = edgar_v6.read(folder / "edgar6_CH4.csv", "ch4", split=True)
    np.testing.assert_allclose(total["value"].sum(), parts["value"].sum(), rtol=1e-12)
    assert not total.duplicated(["region", "year"]).any()
    np.testing.assert_allclose(total.query("year == 2010")["value"].sum(), 346.98, atol=0.01)


def test_the_fossil_row_holds_cattle_and_rice_and_is_never_called_fossil(folder):
    parts = edgar_v6.read(folder / "edgar6_CH4.csv", "ch4", split=True)
    assert set(parts["sector"]) == {"biofuel", "anthropogenic_without_biofuel"}
    assert parts.query("region == 'IND' and year == 2010 and category == 'fossil'")["value"].item() > 20.0


def test_international_transport_is_a_region_of_its_own(folder):
    frame = edgar_v6.read(folder / "edgar6_N2O.csv", "n2o")
    assert {"intl_shipping", "intl_aviation"} <= set(frame["region"])
    assert frame["year"].min() == 1970 and frame["year"].max() == 2018


def test_the_mark_at_the_start_of_the_file_hides_no_column(tmp_path):
    file = tmp_path / "edgar6_CH4.csv"
    text = "\ufeffCountry_code_A3,fossil_bio,Y_1970,Y_1971\nJPN,fossil,3E+03,NULL\nJPN,bio,1E+00,2E+00\n"
    file.write_text(text, encoding="utf-8")
    frame = edgar_v6.read(file, "ch4")
    assert frame.set_index("year")["value"].to_dict() == {1970: 3.001, 1971: 0.002}


def test_wrong_parts_gases_and_columns_are_refused(tmp_path):
    file = tmp_path / "edgar6_CH4.csv"
    file.write_text("Country_code_A3,fossil_bio,Y_1970\nJPN,peat,1\n")
    with pytest.raises(InputError, match="peat"):
        edgar_v6.read(file, "ch4")
    file.write_text("Country_code_A3,fossil_bio,1970\nJPN,bio,1\n")
    with pytest.raises(InputError, match="Y_1970"):
        edgar_v6.read(file, "ch4")
    with pytest.raises(InputError, match="edgar_co2"):
        edgar_v6.read(file, "co2")


def test_the_old_spreadsheet_closes_on_its_world_row_and_holds_fires(data_root):
    file = data_root / "atmosphere" / "flux_priors" / "edgarv42ft2010.xls"
    frame = edgar_v42.read(file, aggregates=True)
    world = frame.query("region == 'globe'").set_index("year")["value"]
    parts = frame.query("region != 'globe'").groupby("year")["value"].sum()
    np.testing.assert_allclose(parts, world, rtol=1e-6)
    assert set(frame["sector"]) == {"anthropogenic_and_fires"}
    assert "globe" not in set(edgar_v42.read(file)["region"])


def test_a_file_that_is_no_spreadsheet_is_refused(tmp_path):
    file = tmp_path / "edgarv42ft2010.xls"
    file.write_text("not a spreadsheet")
    with pytest.raises(InputError, match="xls") as caught:
        edgar_v42.read(file)
    assert str(file) in str(caught.value)
