"""The land's global sums beside what is published, each flagged where it lies outside, and as rows of the ledger."""

from __future__ import annotations

from importlib import resources

import pandas as pd

from tenbin.budget.columns import COLUMNS, UNIT
from tenbin.core.constants import N_TO_N2O

__all__ = ["LEAST_LAND", "SOURCE", "is_globe", "ledger_rows", "reference", "totals_table"]

SOURCE = "tenbin_land"
LEAST_LAND = 1.2e14
"""Land [m2] that a run of the globe covers at least: without Antarctica there are 1.35e14 (CIA 2020: 1.489e14 less
0.14e14), and coarse cells lose coasts and islands."""
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


def is_globe(land_area: float) -> bool:
    """Whether a run whose land measures `land_area` [m2] is one of the whole globe.

    >>> is_globe(1.33e14), is_globe(1.3e13)
    (True, False)
    """
    return land_area >= LEAST_LAND


def totals_table(totals: dict[str, float], whole: bool = True) -> pd.DataFrame:
    """`totals` by quantity beside the published range: columns value, low, high, unit, verdict, source.

    `verdict` is "within", "low", "high" or "no reference"; unless the `whole` globe was run it is "part of the
    globe" for all that has a published range.
    """
    published = reference().set_index("quantity")
    rows = []
    for quantity, value in totals.items():
        row: dict[str, object] = {"quantity": quantity, "value": value, "verdict": "no reference"}
        if quantity in published.index:
            known = published.loc[quantity]
            verdict = _verdict(value, known.low, known.high)
            row |= known.to_dict() | {"verdict": verdict if whole else "part of the globe"}
        rows.append(row)
    columns = ["quantity", "long_name", "value", "low", "high", "unit", "verdict", "source"]
    return pd.DataFrame(rows).reindex(columns=columns)


def _verdict(value: float, low: float, high: float) -> str:
    return "low" if value < low else "high" if value > high else "within"


def ledger_rows(totals: dict[str, float], year_start: int, year_end: int) -> pd.DataFrame:
    """Rows of the ledger for the gases among the `totals` of the globe, means of the years.

    The spread is half the published range where there is one, else half the value; the note says the range and
    whether the value lies within it, low or high.
    """
    published = reference().set_index("quantity")
    rows = []
    for quantity, (gas, sector, factor) in _ROWS.items():
        if quantity not in totals:
            continue
        value, note, sd = factor * totals[quantity], "no published range: sd is half the value", None
        if quantity in published.index:
            known = published.loc[quantity]
            sd = 0.5 * abs(factor) * float(known.high - known.low)
            verdict = _verdict(totals[quantity], known.low, known.high)
            note = (
                f"{verdict}: published {known.low:g} to {known.high:g} {known.unit}; sd is half of that range"
            )
        sd = 0.5 * abs(value) if sd is None else sd
        row = (gas, sector, "globe", year_start, year_end, "bottom-up", SOURCE, value, sd, UNIT, note)
        rows.append(dict(zip(COLUMNS, row, strict=True)))
    return pd.DataFrame(rows, columns=COLUMNS)
