"""The land's global sums beside what is published, each flagged where it lies outside, and as rows of the ledger."""

from __future__ import annotations

from importlib import resources

import pandas as pd

from tenbin.budget.columns import COLUMNS, UNIT
from tenbin.core.constants import N_TO_N2O

__all__ = ["SOURCE", "ledger_rows", "reference", "totals_table"]

SOURCE = "tenbin_land"
_ROWS = {
    "wetland_methane": ("ch4", "wetlands", 1.0),
    "rice_methane": ("ch4", "rice", 1.0),
    "termite_methane": ("ch4", "termites", 1.0),
    "upland_methane_sink": ("ch4", "soil_sink", -1.0),
    "soil_nitrous_oxide": ("n2o", "natural_soils", float(N_TO_N2O)),
}
"""Quantity -> gas, sector, factor from its table's unit to Tg of the gas, positive to the air."""


def reference() -> pd.DataFrame:
    """Published ranges of the land's global sums: quantity, long_name, low, high, unit, source."""
    path = resources.files("tenbin.data") / "embedded" / "land_reference_totals.csv"
    with resources.as_file(path) as file:
        return pd.read_csv(file)


def totals_table(totals: dict[str, float]) -> pd.DataFrame:
    """`totals` by quantity beside the published range: columns value, low, high, unit, verdict, source.

    `verdict` is "within", "low", "high" or "no reference"; a run of part of the globe should not be judged by it.
    """
    published = reference().set_index("quantity")
    rows = []
    for quantity, value in totals.items():
        if quantity not in published.index:
            rows.append({"quantity": quantity, "value": value, "verdict": "no reference"})
            continue
        known = published.loc[quantity]
        verdict = "low" if value < known.low else "high" if value > known.high else "within"
        rows.append({"quantity": quantity, "value": value, "verdict": verdict, **known.to_dict()})
    columns = ["quantity", "long_name", "value", "low", "high", "unit", "verdict", "source"]
    return pd.DataFrame(rows).reindex(columns=columns)


def ledger_rows(totals: dict[str, float], year: int, region: str = "globe") -> pd.DataFrame:
    """Rows of the ledger for the gases among `totals`; the spread is half the published range where there is one."""
    published = reference().set_index("quantity")
    rows = []
    for quantity, (gas, sector, factor) in _ROWS.items():
        if quantity not in totals:
            continue
        value, note, sd = factor * totals[quantity], "no published range: sd is half the value", None
        if quantity in published.index:
            sd = 0.5 * abs(factor) * float(published.high[quantity] - published.low[quantity])
            note = "sd is half the published range"
        sd = 0.5 * abs(value) if sd is None else sd
        row = (gas, sector, region, year, year, "bottom-up", SOURCE, value, sd, UNIT, note)
        rows.append(dict(zip(COLUMNS, row, strict=True)))
    return pd.DataFrame(rows, columns=COLUMNS)
