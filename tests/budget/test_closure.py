"""Children sum to their parents, or the ledger says which do not."""

from tenbin.budget import ledger
from tenbin.budget.closure import worst


def test_the_pan_closes_over_sectors_bands_and_hemispheres(pan):
    lines = ledger.closure(pan)
    assert set(lines["partition"]) == {"sectors", "bands", "hemispheres"}
    assert worst(lines)[0] < 1e-12


def test_a_parent_that_is_not_the_sum_of_its_children_is_found(pan):
    broken = pan.copy()
    chosen = (broken.gas == "ch4") & (broken.sector == "rice") & (broken.region == "EQ-30N")
    broken.loc[chosen & (broken.year_start == 1999), "mean"] *= 1.01
    residual, where = worst(ledger.closure(broken))
    assert residual > 1e-4 and "1999" in where


def test_a_note_excuses_a_parent_that_does_not_close(rows):
    parts = [{"sector": "agriculture", "mean": 99.0, "note": "does not close: the source rounds"}]
    parts += [{"sector": "rice", "mean": 30.0}, {"sector": "livestock", "mean": 60.0}]
    lines = ledger.closure(rows(*parts))
    assert lines["excused"].all() and worst(lines) == (0.0, "")


def test_a_parent_with_a_missing_child_is_not_held_to_close(rows):
    lines = ledger.closure(rows({"sector": "agriculture", "mean": 99.0}, {"sector": "rice"}))
    assert lines.empty
