"""Published budgets to hold a result against: decadal means, their ranges and how far they were checked."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pandas as pd

from tenbin.budget.columns import UNIT
from tenbin.core.units import convert

__all__ = ["published_budgets"]

_AMOUNTS = ("mean", "low", "high", "sd")


def published_budgets(gas: str | None = None) -> pd.DataFrame:
    """Reference values [Tg of the gas yr-1, positive to the air], one per row, never summed with the ledger.

    Columns: gas, sector (several joined by '+', or the budget's own words), region, year_start, year_end,
    approach, source, mean, low, high, sd, unit, mark, meaning, note, citation, licence. `mark`: read = seen
    in the source, computed = from its table, verify = from general knowledge and to be checked. `low`, `high`
    are the range of models; `sd` is 1 sigma, or a quarter of the range where only that is given.
    """
    path = resources.files("tenbin.data.embedded").joinpath("published_budgets.csv")
    with path.open(encoding="utf-8") as stream:
        # "" is a missing number, and nothing else is.
        table = pd.read_csv(stream, keep_default_na=False, na_values={c: [""] for c in _AMOUNTS})
    factor = np.array(
        [convert(1.0, unit, UNIT, gas=g) for unit, g in zip(table["unit"], table["gas"], strict=True)]
    )
    for column in _AMOUNTS:
        table[column] = table[column].astype(float) * factor
    # A range over models read as about four sigma, which is generous to neither pan.
    table["sd"] = table["sd"].fillna((table["high"] - table["low"]) / 4.0)
    chosen = table if gas is None else table[table["gas"] == gas]
    return chosen.assign(unit=UNIT).reset_index(drop=True)
