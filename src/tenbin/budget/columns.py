"""The columns of the ledger and the words that may stand in them."""

from __future__ import annotations

COLUMNS = [
    "gas",
    "sector",
    "region",
    "year_start",
    "year_end",
    "approach",
    "source",
    "mean",
    "sd",
    "unit",
    "note",
]
"""Every row: one flux [Tg of the gas yr-1, positive to the air] and its 1-sigma, over whole years."""

KEY = ["gas", "approach", "source", "sector", "region", "year_start", "year_end"]
"""No two rows share a key; rows are sorted by it."""

APPROACHES = ("bottom-up", "top-down", "observed", "reconciled")
UNIT = "Tg yr-1"
SUM = "sum"
"""Source of rows that are sums over the tree and the bands: their errors are rebuilt from the leaves."""
FLOAT_FORMAT = "%.12g"
"""Twelve significant digits: sums still close to 1e-9 when read back."""
