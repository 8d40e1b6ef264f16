"""The bottom-up pan, built once, and a small way to write ledger rows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tenbin.budget import bottom_up
from tenbin.budget.columns import COLUMNS

DEFAULTS = {
    "gas": "ch4",
    "sector": "rice",
    "region": "globe",
    "year_start": 2010,
    "year_end": 2010,
    "approach": "bottom-up",
    "source": "edgar_v6+v432",
    "mean": 30.0,
    "sd": 5.0,
    "unit": "Tg yr-1",
    "note": "",
}


def make_ledger(*rows: dict) -> pd.DataFrame:
    """Ledger rows that differ from DEFAULTS as told; `year` sets both ends of the period."""
    full = []
    for row in rows:
        years = {"year_start": row["year"], "year_end": row["year"]} if "year" in row else {}
        full.append(DEFAULTS | years | {key: value for key, value in row.items() if key != "year"})
    return pd.DataFrame(full, columns=COLUMNS)


@pytest.fixture(scope="session")
def rows():
    """The function that makes a ledger from a few words."""
    return make_ledger


@pytest.fixture(scope="session")
def pan() -> pd.DataFrame:
    """The bottom-up pan of the embedded table."""
    return bottom_up.build(None)


@pytest.fixture(scope="session")
def full_pan(data_root: Path) -> pd.DataFrame:
    """The bottom-up pan of the full inventories."""
    return bottom_up.build(data_root)
