"""The land's global sums beside what is published."""

from __future__ import annotations

import pytest

from tenbin.budget import land_totals, ledger
from tenbin.core.constants import N_TO_N2O

SUMS = {
    "gpp": 125.0,
    "wetland_methane": 300.0,
    "upland_methane_sink": 30.0,
    "soil_nitrous_oxide": 1.0,
    "x": 2.0,
}


def test_a_sum_is_within_its_published_range_or_low_or_high():
    table = land_totals.totals_table(SUMS).set_index("quantity")
    verdicts = ["within", "high", "within", "low", "no reference"]
    assert table["verdict"].tolist() == verdicts
    assert table.loc["gpp", ["low", "high", "unit"]].tolist() == [110, 150, "Pg C yr-1"]


def test_nitrous_oxide_of_fields_is_no_row_of_natural_soils():
    rows = land_totals.ledger_rows({"cropland_nitrous_oxide": 3.0}, 2010, 2010)
    assert rows.empty
    assert land_totals.totals_table({"cropland_nitrous_oxide": 3.0})["verdict"].tolist() == ["within"]


def test_a_part_of_the_globe_is_not_called_low():
    table = land_totals.totals_table(SUMS, whole=False).set_index("quantity")
    assert set(table["verdict"].drop("x")) == {"part of the globe"}
    assert table.loc["x", "verdict"] == "no reference"


def test_rows_of_the_ledger_are_masses_of_the_gas_and_a_sink_is_negative(tmp_path):
    rows = land_totals.ledger_rows(SUMS, 2010, 2012).set_index("sector")
    assert rows.loc["soil_sink", "mean"] == -30.0
    assert rows.loc["natural_soils", "mean"] == pytest.approx(float(N_TO_N2O))
    notes = {sector: note.split(":")[0] for sector, note in rows["note"].items()}
    assert notes == {"wetlands": "high", "soil_sink": "within", "natural_soils": "low"}
    assert (rows["year_start"] == 2010).all() and (rows["year_end"] == 2012).all()
    assert (rows["sd"] > 0.0).all() and set(rows["region"]) == {"globe"}
    ledger.write(rows.reset_index()[land_totals.COLUMNS], tmp_path / "ledger.csv")


def test_every_published_range_has_a_unit_a_source_and_an_inside():
    table = land_totals.reference()
    assert (table["low"] < table["high"]).all()
    assert table[["unit", "source", "long_name"]].notna().all(axis=None)
