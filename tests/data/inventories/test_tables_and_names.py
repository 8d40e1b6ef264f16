"""The shared reading of tables, country names, and shares of bands."""

import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core import regions
from tenbin.core.errors import InputError
from tenbin.data.inventories import band_shares, country_codes, tables

FINITE = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)


@given(st.lists(FINITE, min_size=1, max_size=20))
def test_numbers_survive_the_round_trip_through_text(values):
    column = pd.Series([repr(value) for value in values], name="value")
    assert tables.numbers(column, "x.csv").tolist() == values


@given(st.lists(st.sampled_from(sorted(tables.MISSING)), min_size=1), FINITE)
def test_every_spelling_of_missing_is_nan_and_nothing_else_is(missing, value):
    column = pd.Series([*missing, repr(value)], name="value")
    read = tables.numbers(column, "x.csv")
    assert read.isna().tolist() == [True] * len(missing) + [False]


@given(st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.booleans())
def test_line_endings_marks_and_compression_change_nothing(ending, mark, zipped):
    import tempfile
    from pathlib import Path

    text = ("\ufeff" if mark else "") + ending.join(["a,b", "1,é", "2,NAM"]) + ending
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / ("t.csv.gz" if zipped else "t.csv")
        file.write_bytes(gzip.compress(text.encode()) if zipped else text.encode())
        frame = tables.read_table(file, ("a", "b"))
    assert frame.to_dict("list") == {"a": ["1", "2"], "b": ["é", "NAM"]}


def test_all_missing_columns_are_told_at_once(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("a\n1\n")
    with pytest.raises(InputError) as caught:
        tables.read_table(file, ("a", "b", "c"))
    assert [fault.name for fault in caught.value.faults] == ["b", "c"]
    assert all(fault.where == str(file) for fault in caught.value.faults)


def test_bytes_of_another_encoding_are_refused(tmp_path):
    file = tmp_path / "t.csv"
    file.write_bytes("a\nCuraçao\n".encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        tables.read_table(file, ("a",))


def test_numbers_and_names_of_countries_lead_to_known_codes():
    table = country_codes.table()
    assert table["iso3"].is_unique
    assert set(table["iso3"]) == set(regions.countries())
    assert country_codes.by_number()["516"] == "NAM"
    assert country_codes.by_name()["Côte d Ivoire"] == "CIV"


def test_shares_of_each_country_sum_to_one_in_known_bands():
    for basis in ("area", "population"):
        shares = band_shares.shares(basis)
        assert tuple(shares.columns) == regions.BANDS
        assert set(shares.index) == set(regions.countries())
        np.testing.assert_allclose(shares.sum(axis=1), 1.0, atol=1e-9)


def test_countries_astride_an_edge_divide_as_their_maps_and_cities_do():
    area, people = band_shares.shares("area"), band_shares.shares("population")
    for code, band in {"RUS": 3, "JPN": 3, "DEU": 3, "NGA": 2, "PER": 1, "NZL": 0}.items():
        assert area.loc[code].iloc[band] > 0.98
    np.testing.assert_allclose(area.loc["CHN", "EQ-30N"], 0.226, atol=0.01)
    np.testing.assert_allclose(people.loc["CHN", "EQ-30N"], 0.34, atol=0.03)
    assert 0.90 < people.loc["IND", "EQ-30N"] < 0.98
    assert 0.05 < people.loc["USA", "EQ-30N"] < 0.15
    assert 0.97 < people.loc["BRA", "30S-EQ"] + people.loc["BRA", "90S-30S"] < 1.0
    assert people.loc["AUS", "90S-30S"] > 0.7 > area.loc["AUS", "90S-30S"]


def test_broken_shares_are_refused(tmp_path):
    file = tmp_path / "shares.csv"
    rows = "".join(f"JPN,{band},0.3,0.25,x\n" for band in regions.BANDS)
    file.write_text("region,band,area_share,population_share,source\n" + rows)
    with pytest.raises(InputError, match="area_share of JPN"):
        band_shares.read(file)
    with pytest.raises(InputError, match="basis"):
        band_shares.shares("money")
