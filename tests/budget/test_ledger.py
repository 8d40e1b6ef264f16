"""The ledger refuses what cannot be a flux, all faults at once, and its files never vary."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.budget import ledger
from tenbin.core.errors import InputError


def test_every_fault_of_a_ledger_is_listed_at_once(rows):
    bad = rows(
        {"gas": "sf6"},
        {"sector": "wetland"},
        {"region": "atlantis"},
        {"approach": "guess"},
        {"unit": "TgC yr-1"},
        {"year_start": 2011},
        {"sd": -1.0},
        {"mean": np.inf},
        {"sector": "oh_sink", "mean": 500.0},
        {"source": "twice"},
        {"source": "twice"},
    )
    with pytest.raises(InputError) as error:
        ledger.validate(bad, "bad.csv")
    text = str(error.value)
    for word in (
        "sf6",
        "wetland",
        "atlantis",
        "guess",
        "TgC yr-1",
        "year_end",
        "sd",
        "inf",
        "sink",
        "one row per",
    ):
        assert word in text
    assert len(error.value.faults) >= 10
    assert all(fault.where.startswith("bad.csv") for fault in error.value.faults)


def test_missing_and_unknown_columns_are_named_together(rows):
    table = rows({}).drop(columns=["sd", "unit"]).assign(colour="red")
    with pytest.raises(InputError) as error:
        ledger.validate(table)
    assert {fault.name for fault in error.value.faults} == {"sd", "unit", "colour"}


def test_a_missing_value_needs_a_note(rows):
    silent = rows({"mean": np.nan, "sd": np.nan})
    assert ledger.faults(silent)
    assert not ledger.faults(silent.assign(note="the country does not report"))


def test_a_thousand_bad_rows_are_counted_not_listed(rows):
    bad = rows(*({"year": 1000 + i, "sd": -1.0} for i in range(1000)))
    found = ledger.faults(bad)
    assert len(found) < 50 and "980 more" in str(found[-1])


def test_a_ledger_read_back_is_the_ledger_written(pan, tmp_path):
    paths = ledger.write(pan, tmp_path / "ledger.csv")
    for path in paths:
        again = ledger.read(path)
        pd.testing.assert_frame_equal(again, ledger.normalised(pan), rtol=1e-11)


def test_the_same_ledger_in_any_order_gives_the_same_bytes(pan, tmp_path):
    shuffled = pan.sample(frac=1.0, random_state=3)
    first = ledger.write(pan, tmp_path / "a" / "ledger.csv")
    second = ledger.write(shuffled, tmp_path / "b" / "ledger.csv")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_a_faulty_ledger_leaves_no_file_behind(rows, tmp_path):
    with pytest.raises(InputError):
        ledger.write(rows({"unit": "kg"}), tmp_path / "ledger.csv")
    assert list(tmp_path.iterdir()) == []


def test_reading_a_ledger_that_is_not_there_says_what_to_run(tmp_path):
    with pytest.raises(InputError, match="run the stage that writes it"):
        ledger.read(tmp_path / "none.csv")


def test_namibia_is_a_country_and_not_a_missing_word(rows, tmp_path):
    ledger.write(rows({"region": "NAM", "note": "NA"}), tmp_path / "ledger.csv")
    line = ledger.read(tmp_path / "ledger.csv").iloc[0]
    assert (line["region"], line["note"]) == ("NAM", "NA")


@settings(max_examples=15)
@given(mean=st.floats(-1e6, 1e6), sd=st.floats(0, 1e6))
def test_any_finite_flux_survives_the_file_to_twelve_digits(mean, sd, rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("ledger") / "ledger.csv"
    ledger.write(rows({"gas": "co2", "sector": "fossil", "mean": mean, "sd": sd}), path)
    line = ledger.read(path).iloc[0]
    np.testing.assert_allclose([line["mean"], line["sd"]], [mean, sd], rtol=1e-11)
