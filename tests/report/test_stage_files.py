"""A run folder that is not whole is refused with every fault named, and nothing is written into it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from tenbin.core.errors import InputError
from tenbin.report.pages import write_report
from tenbin.report.stage_files import TABLES, read_stages


@pytest.fixture
def run(synthetic_run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(synthetic_run, tmp_path / "run"))


def _faults(folder: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        write_report(folder)
    return [str(fault) for fault in caught.value.faults]


def _change(folder: Path, name: str, **columns: object) -> None:
    frame = pd.read_csv(folder / f"{name}.csv")
    frame.assign(**columns).to_csv(folder / f"{name}.csv", index=False)


def test_an_empty_folder_is_told_of_every_file_it_lacks(tmp_path: Path) -> None:
    faults = _faults(tmp_path)
    assert len(faults) == len(TABLES) + 1
    assert any("fit.csv" in fault and "tenbin invert" in fault for fault in faults)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert "no folder" in _faults(tmp_path / "nowhere")[0]


def test_all_faults_are_listed_at_once_and_nothing_is_written(run: Path) -> None:
    _change(run, "ledger", unit="kg s-1")
    _change(run, "growth", sd=-1.0)
    _change(run, "decades", gas="sf6")
    (run / "closure.csv").write_text("gas,period\n")
    (run / "fit.csv").write_bytes(b"")
    (run / "diagnostics.json").write_text("{")
    faults = _faults(run)
    for words in ("kg s-1", "-1.0", "sf6", "growth_observed", "fit.csv", "diagnostics.json"):
        assert any(words in fault for fault in faults), words
    assert len(faults) == 6
    assert not (run / "report.html").exists()
    assert not (run / "budget.nc").exists()


def test_a_value_that_is_no_number_is_found_with_its_row(run: Path) -> None:
    _change(run, "top_down", mean="NULL")
    assert "data row 1" in _faults(run)[0]


def test_a_table_without_rows_is_refused(run: Path) -> None:
    pd.read_csv(run / "band_means.csv").iloc[:0].to_csv(run / "band_means.csv", index=False)
    assert "no rows" in _faults(run)[0]


def test_a_difference_that_is_not_one_minus_the_other_is_refused(run: Path) -> None:
    _change(run, "reconciliation", difference=1.0)
    assert "difference" in _faults(run)[0]


def test_either_sense_of_the_difference_gives_the_same_comparison(run: Path) -> None:
    from tenbin.report.selection import comparison

    before = comparison(read_stages(run), "ch4", "globe")
    frame = pd.read_csv(run / "reconciliation.csv")
    frame.assign(difference=-frame["difference"]).to_csv(run / "reconciliation.csv", index=False)
    after = comparison(read_stages(run), "ch4", "globe")
    pd.testing.assert_frame_equal(before, after)


@pytest.mark.parametrize("years", [(2015, 2018), (2016, 2016)])
def test_a_short_run_of_one_gas_still_has_a_page(run: Path, years: tuple[int, int]) -> None:
    for name, spec in TABLES.items():
        frame = pd.read_csv(run / f"{name}.csv")
        frame = frame[frame["gas"] == "ch4"]
        if "year" in frame:
            frame = frame[frame["year"].between(*years)]
        if "year_start" in frame:
            frame = frame[frame["year_start"].ge(years[0]) & frame["year_end"].le(years[1])]
        rows = frame.iloc[:0] if spec.may_lack_rows else frame
        rows.to_csv(run / f"{name}.csv", index=False)
    text = write_report(run).read_text(encoding="utf-8")
    assert 'id="ch4"' in text
    assert 'id="co2"' not in text
    assert f"Latest year, {years[1]}" in text


def test_a_failed_report_leaves_the_old_page_as_it_was(run: Path) -> None:
    (run / "report.html").write_text("old")
    (run / "growth.csv").unlink()
    _faults(run)
    assert (run / "report.html").read_text() == "old"
